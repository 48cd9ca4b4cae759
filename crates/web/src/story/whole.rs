//! A story with its posts and all that it names, as one reader sees it, or as it may leave.

use std::collections::{HashMap, HashSet};

use noroshi_indicator::extract::finder;
use noroshi_indicator::{Observable, Tlp};
use noroshi_lookup::{Time, Value, Verdict};
use noroshi_store::{Part, Post, Reader, Story};

use super::{PartAnswer, StoryAnswer, StoryValue};
use crate::problem::Problem;
use crate::state::AppState;

/// The longest story that is shown whole, in bytes of its posts and notes.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Posts that are loaded at once.
const BLOCK: usize = 100;
/// Observables of a story.
const MOST_VALUES: usize = 10_000;

/// A story with what stands in it.
pub(super) struct Whole {
    pub(super) story: Story,
    pub(super) parts: Vec<WholePart>,
    /// In the order in which the story names them.
    pub(super) values: Vec<Named>,
    /// Posts that the reader sees and whose marking keeps them here.
    pub(super) left_out: u64,
    /// Whether nothing was cut off for its length.
    pub(super) complete: bool,
}

pub(super) enum WholePart {
    Post(Box<Post>),
    Heading(String),
    Note(String),
}

/// An observable of a story, and what is known of it.
pub(super) struct Named {
    pub(super) observable: Observable,
    /// Numbers of the posts that name it.
    pub(super) posts: Vec<i64>,
    /// Whether a note does.
    pub(super) noted: bool,
    pub(super) verdict: Verdict,
    pub(super) warninglists: Vec<String>,
}

impl Whole {
    /// What of the story is marked no higher than `ceiling`; the story's own marking is asked before.
    /// Cost: a few statements a hundred posts, and one a thousand observables.
    pub(super) async fn of(
        state: &AppState,
        reader: &Reader,
        story: Story,
        ceiling: Tlp,
    ) -> Result<Whole, Problem> {
        let mut whole = Whole {
            parts: Vec::with_capacity(story.parts.len()),
            values: Vec::new(),
            left_out: 0,
            complete: true,
            story,
        };
        whole.fill(state, reader, ceiling).await?;
        whole.name();
        whole.know(state, reader, ceiling).await?;
        Ok(whole)
    }

    async fn fill(
        &mut self,
        state: &AppState,
        reader: &Reader,
        ceiling: Tlp,
    ) -> Result<(), Problem> {
        let mut left = MOST_BYTES;
        for block in self.story.parts.chunks(BLOCK) {
            let ids = block.iter().filter_map(|part| match part {
                Part::Post(id) => Some(*id),
                Part::Heading(_) | Part::Note(_) => None,
            });
            let posts = state.store.posts(reader, ids.collect()).await?;
            let mut posts: HashMap<i64, Post> =
                posts.into_iter().map(|post| (post.id, post)).collect();
            for part in block {
                let (part, length) = match part {
                    Part::Heading(text) => (WholePart::Heading(text.clone()), text.len()),
                    Part::Note(text) => (WholePart::Note(text.clone()), text.len()),
                    // Whoever may not see it any more, or whatever is gone, is not in the answer.
                    Part::Post(id) => match posts.remove(id) {
                        Some(post) if post.deleted.is_some() => continue,
                        Some(post) if post.tlp > ceiling => {
                            self.left_out += 1;
                            continue;
                        }
                        Some(post) => {
                            let length = post.text.len();
                            (WholePart::Post(Box::new(post)), length)
                        }
                        None => continue,
                    },
                };
                let Some(rest) = left.checked_sub(length) else {
                    self.complete = false;
                    return Ok(());
                };
                left = rest;
                self.parts.push(part);
            }
        }
        Ok(())
    }

    /// Gathers what the parts name.
    fn name(&mut self) {
        let mut places: HashMap<Observable, usize> = HashMap::new();
        let (values, complete) = (&mut self.values, &mut self.complete);
        let mut add = |observable: &Observable, post: Option<i64>| {
            let at = match places.get(observable) {
                Some(at) => *at,
                None if values.len() >= MOST_VALUES => {
                    *complete = false;
                    return;
                }
                None => {
                    places.insert(observable.clone(), values.len());
                    values.push(Named::new(observable));
                    values.len() - 1
                }
            };
            if let Some(named) = values.get_mut(at) {
                named.posts.extend(post);
                named.noted |= post.is_none();
            }
        };
        for part in &self.parts {
            match part {
                WholePart::Post(post) => {
                    for observable in &post.observables {
                        add(observable, Some(post.id));
                    }
                }
                WholePart::Note(text) => {
                    finder(text).for_each(|found| add(&found.observable, None));
                }
                WholePart::Heading(_) => {}
            }
        }
    }

    /// Asks what is known of them.
    async fn know(
        &mut self,
        state: &AppState,
        reader: &Reader,
        ceiling: Tlp,
    ) -> Result<(), Problem> {
        let asked = self.values.iter().map(|one| one.observable.clone());
        let known = state.store.known(reader, asked.collect()).await?;
        let mut known: HashMap<Observable, Verdict> = known
            .into_iter()
            .map(|found| {
                let listings = found.listings.iter();
                let verdict = Verdict::of(listings.filter(|listing| listing.tlp <= ceiling));
                (found.observable, verdict)
            })
            .collect();
        for named in &mut self.values {
            named.verdict = known.remove(&named.observable).unwrap_or_default();
            let hits = state.warninglists.hits(&named.observable).into_iter();
            let mut seen = HashSet::new();
            let names = hits.map(|hit| hit.list.name.clone());
            named.warninglists = names.filter(|name| seen.insert(name.clone())).collect();
        }
        Ok(())
    }

    /// The marking of all of it together: the highest of anything in it.
    pub(super) fn marking(&self) -> Tlp {
        let posts = self.parts.iter().filter_map(|part| match part {
            WholePart::Post(post) => Some(post.tlp),
            WholePart::Heading(_) | WholePart::Note(_) => None,
        });
        let known = self.values.iter().filter_map(|named| named.verdict.tlp);
        posts.chain(known).fold(self.story.tlp, Tlp::max)
    }

    pub(super) fn answer(self) -> StoryAnswer {
        let parts = self.parts.into_iter().map(|part| match part {
            WholePart::Post(post) => PartAnswer::Post(Box::new((*post).into())),
            WholePart::Heading(text) => PartAnswer::Heading(text),
            WholePart::Note(text) => PartAnswer::Note(text),
        });
        StoryAnswer {
            id: self.story.id,
            by: self.story.by.name,
            title: self.story.title,
            audience: self.story.audience,
            tlp: self.story.tlp.name(),
            version: self.story.version,
            created: Time(self.story.created),
            edited: Time(self.story.edited),
            parts: parts.collect(),
            observables: self.values.into_iter().map(StoryValue::from).collect(),
            complete: self.complete,
        }
    }
}

impl Named {
    fn new(observable: &Observable) -> Named {
        Named {
            observable: observable.clone(),
            posts: Vec::new(),
            noted: false,
            verdict: Verdict::default(),
            warninglists: Vec::new(),
        }
    }
}

impl From<Named> for StoryValue {
    fn from(named: Named) -> StoryValue {
        StoryValue {
            observable: Value::from(&named.observable),
            posts: named.posts,
            noted: named.noted,
            verdict: named.verdict,
            warninglists: named.warninglists,
        }
    }
}
