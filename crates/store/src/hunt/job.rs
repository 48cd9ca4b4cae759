//! Hunts through the past: jobs that go page by page through what was there before, from where they were
//! whenever they were ended.

use noroshi_query::{Expr, Query, StatementKind, Term, parse};

use super::place::{NewHit, What, keep};
use super::write::{changeable, zone_of};
use super::{Eyes, KNOWN, lines};
use crate::error::{Error, Result};
use crate::sql::{Conn, Row, Tx, params};
use crate::{Listing, Reader, Store, now, observable};

/// Hits that one job makes at most.
const MOST: i64 = 100_000;
/// Jobs of a hunt that may wait or run.
const WAITING: i64 = 5;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Nobody began it yet.
    Waiting,
    /// Somebody is at it.
    Running,
    /// It came to the end.
    Done,
    /// Somebody ended it.
    Cancelled,
    /// It could not go on.
    Failed,
    /// It found as much as one job may.
    Full,
}

impl JobState {
    const ALL: [JobState; 6] = [
        JobState::Waiting,
        JobState::Running,
        JobState::Done,
        JobState::Cancelled,
        JobState::Failed,
        JobState::Full,
    ];

    /// `waiting`, `running`, `done`, `cancelled`, `failed` or `full`.
    pub fn name(self) -> &'static str {
        ["waiting", "running", "done", "cancelled", "failed", "full"][self as usize]
    }

    fn code(self) -> i64 {
        self as i64 + 1
    }

    fn from_code(code: i64) -> Result<JobState> {
        let found = JobState::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::Corrupt(format!("state of a job {code}")))
    }
}

/// A hunt through the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// The hunt.
    pub hunt: i64,
    /// With whose eyes it looks.
    pub owner: i64,
    /// Statements received since then, in microseconds since the epoch like the other times.
    pub received: i64,
    /// What is looked for: one of these.
    pub queries: Vec<String>,
    /// How it stands.
    pub state: JobState,
    /// The query that it is at.
    pub line: usize,
    /// Whether that one's listings are done, and its posts are looked through.
    pub posts: bool,
    /// Where in these.
    pub place: Option<String>,
    /// Pages read.
    pub looked: i64,
    /// Hits made.
    pub found: i64,
    /// When the oldest statement that it found was received.
    pub oldest: Option<i64>,
    /// When it was asked for.
    pub created: i64,
    /// When it ended.
    pub finished: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
}

/// What a page of a job brought.
#[derive(Clone, Debug, Default)]
pub struct JobFound {
    /// Posts, by number and revision.
    pub posts: Vec<(i64, i64)>,
    /// Listings.
    pub listings: Vec<Listing>,
    /// Where the same goes on; nothing at its end.
    pub next: Option<String>,
    /// When the oldest of these was received.
    pub oldest: Option<i64>,
}

impl Job {
    /// The query that it is at, with the parts that make it look at listings or posts of its time alone.
    pub fn query(&self) -> Result<Option<Query>> {
        let Some(text) = self.queries.get(self.line) else {
            return Ok(None);
        };
        let query = parse(text, 0, &noroshi_query::TimeZone::UTC);
        let query = query.map_err(|error| Error::Corrupt(error.to_string()))?;
        let listings = Expr::from(Term::In(StatementKind::Listing));
        let sort = match self.posts {
            true => listings.negate(),
            false => listings,
        };
        let since = Term::Since(noroshi_query::Time(self.received));
        let narrow = Expr::all([sort, since.into()]);
        Ok(Some(query.and(Query { expr: narrow })))
    }
}

const COLUMNS: &str =
    "j.id, j.hunt, u.owner, j.received, j.query, j.state, j.line, j.posts, j.place, j.looked,
    j.found, j.oldest, j.created, j.finished, j.error";

