//! Digests: a source says, at most once in a while, what its batches brought. One post, never a post a
//! row; nothing when there is nothing worth saying.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};

use noroshi_indicator::Observable;
use serde::{Deserialize, Serialize};

use super::Post;
use super::reading::Reading;
use super::write::{self, Sent};
use crate::batch::BatchState;
use crate::error::Result;
use crate::sql::{Conn, Tx, params};
use crate::{Reader, Store, context, now, observable, source};

/// Listings that are looked at for families, tags and kinds; of more, the newest.
const SAMPLE: i64 = 20_000;
/// Values that are looked for elsewhere.
const ELSEWHERE: usize = 2_000;
/// Characters of a title.
const TITLE: usize = 120;
/// Families, tags and items that are named.
const NAMED: usize = 3;

/// When a source speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestRule {
    /// Whether it speaks at all.
    pub on: bool,
    /// It is quiet until there are so many new or changed listings.
    pub least: i64,
    /// It is quiet for so many microseconds after it spoke; the next digest tells of all since.
    pub pause: i64,
}

impl fmt::Display for DigestRule {
    /// `on, from 1 listing, once in 60 min`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = if self.on { "on" } else { "off" };
        let (least, minutes) = (self.least, self.pause / 60_000_000);
        write!(f, "{on}, from {least} listings, once in {minutes} min")
    }
}

/// What a digest says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Listings that became new.
    pub new: i64,
    /// Listings that became different, or returned.
    pub changed: i64,
    /// Listings that went.
    pub delisted: i64,
    /// By kind, most first.
    pub kinds: Vec<(String, i64)>,
    /// Names and links under `.jp`.
    pub jp: i64,
    /// By family, most first.
    pub families: Vec<(String, i64)>,
    /// By tag, most first.
    pub tags: Vec<(String, i64)>,
    /// Values that others here had named before, as far as everyone may know.
    pub elsewhere: i64,
    /// The newest items: the post, and its title.
    #[serde(default)]
    pub items: Vec<(i64, String)>,
    /// Whether these are counts of a sample, hence "at least".
    pub sampled: bool,
    /// The newest batch it tells of.
    pub batch: i64,
}

impl fmt::Display for Digest {
    /// As the post says it, in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "**{} new**", self.new)?;
        for (count, what) in [(self.changed, "changed"), (self.delisted, "gone")] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        let least = if self.sampled { "at least " } else { "" };
        if !self.kinds.is_empty() {
            write!(f, ": {}", told(&self.kinds))?;
        }
        if self.jp > 0 {
            write!(f, "; {least}{} under .jp", self.jp)?;
        }
        if self.elsewhere > 0 {
            write!(f, "; {least}{} known here before", self.elsewhere)?;
        }
        f.write_char('.')?;
        for (post, title) in &self.items {
            write!(f, "\n- [{}](/post/{post})", plain(title))?;
        }
        for (title, names) in [("Families", &self.families), ("Tags", &self.tags)] {
            if !names.is_empty() {
                write!(f, "\n{title}: {}.", told(names))?;
            }
        }
        write!(f, "\n[Receipt](/batch/{})", self.batch)
    }
}

/// `url 180, domain 33`. What would be Markdown in the words of a feed is written out.
fn told(counts: &[(String, i64)]) -> String {
    let told = counts
        .iter()
        .map(|(name, count)| format!("{} {count}", plain(name)));
    told.collect::<Vec<_>>().join(", ")
}

/// A name of a feed as it may stand in a post: it must neither call anybody nor become a link.
fn plain(name: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.');
    name.chars()
        .map(|c| if harmless(c) { c } else { ' ' })
        .take(60)
        .collect()
}

impl Store {
    /// When a source speaks.
    pub async fn digest_rule(&self, source: i64) -> Result<DigestRule> {
        self.read(move |conn| Ok(state(conn, source)?.rule)).await
    }

