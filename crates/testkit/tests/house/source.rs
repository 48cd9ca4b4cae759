//! A Rust file as its tokens, without comments and without what is only compiled for tests.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One file of a crate's `src`.
pub(crate) struct Source {
    /// The crate's folder name, such as `store`.
    pub(crate) room: String,
    /// Relative to the workspace.
    pub(crate) path: PathBuf,
    /// All of the text.
    pub(crate) text: String,
    /// Outside `#[cfg(test)]`: every word and sign with its line, in order.
    pub(crate) words: Vec<(usize, String)>,
    /// Outside `#[cfg(test)]` and documentation: every string literal with its line.
    pub(crate) strings: Vec<(usize, String)>,
    /// Lines that `#[cfg(test)]` items take.
    pub(crate) test_lines: usize,
}

impl Source {
    pub(crate) fn read(root: &Path, path: &Path) -> Source {
        let text = std::fs::read_to_string(path).unwrap();
        let path = path.strip_prefix(root).unwrap();
        let room = path.components().nth(1).unwrap();
        let room = room.as_os_str().to_string_lossy().into_owned();
        Source::parse(&room, path, text)
    }

    pub(crate) fn parse(room: &str, path: &Path, text: String) -> Source {
        let tokens = TokenStream::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut source = Source {
            room: room.to_owned(),
            path: path.to_owned(),
            text,
            words: Vec::new(),
            strings: Vec::new(),
            test_lines: 0,
        };
        source.take(tokens);
        source
    }

    /// `path:line`, for messages.
    pub(crate) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }

    /// Lines of code and comment that are not tests.
    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count() - self.test_lines
    }

    /// The lines on which the words of `sequence`, separated by blanks, follow one another.
    pub(crate) fn find(&self, sequence: &str) -> Vec<usize> {
        let sequence: Vec<&str> = sequence.split(' ').collect();
        self.words
            .windows(sequence.len())
            .filter(|window| window.iter().map(|(_, word)| word).eq(sequence.iter()))
            .map(|window| window[0].0)
            .collect()
    }

    fn take(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut after_hash = false;
        while let Some(token) = tokens.next() {
            let line = token.span().start().line;
            if let (true, TokenTree::Group(group)) = (after_hash, &token) {
                let attribute = group.stream().to_string().replace(' ', "");
                if attribute == "cfg(test)" {
                    self.skip_item(line, &mut tokens);
                }
                // Documentation and the reasons of lints are prose, wherever it stands.
                after_hash = false;
                continue;
            }
            // `#` opens an attribute, `#!` one of the whole file.
            after_hash = match &token {
                TokenTree::Punct(sign) => {
                    sign.as_char() == '#' || (after_hash && sign.as_char() == '!')
                }
                _ => false,
            };
            match token {
                TokenTree::Group(group) => self.take(group.stream()),
                TokenTree::Ident(word) => self.words.push((line, word.to_string())),
                TokenTree::Punct(sign) => self.words.push((line, sign.to_string())),
                TokenTree::Literal(literal) => self.literal(line, &literal.to_string()),
            }
        }
    }

    /// Passes over the item after `#[cfg(test)]`: up to its body, or to its semicolon.
    fn skip_item(&mut self, first: usize, tokens: &mut impl Iterator<Item = TokenTree>) {
        for token in tokens {
            let ends = match &token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(sign) => sign.as_char() == ';',
                _ => false,
            };
            if ends {
                self.test_lines += token.span().end().line - first + 1;
                return;
            }
        }
    }

    /// Keeps the text between the quotes; escapes stay as written, which serves to recognise words.
    fn literal(&mut self, line: usize, literal: &str) {
        if let (Some(open), Some(close)) = (literal.find('"'), literal.rfind('"'))
            && open < close
            && !literal.starts_with('\'')
        {
            let text = literal[open + 1..close].to_owned();
            self.strings.push((line, text));
        }
    }
}

#[test]
fn tokens_tell_code_from_prose_and_tests() {
    let text = r##"
        //! "in a comment"
        #![doc = "in an attribute"]
        /// "documentation"
        fn one() -> &'static str { let _ = 'x'; r#"a "raw" one"# }
        #[cfg(test)]
        mod tests {
            fn two() { "of a test"; }
        }
        fn three() { TcpStream::connect("three") }
    "##;
    let source = Source::parse("web", Path::new("x.rs"), text.to_owned());
    let strings: Vec<&str> = source.strings.iter().map(|(_, s)| s.as_str()).collect();
    assert_eq!(strings, [r#"a "raw" one"#, "three"]);
    assert_eq!(source.find("TcpStream : : connect"), [10]);
    assert_eq!(source.find("two"), Vec::<usize>::new());
    assert_eq!(source.test_lines, 4);
}
