//! The collections of what outside authors and publishers said: social posts, news, exploits, vulnerabilities.

use std::collections::HashMap;

use noroshi_exchange::record::Facts;
use noroshi_indicator::{Observable, Tlp, fold};

use super::id::Ids;
use super::{ExistOptions, ExistPage, Key, MOST, page};
use crate::error::{Error, Result};
use crate::post::{self, MENTION};
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, Param, params};
use crate::{Form, Post, Reader, Store, observable};

/// The number of nothing that is known.
const NOTHING: i64 = -1;
/// Records of vulnerabilities that are read for one page.
const RECORDS: i64 = 5_000;

/// Which rows.
#[derive(Clone, Debug)]
pub struct CollectedFilter {
    /// What sort.
    pub form: Form,
    /// Of no higher marking.
    pub tlp: Tlp,
    /// Published from then on and until then, both included, in microseconds since the epoch.
    pub published: (Option<i64>, Option<i64>),
    /// The same of when it was last changed.
    pub updated: (Option<i64>, Option<i64>),
    /// With all of these tags, however they are written.
    pub tags: Vec<String>,
    /// Naming this.
    pub names: Option<Observable>,
}

/// A row of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// 32 hexadecimal digits, for good.
    pub id: String,
    /// What was said.
    pub post: Post,
    /// Of a vulnerability or an exploit.
    pub facts: Option<Facts>,
}

/// What is recorded under a CVE number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CveRecord {
    /// The record's facts.
    pub facts: Facts,
    /// Its text.
    pub text: String,
}

impl Store {
    /// A page of a collection, by date; vulnerabilities by when they last changed. Cost: a page of one index, and up to
    /// 100,000 entries of it for the count and the offset.
    pub async fn collected(
        &self,
        reader: &Reader,
        filter: CollectedFilter,
        options: ExistOptions<Collected>,
    ) -> Result<ExistPage<Collected>> {
        let reader = reader.clone();
        let deadline = std::time::Instant::now() + options.budget * 2;
        self.read_until(Some(deadline), move |conn| {
            let named = match &filter.names {
                None => 0,
                Some(named) => match observable::find_many(conn, &[named])?.pop() {
                    Some(Some(id)) => id,
                    _ => NOTHING,
                },
            };
            let asked = Question {
                conn,
                sight: reader.sight(conn)?,
                tags: filter.tags.iter().map(|tag| fold(tag)).collect(),
                filter,
                named,
                ids: Ids::of(conn)?,
            };
            page(
                &options,
                |after, limit, offset| asked.block(after, limit, offset),
                || asked.count(),
            )
        })
        .await
    }

    /// One row of a collection, by its identifier.
    pub async fn collected_one(
        &self,
        reader: &Reader,
        form: Form,
        id: &str,
        tlp: Tlp,
    ) -> Result<Collected> {
        let (reader, id) = (reader.clone(), id.to_owned());
        self.read(move |conn| {
            let ids = Ids::of(conn)?;
            let post = match ids.read(&id) {
                Some((high, low)) if high == mark(form) => i64::try_from(low).ok(),
                _ => None,
            };
            let post = post.ok_or_else(|| Error::not_found("row", id.as_str()))?;
            one(conn, &reader, &ids, form, post, tlp)
        })
        .await
    }

    /// One row of a collection, by its post's number.
    pub async fn collected_post(
        &self,
        reader: &Reader,
        form: Form,
        post: i64,
        tlp: Tlp,
    ) -> Result<Collected> {
        let reader = reader.clone();
        self.read(move |conn| one(conn, &reader, &Ids::of(conn)?, form, post, tlp))
            .await
    }

