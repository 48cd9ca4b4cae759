//! The collection of reputation: addresses, names and URLs that sources list now.

use noroshi_indicator::{Kind, Observable, Tlp};

use super::id::Ids;
use super::{ExistOptions, ExistPage, Key, MOST, page};
use crate::error::{Error, Result};
use crate::reader::Sources;
use crate::sql::{Conn, Param, Row, params};
use crate::{Reader, Source, Store, now, observable};

/// What the collection has.
const KINDS: [Kind; 4] = [Kind::Ipv4, Kind::Ipv6, Kind::Domain, Kind::Url];

/// Bits of a source's number and of an observable's, side by side in an identifier.
const SOURCE_BITS: u32 = 23;
const OBSERVABLE_BITS: u32 = 40;

/// Which rows.
#[derive(Clone, Debug)]
pub struct ListedFilter {
    /// About exactly this.
    pub observable: Option<Observable>,
    /// Of this source, by number.
    pub source: Option<i64>,
    /// Of no source with a higher marking.
    pub tlp: Tlp,
}

/// A row of the collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// 32 hexadecimal digits, for good.
    pub id: String,
    /// An address, a name or a URL.
    pub observable: Observable,
    /// The source's name.
    pub source: String,
    /// The source's number.
    pub source_id: i64,
    /// The malware family.
    pub family: Option<String>,
    /// The feed's free text.
    pub note: Option<String>,
    /// A link to the evidence.
    pub reference: Option<String>,
    /// When it arrived here or last changed, in microseconds since the epoch.
    pub received: i64,
}

impl Store {
    /// A page of what is listed now, by when it arrived. Cost: a page of one index, and up to 100,000 entries of it for
    /// the count and the offset.
    pub async fn listed(
        &self,
        reader: &Reader,
        filter: ListedFilter,
        options: ExistOptions<Listed>,
    ) -> Result<ExistPage<Listed>> {
        let reader = reader.clone();
        let deadline = std::time::Instant::now() + options.budget * 2;
        self.read_until(Some(deadline), move |conn| {
            let sources = seen(conn, &reader, filter.tlp)?;
            let sources = match filter.source {
                Some(id) if sources.contains(&id) => Sources::one(id),
                Some(_) => return Ok(nothing()),
                None => sources,
            };
            let about = match &filter.observable {
                None => None,
                Some(observable) => match observable::find_many(conn, &[observable])?.pop() {
                    Some(Some(id)) => Some(id),
                    _ => return Ok(nothing()),
                },
            };
            let asked = Question {
                conn,
                sources: &sources,
                kinds: kinds(),
                about,
                ids: Ids::of(conn)?,
                now: now(),
            };
            page(
                &options,
                |after, limit, offset| asked.block(after, limit, offset),
                || asked.count(),
            )
        })
        .await
    }

    /// One row of the collection.
    pub async fn listed_one(&self, reader: &Reader, id: &str, tlp: Tlp) -> Result<Listed> {
        let (reader, id) = (reader.clone(), id.to_owned());
        self.read(move |conn| {
            let none = || Error::not_found("row", id.as_str());
            let ids = Ids::of(conn)?;
            let (high, item) = ids.read(&id).ok_or_else(none)?;
            let (source, observable) = unpacked(high).ok_or_else(none)?;
            let sources = seen(conn, &reader, tlp)?;
            if !sources.contains(&source) {
                return Err(none());
            }
            let sql = format!(
                "SELECT {COLUMNS} FROM {ALL} {BESIDES}
                WHERE {LISTED} AND l.observable = ?4 AND l.item = ?5"
            );
            let item = i64::from_le_bytes(item.to_le_bytes());
            let (mine, kinds) = (Sources::one(source), kinds());
            let row = params![mine.ids(), &kinds, now(), observable, item];
            let row = conn.query_opt(&sql, row, |row| from_row(row, &ids))?;
            row.map(|(_, row)| row).ok_or_else(none)
        })
        .await
    }

    /// The sources that list anything, of no higher marking, by name.
    pub async fn listing_sources(&self, reader: &Reader, tlp: Tlp) -> Result<Vec<Source>> {
        let mut sources = self.sources(reader).await?;
        sources.retain(|source| source.tlp <= tlp);
        let ids: Vec<i64> = sources.iter().map(|source| source.id).collect();
        let listing = self
            .read(move |conn| {
                let sql = "SELECT s.id FROM source s WHERE s.id = ANY(?1)
                    AND EXISTS (SELECT 1 FROM listing l WHERE l.source = s.id)";
                conn.query(sql, params![&ids], |row| row.int(0))
            })
            .await?;
        sources.retain(|source| listing.contains(&source.id));
        Ok(sources)
    }
}

fn nothing() -> ExistPage<Listed> {
    ExistPage {
        rows: Vec::new(),
        count: 0,
        next: None,
    }
}

fn kinds() -> Vec<i64> {
    KINDS.iter().map(|kind| i64::from(kind.code())).collect()
}

/// Sources that the reader may see, of no higher marking.
fn seen(conn: &Conn, reader: &Reader, tlp: Tlp) -> Result<Sources> {
    let seen = reader.sources(conn)?;
    let sql = "SELECT id FROM source WHERE id = ANY(?1) AND tlp <= ?2 ORDER BY id";
    let row = params![seen.ids(), i64::from(tlp.code())];
    let ids = conn.query(sql, row, |row| row.int(0))?;
    Ok(Sources::some(ids))
}

