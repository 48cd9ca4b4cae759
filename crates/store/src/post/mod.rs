//! Posts: what people, bots and sources write, on one timeline.
//!
//! A post is Markdown as it was written. What it names (tags, accounts, observables) is read from it
//! when it is written and kept beside it, so that it is found by any of these. A repost is a row of its
//! own in the same sequence, so that every timeline is one walk by number.

mod act;
mod digest;
mod index;
mod load;
mod reading;
mod search;
mod statement;
mod thread;
mod timeline;
mod walk;
mod write;

pub use digest::{Digest, DigestRule};
pub use search::{PostOptions, PostPage};
pub use timeline::{Timeline, TimelinePage};
pub use write::NewPost;

pub(crate) use index::{Index, forget_many, index_many, reserve, words};
pub(crate) use load::{entries, load};
pub(crate) use reading::Reading;
pub(crate) use search::{named, of_kind};
pub(crate) use statement::{Mentioned, naming};
pub(crate) use walk::{Eyes, Walk as PostWalk, newest};
pub(crate) use write::{open_to, speak, standing, usual_tlp, who_may_see};

use noroshi_indicator::{Observable, Tlp};

use crate::{AccountKind, Attachment, Item};

/// The kind of statement that a mention of a post has.
pub(crate) const MENTION: i64 = 1;

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// The account's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Person, bot or source.
    pub kind: AccountKind,
}

/// A post as one reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its number.
    pub id: i64,
    /// Who wrote it.
    pub from: Speaker,
    /// Markdown, as written; empty once it was deleted.
    pub text: String,
    /// The post that it answers, if the reader may see that one.
    pub reply_to: Option<i64>,
    /// The first post of its thread that the reader may see; itself, if that is it.
    pub thread: i64,
    /// Name of the audience.
    pub audience: String,
    /// The marking.
    pub tlp: Tlp,
    /// Counts its edits.
    pub revision: i64,
    /// For a source's digest: the newest batch that it tells of.
    pub batch: Option<i64>,
    /// What that digest says.
    pub digest: Option<Digest>,
    /// Whether that batch was rolled back since.
    pub undone: bool,
    /// When what it tells of was seen, where that is said; this and the others in microseconds since
    /// the epoch.
    pub observed: Option<i64>,
    /// When its author published it.
    pub published: i64,
    /// When it arrived here.
    pub received: i64,
    /// When it was last edited.
    pub edited: Option<i64>,
    /// When it was deleted.
    pub deleted: Option<i64>,
    /// Tags as written, without `#`.
    pub tags: Vec<String>,
    /// Accounts that it mentions or answers, by name.
    pub to: Vec<String>,
    /// The numbers of these accounts.
    pub to_ids: Vec<i64>,
    /// What it is besides, if an outside author wrote it or a publisher recorded it; its text is plain then, not
    /// Markdown.
    pub item: Option<Box<Item>>,
    /// What it names, in a fixed order.
    pub observables: Vec<Observable>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// How many accounts starred it.
    pub stars: i64,
    /// How many reposted it.
    pub reposts: i64,
    /// Answers to it that the reader may see.
    pub replies: i64,
    /// Whether the reader starred it.
    pub starred: bool,
    /// Whether the reader reposted it.
    pub reposted: bool,
}

impl Post {
    /// Its first so many characters on one line, without marks: of an item, its title. It is not HTML: escape it.
    pub fn line(&self, chars: usize) -> String {
        use noroshi_exchange::post::{bare_line, plain};
        match &self.item {
            Some(item) => bare_line(item.title.as_deref().unwrap_or(&self.text), chars),
            None => plain(&self.text, chars),
        }
    }

    /// Its text, of an item without the title that it begins with.
    pub fn body(&self) -> &str {
        let title = self.item.as_ref().and_then(|item| item.title.as_deref());
        let rest = title.and_then(|title| self.text.strip_prefix(title));
        rest.map_or(self.text.as_str(), str::trim_start)
    }
}

/// A row of a timeline: a post, or somebody's repost of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The row's number, by which timelines go; the post's own unless it is a repost.
    pub id: i64,
    /// The post.
    pub post: Post,
    /// Who reposted it, and when.
    pub repost: Option<Repost>,
}

/// Somebody passed a post on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repost {
    /// Who.
    pub by: Speaker,
    /// When, in microseconds since the epoch.
    pub at: i64,
}

/// A former text of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// 0 is the first text.
    pub revision: i64,
    /// Markdown, as written.
    pub text: String,
    /// Since when it stood so, in microseconds since the epoch.
    pub at: i64,
}
