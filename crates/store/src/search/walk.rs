//! The walks: each goes along one index, in blocks.

use noroshi_indicator::{Kind, Observable, fold, tokens};

use super::cursor::Position;
use super::said::About;
use crate::context::TAG;
use crate::error::Result;
use crate::listing::Held;
use crate::post::{Eyes, MENTION, PostWalk, newest};
use crate::reader::Sources;
use crate::sql::{Conn, Param, params};
use crate::{observable, part};

/// Kinds of which there are too many for an index of their own; the same list stands in the schema,
/// at `observable_rare`.
const COMMON: [Kind; 6] = [
    Kind::Ipv4,
    Kind::Domain,
    Kind::Url,
    Kind::Md5,
    Kind::Sha1,
    Kind::Sha256,
];

/// Contexts or chunks looked at in one step of a walk.
const STRATA: i64 = 64;

/// One walk of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// These, in this order.
    Exact(Vec<Observable>),
    /// Reversed names from one to another, in their order.
    Names { from: String, to: String },
    /// Addresses from one to another, in their order.
    Addresses { from: [u8; 16], to: [u8; 16] },
    /// Listings with all of these families and tags, newest context first.
    Labels(Vec<Label>),
    /// Listings whose family, tags or note have these words, newest context first.
    Prose { words: Vec<String> },
    /// Values with this text in them, newest first.
    Part(String),
    /// What a source lists, newest observable first.
    Source(i64),
    /// Listings received in this range, newest first.
    Received {
        from: Option<i64>,
        until: Option<i64>,
    },
    /// What posts name, along a walk of posts.
    Posts(PostWalk),
    /// Observables of a rare kind, newest first.
    Kind(Kind),
    /// Everything, newest observable first.
    All,
}

/// A family or a tag: which of them, and its folded text.
pub(crate) type Label = (i64, String);

/// An observable that a walk met, and where.
pub(crate) struct Met {
    pub(crate) observable: i64,
    pub(crate) position: Position,
}

impl Walk {
    pub(crate) fn is_rare(kind: Kind) -> bool {
        !COMMON.contains(&kind)
    }

    pub(crate) fn cost(&self) -> u32 {
        match self {
            Walk::Exact(_) => 0,
            Walk::Names { .. } => 2,
            Walk::Addresses { .. } => 3,
            Walk::Kind(_) | Walk::Labels(_) | Walk::Prose { .. } => 4,
            Walk::Part(_) => 5,
            Walk::Posts(PostWalk::All) => 8,
            Walk::Posts(PostWalk::Said | PostWalk::Form(_)) => 7,
            Walk::Posts(PostWalk::Accounts(_) | PostWalk::Followed(_)) => 6,
            Walk::Posts(_) => 4,
            Walk::Source(_) => 6,
            Walk::Received { from: Some(_), .. } => 7,
            Walk::Received { .. } => 8,
            Walk::All => 9,
        }
    }