    /// The newest record of a vulnerability under its publisher's identifier.
    pub async fn recorded(&self, reader: &Reader, id: &str, tlp: Tlp) -> Result<Collected> {
        let (reader, id) = (reader.clone(), id.to_owned());
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let sql = format!(
                "SELECT p.id FROM source s JOIN item i ON i.source = s.id AND i.key = ?3
                JOIN post p ON p.id = i.post
                WHERE p.form = ?4 AND p.deleted IS NULL AND {SEEN} ORDER BY p.id DESC"
            );
            let form = Form::Vulnerability;
            let key = crate::item::key(&id);
            let row = params![sight.me(), sight.audiences(), key, form.code()];
            let posts = conn.query(&sql, row, |row| row.int(0))?;
            let ids = Ids::of(conn)?;
            for post in posts {
                let found = one(conn, &reader, &ids, form, post, tlp);
                if let Ok(found) = found
                    && found.facts.as_ref().is_some_and(|facts| facts.id == id)
                {
                    return Ok(found);
                }
            }
            Err(Error::not_found("record", id))
        })
        .await
    }

    /// Whether a record of a vulnerability that the reader may see has a tag.
    pub async fn is_tag_of_records(&self, reader: &Reader, tag: &str, tlp: Tlp) -> Result<bool> {
        let (reader, tag) = (reader.clone(), fold(tag));
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let sql = format!(
                "SELECT 1 FROM post_tag t JOIN post p ON p.id = t.post WHERE t.tag = ?3
                AND p.form = ?4 AND p.tlp <= ?5 AND p.deleted IS NULL AND {SEEN} LIMIT 1"
            );
            let (form, tlp) = (Form::Vulnerability.code(), i64::from(tlp.code()));
            let row = params![sight.me(), sight.audiences(), &tag, form, tlp];
            Ok(conn.query_opt(&sql, row, |_| Ok(()))?.is_some())
        })
        .await
    }

    /// What the reader may see of what is recorded under some CVE numbers themselves, by number.
    pub async fn cve_records(
        &self,
        reader: &Reader,
        cves: &[Observable],
        tlp: Tlp,
    ) -> Result<HashMap<String, CveRecord>> {
        let (reader, cves) = (reader.clone(), cves.to_vec());
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let asked: Vec<&Observable> = cves.iter().collect();
            let ids = observable::find_many(conn, &asked)?.into_iter().flatten();
            let ids: Vec<i64> = ids.collect();
            let sql = format!(
                "SELECT p.text, i.facts FROM mention m JOIN post p ON p.id = m.statement
                JOIN item i ON i.post = p.id
                WHERE m.observable = ANY(?3) AND m.kind = {MENTION} AND p.form = ?4 AND p.tlp <= ?5
                    AND p.deleted IS NULL AND i.facts IS NOT NULL AND {SEEN}
                ORDER BY p.id LIMIT {RECORDS}"
            );
            let (form, tlp) = (Form::Vulnerability.code(), i64::from(tlp.code()));
            let row = params![sight.me(), sight.audiences(), &ids, form, tlp];
            let rows = conn.query(&sql, row, |row| Ok((row.text(0)?, row.text(1)?)))?;
            let mut records = HashMap::new();
            for (text, facts) in rows {
                let Ok(facts) = serde_json::from_str::<Facts>(&facts) else {
                    continue;
                };
                if facts.id.starts_with("CVE-") {
                    records.insert(facts.id.clone(), CveRecord { facts, text });
                }
            }
            Ok(records)
        })
        .await
    }
}

/// What tells identifiers of one form from others and from those of listings.
fn mark(form: Form) -> u64 {
    1 << 63 | u64::try_from(form.code()).unwrap_or_default()
}

fn one(
    conn: &Conn,
    reader: &Reader,
    ids: &Ids,
    form: Form,
    post: i64,
    tlp: Tlp,
) -> Result<Collected> {
    let sight = reader.sight(conn)?;
    let rows = collect(conn, &sight, ids, form, &[post])?;
    let row = rows.into_iter().find(|row| row.post.tlp <= tlp);
    row.ok_or_else(|| Error::not_found("row", post.to_string()))
}

/// Those of some posts that stand and are of the form, in the order asked.
fn collect(
    conn: &Conn,
    sight: &Sight,
    ids: &Ids,
    form: Form,
    posts: &[i64],
) -> Result<Vec<Collected>> {
    let mut facts: HashMap<i64, Facts> = HashMap::new();
    if matches!(form, Form::Vulnerability | Form::Exploit) {
        let sql = "SELECT post, facts FROM item WHERE post = ANY(?1) AND facts IS NOT NULL";
        for (post, text) in
            conn.query(sql, params![posts], |row| Ok((row.int(0)?, row.text(1)?)))?
        {
            facts.extend(serde_json::from_str(&text).ok().map(|facts| (post, facts)));
        }
    }
    let mut rows = Vec::with_capacity(posts.len());
    for post in post::load(conn, sight, posts)? {
        let right = post.item.as_ref().is_some_and(|item| item.form == form);
        if right && post.deleted.is_none() {
            let low = u64::try_from(post.id).unwrap_or_default();
            rows.push(Collected {
                id: ids.shown(mark(form), low),
                facts: facts.remove(&post.id),
                post,
            });
        }
    }
    Ok(rows)
}

