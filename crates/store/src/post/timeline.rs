//! Timelines: pages of posts and reposts, newest first.

use noroshi_indicator::fold;

use super::load::entries;
use super::walk::{Eyes, Walk, newest};
use super::{Entry, load};
use crate::error::Result;
use crate::reader::Sight;
use crate::sql::{Conn, params};
use crate::{Reader, Store, account, follow, list};

/// The largest page.
const LARGEST: usize = 1_000;

/// Which posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timeline {
    /// Of the accounts and with the tags that somebody follows, and their own.
    Home(i64),
    /// Everything that accounts here wrote, as far as the reader may see it; what sources collected is on their own.
    Everyone,
    /// For an account: it is mentioned or answered.
    To(i64),
    /// With a tag.
    Tag(String),
    /// Of one account, by name.
    Account(String),
    /// Of the members of a list that the reader may see, by owner and name.
    List(String, String),
    /// That an account starred, the latest post first.
    Starred(i64),
}

/// A page of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelinePage {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// `below` of the next page; nothing when this is the last.
    pub next: Option<i64>,
}

impl Store {
    /// A page of a timeline: what stands below a number, or the newest. What the reader muted is left
    /// out, but on the page of a muted account itself. Cost: a few index blocks a page.
    pub async fn timeline(
        &self,
        reader: &Reader,
        timeline: &Timeline,
        below: Option<i64>,
        limit: usize,
    ) -> Result<TimelinePage> {
        let (reader, timeline) = (reader.clone(), timeline.clone());
        let (below, limit) = (below.unwrap_or(i64::MAX), limit.clamp(1, LARGEST));
        self.read(move |conn| page(conn, &reader, &timeline, below, limit))
            .await
    }

    /// The numbers of the newest rows of a timeline, newest first, without what they say: by them an open
    /// page knows what it lacks. At most 1,000.
    pub async fn newest_rows(
        &self,
        reader: &Reader,
        timeline: &Timeline,
        limit: usize,
    ) -> Result<Vec<i64>> {
        let (reader, timeline) = (reader.clone(), timeline.clone());
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let walks = walks(conn, &reader, &timeline)?;
            let limit = limit.clamp(1, LARGEST);
            match timeline {
                Timeline::Starred(account) => starred(conn, account, i64::MAX, limit),
                _ => newest(
                    conn,
                    &eyes(conn, &sight, &timeline)?,
                    &walks,
                    i64::MAX,
                    limit,
                ),
            }
        })
        .await
    }

    /// The number below which all posts stand that had arrived before a time (microseconds since the
    /// epoch).
    pub async fn post_before(&self, time: i64) -> Result<i64> {
        self.read(move |conn| {
            let sql =
                "SELECT id FROM post WHERE received < ?1 ORDER BY received DESC, id DESC LIMIT 1";
            let id = conn.query_opt(sql, params![time], |row| row.int(0))?;
            Ok(id.map_or(0, |id| id + 1))
        })
        .await
    }
}

fn page(
    conn: &Conn,
    reader: &Reader,
    timeline: &Timeline,
    below: i64,
    limit: usize,
) -> Result<TimelinePage> {
    let sight = reader.sight(conn)?;
    let walks = walks(conn, reader, timeline)?;
    let eyes = eyes(conn, &sight, timeline)?;
    let (mut shown, mut below): (Vec<Entry>, i64) = (Vec::new(), below);
    let mut next = None;
    while shown.len() < limit {
        let wanted = limit - shown.len();
        let mut ids = match timeline {
            Timeline::Starred(account) => starred(conn, *account, below, wanted + 1)?,
            _ => newest(conn, &eyes, &walks, below, wanted + 1)?,
        };
        let more = ids.len() > wanted;
        ids.truncate(wanted);
        let last = ids.last().copied();
        shown.extend(entries(conn, &sight, &ids)?);
        next = last.filter(|_| more);
        match next {
            Some(last) => below = last,
            None => break,
        }
    }
    Ok(TimelinePage {
        entries: shown,
        next,
    })
}

/// What the reader muted is left out, but on the page of a muted account itself.
fn eyes<'a>(conn: &Conn, sight: &'a Sight, timeline: &Timeline) -> Result<Eyes<'a>> {
    let muted = match timeline {
        Timeline::Account(_) | Timeline::Starred(_) => Vec::new(),
        _ => follow::muted(conn, sight.me())?,
    };
    Ok(Eyes { sight, muted })
}

fn walks(conn: &Conn, reader: &Reader, timeline: &Timeline) -> Result<Vec<Walk>> {
    Ok(match timeline {
        Timeline::Home(account) => {
            let mut accounts = follow::followed(conn, *account)?;
            accounts.push(*account);
            let tags = follow::followed_tags(conn, *account)?.into_iter();
            let mut walks = vec![Walk::Followed(accounts)];
            walks.extend(tags.map(Walk::Tag));
            walks
        }
        Timeline::Everyone => vec![Walk::Said],
        Timeline::To(account) => vec![Walk::To(*account)],
        Timeline::Tag(tag) => vec![Walk::Tag(fold(tag))],
        Timeline::Account(name) => vec![Walk::Accounts(vec![account::by_name(conn, name)?.id])],
        Timeline::List(owner, name) => {
            let list = list::by_name(conn, reader, owner, name)?;
            vec![Walk::Followed(list::members(conn, list.audience)?)]
        }
        Timeline::Starred(_) => Vec::new(),
    })
}

/// Posts that an account starred; who may see them is seen to when they are loaded.
fn starred(conn: &Conn, account: i64, below: i64, count: usize) -> Result<Vec<i64>> {
    let sql = "SELECT post FROM star WHERE account = ?1 AND post < ?2 ORDER BY post DESC LIMIT ?3";
    conn.query(sql, params![account, below, count as i64], |row| row.int(0))
}

/// Largest page of what [`load`] takes.
const _: () = assert!(LARGEST <= load::MOST);