    /// Decides when a source speaks.
    pub async fn set_digest_rule(&self, source: i64, rule: DigestRule) -> Result<()> {
        self.write(move |tx| {
            let sql = "UPDATE source SET digest = ?2, digest_least = ?3, digest_pause = ?4
                WHERE id = ?1";
            let (on, least, pause) = (i64::from(rule.on), rule.least.max(1), rule.pause.max(0));
            tx.execute(sql, params![source, on, least, pause])
        })
        .await?;
        Ok(())
    }

    /// Lets a source speak about what came since it last spoke, if that is worth saying now.
    pub async fn post_digest(&self, source: i64) -> Result<Option<Post>> {
        self.write(move |tx| speak(tx, source)).await
    }
}

/// A source as far as its speaking goes.
struct State {
    account: i64,
    audience: i64,
    tlp: i64,
    rule: DigestRule,
    digested: i64,
}

fn state(conn: &Conn, source: i64) -> Result<State> {
    let sql = "SELECT account, audience, tlp, digest, digest_least, digest_pause,
        coalesce(digested, 0) FROM source WHERE id = ?1";
    conn.query_one(sql, params![source], |row| {
        Ok(State {
            account: row.int(0)?,
            audience: row.int(1)?,
            tlp: row.int(2)?,
            rule: DigestRule {
                on: row.int(3)? != 0,
                least: row.int(4)?,
                pause: row.int(5)?,
            },
            digested: row.int(6)?,
        })
    })
}

fn speak(tx: &Tx, source: i64) -> Result<Option<Post>> {
    let state = state(tx, source)?;
    let sql = "SELECT max(received) FROM post WHERE account = ?1 AND batch IS NOT NULL";
    let spoke = tx.query_one(sql, params![state.account], |row| row.opt_int(0))?;
    let quiet = spoke.is_some_and(|spoke| now() - spoke < state.rule.pause);
    if !state.rule.on || quiet {
        return Ok(None);
    }
    let sql = "SELECT CAST(sum(k.new) AS BIGINT), CAST(sum(k.changed) AS BIGINT),
            CAST(sum(k.delisted) AS BIGINT), max(k.id), max(b.id)
        FROM batch b JOIN chunk k ON k.batch = b.id
        WHERE b.source = ?1 AND k.id > ?2 AND b.state = ?3";
    let complete = BatchState::Complete.code();
    let row = params![source, state.digested, complete];
    let sums = tx.query_one(sql, row, |row| {
        Ok((
            row.opt_int(0)?,
            row.opt_int(1)?,
            row.opt_int(2)?,
            row.opt_int(3)?,
            row.opt_int(4)?,
        ))
    })?;
    let (Some(new), Some(changed), Some(delisted), Some(last), Some(batch)) = sums else {
        return Ok(None);
    };
    if new + changed < state.rule.least {
        return Ok(None);
    }
    let mut digest = Digest {
        new,
        changed,
        delisted,
        batch,
        ..Digest::default()
    };
    look_closer(tx, source, &state, last, &mut digest)?;
    let sql = "UPDATE source SET digested = ?2 WHERE id = ?1";
    tx.execute(sql, params![source, last])?;
    let sent = Sent {
        account: state.account,
        reply_to: None,
        thread: None,
        audience: state.audience,
        tlp: source::tlp(state.tlp)?,
        batch: Some(batch),
        observed: None,
        at: now(),
    };
    let id = write::insert(tx, &sent, &Reading::of(&digest.to_string())?)?;
    let json = serde_json::to_string(&digest).unwrap_or_default();
    tx.execute(
        "UPDATE post SET digest = ?2 WHERE id = ?1",
        params![id, &json],
    )?;
    Ok(Some(write::one(tx, &Reader::operator(), id)?))
}

