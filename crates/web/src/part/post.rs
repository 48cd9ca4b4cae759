//! A post, as timelines and threads show it.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_store::{AccountKind, Entry, Post, Speaker};

use super::{Cards, Digested, Files, Html, ItemPart, Moment, account_link};
use crate::frame::{Frame, Words, fill};

/// Somebody who speaks.
#[derive(Clone)]
pub(crate) struct Author {
    pub(crate) name: String,
    pub(crate) href: String,
    /// A word for what is no person.
    pub(crate) badge: Option<&'static str>,
    pub(crate) is_source: bool,
}

impl Author {
    pub(crate) fn new(speaker: &Speaker, words: &'static Words) -> Author {
        Author {
            name: speaker.name.clone(),
            href: account_link(&speaker.name),
            badge: kind_badge(speaker.kind, words),
            is_source: speaker.kind == AccountKind::Source,
        }
    }
}

/// What to call an account that is no person.
pub(crate) fn kind_badge(kind: AccountKind, words: &'static Words) -> Option<&'static str> {
    match kind {
        AccountKind::Person => None,
        AccountKind::Bot => Some(words.kind_bot),
        AccountKind::Source => Some(words.source),
    }
}

/// What a reader may do with a post.
#[derive(Clone, Copy, Debug, Default)]
struct May {
    write: bool,
    edit: bool,
    delete: bool,
}

/// A post.
#[derive(Clone, Template)]
#[template(path = "part/post.html")]
pub(crate) struct PostCard {
    words: &'static Words,
    icons: &'static str,
    id: i64,
    /// The number of its row: its own, or that of the repost.
    row: i64,
    author: Author,
    reposted: Option<(Author, Moment)>,
    at: Moment,
    audience: String,
    tlp: String,
    /// What it is besides a post.
    item: Option<ItemPart>,
    text: Html,
    /// Whether there is more of the text than is shown.
    cut: bool,
    digest: Option<Digested>,
    files: Files,
    undone: bool,
    deleted: bool,
    edited: Option<Moment>,
    answers: Option<i64>,
    replies: i64,
    reposts: i64,
    stars: i64,
    starred: bool,
    reposted_by_me: bool,
    may: May,
    /// Where actions lead back to.
    next: String,
    /// It is the one that its page is about.
    pub(crate) asked: bool,
    /// It stands below what it answers.
    pub(crate) below: bool,
}

impl PostCard {
    /// A row of a timeline.
    pub(crate) fn of_entry(entry: &Entry, cards: &Cards<'_>) -> PostCard {
        let words = cards.frame.words;
        let repost = entry.repost.as_ref();
        PostCard {
            row: entry.id,
            reposted: repost.map(|repost| (Author::new(&repost.by, words), Moment::at(repost.at))),
            ..PostCard::new(&entry.post, cards, false)
        }
    }

    /// `whole` shows all of a long text.
    pub(crate) fn new(post: &Post, cards: &Cards<'_>, whole: bool) -> PostCard {
        let frame = cards.frame;
        let own = post.from.id == frame.account.id;
        let deleted = post.deleted.is_some();
        let (text, cut) = match post.digest.is_some() || deleted {
            true => (Html::default(), false),
            false => cards.text_of(post, whole),
        };
        PostCard {
            words: frame.words,
            icons: frame.icons(),
            id: post.id,
            row: post.id,
            author: Author::new(&post.from, frame.words),
            reposted: None,
            at: Moment::at(post.published),
            audience: audience_word(&post.audience, frame),
            tlp: post.tlp.name().to_uppercase(),
            item: post
                .item
                .as_deref()
                .filter(|_| !deleted)
                .map(|item| ItemPart::new(post, item, cards)),
            text,
            cut,
            digest: post
                .digest
                .as_ref()
                .filter(|_| !deleted)
                .map(|digest| Digested::new(digest, frame)),
            files: Files::new(&post.attachments),
            undone: post.undone,
            deleted,
            edited: post.edited.map(Moment::at),
            answers: post.reply_to,
            replies: post.replies,
            reposts: post.reposts,
            stars: post.stars,
            starred: post.starred,
            reposted_by_me: post.reposted,
            may: May {
                write: frame.writes(),
                edit: own && frame.writes() && !deleted,
                delete: (own && frame.writes() || frame.manages()) && !deleted,
            },
            next: frame.address.clone(),
            asked: false,
            below: false,
        }
    }

    /// The row's place on its page.
    fn anchor(&self) -> String {
        format!("p-{}", self.row)
    }

    fn label(&self) -> String {
        fill(self.words.post_by, &[("name", &self.author.name)])
    }
}

impl HtmlSafe for PostCard {}

/// Who may read, in the reader's words.
pub(crate) fn audience_word(name: &str, frame: &Frame) -> String {
    match name == noroshi_store::EVERYONE {
        true => frame.words.audience_everyone.to_owned(),
        false => super::visible(name),
    }
}