const COLUMNS: &str =
    "l.chunk, l.observable, l.item, o.kind, o.value, s.id, s.name, c.family, c.note,
    l.reference, k.at";
const ALL: &str = "listing l JOIN chunk k ON k.id = l.chunk";
/// The chunks of one source `?4`, and their rows: by chunk, as all go.
const OF_SOURCE: &str = "chunk k CROSS JOIN listing l";
const ITS_CHUNKS: &str =
    "l.chunk = k.id AND +k.batch IN (SELECT b.id FROM batch b WHERE b.source = ?4) AND ";
const BESIDES: &str = "JOIN observable o ON o.id = l.observable JOIN source s ON s.id = l.source
    LEFT JOIN context c ON c.id = l.context";
/// What holds for every row: listed, and repeated since the source's expiry. The sign keeps SQLite from going along
/// another index, and sorting all of it.
const LISTED: &str = "+l.source = ANY(?1) AND l.state = 1 AND o.kind = ANY(?2)
    AND (s.expiry IS NULL OR s.expiry + coalesce(l.last_seen,
        CASE WHEN s.last_good > k.at THEN s.last_good ELSE k.at END) >= ?3)";
/// As the index of chunks goes, behind the chunk; no two rows are equal by that.
const ORDER: &str = "l.observable DESC, l.source DESC, l.item DESC";

fn from_row(row: &Row, ids: &Ids) -> Result<(Key, Listed)> {
    let (observable, item, source) = (row.int(1)?, row.int(2)?, row.int(5)?);
    let low = u64::from_le_bytes(item.to_le_bytes());
    let listed = Listed {
        id: ids.shown(packed(source, observable)?, low),
        observable: observable::from_columns(row, 3, 4)?,
        source_id: source,
        source: row.text(6)?,
        family: row.opt_text(7)?,
        note: row.opt_text(8)?,
        reference: row.opt_text(9)?,
        received: row.int(10)?,
    };
    Ok(([row.int(0)?, observable, item], listed))
}

fn packed(source: i64, observable: i64) -> Result<u64> {
    let wrong = || Error::Corrupt(format!("observable {observable} of source {source}"));
    let fits = source < 1 << SOURCE_BITS && observable < 1 << OBSERVABLE_BITS;
    let both = source.checked_shl(OBSERVABLE_BITS).filter(|_| fits);
    u64::try_from(both.ok_or_else(wrong)? | observable).map_err(|_| wrong())
}

fn unpacked(high: u64) -> Option<(i64, i64)> {
    let source = high >> OBSERVABLE_BITS;
    let observable = high & ((1 << OBSERVABLE_BITS) - 1);
    let fits = source < 1 << SOURCE_BITS;
    fits.then_some((i64::try_from(source).ok()?, i64::try_from(observable).ok()?))
}

struct Question<'a> {
    conn: &'a Conn<'a>,
    sources: &'a Sources,
    kinds: Vec<i64>,
    about: Option<i64>,
    ids: Ids,
    now: i64,
}

impl Question<'_> {
    /// By what of the chunk rows are ordered, which says to SQLite where to begin.
    fn by(&self) -> &'static str {
        match (self.about, self.sources.ids()) {
            (None, [_]) => "k.id",
            _ => "l.chunk",
        }
    }

    /// From where, and what holds for every row; and the parameters of that.
    fn rows(&self) -> (String, Vec<Param<'_>>) {
        let mut row = params![self.sources.ids(), &self.kinds, self.now].to_vec();
        let sql = match (self.about, self.sources.ids()) {
            (Some(about), _) => {
                row.push(about.into());
                format!("{ALL} {BESIDES} WHERE {LISTED} AND l.observable = ?4")
            }
            (None, [source]) => {
                row.push((*source).into());
                format!("{OF_SOURCE} {BESIDES} WHERE {ITS_CHUNKS}{LISTED}")
            }
            (None, _) => format!("{ALL} {BESIDES} WHERE {LISTED}"),
        };
        (sql, row)
    }

    fn block(&self, after: Option<Key>, limit: usize, offset: usize) -> Result<Vec<(Key, Listed)>> {
        let (mut sql, mut row) = self.rows();
        if let Some([chunk, observable, item]) = after {
            row.extend_from_slice(params![chunk, observable, item]);
            let last = row.len();
            let (chunk, observable) = (last - 2, last - 1);
            let by = self.by();
            sql.push_str(&format!(
                " AND {by} <= ?{chunk} AND ({by}, l.observable, l.item) < (?{chunk}, ?{observable}, ?{last})"
            ));
        }
        row.extend_from_slice(params![limit as i64, offset as i64]);
        let last = row.len();
        let sql = format!(
            "SELECT {COLUMNS} FROM {sql} ORDER BY {} DESC, {ORDER} LIMIT ?{} OFFSET ?{last}",
            self.by(),
            last - 1
        );
        self.conn.query(&sql, &row, |row| from_row(row, &self.ids))
    }

    fn count(&self) -> Result<usize> {
        let (sql, row) = self.rows();
        let sql = format!("SELECT count(*) FROM (SELECT l.item FROM {sql} LIMIT {MOST}) q");
        let count = self.conn.query_one(&sql, &row, |row| row.int(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}
