//! Values given as arguments, or one a line on standard input for `-`.

use std::io::{self, BufRead, Read};

use anyhow::Context;

/// The longest line that is read.
const LINE: u64 = 64 << 10;

/// The arguments; each `-` stands for the lines of standard input, read as they come. Empty lines are left out.
pub(crate) fn values(arguments: &[String]) -> impl Iterator<Item = anyhow::Result<String>> {
    arguments.iter().flat_map(|argument| {
        let values: Box<dyn Iterator<Item = anyhow::Result<String>>> = if argument == "-" {
            Box::new(lines(io::stdin().lock()))
        } else {
            Box::new(std::iter::once(Ok(argument.clone())))
        };
        values
    })
}

fn lines(mut input: impl BufRead) -> impl Iterator<Item = anyhow::Result<String>> {
    std::iter::from_fn(move || {
        loop {
            match line(&mut input).context("standard input").transpose()? {
                Ok(line) if line.is_empty() => {}
                other => return Some(other),
            }
        }
    })
}

/// The next line without white space around it; of a longer one only its beginning.
fn line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if input.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        lines(text.as_bytes()).map(Result::unwrap).collect()
    }

    #[test]
    fn lines_are_values() {
        assert_eq!(read(" a \r\n\n\nb"), ["a", "b"]);
        assert!(read("\n \n").is_empty());
    }

    #[test]
    fn a_long_line_is_one_value() {
        let long = "x".repeat(100_000);
        let lines = read(&format!("{long}\nb\n"));
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].len() as u64, LINE);
        assert_eq!(lines[1], "b");
    }
}