    /// Up to about `count` observables behind `after`; fewer than one only at the end.
    pub(crate) fn block(
        &self,
        conn: &Conn,
        sources: &Sources,
        eyes: &Eyes,
        after: Option<&Position>,
        count: i64,
    ) -> Result<Vec<Met>> {
        match self {
            Walk::Exact(observables) => exact(conn, observables, after),
            Walk::Names { from, to } => names(conn, from, to, after, count),
            Walk::Addresses { from, to } => addresses(conn, from, to, after, count),
            Walk::Labels(labels) => strata(conn, CONTEXT, sources.ids(), after, count, |below| {
                contexts_labelled(conn, labels, below)
            }),
            Walk::Prose { words } => strata(conn, CONTEXT, sources.ids(), after, count, |below| {
                contexts_with(conn, words, below)
            }),
            Walk::Received { from, until } => {
                strata(conn, CHUNK, sources.ids(), after, count, |below| {
                    let (from, until) = (from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
                    let sql = "SELECT id FROM chunk WHERE at >= ?1 AND at < ?2 AND id < ?3
                    ORDER BY id DESC LIMIT ?4";
                    conn.query(sql, params![from, until, below, STRATA], |row| row.int(0))
                })
            }
            Walk::Part(text) => {
                let found = part::matching(conn, text, below(after), count)?;
                Ok(found.into_iter().map(numbered).collect())
            }
            Walk::Source(source) if !sources.contains(source) => Ok(Vec::new()),
            Walk::Source(source) => {
                let sql = "SELECT DISTINCT observable FROM listing
                    WHERE source = ?1 AND observable < ?2 ORDER BY observable DESC LIMIT ?3";
                numbers(conn, sql, params![*source, below(after), count])
            }
            Walk::Posts(walk) => strata(conn, POST, &[MENTION], after, count, |below| {
                let walk = std::slice::from_ref(walk);
                newest(conn, eyes, walk, below, STRATA as usize)
            }),
            Walk::Kind(kind) => {
                // The list spells the condition of the partial index.
                let sql = "SELECT id FROM observable WHERE kind = ?1 AND id < ?2
                    AND kind NOT IN (1, 4, 5, 7, 8, 10) ORDER BY id DESC LIMIT ?3";
                numbers(
                    conn,
                    sql,
                    params![i64::from(kind.code()), below(after), count],
                )
            }
            Walk::All => {
                let sql = "SELECT id FROM observable WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
                numbers(conn, sql, params![below(after), count])
            }
        }
    }

    /// Whether it finds values by what they are, not by what is said about them.
    pub(crate) fn goes_by_value(&self) -> bool {
        matches!(
            self,
            Walk::Exact(_)
                | Walk::Names { .. }
                | Walk::Addresses { .. }
                | Walk::Part(_)
                | Walk::Kind(_)
        )
    }

    /// Whether this walk meets the observable, given all that the reader may see about it.
    pub(crate) fn meets(&self, observable: &Observable, about: &About) -> bool {
        match self {
            Walk::Exact(observables) => observables.contains(observable),
            Walk::Names { from, to } => {
                observable::name(observable).is_some_and(|name| name >= *from && name < *to)
            }
            Walk::Addresses { from, to } => observable
                .address_range()
                .is_some_and(|(first, _)| first >= *from && first <= *to),
            Walk::Part(text) => part::has(observable, text),
            Walk::Source(source) => about.listings.iter().any(|held| held.source == *source),
            Walk::Posts(walk) => about.posts.iter().any(|named| named.met_by(walk)),
            Walk::Kind(kind) => observable.kind() == *kind,
            Walk::All => true,
            Walk::Labels(_) | Walk::Prose { .. } | Walk::Received { .. } => {
                about.listings.iter().any(|held| self.meets_listing(held))
            }
        }
    }

    /// Whether a walk that goes by contexts or chunks comes past this listing.
    fn meets_listing(&self, held: &Held) -> bool {
        let listing = &held.listing;
        match self {
            Walk::Labels(labels) => labels.iter().all(|(kind, label)| match *kind {
                TAG => listing.tags.iter().any(|tag| fold(tag) == *label),
                _ => listing
                    .family
                    .as_deref()
                    .is_some_and(|family| fold(family) == *label),
            }),
            Walk::Prose { words } => {
                let texts = listing
                    .family
                    .iter()
                    .chain(&listing.tags)
                    .chain(&listing.note);
                let there: Vec<String> = texts.flat_map(|text| tokens(text)).collect();
                words.iter().all(|word| there.contains(word))
            }
            Walk::Received { from, until } => {
                from.is_none_or(|from| listing.received >= from)
                    && until.is_none_or(|until| listing.received < until)
            }
            _ => false,
        }
    }

    /// Whether the walk met the observable at an earlier place: by a newer context, chunk or post.
    pub(crate) fn met_before(&self, position: &Position, about: &About) -> bool {
        let Position::Pair(here, _) = position else {
            return false;
        };
        if let Walk::Posts(walk) = self {
            let mut newer = about.posts.iter().filter(|named| named.post.id > *here);
            return newer.any(|named| named.met_by(walk));
        }
        let newer = |held: &Held| match self {
            Walk::Received { .. } => held.chunk > *here,
            _ => held.context > *here,
        };
        about
            .listings
            .iter()
            .any(|held| newer(held) && self.meets_listing(held))
    }
}

fn below(after: Option<&Position>) -> i64 {
    match after {
        Some(Position::Number(number)) => *number,
        _ => i64::MAX,
    }
}

fn numbers(conn: &Conn, sql: &str, params: &[Param]) -> Result<Vec<Met>> {
    conn.query(sql, params, |row| Ok(numbered(row.int(0)?)))
}

/// Met by a walk that goes by numbers.
fn numbered(observable: i64) -> Met {
    Met {
        observable,
        position: Position::Number(observable),
    }
}

fn exact(conn: &Conn, observables: &[Observable], after: Option<&Position>) -> Result<Vec<Met>> {
    let from = match after {
        Some(Position::Number(at)) => usize::try_from(*at).unwrap_or_default() + 1,
        _ => 0,
    };
    let rest: Vec<&Observable> = observables.iter().skip(from).collect();
    let found = observable::find_many(conn, &rest)?;
    let met = found.into_iter().zip(from..).filter_map(|(id, at)| {
        Some(Met {
            observable: id?,
            position: Position::Number(at as i64),
        })
    });
    Ok(met.collect())
}

fn names(
    conn: &Conn,
    from: &str,
    to: &str,
    after: Option<&Position>,
    count: i64,
) -> Result<Vec<Met>> {
    let (name, id) = match passed(conn, after)? {
        Some((id, observable)) => (observable::name(&observable).unwrap_or_default(), id),
        None => (from.to_owned(), 0),
    };
    let sql = "SELECT observable FROM observable_name
        WHERE (name, observable) > (?1, ?2) AND name < ?3 ORDER BY name, observable LIMIT ?4";
    numbers(conn, sql, params![&name, id, to, count])
}

fn addresses(
    conn: &Conn,
    from: &[u8; 16],
    to: &[u8; 16],
    after: Option<&Position>,
    count: i64,
) -> Result<Vec<Met>> {
    let (address, id) = match passed(conn, after)? {
        Some((id, observable)) => {
            let (first, _) = observable.address_range().unwrap_or((*to, *to));
            (first, id)
        }
        None => (*from, 0),
    };
    let sql = "SELECT observable FROM observable_address
        WHERE (address, observable) > (?1, ?2) AND address <= ?3
        ORDER BY address, observable LIMIT ?4";
    numbers(conn, sql, params![&address, id, to, count])
}

/// The observable that a walk came past last, of which a cursor has the number only.
fn passed(conn: &Conn, after: Option<&Position>) -> Result<Option<(i64, Observable)>> {
    let Some(Position::Number(id)) = after else {
        return Ok(None);
    };
    let sql = "SELECT id, kind, value FROM observable WHERE id = ?1";
    conn.query_opt(sql, params![*id], candidate)
}

/// The observables of one context, newest first. The condition on the partial index is spelt out.
const CONTEXT: &str = "SELECT DISTINCT observable FROM listing
    WHERE context = ?1 AND context <> 0 AND observable < ?2 AND source = ANY(?3)
    ORDER BY observable DESC LIMIT ?4";

/// The observables of one chunk, newest first.
const CHUNK: &str = "SELECT DISTINCT observable FROM listing
    WHERE chunk = ?1 AND observable < ?2 AND source = ANY(?3)
    ORDER BY observable DESC LIMIT ?4";

/// The observables of one post, newest first.
const POST: &str = "SELECT observable FROM mention
    WHERE statement = ?1 AND observable < ?2 AND kind = ANY(?3) ORDER BY observable DESC LIMIT ?4";

/// Goes through contexts, chunks or posts, newest first, and through each one's observables, newest
/// first: those `of` the sources, or the kind of statement. `older` gives the next numbers below one.
fn strata(
    conn: &Conn,
    observables: &str,
    of: &[i64],
    after: Option<&Position>,
    count: i64,
    older: impl Fn(i64) -> Result<Vec<i64>>,
) -> Result<Vec<Met>> {
    let mut met = Vec::new();
    let (mut stratum, mut observable) = match after {
        Some(Position::Pair(stratum, observable)) => (*stratum, *observable),
        _ => (i64::MAX, 0),
    };
    let mut left = vec![stratum];
    loop {
        for next in left {
            if next != stratum {
                (stratum, observable) = (next, i64::MAX);
            }
            let more = count - met.len() as i64;
            let row = params![stratum, observable, of, more];
            met.extend(conn.query(observables, row, |row| {
                let observable = row.int(0)?;
                Ok(Met {
                    observable,
                    position: Position::Pair(stratum, observable),
                })
            })?);
            if met.len() as i64 >= count {
                return Ok(met);
            }
        }
        left = older(stratum)?;
        if left.is_empty() {
            return Ok(met);
        }
    }
}

/// The next contexts below one that have all the labels.
fn contexts_labelled(conn: &Conn, labels: &[Label], below: i64) -> Result<Vec<i64>> {
    let mut sql = "SELECT a.context FROM context_label a WHERE a.context < ?1".to_owned();
    let mut params: Vec<Param> = vec![below.into(), STRATA.into()];
    for (at, (kind, label)) in labels.iter().enumerate() {
        let (kind_at, label_at) = (params.len() + 1, params.len() + 2);
        sql += &match at {
            0 => format!(" AND a.kind = ?{kind_at} AND a.label = ?{label_at}"),
            _ => format!(
                " AND EXISTS (SELECT 1 FROM context_label b WHERE b.kind = ?{kind_at}
                    AND b.label = ?{label_at} AND b.context = a.context)"
            ),
        };
        params.extend([Param::from(*kind), label.into()]);
    }
    sql += " ORDER BY a.context DESC LIMIT ?2";
    conn.query(&sql, &params, |row| row.int(0))
}

