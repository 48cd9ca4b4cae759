//! `hunt:` in searches: what the hunts that a query names have found.

use std::collections::HashMap;

use noroshi_indicator::Observable;
use noroshi_query::{Expr, Query, Term};

use super::KNOWN;
use crate::error::{Error, Result};
use crate::reader::Sight;
use crate::sql::{Conn, Param, params};
use crate::{account, observable};

/// Hits whose statements are gone to directly; of more, everything is looked at.
const MOST: i64 = 1_000;

/// The hunts that a query names, by the names that it has for them; those that may be seen.
pub(crate) struct Named(Vec<(String, Vec<i64>)>);

/// Which of the named hunts found some statements.
#[derive(Default)]
pub(crate) struct FoundBy {
    listings: HashMap<(i64, i64, i64), Vec<String>>,
    posts: HashMap<i64, Vec<String>>,
}

impl FoundBy {
    /// The names for a listing: its observable, source and item.
    pub(crate) fn listing(&self, key: (i64, i64, i64)) -> &[String] {
        self.listings
            .get(&key)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The names for a post, or a repost.
    pub(crate) fn post(&self, id: i64) -> &[String] {
        self.posts.get(&id).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Named {
    pub(crate) fn of(conn: &Conn, sight: &Sight, query: &Query) -> Result<Named> {
        let mut names = Vec::new();
        if let Some(expr) = &query.expr {
            collect(expr, &mut names);
        }
        names.sort_unstable();
        names.dedup();
        let ids = names.into_iter().map(|name| {
            let ids = named(conn, sight, &name)?;
            Ok((name, ids))
        });
        Ok(Named(ids.collect::<Result<_>>()?))
    }

    /// Which of them found listings about these observables, and these posts.
    pub(crate) fn found(&self, conn: &Conn, observables: &[i64], posts: &[i64]) -> Result<FoundBy> {
        let mut found = FoundBy::default();
        for (name, hunts) in &self.0 {
            let sql = "SELECT DISTINCT observable, source, item FROM hit
                WHERE kind = 2 AND observable = ANY(?1) AND hunt = ANY(?2)";
            let keys = conn.query(sql, params![observables, hunts], |row| {
                Ok((row.int(0)?, row.int(1)?, row.int(2)?))
            })?;
            for key in keys {
                found.listings.entry(key).or_default().push(name.clone());
            }
            let sql = "SELECT DISTINCT post FROM hit
                WHERE kind = 1 AND post = ANY(?1) AND hunt = ANY(?2)";
            for post in conn.query(sql, params![posts, hunts], |row| row.int(0))? {
                found.posts.entry(post).or_default().push(name.clone());
            }
        }
        Ok(found)
    }
}

fn collect(expr: &Expr, names: &mut Vec<String>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| collect(part, names)),
        Expr::Not(inner) => collect(inner, names),
        Expr::Term(Term::Hunt(name)) => names.push(name.clone()),
        Expr::Term(_) => {}
    }
}

/// Numbers of the hunts of that name that may be seen: `name`, or `owner/name`.
fn named(conn: &Conn, sight: &Sight, name: &str) -> Result<Vec<i64>> {
    let (owner, name) = match name.split_once('/') {
        Some((owner, name)) => match account::by_name(conn, owner) {
            Ok(owner) => (owner.id, name),
            Err(Error::NotFound { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        },
        None => (0, name),
    };
    let sql = format!(
        "SELECT u.id FROM hunt u WHERE {KNOWN} AND lower(u.name) = lower(?3)
            AND (u.owner = ?4 OR ?4 = 0) ORDER BY u.id"
    );
    let row: [Param; 4] = [
        sight.me().into(),
        sight.audiences().into(),
        name.into(),
        owner.into(),
    ];
    conn.query(&sql, &row, |row| row.int(0))
}

/// What hunts of a name found: the listed observables, and the posts. Nothing where that is too much.
pub(crate) fn statements(
    conn: &Conn,
    sight: &Sight,
    name: &str,
) -> Result<Option<(Vec<Observable>, Vec<i64>)>> {
    let hunts = named(conn, sight, name)?;
    let sql =
        "SELECT DISTINCT o.id, o.kind, o.value FROM hit h JOIN observable o ON o.id = h.observable
        WHERE h.kind = 2 AND h.hunt = ANY(?1) ORDER BY o.id DESC LIMIT ?2";
    let listed = conn.query(sql, params![&hunts, MOST + 1], |row| {
        observable::from_columns(row, 1, 2)
    })?;
    let sql = "SELECT DISTINCT post FROM hit WHERE kind = 1 AND hunt = ANY(?1) ORDER BY post DESC LIMIT ?2";
    let posts = conn.query(sql, params![&hunts, MOST + 1], |row| row.int(0))?;
    let few = listed.len().max(posts.len()) as i64 <= MOST;
    Ok(few.then_some((listed, posts)))
}
