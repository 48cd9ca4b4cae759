//! Stories (まとめ): as answers show them, as pages, and as files.

pub(crate) mod api;
mod draft;
pub(crate) mod edit;
pub(crate) mod export;
mod markdown;
pub(crate) mod page;
mod shown;
mod standalone;
mod whole;

use noroshi_lookup::{Time, Value, Verdict};
use noroshi_store::{Part, StoryLine, StoryVersion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::post::PostAnswer;

/// A story, as far as the caller may read it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct StoryAnswer {
    /// Its number.
    pub id: i64,
    /// Who curates it, by name.
    pub by: String,
    /// One line.
    pub title: String,
    /// Name of the audience.
    pub audience: String,
    /// The marking: `clear`, `green`, `amber`, `amber+strict` or `red`.
    pub tlp: &'static str,
    /// Counts its versions from 1.
    pub version: i64,
    /// When it was made.
    pub created: Time,
    /// When this version was saved.
    pub edited: Time,
    /// In order; posts that the caller may not read are left out.
    pub parts: Vec<PartAnswer>,
    /// All that its posts and notes name, in the order in which they name it.
    pub observables: Vec<StoryValue>,
    /// Whether that is all: what is too long is cut off at its end.
    pub complete: bool,
}

/// A part of a story: one of the three.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartAnswer {
    /// A post.
    Post(Box<PostAnswer>),
    /// A heading: one line.
    Heading(String),
    /// A note: Markdown.
    Note(String),
}

/// An observable of a story, and what is known of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct StoryValue {
    /// What it is.
    pub observable: Value,
    /// The numbers of the story's posts that name it.
    pub posts: Vec<i64>,
    /// Whether a note names it.
    pub noted: bool,
    /// What the listings say that the caller may read.
    pub verdict: Verdict,
    /// Names of the warninglists that have it.
    pub warninglists: Vec<String>,
}

/// A story in a list.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct StoryLineAnswer {
    /// Its number.
    pub id: i64,
    /// Who curates it, by name.
    pub by: String,
    /// One line.
    pub title: String,
    /// Name of the audience.
    pub audience: String,
    /// The marking.
    pub tlp: &'static str,
    /// Its posts that the caller may read.
    pub posts: i64,
    /// When it was last saved.
    pub edited: Time,
}

/// A version of a story.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct StoryVersionAnswer {
    /// Counts from 1.
    pub version: i64,
    /// Who saved it, by name.
    pub by: String,
    /// When.
    pub at: Time,
    /// Its title.
    pub title: String,
}

/// A part to save: one of the three.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartOrder {
    /// A post, by number.
    Post(i64),
    /// A heading: one line.
    Heading(String),
    /// A note: Markdown.
    Note(String),
}

impl From<PartOrder> for Part {
    fn from(part: PartOrder) -> Part {
        match part {
            PartOrder::Post(id) => Part::Post(id),
            PartOrder::Heading(text) => Part::Heading(text),
            PartOrder::Note(text) => Part::Note(text),
        }
    }
}

impl From<StoryLine> for StoryLineAnswer {
    fn from(line: StoryLine) -> StoryLineAnswer {
        StoryLineAnswer {
            id: line.id,
            by: line.by.name,
            title: line.title,
            audience: line.audience,
            tlp: line.tlp.name(),
            posts: line.posts,
            edited: Time(line.edited),
        }
    }
}

impl From<StoryVersion> for StoryVersionAnswer {
    fn from(version: StoryVersion) -> StoryVersionAnswer {
        StoryVersionAnswer {
            version: version.version,
            by: version.by,
            at: Time(version.at),
            title: version.title,
        }
    }
}
