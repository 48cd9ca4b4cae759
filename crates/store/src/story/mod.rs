//! Stories (まとめ): a curated, ordered page made of posts, headings and notes.
//!
//! A story has an audience of its own; whoever may read it still sees only those of its posts that they
//! may see. Every version is kept as it was saved, for those whom it was for then: what was written for
//! few is not opened by opening the story later.

mod write;

pub use write::MOST_PARTS;

use noroshi_indicator::Tlp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::post::{self, Speaker};
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, Row, params};
use crate::{AccountKind, Post, Reader, Store};

/// Later answers that are offered.
const OFFERED: i64 = 50;

/// A part of a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A post, by number.
    Post(i64),
    /// A heading: one line.
    Heading(String),
    /// A note: Markdown.
    Note(String),
}

/// A story as one reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Its number.
    pub id: i64,
    /// Who curates it.
    pub by: Speaker,
    /// One line.
    pub title: String,
    /// Name of the audience.
    pub audience: String,
    /// The marking.
    pub tlp: Tlp,
    /// Counts its versions from 1.
    pub version: i64,
    /// In microseconds since the epoch.
    pub created: i64,
    /// When this version was saved, in microseconds since the epoch.
    pub edited: i64,
    /// In order; posts that the reader may not see are left out.
    pub parts: Vec<Part>,
}

/// A story in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryLine {
    /// Its number.
    pub id: i64,
    /// Who curates it.
    pub by: Speaker,
    /// One line.
    pub title: String,
    /// Name of the audience.
    pub audience: String,
    /// The marking.
    pub tlp: Tlp,
    /// Its posts that the reader may see.
    pub posts: i64,
    /// When it was last saved, in microseconds since the epoch.
    pub edited: i64,
}

/// A version of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryVersion {
    /// Counts from 1.
    pub version: i64,
    /// Who saved it, by name.
    pub by: String,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// Its title.
    pub title: String,
}

/// A story to save.
#[derive(Clone, Debug, Default)]
pub struct StoryDraft {
    /// One line.
    pub title: String,
    /// Name of the audience: everyone unless said otherwise, or what it was.
    pub audience: Option<String>,
    /// The marking.
    pub tlp: Option<Tlp>,
    /// In order. Every post is there once, and one that the curator may see.
    pub parts: Vec<Part>,
}

/// The story may be seen.
const STORY_SEEN: &str = "s.deleted IS NULL AND (s.account = ?1 OR s.audience = ANY(?2))";
/// The version may be seen, by somebody who may see its story.
const VERSION_SEEN: &str = "(v.account = ?1 OR v.audience = ANY(?2))";

impl Store {
    /// The story, if the reader may see it.
    pub async fn story(&self, reader: &Reader, id: i64) -> Result<Story> {
        let reader = reader.clone();
        self.read(move |conn| one(conn, &reader, id)).await
    }

    /// The story as an earlier version had it.
    pub async fn story_at(&self, reader: &Reader, id: i64, version: i64) -> Result<Story> {
        let reader = reader.clone();
        self.read(move |conn| {
            let (story, sight) = (one(conn, &reader, id)?, reader.sight(conn)?);
            let sql = format!(
                "SELECT v.title, v.parts, v.at, d.name, v.tlp FROM story_version v
                JOIN audience d ON d.id = v.audience
                WHERE v.story = ?3 AND v.version = ?4 AND {VERSION_SEEN}"
            );
            let row = params![sight.me(), sight.audiences(), id, version];
            let kept = conn.query_opt(&sql, row, |row| {
                let story = Story {
                    title: row.text(0)?,
                    edited: row.int(2)?,
                    audience: row.text(3)?,
                    tlp: crate::source::tlp(row.int(4)?)?,
                    version,
                    ..story.clone()
                };
                Ok((story, row.text(1)?))
            })?;
            let missing = || Error::not_found("version", version.to_string());
            let (story, parts) = kept.ok_or_else(missing)?;
            let parts: Vec<Part> = serde_json::from_str(&parts)
                .map_err(|error| Error::Corrupt(format!("parts of a story: {error}")))?;
            let parts = seen_parts(conn, &sight, parts)?;
            Ok(Story { parts, ..story })
        })
        .await
    }

    /// The versions of a story that the reader may see, the newest first.
    pub async fn story_versions(&self, reader: &Reader, id: i64) -> Result<Vec<StoryVersion>> {
        let reader = reader.clone();
        self.read(move |conn| {
            one(conn, &reader, id)?;
            let sight = reader.sight(conn)?;
            let sql = format!(
                "SELECT v.version, a.name, v.at, v.title FROM story_version v
                JOIN account a ON a.id = v.account
                WHERE v.story = ?3 AND {VERSION_SEEN} ORDER BY v.version DESC"
            );
            let row = params![sight.me(), sight.audiences(), id];
            conn.query(&sql, row, |row| {
                Ok(StoryVersion {
                    version: row.int(0)?,
                    by: row.text(1)?,
                    at: row.int(2)?,
                    title: row.text(3)?,
                })
            })
        })
        .await
    }

