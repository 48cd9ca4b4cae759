//! Items: what outside authors wrote and publishers recorded, kept as posts of the source that collected it.
//!
//! An item is a post with more to it: the publisher's own identifier, by which it is known again, a title,
//! an outside author, a link, and for vulnerabilities and exploits the facts. So it is found, watched, seen and
//! named like any other post. It is on no timeline but its source's: collected texts would drown what people say.

mod load;
mod prepared;
mod same;
mod score;
mod undo;
mod write;

use noroshi_exchange::record::Facts;
use noroshi_indicator::Observable;
use noroshi_query::StatementKind;

pub use score::{NewScore, Score};

pub(crate) use load::of_posts;
pub(crate) use prepared::{Label, Prepared, key};
pub(crate) use score::Work as ScoreWork;
pub(crate) use undo::{delete_made, delete_scores, restore};
pub(crate) use write::Work;

use crate::error::{Error, Result};

/// Labels of an item by which it is found.
pub(crate) const VENDOR: i64 = 1;
pub(crate) const PRODUCT: i64 = 2;

/// What sort of item.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Form {
    /// A post of an outside author.
    Social,
    /// A news item or an advisory.
    News,
    /// A record of a vulnerability.
    Vulnerability,
    /// A record of an exploit.
    Exploit,
}

impl Form {
    /// All of them, as listed above.
    pub const ALL: [Form; 4] = [Form::Social, Form::News, Form::Vulnerability, Form::Exploit];

    /// `social`, `news`, `vulnerability` or `exploit`.
    pub fn name(self) -> &'static str {
        ["social", "news", "vulnerability", "exploit"][self as usize]
    }

    /// What the query language takes it for.
    pub fn kind(self) -> StatementKind {
        match self {
            Form::Social => StatementKind::Post,
            Form::News => StatementKind::News,
            Form::Vulnerability => StatementKind::Vulnerability,
            Form::Exploit => StatementKind::Exploit,
        }
    }

    pub(crate) fn code(self) -> i64 {
        self as i64 + 1
    }

    pub(crate) fn from_code(code: i64) -> Result<Form> {
        let found = Form::ALL.into_iter().find(|form| form.code() == code);
        found.ok_or_else(|| Error::Corrupt(format!("form {code}")))
    }
}

/// An item as a source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// What sort.
    pub form: Form,
    /// The publisher's own identifier; an item with one that is known is the same item.
    pub key: String,
    /// One line of plain text.
    pub title: Option<String>,
    /// Plain text: never Markdown, never HTML.
    pub text: String,
    /// Where it is published; http or https.
    pub url: Option<String>,
    /// Who wrote it.
    pub author: Option<Author>,
    /// BCP 47 tag of its language.
    pub language: Option<String>,
    /// When it was published, in microseconds since the epoch.
    pub published: Option<i64>,
    /// When its publisher last changed it.
    pub updated: Option<i64>,
    /// Tags, without `#`.
    pub tags: Vec<String>,
    /// What its structured fields name; what its text names is found out here.
    pub observables: Vec<Observable>,
    /// For vulnerabilities and exploits.
    pub facts: Option<Facts>,
}

/// An outside author.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// As shown.
    pub name: String,
    /// The handle: `alice@mastodon.example`, `alice.bsky.example`, `@alice`.
    pub handle: Option<String>,
    /// Profile page; http or https.
    pub url: Option<String>,
}

/// What a post is besides a post: an item, as it is read. Its facts are read on their own, with [`Store::facts`],
/// because they may be large.
///
/// [`Store::facts`]: crate::Store::facts
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What sort.
    pub form: Form,
    /// One line of plain text; the post's text begins with it.
    pub title: Option<String>,
    /// Where it is published; http or https.
    pub url: Option<String>,
    /// Who wrote it.
    pub author: Option<Author>,
    /// BCP 47 tag of its language.
    pub language: Option<String>,
    /// When its publisher last changed it, in microseconds since the epoch.
    pub updated: Option<i64>,
    /// The CVSS score, in tenths.
    pub cvss: Option<u8>,
    /// Who makes what is affected.
    pub vendors: Vec<String>,
    /// What is affected.
    pub products: Vec<String>,
    /// Other posts that tell the same news and that the reader may see.
    pub same: Vec<i64>,
}
