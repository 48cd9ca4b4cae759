//! The walks: each gives the numbers of posts along one index, newest first.
//!
//! A timeline is a few walks put together. Each walk is asked for as many as are wanted, so what is
//! newest of all is among what they give; cost grows with the page and the number of groups (accounts
//! followed, tags followed), not with the posts there are.

use super::MENTION;
use crate::Form;
use crate::error::Result;
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, Param, params};

/// Numbers of posts that PostgreSQL looks through at first for a word; each time twice as many. So a
/// common word costs a few rows, and a rare one a few statements.
const WINDOW: i64 = 4_096;
/// Behind a window of so many numbers a word is taken for rare: those that have it are asked for all at once.
const WIDEST: i64 = 16_384;
/// Posts that a rare word has at most.
const RARE: i64 = 5_000;

/// One walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Everything that the reader may see.
    All,
    /// Everything that accounts here wrote, as far as the reader may see it: no items.
    Said,
    /// Items of one form.
    Form(Form),
    /// Records with this vendor or product: which of them, folded.
    Label(i64, String),
    /// What these accounts wrote and reposted.
    Accounts(Vec<i64>),
    /// What these accounts wrote and reposted, and what their sources collected for reading: no records.
    Followed(Vec<i64>),
    /// With this tag, folded.
    Tag(String),
    /// For this account: it is mentioned or answered.
    To(i64),
    /// With all of these words.
    Words(Vec<String>),
    /// Naming one of these observables.
    Naming(Vec<i64>),
    /// These, and no others.
    These(Vec<i64>),
}

/// Who asks, and whom that one does not want to read.
pub(crate) struct Eyes<'a> {
    pub(crate) sight: &'a Sight,
    pub(crate) muted: Vec<i64>,
}

/// What holds for every post of a walk: it stands, may be seen, and is not by somebody muted.
fn standing() -> String {
    format!("p.deleted IS NULL AND {SEEN} AND NOT (p.account = ANY(?6))")
}

/// The newest posts below a number that any of the walks meets, newest first.
pub(crate) fn newest(
    conn: &Conn,
    eyes: &Eyes,
    walks: &[Walk],
    below: i64,
    count: usize,
) -> Result<Vec<i64>> {
    let mut met = Vec::new();
    for walk in walks {
        met.extend(walk.ids(conn, eyes, below, count as i64)?);
    }
    met.sort_unstable_by(|one, other| other.cmp(one));
    met.dedup();
    met.truncate(count);
    Ok(met)
}

impl Walk {
    fn ids(&self, conn: &Conn, eyes: &Eyes, below: i64, count: i64) -> Result<Vec<i64>> {
        let ask = |sql: &str, key: Param| {
            let row = &[
                eyes.sight.me().into(),
                eyes.sight.audiences().into(),
                key,
                below.into(),
                count.into(),
                (&eyes.muted).into(),
            ];
            conn.query(sql, row, |row| row.int(0))
        };
        let of_each = |inner: &str, values: &[i64]| ask(&grouped(conn, inner), values.into());
        match self {
            Walk::All => {
                let inner = one("p.id", "post p", "p.audience = {v}");
                let mut met = of_each(&inner, eyes.sight.audiences())?;
                let own = one("p.id", "post p", "p.author = ?3");
                met.extend(ask(&own, eyes.sight.me().into())?);
                Ok(met)
            }
            Walk::Said => {
                let inner = one("p.id", "post p", "p.audience = {v} AND p.form = 0");
                let mut met = of_each(&inner, eyes.sight.audiences())?;
                let own = one("p.id", "post p", "p.author = ?3 AND p.form = 0");
                met.extend(ask(&own, eyes.sight.me().into())?);
                Ok(met)
            }
            Walk::Form(form) => {
                // The condition on the partial index is spelt out.
                let of_form = one("p.id", "post p", "p.form = ?3 AND p.form > 0");
                ask(&of_form, form.code().into())
            }
            Walk::Label(kind, label) => {
                let from = "item_label t JOIN post p ON p.id = t.post";
                let key = format!("t.kind = {kind} AND t.label = ?3");
                ask(&one("t.post", from, &key), label.into())
            }
            Walk::Followed(accounts) => {
                let key = "p.account = {v} AND p.form <= 2";
                of_each(&one("p.id", "post p", key), accounts)
            }
            Walk::Accounts(accounts) => {
                of_each(&one("p.id", "post p", "p.account = {v}"), accounts)
            }
            Walk::Tag(tag) => {
                let from = "post_tag t JOIN post p ON p.id = t.post";
                ask(&one("t.post", from, "t.tag = ?3"), tag.into())
            }
            Walk::To(account) => {
                let from = "post_to t JOIN post p ON p.id = t.post";
                ask(&one("t.post", from, "t.account = ?3"), (*account).into())
            }
            Walk::Naming(observables) => {
                let from = "mention m JOIN post p ON p.id = m.statement";
                let group = format!("m.observable = {{v}} AND m.kind = {MENTION}");
                of_each(&one("m.statement", from, &group), observables)
            }
            Walk::These(posts) => ask(&one("p.id", "post p", "p.id = ANY(?3)"), posts.into()),
            Walk::Words(words) => with_words(conn, eyes, words, below, count),
        }
    }
}

