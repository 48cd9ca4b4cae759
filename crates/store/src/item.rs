//! Items: what outside authors wrote and publishers recorded, kept as posts of the source that collected it.
//!
//! An item is a post with more to it: the publisher's own identifier, by which it is known again, a title,
//! an outside author, a link, and for vulnerabilities and exploits the facts. So it is found, watched, seen and
//! named like any other post. It is on no timeline but its source's: collected texts would drown what people say.

use noroshi_exchange::record::Facts;
use noroshi_indicator::Observable;

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

/// How likely a vulnerability is to be exploited, by EPSS, as of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScore {
    /// The CVE.
    pub cve: Observable,
    /// Days since the epoch.
    pub day: i64,
    /// The probability, times 100,000.
    pub score: u32,
    /// The share of vulnerabilities that are less likely, times 100,000.
    pub percentile: u32,
}