fn from_row(row: &Row) -> Result<Job> {
    Ok(Job {
        id: row.int(0)?,
        hunt: row.int(1)?,
        owner: row.int(2)?,
        received: row.int(3)?,
        queries: lines(&row.text(4)?),
        state: JobState::from_code(row.int(5)?)?,
        line: usize::try_from(row.int(6)?).unwrap_or(usize::MAX),
        posts: row.int(7)? != 0,
        place: row.opt_text(8)?,
        looked: row.int(9)?,
        found: row.int(10)?,
        oldest: row.opt_int(11)?,
        created: row.int(12)?,
        finished: row.opt_int(13)?,
        error: row.opt_text(14)?,
    })
}

fn one(conn: &Conn, id: i64) -> Result<Job> {
    let sql =
        format!("SELECT {COLUMNS} FROM hunt_job j JOIN hunt u ON u.id = j.hunt WHERE j.id = ?1");
    conn.query_opt(&sql, params![id], from_row)?
        .ok_or_else(|| Error::not_found("job", id.to_string()))
}

/// Its queries with times that stand still, so that a page goes on where the one before ended.
fn fixed(tx: &Tx, hunt: &super::Hunt) -> Result<String> {
    let zone = zone_of(tx, hunt.owner_id)?;
    let printed = hunt.queries.iter().map(|text| {
        let query = parse(text, now(), &zone);
        query
            .map(|query| query.to_string())
            .map_err(|error| Error::Invalid(error.to_string()))
    });
    Ok(printed.collect::<Result<Vec<_>>>()?.join("\n"))
}

impl Store {
    /// Asks for a hunt through what was received since a time (in microseconds since the epoch). What it finds
    /// is an open hit like any other, but sends no notices.
    pub async fn hunt_past(&self, reader: &Reader, hunt: i64, since: i64) -> Result<Job> {
        let reader = reader.clone();
        self.write(move |tx| {
            let hunt = changeable(tx, &reader, hunt)?;
            let sql = "SELECT count(*) FROM hunt_job WHERE hunt = ?1 AND state IN (1, 2)";
            if tx.query_one(sql, params![hunt.id], |row| row.int(0))? >= WAITING {
                let text = format!("at most {WAITING} jobs of a hunt wait or run");
                return Err(Error::Conflict(text));
            }
            let sql = "INSERT INTO hunt_job (hunt, account, received, query, state, line, posts, looked, found,
                    created) VALUES (?1, ?2, ?3, ?4, 1, 0, 0, 0, 0, ?5) RETURNING id";
            let who = reader.account_id().unwrap_or(hunt.owner_id);
            let queries = fixed(tx, &hunt)?;
            let row = params![hunt.id, who, since, &queries, now()];
            let id = tx.query_one(sql, row, |row| row.int(0))?;
            one(tx, id)
        })
        .await
    }

    /// The jobs of a hunt that the reader may see, the newest 50.
    pub async fn jobs(&self, reader: &Reader, hunt: i64) -> Result<Vec<Job>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sql = format!(
                "SELECT {COLUMNS} FROM hunt_job j JOIN hunt u ON u.id = j.hunt
                WHERE j.hunt = ?3 AND {KNOWN} ORDER BY j.id DESC LIMIT 50"
            );
            let eyes = Eyes::of(conn, &reader)?;
            conn.query(&sql, &eyes.on_hunts(&[hunt.into()]), from_row)
        })
        .await
    }

    /// Ends a job of a hunt that the reader may change; what it found stays.
    pub async fn cancel_job(&self, reader: &Reader, id: i64) -> Result<Job> {
        let reader = reader.clone();
        self.write(move |tx| {
            let job = one(tx, id)?;
            changeable(tx, &reader, job.hunt).map_err(|error| match error {
                Error::NotFound { .. } => Error::not_found("job", id.to_string()),
                other => other,
            })?;
            let sql =
                "UPDATE hunt_job SET state = 4, finished = ?2 WHERE id = ?1 AND state IN (1, 2)";
            tx.execute(sql, params![id, now()])?;
            one(tx, id)
        })
        .await
    }

    /// The oldest job that waits, or was at work when its process ended; it is at work from then on.
    pub async fn next_job(&self) -> Result<Option<Job>> {
        let waiting = "SELECT id FROM hunt_job WHERE state IN (1, 2) ORDER BY id LIMIT 1";
        let id = self
            .read(move |conn| conn.query_opt(waiting, params![], |row| row.int(0)))
            .await?;
        let Some(id) = id else { return Ok(None) };
        self.write(move |tx| {
            let sql = "UPDATE hunt_job SET state = 2 WHERE id = ?1 AND state IN (1, 2)";
            match tx.execute(sql, params![id])? {
                0 => Ok(None),
                _ => one(tx, id).map(Some),
            }
        })
        .await
    }

    /// Keeps what a page of a job found and where it goes on, in one transaction; nothing where the job is no
    /// longer there, or is elsewhere by now.
    pub async fn advance_job(&self, job: &Job, found: JobFound) -> Result<Option<Job>> {
        let job = job.clone();
        self.write(move |tx| advance(tx, &job, &found)).await
    }

    /// Ends a job that cannot go on.
    pub async fn fail_job(&self, id: i64, why: &str) -> Result<()> {
        let why: String = why.chars().take(500).collect();
        self.write(move |tx| {
            let sql = "UPDATE hunt_job SET state = 5, finished = ?2, error = ?3
                WHERE id = ?1 AND state IN (1, 2)";
            tx.execute(sql, params![id, now(), &why])
        })
        .await?;
        Ok(())
    }
}

