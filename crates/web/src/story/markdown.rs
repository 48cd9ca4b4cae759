//! A story as Markdown that is harmless wherever it is opened.

use std::fmt::Write as _;

use noroshi_exchange::post::{markdown, markdown_line};
use noroshi_store::Post;

use super::export::left_out;
use super::whole::{Named, Whole, WholePart};
use crate::frame::{Look, fill};
use crate::part::{Mark, Moment, kind_word, visible};

pub(super) fn of(whole: &Whole, look: &Look) -> String {
    let (story, words) = (&whole.story, look.words);
    let mut out = format!("# {}\n\n", markdown_line(&story.title));
    let version = fill(words.story_version_n, &[("n", &story.version)]);
    let facts = [
        markdown_line(&story.by.name),
        format!("TLP:{}", whole.marking().name().to_uppercase()),
        version,
        format!("{} UTC", Moment::at(story.edited).minute()),
    ];
    let _ = writeln!(out, "{}", facts.join(" · "));
    for part in &whole.parts {
        match part {
            WholePart::Heading(text) => {
                let _ = write!(out, "\n## {}\n", markdown_line(text));
            }
            WholePart::Note(text) => {
                let _ = write!(out, "\n{}\n", markdown(text).trim_end());
            }
            WholePart::Post(post) => push_post(post, &mut out),
        }
    }
    if !whole.complete {
        let _ = write!(out, "\n{}\n", words.story_cut);
    }
    if !whole.values.is_empty() {
        push_table(whole, look, &mut out);
    }
    if let Some(text) = left_out(whole, look) {
        let _ = write!(out, "\n{text}\n");
    }
    out
}

/// A post as a quotation: who, when, under which marking, and its text.
fn push_post(post: &Post, out: &mut String) {
    let _ = write!(
        out,
        "\n> **{}** · {} UTC · TLP:{} · #{}\n>\n",
        markdown_line(&post.from.name),
        Moment::at(post.published).minute(),
        post.tlp.name().to_uppercase(),
        post.id
    );
    for line in markdown(&post.text).trim_end().split('\n') {
        let _ = match line.is_empty() {
            true => writeln!(out, ">"),
            false => writeln!(out, "> {line}"),
        };
    }
}

fn push_table(whole: &Whole, look: &Look, out: &mut String) {
    let words = look.words;
    let _ = write!(
        out,
        "\n## {}\n\n| {} | {} | {} | {} | {} |\n|---|---|---|---|---|\n",
        words.story_observables,
        words.kind,
        words.value,
        words.state,
        words.sources,
        words.story_posts
    );
    for named in &whole.values {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            kind_word(named.observable.kind(), words),
            code(&named.observable.defanged()),
            Mark::of(named.verdict.state, !named.warninglists.is_empty()).word(words),
            markdown_line(&named.verdict.sources.join(", ")),
            places(named, look)
        );
    }
}

/// Which posts name it, and whether a note does.
pub(super) fn places(named: &Named, look: &Look) -> String {
    let mut places: Vec<String> = named.posts.iter().map(|id| format!("#{id}")).collect();
    if named.noted {
        places.push(look.words.story_note.to_owned());
    }
    places.join(", ")
}

/// As code in a cell of a table, whatever it holds.
fn code(value: &str) -> String {
    let text = visible(value).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match longest {
        0 => format!("{fence}{text}{fence}"),
        _ => format!("{fence} {text} {fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_cell_holds_anything() {
        for (value, expected) in [
            ("evil[.]example", "`evil[.]example`"),
            ("a|b", "`a\\|b`"),
            ("a`b``c", "``` a`b``c ```"),
            ("a\nb\u{202e}", "`a‹U+000A›b‹U+202E›`"),
        ] {
            assert_eq!(code(value), expected, "{value:?}");
        }
    }
}