/// A statement that goes along one index, for one key or for a value `{v}` of several.
fn one(id: &str, from: &str, key: &str) -> String {
    let standing = standing();
    format!(
        "SELECT {id} FROM {from} WHERE {key} AND {id} < ?4 AND {standing}
        ORDER BY {id} DESC LIMIT ?5"
    )
}

/// The newest of each value of `?3`, together.
fn grouped(conn: &Conn, inner: &str) -> String {
    match conn {
        Conn::Sqlite(_) => {
            let inner = inner.replace("{v}", "v.value");
            format!(
                "SELECT DISTINCT q.id FROM rarray(?3) v CROSS JOIN post q WHERE q.id IN ({inner})
                ORDER BY q.id DESC LIMIT ?5"
            )
        }
        Conn::Postgres(_) => {
            let inner = inner.replace("{v}", "v.value");
            format!(
                "SELECT DISTINCT q.id FROM unnest(?3::bigint[]) AS v(value)
                CROSS JOIN LATERAL ({inner}) AS q(id) ORDER BY q.id DESC LIMIT ?5"
            )
        }
    }
}

fn with_words(
    conn: &Conn,
    eyes: &Eyes,
    words: &[String],
    below: i64,
    count: i64,
) -> Result<Vec<i64>> {
    let (me, audiences) = (eyes.sight.me(), eyes.sight.audiences());
    let standing = standing();
    if matches!(conn, Conn::Sqlite(_)) {
        let sql = format!(
            "SELECT post_prose.rowid FROM post_prose JOIN post p ON p.id = post_prose.rowid
            WHERE post_prose MATCH ?3 AND post_prose.rowid < ?4 AND {standing}
            ORDER BY post_prose.rowid DESC LIMIT ?5"
        );
        let words = quoted(words, '"', " ");
        let row = params![me, audiences, &words, below, count, &eyes.muted];
        return conn.query(&sql, row, |row| row.int(0));
    }
    let sql = format!(
        "SELECT p.id FROM post p WHERE p.tokens @@ (?3::text)::tsquery AND p.id < ?4
            AND p.id >= ?7 AND {standing} ORDER BY p.id DESC LIMIT ?5"
    );
    let words = quoted(words, '\'', " & ");
    let newest = conn.query_one("SELECT coalesce(max(id), 0) FROM post", params![], |row| {
        row.int(0)
    })?;
    let (mut met, mut window) = (Vec::new(), WINDOW);
    let mut below = below.min(newest + 1);
    while below > 0 && (met.len() as i64) < count {
        if window > WIDEST
            && let Some(rest) = rare(conn, eyes, &words, below)?
        {
            met.extend(rest);
            met.truncate(usize::try_from(count).unwrap_or_default());
            return Ok(met);
        }
        let from = below.saturating_sub(window).max(0);
        let more = count - met.len() as i64;
        let row = params![me, audiences, &words, below, more, &eyes.muted, from];
        met.extend(conn.query(&sql, row, |row| row.int(0))?);
        (below, window) = (from, window.saturating_mul(2));
    }
    Ok(met)
}

/// All posts below a number with words that few have, newest first; nothing where they are too many. They are asked
/// for without an order, so that PostgreSQL goes by the words and not through all posts.
fn rare(conn: &Conn, eyes: &Eyes, words: &str, below: i64) -> Result<Option<Vec<i64>>> {
    let standing = standing();
    let sql = format!(
        "WITH met AS MATERIALIZED (SELECT p.id FROM post p
            WHERE p.tokens @@ (?3::text)::tsquery AND p.id < ?4 AND {standing} LIMIT ?5)
        SELECT id FROM met ORDER BY id DESC"
    );
    let (me, audiences) = (eyes.sight.me(), eyes.sight.audiences());
    let row = params![me, audiences, words, below, RARE + 1, &eyes.muted];
    let met = conn.query(&sql, row, |row| row.int(0))?;
    Ok((met.len() as i64 <= RARE).then_some(met))
}

fn quoted(words: &[String], quote: char, between: &str) -> String {
    let words = words.iter().map(|word| crate::search::quoted(word, quote));
    words.collect::<Vec<_>>().join(between)
}
