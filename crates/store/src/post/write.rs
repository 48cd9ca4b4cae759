//! Writing: a post, an edit, a deletion; each one transaction, with all that is found by it.

use noroshi_indicator::{Observable, Tlp};

use super::index::{Index, forget_many, index_many};
use super::reading::Reading;
use super::{Post, Revision, load};
use crate::audience::{self, Audience, AudienceKind, EVERYONE};
use crate::change::{Announced, ChangeKind};
use crate::error::{Error, Result};
use crate::notification::{self, NotificationKind};
use crate::reader::SEEN;
use crate::sql::{Conn, Param, Tx, params};
use crate::{
    Account, Reader, Role, Store, account, annotation, attachment, audit, blob, list, now,
    observable,
};

/// The most attachments of a post.
const FILES: usize = 16;

/// A post to write.
#[derive(Clone, Debug, Default)]
pub struct NewPost {
    /// Markdown.
    pub text: String,
    /// The post that it answers; a repost stands for what it repeats.
    pub reply_to: Option<i64>,
    /// Name of the audience: that of the answered post unless said otherwise, or else everyone here.
    pub audience: Option<String>,
    /// The marking: the widest that fits the audience unless said otherwise, green at most.
    pub tlp: Option<Tlp>,
    /// Numbers of files that were sent before, in order.
    pub attachments: Vec<i64>,
    /// When what it tells of was seen, in microseconds since the epoch.
    pub observed: Option<i64>,
}

/// What a post goes out with.
pub(super) struct Sent {
    pub(super) account: i64,
    pub(super) reply_to: Option<i64>,
    pub(super) thread: Option<i64>,
    pub(super) audience: i64,
    pub(super) tlp: Tlp,
    pub(super) batch: Option<i64>,
    pub(super) observed: Option<i64>,
    pub(super) at: i64,
}

impl Store {
    /// Writes a post. A post to answer that the account may not see, an audience that it may not speak to
    /// and one that is not there are told alike. When it returns, the post survives a crash. Cost: a few
    /// index inserts a thing that it names.
    pub async fn add_post(&self, account: i64, new: NewPost) -> Result<Post> {
        self.add_dated_post(account, new, None).await
    }

    /// The same as if the clock stood at a time (microseconds since the epoch): for invented data. Timelines go by
    /// number, so the oldest has to come first.
    pub async fn add_dated_post(
        &self,
        account: i64,
        new: NewPost,
        at: Option<i64>,
    ) -> Result<Post> {
        let reading = Reading::of(&new.text)?;
        if new.attachments.len() > FILES {
            let text = format!("a post has at most {FILES} attachments");
            return Err(Error::Invalid(text));
        }
        self.write(move |tx| {
            let author = account::by_id(tx, account)?;
            let sent = address(tx, &author, &new, at.unwrap_or_else(now))?;
            let id = insert(tx, &sent, &reading)?;
            attachment::attach(tx, account, id, &new.attachments)?;
            one(tx, &Reader::account(account), id)
        })
        .await
    }

    /// Gives one's own post another text; the former one stays in its history.
    pub async fn edit_post(&self, account: i64, id: i64, text: &str) -> Result<Post> {
        let reading = Reading::of(text)?;
        self.write(move |tx| {
            let reader = Reader::account(account);
            let post = standing(tx, &reader, id)?;
            if post.from.id != account {
                return Err(Error::Forbidden("only its author edits a post".to_owned()));
            }
            if post.text != reading.text {
                edit(tx, &post, &reading)?;
            }
            one(tx, &reader, id)
        })
        .await
    }

    /// Deletes a post of one's own, or as an administrator any that one may see. Its place in the thread
    /// stays; its text, former texts, files and reposts go.
    pub async fn delete_post(&self, account: i64, id: i64) -> Result<()> {
        let gone = self
            .write(move |tx| {
                let who = account::by_id(tx, account)?;
                let post = standing(tx, &Reader::account(account), id)?;
                let own = post.from.id == account;
                if !own && who.role != Role::Admin {
                    let text = "only its author or an administrator deletes a post";
                    return Err(Error::Forbidden(text.to_owned()));
                }
                let gone = delete(tx, &post)?;
                if !own {
                    let reader = Reader::account(account);
                    let object = post.id.to_string();
                    audit::note(tx, &reader, "post.delete", &object, Some(&post.from.name))?;
                }
                Ok(gone)
            })
            .await?;
        self.remove_blobs(gone);
        Ok(())
    }

    /// The texts that a post had, the newest (which stands) first.
    pub async fn post_history(&self, reader: &Reader, id: i64) -> Result<Vec<Revision>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let post = one(conn, &reader, id)?;
            let sql = "SELECT revision, text, at FROM post_revision WHERE post = ?1
                ORDER BY revision DESC";
            let former = conn.query(sql, params![id], |row| {
                Ok(Revision {
                    revision: row.int(0)?,
                    text: row.text(1)?,
                    at: row.int(2)?,
                })
            })?;
            let newest = Revision {
                revision: post.revision,
                text: post.text,
                at: post.edited.unwrap_or(post.received),
            };
            Ok(std::iter::once(newest).chain(former).collect())
        })
        .await
    }
}