fn advance(tx: &Tx, job: &Job, found: &JobFound) -> Result<Option<Job>> {
    let (line, posts) = match (&found.next, job.posts) {
        (Some(_), posts) => (job.line, posts),
        (None, false) => (job.line, true),
        (None, true) => (job.line + 1, false),
    };
    let sql = "UPDATE hunt_job SET line = ?2, posts = ?3, place = ?4, looked = looked + 1
        WHERE id = ?1 AND state = 2 AND looked = ?5";
    let row = params![
        job.id,
        line as i64,
        i64::from(posts),
        found.next.as_deref(),
        job.looked
    ];
    if tx.execute(sql, row)? == 0 {
        return Ok(None);
    }
    let mut hits: Vec<NewHit> = listings(tx, job.hunt, &found.listings)?;
    hits.extend(found.posts.iter().map(|(id, revision)| NewHit {
        hunt: job.hunt,
        what: What::Post {
            id: *id,
            revision: *revision,
        },
    }));
    let room = usize::try_from(MOST - job.found).unwrap_or(0);
    let full = hits.len() > room;
    hits.truncate(room);
    let (new, _) = keep(tx, &hits, false)?;
    let state = match (full, line >= job.queries.len()) {
        (true, _) => JobState::Full,
        (false, true) => JobState::Done,
        (false, false) => JobState::Running,
    };
    let finished = (state != JobState::Running).then(now);
    let oldest = [job.oldest, found.oldest].into_iter().flatten().min();
    let sql = "UPDATE hunt_job SET state = ?2, found = found + ?3, finished = ?4, oldest = ?5 WHERE id = ?1";
    let row = params![job.id, state.code(), new as i64, finished, oldest];
    tx.execute(sql, row)?;
    one(tx, job.id).map(Some)
}

/// The listings with the numbers by which the store knows them; those that went meanwhile are left out.
fn listings(tx: &Tx, hunt: i64, listings: &[Listing]) -> Result<Vec<NewHit>> {
    let named: Vec<_> = listings.iter().map(|listing| &listing.observable).collect();
    let numbers = observable::find_many(tx, &named)?;
    let mut hits = Vec::new();
    for (listing, number) in listings.iter().zip(numbers) {
        let Some(number) = number else { continue };
        let sql = "SELECT l.source, l.chunk FROM listing l JOIN source s ON s.id = l.source
            WHERE l.observable = ?1 AND s.name = ?2 AND l.item = ?3";
        let row = params![number, &listing.source, listing.item];
        let known = tx.query_opt(sql, row, |row| Ok((row.int(0)?, row.int(1)?)))?;
        hits.extend(known.map(|(source, chunk)| NewHit {
            hunt,
            what: What::Listing {
                observable: number,
                source,
                item: listing.item,
                chunk,
            },
        }));
    }
    Ok(hits)
}
