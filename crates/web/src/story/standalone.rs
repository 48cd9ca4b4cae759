//! A story as one HTML file that needs nothing else: no script, no link that leads anywhere, its style
//! within itself, and a policy that holds where no server sends one.

use askama::Template;
use noroshi_exchange::post::{Piece, bare_html, defanged, html};
use noroshi_indicator::extract::Found;
use noroshi_store::Post;

use super::export::left_out;
use super::markdown::places;
use super::whole::{Whole, WholePart};
use crate::frame::{Look, Words, fill};
use crate::part::{Badge, Mark, Moment, kind_word, visible};
use crate::problem::Problem;

/// What the file may do, wherever it is opened: be styled by itself, and nothing else.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

#[derive(Template)]
#[template(path = "story/standalone.html")]
struct Standalone<'a> {
    words: &'static Words,
    language: &'static str,
    policy: &'static str,
    title: String,
    by: &'a str,
    tlp: String,
    version: String,
    edited: Moment,
    parts: Vec<PaperPart<'a>>,
    values: Vec<PaperValue>,
    cut: bool,
    left_out: Option<String>,
}

enum PaperPart<'a> {
    Heading(String),
    Note(String),
    Post(PaperPost<'a>),
}

struct PaperPost<'a> {
    post: &'a Post,
    tlp: String,
    at: Moment,
    html: String,
    files: Vec<String>,
}

struct PaperValue {
    kind: &'static str,
    value: String,
    badge: Badge,
    sources: String,
    places: String,
}

pub(super) fn of(whole: &Whole, look: &Look) -> Result<String, Problem> {
    let (story, words) = (&whole.story, look.words);
    let parts = whole.parts.iter().map(|part| match part {
        WholePart::Heading(text) => PaperPart::Heading(visible(&defanged(text))),
        WholePart::Note(text) => PaperPart::Note(dead(text)),
        WholePart::Post(post) => PaperPart::Post(PaperPost {
            tlp: post.tlp.name().to_uppercase(),
            at: Moment::at(post.published),
            html: match &post.item {
                Some(_) => dead_bare(&post.text),
                None => dead(&post.text),
            },
            files: post
                .attachments
                .iter()
                .map(|file| visible(&file.name))
                .collect(),
            post,
        }),
    });
    let values = whole.values.iter().map(|named| PaperValue {
        kind: kind_word(named.observable.kind(), words),
        value: visible(&named.observable.defanged()),
        badge: Badge {
            mark: Mark::of(named.verdict.state, !named.warninglists.is_empty()),
            words,
        },
        sources: visible(&named.verdict.sources.join(", ")),
        places: places(named, look),
    });
    let page = Standalone {
        words,
        language: look.language.tag(),
        policy: POLICY,
        title: visible(&defanged(&story.title)),
        by: &story.by.name,
        tlp: whole.marking().name().to_uppercase(),
        version: fill(words.story_version_n, &[("n", &story.version)]),
        edited: Moment::at(story.edited),
        parts: parts.collect(),
        values: values.collect(),
        cut: !whole.complete,
        left_out: left_out(whole, look),
    };
    page.render().map_err(|error| Problem::internal(&error))
}

/// A piece of a text, emphasised.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if value %}<code>{{ text }}</code>{% else %}<b>{{ text }}</b>{% endif %}"#
)]
struct PaperPiece {
    value: bool,
    text: String,
}

fn value(found: &Found<'_>) -> PaperPiece {
    let port = found.port.map(|port| format!(":{port}"));
    let value = found.observable.defanged() + &port.unwrap_or_default();
    PaperPiece {
        value: true,
        text: visible(&value),
    }
}

/// The same of what is no Markdown.
fn dead_bare(text: &str) -> String {
    bare_html(&defanged(text), |found| value(found).render().ok())
}

/// Markdown as HTML in which nothing can be followed.
fn dead(text: &str) -> String {
    let html = html(&defanged(text), |piece| {
        let piece = match piece {
            Piece::Tag(tag) => PaperPiece {
                value: false,
                text: visible(&format!("#{tag}")),
            },
            Piece::Account(name) => PaperPiece {
                value: false,
                text: visible(&format!("@{name}")),
            },
            Piece::Observable(found) => value(found),
        };
        piece.render().ok()
    });
    without_links(&html)
}

/// Without the links to pages of ours: they lead nowhere from a file.
fn without_links(html: &str) -> String {
    // Text has no `<` in this HTML, and attributes no `>`.
    let mut parts = html.split("<a");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let behind = part.split_once('>').map_or("", |(_, behind)| behind);
        out.push_str(behind);
    }
    out.replace("</a>", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_can_be_followed() {
        for (text, expected) in [
            (
                "[a > b](/post/1) and [c](https://evil.example/)",
                "<p>a &gt; b and c <code>hxxps://evil[.]example/</code></p>",
            ),
            ("#tag @ann <b>x</b>", "<p><b>#tag</b> <b>@ann</b> x</p>"),
            ("192.0.2.7:443", "<p><code>192[.]0[.]2[.]7:443</code></p>"),
            ("[evil.example](/p)", "<p>evil[.]example</p>"),
            ("http://localhost/", "<p>hxxp://localhost/</p>"),
        ] {
            assert_eq!(dead(text).replace('\n', ""), expected, "{text}");
        }
    }
}