/// The post, if the reader may see it; deleted ones too.
pub(super) fn one(conn: &Conn, reader: &Reader, id: i64) -> Result<Post> {
    let sight = reader.sight(conn)?;
    load(conn, &sight, &[id])?
        .pop()
        .ok_or_else(|| Error::not_found("post", id.to_string()))
}

/// The post, if the reader may see it and it stands. The number of a repost stands for what it repeats.
pub(crate) fn standing(conn: &Conn, reader: &Reader, id: i64) -> Result<Post> {
    let sql = "SELECT repost_of FROM post WHERE id = ?1 AND repost_of IS NOT NULL";
    let repeated = conn.query_opt(sql, params![id], |row| row.int(0))?;
    let post = one(conn, reader, repeated.unwrap_or(id))?;
    match post.deleted {
        Some(_) => Err(Error::not_found("post", id.to_string())),
        None => Ok(post),
    }
}

/// Works out the thread, the audience and the marking.
fn address(conn: &Conn, author: &Account, new: &NewPost, at: i64) -> Result<Sent> {
    let reader = Reader::account(author.id);
    let parent = match new.reply_to {
        Some(id) => Some(standing(conn, &reader, id)?),
        None => None,
    };
    let audience = match (&new.audience, &parent) {
        (Some(name), _) => open_to(conn, author, name)?,
        (None, Some(parent)) => audience::by_name(conn, &parent.audience)?,
        (None, None) => audience::by_name(conn, EVERYONE)?,
    };
    let inherited = match (&parent, &new.audience) {
        (Some(parent), None) => Some(parent.tlp),
        _ => None,
    };
    let tlp = new.tlp.or(inherited).unwrap_or(usual_tlp(&audience));
    audience::check_tlp(tlp, &audience)?;
    let sql = "SELECT coalesce(thread, id) FROM post WHERE id = ?1";
    let thread = match &parent {
        Some(parent) => Some(conn.query_one(sql, params![parent.id], |row| row.int(0))?),
        None => None,
    };
    Ok(Sent {
        account: author.id,
        reply_to: parent.map(|parent| parent.id),
        thread,
        audience: audience.id,
        tlp,
        batch: None,
        observed: new.observed,
        at,
    })
}

/// An audience that the author may speak to: everyone, one that reaches the author, or a list that is
/// the author's own or open; an administrator to any but others' hidden lists.
pub(crate) fn open_to(conn: &Conn, author: &Account, name: &str) -> Result<Audience> {
    let audience = audience::by_name(conn, name)?;
    let reached = Reader::account(author.id).sight(conn)?;
    let open = reached.audiences().contains(&audience.id)
        || list::is_open(conn, audience.id, author.id)?
        || (author.role == Role::Admin && !list::is_one(conn, audience.id)?);
    match open {
        true => Ok(audience),
        false => Err(Error::not_found("audience", name)),
    }
}

/// The marking of a statement of which only the audience is said.
pub(crate) fn usual_tlp(audience: &Audience) -> Tlp {
    match audience.kind {
        AudienceKind::Everyone => Tlp::Green,
        AudienceKind::Organisations | AudienceKind::Accounts => Tlp::Amber,
    }
}

/// A post of an account that speaks for the hub itself, to an audience that was checked.
pub(crate) fn speak(tx: &Tx, account: i64, audience: &Audience, text: &str) -> Result<i64> {
    let sent = Sent {
        account,
        reply_to: None,
        thread: None,
        audience: audience.id,
        tlp: usual_tlp(audience),
        batch: None,
        observed: None,
        at: now(),
    };
    insert(tx, &sent, &Reading::of(text)?)
}

/// Writes a post and all that it is found by, tells those it is for, and announces it.
pub(super) fn insert(tx: &Tx, sent: &Sent, reading: &Reading) -> Result<i64> {
    let observables = number(tx, &reading.observables)?;
    let sql = "INSERT INTO post (account, author, reply_to, thread, audience, tlp, text, batch,
            observed, published, received)
        VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) RETURNING id";
    let row = params![
        sent.account,
        sent.reply_to,
        sent.thread,
        sent.audience,
        i64::from(sent.tlp.code()),
        &reading.text,
        sent.batch,
        sent.observed,
        sent.at
    ];
    let id = tx.query_one(sql, row, |row| row.int(0))?;
    index_many(tx, &[(id, Index::of(reading, observables))])?;
    let mentioned = set_to(tx, id, sent.reply_to, reading)?;
    tell(tx, sent, id, &mentioned)?;
    announce(tx, ChangeKind::Posted, id);
    Ok(id)
}

/// Notifies whoever is mentioned or answered, may see it, and has not muted its author.
fn tell(tx: &Tx, sent: &Sent, id: i64, mentioned: &[i64]) -> Result<()> {
    let mut told = mentioned.to_vec();
    if let Some(parent) = sent.reply_to {
        let sql = "SELECT author FROM post WHERE id = ?1";
        let answered = tx.query_one(sql, params![parent], |row| row.int(0))?;
        told.retain(|account| *account != answered);
        notification::tell(
            tx,
            NotificationKind::Reply,
            sent.account,
            Some(id),
            &[answered],
        )?;
    }
    notification::tell(tx, NotificationKind::Mention, sent.account, Some(id), &told)
}