    /// The stories that the reader may see below a number, the newest first.
    pub async fn stories(
        &self,
        reader: &Reader,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<StoryLine>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let sql = format!(
                "SELECT s.id, a.id, a.name, a.kind, s.title, s.edited, d.name, s.tlp FROM story s
                JOIN account a ON a.id = s.account JOIN audience d ON d.id = s.audience
                WHERE s.id < ?3 AND {STORY_SEEN} ORDER BY s.id DESC LIMIT ?4"
            );
            let below = below.unwrap_or(i64::MAX);
            let row = params![sight.me(), sight.audiences(), below, limit as i64];
            let mut lines = conn.query(&sql, row, |row| {
                Ok(StoryLine {
                    id: row.int(0)?,
                    by: speaker(row, 1)?,
                    title: row.text(4)?,
                    audience: row.text(6)?,
                    tlp: crate::source::tlp(row.int(7)?)?,
                    posts: 0,
                    edited: row.int(5)?,
                })
            })?;
            let ids: Vec<i64> = lines.iter().map(|line| line.id).collect();
            let sql = format!(
                "SELECT n.story, count(*) FROM story_part n JOIN post p ON p.id = n.post
                WHERE n.story = ANY(?3) AND p.deleted IS NULL AND {SEEN} GROUP BY n.story"
            );
            let row = params![sight.me(), sight.audiences(), &ids];
            for (story, count) in conn.query(&sql, row, |row| Ok((row.int(0)?, row.int(1)?)))? {
                if let Some(line) = lines.iter_mut().find(|line| line.id == story) {
                    line.posts = count;
                }
            }
            Ok(lines)
        })
        .await
    }

    /// Answers to a story's posts that are not in it, the newest first.
    pub async fn story_candidates(&self, reader: &Reader, id: i64) -> Result<Vec<Post>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let story = one(conn, &reader, id)?;
            let sight = reader.sight(conn)?;
            let inside: Vec<i64> = story.parts.iter().filter_map(post_of).collect();
            let sql = format!(
                "SELECT p.id FROM post p WHERE p.reply_to = ANY(?3) AND p.reply_to IS NOT NULL
                    AND NOT (p.id = ANY(?3)) AND p.deleted IS NULL AND {SEEN}
                ORDER BY p.id DESC LIMIT ?4"
            );
            let row = params![sight.me(), sight.audiences(), &inside, OFFERED];
            let ids = conn.query(&sql, row, |row| row.int(0))?;
            post::load(conn, &sight, &ids)
        })
        .await
    }
}

fn speaker(row: &Row, at: usize) -> Result<Speaker> {
    Ok(Speaker {
        id: row.int(at)?,
        name: row.text(at + 1)?,
        kind: AccountKind::from_code(row.int(at + 2)?)?,
    })
}

fn post_of(part: &Part) -> Option<i64> {
    match part {
        Part::Post(id) => Some(*id),
        Part::Heading(_) | Part::Note(_) => None,
    }
}

/// The story, if the reader may see it.
fn one(conn: &Conn, reader: &Reader, id: i64) -> Result<Story> {
    let sight = reader.sight(conn)?;
    let sql = format!(
        "SELECT a.id, a.name, a.kind, s.title, d.name, s.tlp, s.version, s.created, s.edited
        FROM story s JOIN account a ON a.id = s.account JOIN audience d ON d.id = s.audience
        WHERE s.id = ?3 AND {STORY_SEEN}"
    );
    let row = params![sight.me(), sight.audiences(), id];
    let story = conn.query_opt(&sql, row, |row| {
        Ok(Story {
            id,
            by: speaker(row, 0)?,
            title: row.text(3)?,
            audience: row.text(4)?,
            tlp: crate::source::tlp(row.int(5)?)?,
            version: row.int(6)?,
            created: row.int(7)?,
            edited: row.int(8)?,
            parts: Vec::new(),
        })
    })?;
    let story = story.ok_or_else(|| Error::not_found("story", id.to_string()))?;
    Ok(Story {
        parts: seen_parts(conn, &sight, parts(conn, id)?)?,
        ..story
    })
}

/// All parts of a story, whoever may see them.
fn parts(conn: &Conn, id: i64) -> Result<Vec<Part>> {
    let sql = "SELECT kind, post, text FROM story_part WHERE story = ?1 ORDER BY number";
    conn.query(sql, params![id], |row| {
        Ok(match row.int(0)? {
            1 => Part::Post(row.int(1)?),
            2 => Part::Heading(row.text(2)?),
            _ => Part::Note(row.text(2)?),
        })
    })
}

/// The parts without posts that the reader may not see, or that were deleted.
fn seen_parts(conn: &Conn, sight: &Sight, parts: Vec<Part>) -> Result<Vec<Part>> {
    let posts: Vec<i64> = parts.iter().filter_map(post_of).collect();
    let sql =
        format!("SELECT p.id FROM post p WHERE p.id = ANY(?3) AND p.deleted IS NULL AND {SEEN}");
    let row = params![sight.me(), sight.audiences(), &posts];
    let seen = conn.query(&sql, row, |row| row.int(0))?;
    let seen: std::collections::HashSet<i64> = seen.into_iter().collect();
    let stays = |part: &Part| post_of(part).is_none_or(|id| seen.contains(&id));
    Ok(parts.into_iter().filter(stays).collect())
}
