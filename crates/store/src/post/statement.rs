//! Posts as the query language sees them, and the posts that name an observable.

use std::collections::HashMap;
use std::sync::Arc;

use noroshi_indicator::{Observable, fold, tokens};
use noroshi_query::{Statement, StatementKind};

use super::{Entry, MENTION, Post, PostWalk, load};
use crate::error::Result;
use crate::item::VENDOR;
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, params};
use crate::{AccountKind, Form, observable};

/// Mentions that one statement reads.
const MOST: i64 = 2_000;

impl Post {
    /// As a query is held against it.
    pub fn statement(&self) -> Statement<'_> {
        self.said_of(&self.observables)
    }

    /// As a statement about some of what it names.
    fn said_of<'a>(&'a self, observables: &'a [Observable]) -> Statement<'a> {
        let seen = self.observed.unwrap_or(self.published);
        let item = self.item.as_deref();
        Statement {
            kind: item.map_or(StatementKind::Post, |item| item.form.kind()),
            observables,
            from: &self.from.name,
            by_source: self.from.kind == AccountKind::Source,
            to: &self.to,
            family: None,
            tags: &self.tags,
            text: Some(&self.text),
            vendors: item.map_or(&[], |item| &item.vendors),
            products: item.map_or(&[], |item| &item.products),
            cvss: item.and_then(|item| item.cvss),
            tlp: self.tlp,
            received: self.received,
            first_seen: seen,
            last_seen: seen,
            reply: self.reply_to.is_some(),
            repost: false,
            file: !self.attachments.is_empty(),
        }
    }
}

impl Entry {
    /// As a query is held against it. A repost says nothing of its own: it has neither words nor tags,
    /// and names nothing.
    pub fn statement(&self) -> Statement<'_> {
        let said = self.post.statement();
        match &self.repost {
            None => said,
            Some(repost) => Statement {
                kind: StatementKind::Post,
                observables: &[],
                from: &repost.by.name,
                by_source: repost.by.kind == AccountKind::Source,
                to: &[],
                tags: &[],
                text: None,
                vendors: &[],
                products: &[],
                cvss: None,
                received: repost.at,
                first_seen: repost.at,
                last_seen: repost.at,
                reply: false,
                repost: true,
                file: false,
                ..said
            },
        }
    }
}

/// A post that names an observable.
pub(crate) struct Mentioned {
    /// The observable's number.
    pub(crate) id: i64,
    pub(crate) observable: Observable,
    pub(crate) post: Arc<Post>,
}

impl Mentioned {
    /// What the post says about the observable.
    pub(crate) fn statement(&self) -> Statement<'_> {
        self.post.said_of(std::slice::from_ref(&self.observable))
    }

    /// Whether a walk of posts comes past it.
    pub(crate) fn met_by(&self, walk: &PostWalk) -> bool {
        let (post, item) = (&self.post, self.post.item.as_deref());
        match walk {
            PostWalk::All => true,
            PostWalk::Said => item.is_none(),
            PostWalk::Form(form) => item.is_some_and(|item| item.form == *form),
            PostWalk::Label(kind, label) => item.is_some_and(|item| {
                let names = match *kind {
                    VENDOR => &item.vendors,
                    _ => &item.products,
                };
                names.iter().any(|name| fold(name) == *label)
            }),
            PostWalk::Followed(accounts) => {
                let read = item.is_none_or(|item| matches!(item.form, Form::Social | Form::News));
                read && accounts.contains(&post.from.id)
            }
            PostWalk::Accounts(accounts) => accounts.contains(&post.from.id),
            PostWalk::Tag(tag) => post.tags.iter().any(|one| fold(one) == *tag),
            PostWalk::To(account) => post.to_ids.contains(account),
            PostWalk::Words(words) => {
                let texts = post.tags.iter().chain([&post.text]);
                let there: Vec<String> = texts.flat_map(|text| tokens(text)).collect();
                words.iter().all(|word| there.contains(word))
            }
            PostWalk::These(posts) => posts.contains(&post.id),
            PostWalk::Naming(observables) => observables.contains(&self.id),
        }
    }
}

/// The posts that name some observables and that the reader may see, by observable, newest first; and
/// whether one has more than are read.
pub(crate) fn naming(
    conn: &Conn,
    sight: &Sight,
    observables: &[i64],
) -> Result<(Vec<Mentioned>, bool)> {
    let sql = format!(
        "SELECT m.observable, m.statement, o.kind, o.value FROM mention m
        JOIN post p ON p.id = m.statement JOIN observable o ON o.id = m.observable
        WHERE m.observable = ANY(?3) AND m.kind = {MENTION} AND p.deleted IS NULL AND {SEEN}
        ORDER BY m.observable, m.statement DESC LIMIT ?4"
    );
    let row = params![sight.me(), sight.audiences(), observables, MOST + 1];
    let mut rows = conn.query(&sql, row, |row| {
        Ok((
            row.int(0)?,
            row.int(1)?,
            observable::from_columns(row, 2, 3)?,
        ))
    })?;
    let cut = rows.len() as i64 > MOST;
    if cut && observables.len() > 1 {
        let (before, behind) = observables.split_at(observables.len() / 2);
        let (mut named, cut) = naming(conn, sight, before)?;
        let (rest, cut_too) = naming(conn, sight, behind)?;
        named.extend(rest);
        return Ok((named, cut || cut_too));
    }
    rows.truncate(MOST as usize);
    let mut ids: Vec<i64> = rows.iter().map(|(_, post, _)| *post).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut posts: HashMap<i64, Arc<Post>> = HashMap::new();
    for block in ids.chunks(load::MOST) {
        let loaded = load::load(conn, sight, block)?.into_iter();
        posts.extend(loaded.map(|post| (post.id, Arc::new(post))));
    }
    let named = rows.into_iter().filter_map(|(id, post, observable)| {
        let post = Arc::clone(posts.get(&post)?);
        Some(Mentioned {
            id,
            observable,
            post,
        })
    });
    Ok((named.collect(), cut))
}
