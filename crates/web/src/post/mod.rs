//! Posts as answers show them, and the one way to write one.

pub(crate) mod act;
pub(crate) mod api;
pub(crate) mod page;
pub(crate) mod send;

use std::time::Instant;

use noroshi_lookup::{Time, Value};
use noroshi_store::{Attachment, Entry, Item, NewPost, Post, Speaker};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Whose, too_many};
use crate::problem::Problem;
use crate::state::AppState;

/// A post.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct PostAnswer {
    /// Its number.
    pub id: i64,
    /// Who wrote it, by name.
    pub from: String,
    /// What that is: `person`, `bot` or `source`.
    pub from_kind: &'static str,
    /// Markdown, as written; empty once it was deleted.
    pub text: String,
    /// The post that it answers, if the caller may read that one.
    pub reply_to: Option<i64>,
    /// The first post of its thread that the caller may read.
    pub thread: i64,
    /// Name of the audience.
    pub audience: String,
    /// The marking: `clear`, `green`, `amber`, `amber+strict` or `red`.
    pub tlp: &'static str,
    /// Tags as written, without `#`.
    pub tags: Vec<String>,
    /// Accounts that it mentions or answers, by name.
    pub to: Vec<String>,
    /// What it names.
    pub observables: Vec<Value>,
    /// What it is besides, if an outside author wrote it or a publisher recorded it; the text is plain then.
    pub item: Option<ItemAnswer>,
    /// Its files.
    pub attachments: Vec<AttachmentAnswer>,
    /// Counts its edits.
    pub revision: i64,
    /// For a source's digest: the newest batch that it tells of.
    pub batch: Option<i64>,
    /// For a digest: whether that batch was undone since.
    pub undone: bool,
    /// When what it tells of was seen, where that is said.
    pub observed: Option<Time>,
    /// When its author published it.
    pub published: Time,
    /// When it arrived here.
    pub received: Time,
    /// When it was last edited.
    pub edited: Option<Time>,
    /// When it was deleted.
    pub deleted: Option<Time>,
    /// How many accounts starred it.
    pub stars: i64,
    /// How many reposted it.
    pub reposts: i64,
    /// Answers to it that the caller may read.
    pub replies: i64,
    /// Whether the caller starred it.
    pub starred: bool,
    /// Whether the caller reposted it.
    pub reposted: bool,
}

/// What a post is that a source collected.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct ItemAnswer {
    /// `social`, `news`, `vulnerability` or `exploit`.
    pub form: &'static str,
    /// The text begins with it.
    pub title: Option<String>,
    /// Where it is published.
    pub url: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// That one's handle.
    pub handle: Option<String>,
    /// BCP 47 tag of its language.
    pub language: Option<String>,
    /// When its publisher last changed it.
    pub updated: Option<Time>,
    /// CVSS score in tenths.
    pub cvss: Option<u8>,
    /// Who makes what is affected.
    pub vendors: Vec<String>,
    /// What is affected.
    pub products: Vec<String>,
    /// Posts that tell the same news.
    pub same: Vec<i64>,
}

/// A file of a post.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct AttachmentAnswer {
    /// Its number.
    pub id: i64,
    /// What its sender called it.
    pub name: String,
    /// What its content looks like: a media type.
    pub media: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
}

/// A row of a timeline: a post, or somebody's repost of one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct EntryAnswer {
    /// The row's number, by which timelines go; the post's own unless it is a repost.
    pub id: i64,
    /// The post.
    pub post: PostAnswer,
    /// Who reposted it, by name.
    pub reposted_by: Option<String>,
    /// When it was reposted.
    pub reposted_at: Option<Time>,
}

impl From<Post> for PostAnswer {
    fn from(post: Post) -> PostAnswer {
        let Speaker { name, kind, .. } = post.from;
        PostAnswer {
            id: post.id,
            from: name,
            from_kind: kind.name(),
            text: post.text,
            reply_to: post.reply_to,
            thread: post.thread,
            audience: post.audience,
            tlp: post.tlp.name(),
            tags: post.tags,
            to: post.to,
            observables: post.observables.iter().map(Value::from).collect(),
            item: post.item.map(|item| ItemAnswer::from(*item)),
            attachments: post
                .attachments
                .into_iter()
                .map(AttachmentAnswer::from)
                .collect(),
            revision: post.revision,
            batch: post.batch,
            undone: post.undone,
            observed: post.observed.map(Time),
            published: Time(post.published),
            received: Time(post.received),
            edited: post.edited.map(Time),
            deleted: post.deleted.map(Time),
            stars: post.stars,
            reposts: post.reposts,
            replies: post.replies,
            starred: post.starred,
            reposted: post.reposted,
        }
    }
}

impl From<Item> for ItemAnswer {
    fn from(item: Item) -> ItemAnswer {
        let (author, handle) = match item.author {
            Some(author) => (Some(author.name), author.handle),
            None => (None, None),
        };
        ItemAnswer {
            form: item.form.name(),
            title: item.title,
            url: item.url,
            author,
            handle,
            language: item.language,
            updated: item.updated.map(Time),
            cvss: item.cvss,
            vendors: item.vendors,
            products: item.products,
            same: item.same,
        }
    }
}

impl From<Attachment> for AttachmentAnswer {
    fn from(file: Attachment) -> AttachmentAnswer {
        AttachmentAnswer {
            id: file.id,
            name: file.name,
            media: file.media,
            size: file.body.size,
            sha256: file
                .body
                .hash
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        }
    }
}

impl From<Entry> for EntryAnswer {
    fn from(entry: Entry) -> EntryAnswer {
        let (reposted_by, reposted_at) = match entry.repost {
            Some(repost) => (Some(repost.by.name), Some(Time(repost.at))),
            None => (None, None),
        };
        EntryAnswer {
            id: entry.id,
            post: entry.post.into(),
            reposted_by,
            reposted_at,
        }
    }
}

/// Writes a post for an account that may write, unless it wrote too many lately.
///
/// # Errors
///
/// 429 with the time to wait; what [`noroshi_store::Store::add_post`] refuses.
pub(crate) async fn write(state: &AppState, account: i64, new: NewPost) -> Result<Post, Problem> {
    pace(state, account)?;
    state
        .store
        .add_post(account, new)
        .await
        .map_err(Problem::in_body)
}

/// Notes that an account writes something.
///
/// # Errors
///
/// 429 with the time to wait, if it wrote too much lately.
pub(crate) fn pace(state: &AppState, account: i64) -> Result<(), Problem> {
    let whose = Whose::Writer(account);
    if let Some(wait) = state.attempts.wait(&whose, Instant::now()) {
        return Err(too_many(
            "Too many posts came from this account; wait a little.",
            wait,
        ));
    }
    state.attempts.failed(whose, Instant::now());
    Ok(())
}
