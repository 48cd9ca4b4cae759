//! What the posts of a page need beside themselves: what is known of all that they name, asked for once.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use askama::filters::HtmlSafe;
use noroshi_collect::recipe::{Recipe, Recipes};
use noroshi_exchange::post::{Piece, bare_html, html};
use noroshi_exchange::warninglist::Warninglists;
use noroshi_indicator::{Kind, Observable};
use noroshi_lookup::{State as Listed, Verdict};
use noroshi_store::{Form, Post, Score};

use super::{Chip, Mark, account_link, tag_link, visible};
use crate::frame::Frame;
use crate::problem::Problem;
use crate::state::AppState;

/// Bytes of a text that a list of posts shows; its own page has all.
const SHOWN: usize = 3_000;
/// Values of a page of which is said what is known.
const VALUES: usize = 5_000;

/// HTML of ours.
#[derive(Clone, Default)]
pub(crate) struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Makes cards of posts.
pub(crate) struct Cards<'a> {
    pub(super) frame: &'a Frame,
    warninglists: &'a Warninglists,
    recipes: Arc<Recipes>,
    known: HashMap<Observable, Verdict>,
    /// How likely vulnerabilities are exploited soon, where records of some are among the posts.
    scores: HashMap<Observable, Score>,
    /// Posts that name a value without telling anything new: the shown one itself.
    own: usize,
}

impl<'a> Cards<'a> {
    /// For these posts. Cost: one question, for all that they name.
    pub(crate) async fn of(
        state: &'a AppState,
        frame: &'a Frame,
        posts: &[&Post],
    ) -> Result<Cards<'a>, Problem> {
        let named = posts.iter().flat_map(|post| &post.observables);
        let named: BTreeSet<Observable> = named.cloned().collect();
        let cves = posts.iter().filter(|post| is_record(post));
        let cves = cves.flat_map(|post| &post.observables);
        let cves: BTreeSet<&Observable> = cves.filter(|one| one.kind() == Kind::Cve).collect();
        let cves: Vec<Observable> = cves.into_iter().take(VALUES).cloned().collect();
        let mut cards = Cards::knowing(state, frame, named, 1).await?;
        if !cves.is_empty() {
            let reader = frame.reader();
            cards.scores = state.store.newest_scores(&reader, &cves).await?;
        }
        Ok(cards)
    }

    /// For a text that is not posted yet, or no longer stands.
    pub(crate) async fn of_text(
        state: &'a AppState,
        frame: &'a Frame,
        text: &str,
    ) -> Result<Cards<'a>, Problem> {
        let found = noroshi_indicator::extract::finder(text);
        let named = found.take(VALUES).map(|found| found.observable).collect();
        Cards::knowing(state, frame, named, 0).await
    }

    async fn knowing(
        state: &'a AppState,
        frame: &'a Frame,
        named: BTreeSet<Observable>,
        own: usize,
    ) -> Result<Cards<'a>, Problem> {
        let named: Vec<Observable> = named.into_iter().take(VALUES).collect();
        let known = match named.is_empty() {
            true => Vec::new(),
            false => state.store.known(&frame.reader(), named).await?,
        };
        let known = known.into_iter().map(|found| {
            let verdict = Verdict::about(&found);
            (found.observable, verdict)
        });
        Ok(Cards {
            frame,
            warninglists: &state.warninglists,
            recipes: state.recipes(),
            known: known.collect(),
            scores: HashMap::new(),
            own,
        })
    }

    /// A text as HTML, and whether that is not all of it.
    pub(crate) fn text(&self, text: &str, whole: bool) -> (Html, bool) {
        let shown = if whole { text } else { beginning(text) };
        let html = html(shown, |piece| Some(self.piece(piece)));
        (Html(html), shown.len() < text.len())
    }

    /// The text of a post as HTML, and whether that is not all of it: Markdown, but of an item, which is plain and has
    /// its title elsewhere.
    pub(crate) fn text_of(&self, post: &Post, whole: bool) -> (Html, bool) {
        if post.item.is_none() {
            return self.text(&post.text, whole);
        }
        self.bare(post.body(), whole)
    }

    /// A text that is no Markdown.
    pub(crate) fn bare(&self, text: &str, whole: bool) -> (Html, bool) {
        if text.is_empty() {
            return (Html::default(), false);
        }
        let shown = if whole { text } else { beginning(text) };
        let html = bare_html(shown, |found| {
            Some(self.chip(&found.observable).to_string())
        });
        (Html(html), shown.len() < text.len())
    }

    /// How likely a vulnerability is exploited soon, of 100,000.
    pub(super) fn score(&self, cve: &Observable) -> Option<u32> {
        self.scores.get(cve).map(|score| score.score)
    }

    /// Whether a vulnerability is on a list of those that are exploited.
    pub(super) fn is_exploited(&self, cve: &Observable) -> bool {
        self.known.get(cve).is_some_and(is_exploited)
    }

    /// How a source is collected.
    pub(super) fn recipe(&self, source: &str) -> Option<&Recipe> {
        self.recipes.get(source)
    }

    fn piece(&self, piece: Piece<'_>) -> String {
        match piece {
            Piece::Tag(tag) => link(&tag_link(tag), "hash-tag", &format!("#{}", visible(tag))),
            Piece::Account(name) => link(
                &account_link(name),
                "mention",
                &format!("@{}", visible(name)),
            ),
            Piece::Observable(found) => self.chip(&found.observable).to_string(),
        }
    }

    /// A value with what is known of it.
    pub(crate) fn chip(&self, observable: &Observable) -> Chip {
        let warned = !self.warninglists.hits(observable).is_empty();
        let said = self.known.get(observable).cloned().unwrap_or_default();
        let said = Verdict {
            posts: said.posts.saturating_sub(self.own),
            ..said
        };
        Chip::new(observable, Mark::about(&said, warned), self.frame)
    }
}