/// What the new listings are about, from a sample of them.
fn look_closer(
    conn: &Conn,
    source: i64,
    state: &State,
    last: i64,
    digest: &mut Digest,
) -> Result<()> {
    let sql = "SELECT l.observable, l.context, o.kind, o.value FROM listing l
        JOIN observable o ON o.id = l.observable
        WHERE l.chunk > ?1 AND l.chunk <= ?2 AND l.source = ?3
        ORDER BY l.chunk DESC, l.observable DESC LIMIT ?4";
    let row = params![state.digested, last, source, SAMPLE];
    let rows = conn.query(sql, row, |row| {
        Ok((
            row.int(0)?,
            row.int(1)?,
            observable::from_columns(row, 2, 3)?,
        ))
    })?;
    let mut kinds: BTreeMap<&str, i64> = BTreeMap::new();
    let mut contexts: HashMap<i64, i64> = HashMap::new();
    for (_, context, observable) in &rows {
        *kinds.entry(observable.kind().name()).or_default() += 1;
        *contexts.entry(*context).or_default() += 1;
        digest.jp += i64::from(is_japanese(observable));
    }
    digest.sampled = rows.len() as i64 == SAMPLE || rows.len() > ELSEWHERE;
    digest.kinds = most(
        kinds
            .into_iter()
            .map(|(kind, count)| (kind.to_owned(), count))
            .collect(),
        usize::MAX,
    );
    (digest.families, digest.tags) = labels(conn, &contexts)?;
    let mut observables: Vec<i64> = rows.iter().map(|(id, ..)| *id).collect();
    observables.truncate(ELSEWHERE);
    observables.sort_unstable();
    digest.elsewhere = elsewhere(conn, source, state.audience, &observables)?;
    digest.items = items(conn, source, state, last)?;
    Ok(())
}

/// The titles of the newest items.
fn items(conn: &Conn, source: i64, state: &State, last: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT i.post, coalesce(i.title, p.text) FROM item i JOIN post p ON p.id = i.post
        WHERE i.chunk > ?1 AND i.chunk <= ?2 AND i.source = ?3 AND p.deleted IS NULL
        ORDER BY i.chunk DESC, i.post DESC LIMIT ?4";
    let row = params![state.digested, last, source, NAMED as i64];
    conn.query(sql, row, |row| {
        let title = row.text(1)?.chars().take(TITLE).collect();
        Ok((row.int(0)?, title))
    })
}

fn is_japanese(observable: &Observable) -> bool {
    observable
        .reversed_name()
        .is_some_and(|name| name.starts_with("jp."))
}

type Counts = Vec<(String, i64)>;

/// Families and tags of contexts, each with how many listings have it.
fn labels(conn: &Conn, contexts: &HashMap<i64, i64>) -> Result<(Counts, Counts)> {
    let mut ids: Vec<i64> = contexts
        .keys()
        .copied()
        .filter(|id| *id != context::NONE)
        .collect();
    ids.sort_unstable();
    let sql = "SELECT id, family, tags FROM context WHERE id = ANY(?1)";
    let texts = conn.query(sql, params![&ids], |row| {
        Ok((
            row.int(0)?,
            row.opt_text(1)?,
            context::tags_from(&row.text(2)?),
        ))
    })?;
    let (mut families, mut tags): (BTreeMap<String, i64>, BTreeMap<String, i64>) =
        Default::default();
    for (id, family, labels) in texts {
        let count = contexts.get(&id).copied().unwrap_or(0);
        if let Some(family) = family {
            *families.entry(family).or_default() += count;
        }
        for tag in labels {
            *tags.entry(tag).or_default() += count;
        }
    }
    Ok((
        most(families.into_iter().collect(), NAMED),
        most(tags.into_iter().collect(), NAMED),
    ))
}

fn most(mut counts: Counts, named: usize) -> Counts {
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts.truncate(named);
    counts
}

/// How many of the observables others named too, counting only what every reader of the digest may
/// see: statements to everyone, or to the same audience.
fn elsewhere(conn: &Conn, source: i64, audience: i64, observables: &[i64]) -> Result<i64> {
    let sql = "SELECT count(DISTINCT l.observable) FROM listing l JOIN source s ON s.id = l.source
        WHERE l.observable = ANY(?1) AND l.source <> ?2 AND s.audience IN (1, ?3)";
    conn.query_one(sql, params![observables, source, audience], |row| {
        row.int(0)
    })
}

/// What a digest's post says, as far as it can still be read.
pub(super) fn from_column(text: Option<String>) -> Option<Digest> {
    serde_json::from_str(&text?).ok()
}