fn edit(tx: &Tx, post: &Post, reading: &Reading) -> Result<()> {
    let observables = number(tx, &reading.observables)?;
    let sql = "INSERT INTO post_revision (post, revision, text, at) VALUES (?1, ?2, ?3, ?4)";
    let since = post.edited.unwrap_or(post.received);
    tx.execute(sql, params![post.id, post.revision, &post.text, since])?;
    let sql = "UPDATE post SET text = ?2, revision = revision + 1, edited = ?3 WHERE id = ?1";
    tx.execute(sql, params![post.id, &reading.text, now()])?;
    let known = addressed(tx, post.id)?;
    forget_many(tx, &[post.id])?;
    index_many(tx, &[(post.id, Index::of(reading, observables))])?;
    let sql = "SELECT reply_to FROM post WHERE id = ?1";
    let reply_to = tx.query_one(sql, params![post.id], |row| row.opt_int(0))?;
    let mentioned = set_to(tx, post.id, reply_to, reading)?;
    let fresh: Vec<i64> = mentioned
        .into_iter()
        .filter(|account| !known.contains(account))
        .collect();
    notification::tell(
        tx,
        NotificationKind::Mention,
        post.from.id,
        Some(post.id),
        &fresh,
    )?;
    announce(tx, ChangeKind::Edited, post.id);
    Ok(())
}

/// Tells which contents of files nothing names any more.
fn delete(tx: &Tx, post: &Post) -> Result<Vec<Vec<u8>>> {
    let id = post.id;
    forget_many(tx, &[id])?;
    annotation::forget(tx, &[id])?;
    for sql in [
        "DELETE FROM post_revision WHERE post = ?1",
        "DELETE FROM star WHERE post = ?1",
        "DELETE FROM attachment WHERE post = ?1",
        "DELETE FROM notification WHERE post = ?1",
        "DELETE FROM notification WHERE post IN (SELECT id FROM post WHERE repost_of = ?1)",
        "DELETE FROM post WHERE repost_of = ?1",
    ] {
        tx.execute(sql, params![id])?;
    }
    let sql = "UPDATE post SET text = '', deleted = ?2 WHERE id = ?1";
    tx.execute(sql, params![id, now()])?;
    announce(tx, ChangeKind::Deleted, id);
    let mut gone = Vec::new();
    for file in &post.attachments {
        gone.extend(blob::forget(tx, &file.body.hash)?);
    }
    Ok(gone)
}

pub(super) fn announce(tx: &Tx, kind: ChangeKind, post: i64) {
    tx.announce(Announced {
        kind,
        source: 0,
        reference: post,
    });
}

/// Numbers of observables. Whoever makes observables on PostgreSQL holds the lock of imports.
fn number(tx: &Tx, observables: &[Observable]) -> Result<Vec<i64>> {
    if observables.is_empty() {
        return Ok(Vec::new());
    }
    observable::lock(tx)?;
    let observables: Vec<&Observable> = observables.iter().collect();
    Ok(observable::find_or_insert(tx, &observables)?.ids)
}

fn addressed(conn: &Conn, id: i64) -> Result<Vec<i64>> {
    let sql = "SELECT account FROM post_to WHERE post = ?1";
    conn.query(sql, params![id], |row| row.int(0))
}

/// Writes whom a post is for, and tells which accounts it mentions.
fn set_to(tx: &Tx, id: i64, reply_to: Option<i64>, reading: &Reading) -> Result<Vec<i64>> {
    let mut mentioned = Vec::new();
    if !reading.mentions.is_empty() {
        let names: Vec<Param> = reading.mentions.iter().map(Param::from).collect();
        let places: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
        let sql = format!(
            "SELECT id FROM account WHERE lower(name) IN ({}) ORDER BY id",
            places.join(", ")
        );
        mentioned = tx.query(&sql, &names, |row| row.int(0))?;
    }
    let mut to = mentioned.clone();
    if let Some(parent) = reply_to {
        let sql = "SELECT author FROM post WHERE id = ?1";
        to.push(tx.query_one(sql, params![parent], |row| row.int(0))?);
    }
    to.sort_unstable();
    to.dedup();
    let sql = "INSERT INTO post_to (account, post) SELECT id, ?2 FROM account WHERE id = ANY(?1)";
    tx.execute(sql, params![&to, id])?;
    Ok(mentioned)
}

/// Of these accounts, those that may see the post.
pub(crate) fn who_may_see(conn: &Conn, post: i64, accounts: &[i64]) -> Result<Vec<i64>> {
    let mut seeing = Vec::new();
    for account in accounts {
        let sight = Reader::account(*account).sight(conn)?;
        let sql = format!("SELECT 1 FROM post p WHERE p.id = ?3 AND {SEEN}");
        let row = params![sight.me(), sight.audiences(), post];
        if conn.query_opt(&sql, row, |_| Ok(()))?.is_some() {
            seeing.push(*account);
        }
    }
    Ok(seeing)
}