struct Question<'a> {
    conn: &'a Conn<'a>,
    sight: Sight,
    filter: CollectedFilter,
    tags: Vec<String>,
    /// The number of what must be named; 0 for whatever, below that for nothing that is known.
    named: i64,
    ids: Ids,
}

impl Question<'_> {
    /// What rows are ordered by.
    fn order(&self) -> &'static str {
        match self.filter.form {
            Form::Vulnerability => "coalesce(i.updated, 0)",
            _ => "p.published",
        }
    }

    /// From where, and what holds for every row; and the parameters of that.
    fn rows(&self) -> (String, Vec<Param<'_>>) {
        // SQLite would sort what each audience may read, unless it is told not to.
        let from = match (self.filter.form, self.conn) {
            (Form::Vulnerability, _) => {
                "item i CROSS JOIN post p WHERE p.id = i.post AND i.facts IS NOT NULL"
            }
            (_, Conn::Sqlite(_)) => "post p INDEXED BY post_published WHERE p.form > 0",
            (_, Conn::Postgres(_)) => "post p WHERE p.form > 0",
        };
        let mut sql =
            format!("{from} AND p.form = ?3 AND p.tlp <= ?4 AND p.deleted IS NULL AND {SEEN}");
        let mut row: Vec<Param> = vec![
            self.sight.me().into(),
            self.sight.audiences().into(),
            self.filter.form.code().into(),
            i64::from(self.filter.tlp.code()).into(),
        ];
        let order = self.order();
        let (published, updated) = (self.filter.published, self.filter.updated);
        for (column, bound, value) in [
            ("p.published", ">=", published.0),
            ("p.published", "<=", published.1),
            (order, ">=", updated.0),
            // What never changed is not before any time.
            ("i.updated", "<=", updated.1),
        ] {
            if let Some(value) = value {
                row.push(value.into());
                sql.push_str(&format!(" AND {column} {bound} ?{}", row.len()));
            }
        }
        if self.named != 0 {
            row.push(self.named.into());
            sql.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM mention m WHERE m.observable = ?{} AND m.kind = {MENTION}
                    AND m.statement = p.id)",
                row.len()
            ));
        }
        for tag in &self.tags {
            row.push(tag.into());
            sql.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM post_tag t WHERE t.tag = ?{} AND t.post = p.id)",
                row.len()
            ));
        }
        (sql, row)
    }

    fn block(
        &self,
        after: Option<Key>,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<(Key, Collected)>> {
        let (mut sql, mut row) = self.rows();
        let order = self.order();
        let by_post = match self.filter.form {
            Form::Vulnerability => "i.post",
            _ => "p.id",
        };
        if let Some([at, post, _]) = after {
            row.extend_from_slice(params![at, post]);
            let last = row.len();
            let at = last - 1;
            sql.push_str(&format!(
                " AND {order} <= ?{at} AND ({order}, {by_post}) < (?{at}, ?{last})"
            ));
        }
        row.extend_from_slice(params![limit as i64, offset as i64]);
        let last = row.len();
        let sql = format!(
            "SELECT p.id, {order} FROM {sql} ORDER BY {order} DESC, {by_post} DESC
            LIMIT ?{} OFFSET ?{last}",
            last - 1
        );
        let met = self
            .conn
            .query(&sql, &row, |row| Ok((row.int(0)?, row.int(1)?)))?;
        let posts: Vec<i64> = met.iter().map(|(post, _)| *post).collect();
        let mut rows = Vec::with_capacity(met.len());
        for block in posts.chunks(1_000) {
            rows.extend(collect(
                self.conn,
                &self.sight,
                &self.ids,
                self.filter.form,
                block,
            )?);
        }
        let at: HashMap<i64, i64> = met.into_iter().collect();
        let keyed = rows.into_iter().map(|row| {
            let post = row.post.id;
            ([at.get(&post).copied().unwrap_or_default(), post, 0], row)
        });
        Ok(keyed.collect())
    }

    fn count(&self) -> Result<usize> {
        let (sql, row) = self.rows();
        let sql = format!("SELECT count(*) FROM (SELECT p.id FROM {sql} LIMIT {MOST}) q");
        let count = self.conn.query_one(&sql, &row, |row| row.int(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}
