//! Stories (まとめ): a curated, ordered page made of posts, headings and notes.
//!
//! A story has an audience of its own; whoever may read it still sees only those of its posts that they
//! may see. Every version is kept as it was saved.

use noroshi_indicator::Tlp;
use serde::{Deserialize, Serialize};

use crate::audience::{self, EVERYONE};
use crate::error::{Error, Result};
use crate::post::{self, Speaker};
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, Param, Row, Tx, params};
use crate::{AccountKind, Post, Reader, Role, Store, account, audit, now};

/// Parts of a story.
const MOST_PARTS: usize = 1_000;
/// The longest title or heading, in characters; the longest note, in bytes.
const LONGEST_TITLE: usize = 200;
const LONGEST_NOTE: usize = 64 * 1024;
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

impl Store {
    /// Makes a story.
    pub async fn add_story(&self, account: i64, draft: StoryDraft) -> Result<Story> {
        check(&draft)?;
        self.write(move |tx| {
            let (audience, tlp) = address(tx, account, &draft, None)?;
            let sql = "INSERT INTO story (account, title, audience, tlp, version, created, edited)
                VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5) RETURNING id";
            let row = params![
                account,
                &draft.title,
                audience,
                i64::from(tlp.code()),
                now()
            ];
            let id = tx.query_one(sql, row, |row| row.int(0))?;
            save(tx, account, id, 1, &draft)?;
            one(tx, &Reader::account(account), id)
        })
        .await
    }

    /// Saves a new version of one's own story over version `over`: [`Error::Conflict`] if that is not the
    /// newest.
    pub async fn save_story(
        &self,
        account: i64,
        id: i64,
        over: i64,
        draft: StoryDraft,
    ) -> Result<Story> {
        check(&draft)?;
        self.write(move |tx| {
            let story = one(tx, &Reader::account(account), id)?;
            if story.by.id != account {
                return Err(Error::Forbidden(
                    "only its curator changes a story".to_owned(),
                ));
            }
            if story.version != over {
                let text = format!(
                    "the story was saved meanwhile: this is version {}",
                    story.version
                );
                return Err(Error::Conflict(text));
            }
            let (audience, tlp) = address(tx, account, &draft, Some(&story))?;
            let sql =
                "UPDATE story SET title = ?2, audience = ?3, tlp = ?4, edited = ?5 WHERE id = ?1";
            let row = params![id, &draft.title, audience, i64::from(tlp.code()), now()];
            tx.execute(sql, row)?;
            save(tx, account, id, over + 1, &draft)?;
            one(tx, &Reader::account(account), id)
        })
        .await
    }

    /// Deletes a story of one's own, or as an administrator any that one may see.
    pub async fn delete_story(&self, account: i64, id: i64) -> Result<()> {
        self.write(move |tx| {
            let reader = Reader::account(account);
            let story = one(tx, &reader, id)?;
            let own = story.by.id == account;
            if !own && account::by_id(tx, account)?.role != Role::Admin {
                let text = "only its curator or an administrator deletes a story";
                return Err(Error::Forbidden(text.to_owned()));
            }
            tx.execute(
                "UPDATE story SET deleted = ?2 WHERE id = ?1",
                params![id, now()],
            )?;
            tx.execute("DELETE FROM story_part WHERE story = ?1", params![id])?;
            tx.execute("DELETE FROM story_version WHERE story = ?1", params![id])?;
            match own {
                true => Ok(()),
                false => audit::note(
                    tx,
                    &reader,
                    "story.delete",
                    &id.to_string(),
                    Some(&story.title),
                ),
            }
        })
        .await
    }

    /// The story, if the reader may see it.
    pub async fn story(&self, reader: &Reader, id: i64) -> Result<Story> {
        let reader = reader.clone();
        self.read(move |conn| one(conn, &reader, id)).await
    }

    /// The story as an earlier version had it.
    pub async fn story_at(&self, reader: &Reader, id: i64, version: i64) -> Result<Story> {
        let reader = reader.clone();
        self.read(move |conn| {
            let story = one(conn, &reader, id)?;
            let sql =
                "SELECT title, parts, at FROM story_version WHERE story = ?1 AND version = ?2";
            let kept = conn.query_opt(sql, params![id, version], |row| {
                Ok((row.text(0)?, row.text(1)?, row.int(2)?))
            })?;
            let missing = || Error::not_found("version", version.to_string());
            let (title, parts, edited) = kept.ok_or_else(missing)?;
            let parts: Vec<Part> = serde_json::from_str(&parts)
                .map_err(|error| Error::Corrupt(format!("parts of a story: {error}")))?;
            Ok(Story {
                title,
                version,
                edited,
                parts: seen_parts(conn, &reader.sight(conn)?, parts)?,
                ..story
            })
        })
        .await
    }

    /// The versions of a story, the newest first.
    pub async fn story_versions(&self, reader: &Reader, id: i64) -> Result<Vec<StoryVersion>> {
        let reader = reader.clone();
        self.read(move |conn| {
            one(conn, &reader, id)?;
            let sql = "SELECT v.version, a.name, v.at, v.title FROM story_version v
                JOIN account a ON a.id = v.account WHERE v.story = ?1 ORDER BY v.version DESC";
            conn.query(sql, params![id], |row| {
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
                "SELECT s.id, a.id, a.name, a.kind, s.title, s.edited FROM story s
                JOIN account a ON a.id = s.account
                WHERE s.id < ?3 AND {STORY_SEEN} ORDER BY s.id DESC LIMIT ?4"
            );
            let below = below.unwrap_or(i64::MAX);
            let row = params![sight.me(), sight.audiences(), below, limit as i64];
            let mut lines = conn.query(&sql, row, |row| {
                Ok(StoryLine {
                    id: row.int(0)?,
                    by: speaker(row, 1)?,
                    title: row.text(4)?,
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

fn check(draft: &StoryDraft) -> Result<()> {
    let refused = |text: String| Err(Error::Invalid(text));
    let one_line = |text: &str| {
        (1..=LONGEST_TITLE).contains(&text.trim().chars().count())
            && !text.contains(char::is_control)
    };
    if !one_line(&draft.title) {
        return refused(format!(
            "a title is one line of 1 to {LONGEST_TITLE} characters"
        ));
    }
    if draft.parts.len() > MOST_PARTS {
        return refused(format!("a story has at most {MOST_PARTS} parts"));
    }
    let mut posts: Vec<i64> = draft.parts.iter().filter_map(post_of).collect();
    posts.sort_unstable();
    if let Some(twice) = posts.windows(2).find(|pair| pair[0] == pair[1]) {
        return refused(format!("post {} is in the story twice", twice[0]));
    }
    for part in &draft.parts {
        match part {
            Part::Heading(text) if !one_line(text) => {
                return refused(format!(
                    "a heading is one line of 1 to {LONGEST_TITLE} characters"
                ));
            }
            Part::Note(text) if text.len() > LONGEST_NOTE || text.contains('\0') => {
                return refused(format!(
                    "a note has at most {LONGEST_NOTE} bytes, and no NUL"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The audience and marking that a draft asks for, or has already.
fn address(
    conn: &Conn,
    account: i64,
    draft: &StoryDraft,
    now: Option<&Story>,
) -> Result<(i64, Tlp)> {
    let author = account::by_id(conn, account)?;
    let audience = match (&draft.audience, now) {
        (Some(name), _) => post::open_to(conn, &author, name)?,
        (None, Some(story)) => audience::by_name(conn, &story.audience)?,
        (None, None) => audience::by_name(conn, EVERYONE)?,
    };
    let kept = now
        .filter(|_| draft.audience.is_none())
        .map(|story| story.tlp);
    let tlp = draft.tlp.or(kept).unwrap_or(post::usual_tlp(&audience));
    audience::check_tlp(tlp, &audience)?;
    Ok((audience.id, tlp))
}

/// Writes the parts as a version.
fn save(tx: &Tx, account: i64, id: i64, version: i64, draft: &StoryDraft) -> Result<()> {
    let posts: Vec<i64> = draft.parts.iter().filter_map(post_of).collect();
    let sight = Reader::account(account).sight(tx)?;
    let sql = format!(
        "SELECT p.id FROM post p WHERE p.id = ANY(?3) AND p.repost_of IS NULL AND {SEEN}
        UNION SELECT post FROM story_part WHERE story = ?4 AND post = ANY(?3)"
    );
    let row = params![sight.me(), sight.audiences(), &posts, id];
    let known = tx.query(&sql, row, |row| row.int(0))?;
    if let Some(unknown) = posts.iter().find(|post| !known.contains(post)) {
        return Err(Error::not_found("post", unknown.to_string()));
    }
    tx.execute(
        "UPDATE story SET version = ?2 WHERE id = ?1",
        params![id, version],
    )?;
    tx.execute("DELETE FROM story_part WHERE story = ?1", params![id])?;
    for (number, part) in (1i64..).zip(&draft.parts) {
        let (kind, post, text) = match part {
            Part::Post(id) => (1, Some(*id), None),
            Part::Heading(text) => (2, None, Some(text.as_str())),
            Part::Note(text) => (3, None, Some(text.as_str())),
        };
        let sql =
            "INSERT INTO story_part (story, number, kind, post, text) VALUES (?1, ?2, ?3, ?4, ?5)";
        tx.execute(
            sql,
            &[
                id.into(),
                number.into(),
                Param::Int(kind),
                post.into(),
                text.into(),
            ],
        )?;
    }
    let parts = serde_json::to_string(&draft.parts).unwrap_or_default();
    let sql = "INSERT INTO story_version (story, version, account, at, title, parts)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.execute(
        sql,
        params![id, version, account, now(), &draft.title, &parts],
    )?;
    Ok(())
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
    let sql = "SELECT kind, post, text FROM story_part WHERE story = ?1 ORDER BY number";
    let parts = conn.query(sql, params![id], |row| {
        Ok(match row.int(0)? {
            1 => Part::Post(row.int(1)?),
            2 => Part::Heading(row.text(2)?),
            _ => Part::Note(row.text(2)?),
        })
    })?;
    Ok(Story {
        parts: seen_parts(conn, &sight, parts)?,
        ..story
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