fn is_record(post: &Post) -> bool {
    let form = post.item.as_ref().map(|item| item.form);
    matches!(form, Some(Form::Vulnerability | Form::Exploit))
}

/// Whether what is listed says that a vulnerability is exploited.
pub(crate) fn is_exploited(verdict: &Verdict) -> bool {
    let tagged = verdict
        .tags
        .iter()
        .any(|tag| matches!(tag.as_str(), "kev" | "exploited"));
    tagged && verdict.state == Some(Listed::Listed)
}

/// Both are of characters that need no escaping in an attribute; the text is escaped.
fn link(href: &str, class: &str, text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    format!("<a class=\"{class}\" href=\"{href}\"><bdi>{escaped}</bdi></a>")
}

/// The beginning of a long text: whole paragraphs if possible, or else whole words.
fn beginning(text: &str) -> &str {
    if text.len() <= SHOWN {
        return text;
    }
    let mut end = SHOWN;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or_default();
    let at = head.rfind("\n\n").filter(|at| *at > SHOWN / 3);
    let at = at.or_else(|| head.rfind(char::is_whitespace));
    head.get(..at.unwrap_or(end)).unwrap_or(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_paragraphs_or_words() {
        assert_eq!(beginning("short"), "short");
        let paragraphs = format!("{}\n\n{}", "a".repeat(2_000), "b".repeat(2_000));
        assert_eq!(beginning(&paragraphs), "a".repeat(2_000));
        let words = "word ".repeat(1_000);
        assert!(beginning(&words).ends_with(" word") && beginning(&words).len() < SHOWN);
        let one = "語".repeat(2_000);
        assert_eq!(beginning(&one), "語".repeat(1_000));
    }

    #[test]
    fn a_name_cannot_become_markup() {
        let link = link("/tag/a", "hash-tag", "#<b>&amp;");
        assert_eq!(
            link,
            "<a class=\"hash-tag\" href=\"/tag/a\"><bdi>#&lt;b&gt;&amp;amp;</bdi></a>"
        );
    }
}