fn contexts_with(conn: &Conn, words: &[String], below: i64) -> Result<Vec<i64>> {
    let (sql, words) = match conn {
        Conn::Sqlite(_) => (
            "SELECT rowid FROM context_prose WHERE context_prose MATCH ?1 AND rowid < ?2
                ORDER BY rowid DESC LIMIT ?3",
            words
                .iter()
                .map(|word| quoted(word, '"'))
                .collect::<Vec<_>>()
                .join(" "),
        ),
        Conn::Postgres(_) => (
            "SELECT id FROM context WHERE tokens @@ (?1::text)::tsquery AND id < ?2
                ORDER BY id DESC LIMIT ?3",
            words
                .iter()
                .map(|word| quoted(word, '\''))
                .collect::<Vec<_>>()
                .join(" & "),
        ),
    };
    conn.query(sql, params![&words, below, STRATA], |row| row.int(0))
}

/// In quotes, with the quotes in it doubled, as both query syntaxes want it.
pub(crate) fn quoted(word: &str, quote: char) -> String {
    let doubled = word
        .replace(quote, &format!("{quote}{quote}"))
        .replace('\\', "\\\\");
    format!("{quote}{doubled}{quote}")
}

fn candidate(row: &crate::sql::Row) -> Result<(i64, Observable)> {
    Ok((row.int(0)?, observable::from_columns(row, 1, 2)?))
}
