//! Writing stories: making, saving over a version, collecting a post, deleting.

use noroshi_indicator::Tlp;

use super::{Part, Story, StoryDraft, one, parts, post_of};
use crate::audience::{self, EVERYONE};
use crate::error::{Error, Result};
use crate::post;
use crate::reader::SEEN;
use crate::sql::{Conn, Param, Tx, params};
use crate::{Reader, Role, Store, account, audit, now};

/// Parts of a story.
pub const MOST_PARTS: usize = 1_000;
/// The longest title or heading, in characters; the longest note, in bytes.
const LONGEST_TITLE: usize = 200;
const LONGEST_NOTE: usize = 64 * 1024;

impl Store {
    /// Makes a story.
    pub async fn add_story(&self, account: i64, draft: StoryDraft) -> Result<Story> {
        check(&draft)?;
        self.write(move |tx| {
            let id = add(tx, account, &draft)?;
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
            let story = own(tx, account, id)?;
            if story.version != over {
                let text = format!(
                    "the story was saved meanwhile: this is version {}",
                    story.version
                );
                return Err(Error::Conflict(text));
            }
            change(tx, account, &story, &draft)?;
            one(tx, &Reader::account(account), id)
        })
        .await
    }

    /// Puts a post into a story of one's own: the one that is named, else the newest, else a new one
    /// called `untitled`. It goes behind the post that it answers and the answers that follow that one,
    /// or to the end. A story that has it already stays as it is.
    pub async fn collect_post(
        &self,
        account: i64,
        post: i64,
        story: Option<i64>,
        untitled: &str,
    ) -> Result<Story> {
        let untitled = untitled.to_owned();
        self.write(move |tx| {
            let reader = Reader::account(account);
            let newest = "SELECT id FROM story WHERE account = ?1 AND deleted IS NULL
                ORDER BY id DESC LIMIT 1";
            let open = match story {
                Some(id) => Some(id),
                None => tx.query_opt(newest, params![account], |row| row.int(0))?,
            };
            let Some(open) = open else {
                let draft = StoryDraft {
                    title: untitled.clone(),
                    parts: vec![Part::Post(post)],
                    ..StoryDraft::default()
                };
                check(&draft)?;
                let id = add(tx, account, &draft)?;
                return one(tx, &reader, id);
            };
            let story = own(tx, account, open)?;
            let mut parts = parts(tx, open)?;
            if parts.iter().any(|part| post_of(part) == Some(post)) {
                return Ok(story);
            }
            place(tx, &mut parts, post)?;
            let draft = StoryDraft {
                title: story.title.clone(),
                parts,
                ..StoryDraft::default()
            };
            check(&draft)?;
            change(tx, account, &story, &draft)?;
            one(tx, &reader, open)
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
}

/// The story, if it is the account's own.
fn own(conn: &Conn, account: i64, id: i64) -> Result<Story> {
    let story = one(conn, &Reader::account(account), id)?;
    match story.by.id == account {
        true => Ok(story),
        false => Err(Error::Forbidden(
            "only its curator changes a story".to_owned(),
        )),
    }
}

/// Puts a post among the parts: behind what it answers, or at the end.
fn place(conn: &Conn, parts: &mut Vec<Part>, post: i64) -> Result<()> {
    let posts: Vec<i64> = parts.iter().filter_map(post_of).collect();
    let sql = "SELECT id FROM post WHERE id = ANY(?2)
        AND reply_to = (SELECT reply_to FROM post WHERE id = ?1)";
    let beside = conn.query(sql, params![post, &posts], |row| row.int(0))?;
    let sql = "SELECT reply_to FROM post WHERE id = ?1";
    let parent = conn.query_opt(sql, params![post], |row| row.opt_int(0))?;
    let behind = parent.flatten().and_then(|parent| {
        let at = parts
            .iter()
            .position(|part| post_of(part) == Some(parent))?
            + 1;
        let answers = parts.iter().skip(at);
        let answers =
            answers.take_while(|part| post_of(part).is_some_and(|id| beside.contains(&id)));
        Some(at + answers.count())
    });
    parts.insert(behind.unwrap_or(parts.len()), Part::Post(post));
    Ok(())
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

fn add(tx: &Tx, account: i64, draft: &StoryDraft) -> Result<i64> {
    let (audience, tlp) = address(tx, account, draft, None)?;
    let sql = "INSERT INTO story (account, title, audience, tlp, version, created, edited)
        VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5) RETURNING id";
    let tlp = i64::from(tlp.code());
    let row = params![account, &draft.title, audience, tlp, now()];
    let id = tx.query_one(sql, row, |row| row.int(0))?;
    save(tx, account, id, 1, draft)?;
    Ok(id)
}

fn change(tx: &Tx, account: i64, story: &Story, draft: &StoryDraft) -> Result<()> {
    let (audience, tlp) = address(tx, account, draft, Some(story))?;
    let sql = "UPDATE story SET title = ?2, audience = ?3, tlp = ?4, edited = ?5 WHERE id = ?1";
    let tlp = i64::from(tlp.code());
    tx.execute(sql, params![story.id, &draft.title, audience, tlp, now()])?;
    save(tx, account, story.id, story.version + 1, draft)
}

/// Writes the parts as a version, for those whom the story is for.
fn save(tx: &Tx, account: i64, id: i64, version: i64, draft: &StoryDraft) -> Result<()> {
    let posts: Vec<i64> = draft.parts.iter().filter_map(post_of).collect();
    let sight = Reader::account(account).sight(tx)?;
    let sql = format!(
        "SELECT p.id FROM post p
        WHERE p.id = ANY(?3) AND p.repost_of IS NULL AND p.deleted IS NULL AND {SEEN}
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
    let sql = "INSERT INTO story_version (story, version, account, at, title, parts, audience, tlp)
        SELECT id, ?2, ?3, ?4, ?5, ?6, audience, tlp FROM story WHERE id = ?1";
    tx.execute(
        sql,
        params![id, version, account, now(), &draft.title, &parts],
    )?;
    Ok(())
}
