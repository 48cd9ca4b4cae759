//! Attachments: files that come with a post. A file is sent first and named by its number in the post,
//! so nobody can attach, and so read, what somebody else sent.

use crate::blob::{self, Blob};
use crate::error::{Error, Result};
use crate::reader::SEEN;
use crate::sql::{Conn, Row, Tx, params};
use crate::{Reader, Store, now};

/// A file that no post took after so long, in microseconds, is dropped.
const LOOSE: i64 = 24 * 60 * 60 * 1_000_000;
/// Files that an account may have sent without a post.
const LOOSE_MOST: i64 = 100;

/// A file of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its number.
    pub id: i64,
    /// Its content.
    pub body: Blob,
    /// What its sender called it.
    pub name: String,
    /// What its content looks like: a media type.
    pub media: String,
}

/// A file to keep.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// Its content, written already.
    pub body: Blob,
    /// What it is called: 1 to 200 characters without path separators or control characters.
    pub name: String,
    /// What its content looks like: a media type.
    pub media: String,
}

const COLUMNS: &str = "t.id, t.body, t.size, t.name, t.media";

fn from_row(row: &Row, at: usize) -> Result<Attachment> {
    let hash = row.bytes(at + 1)?.try_into();
    Ok(Attachment {
        id: row.int(at)?,
        body: Blob {
            hash: hash.map_err(|_| Error::Corrupt("the hash of a file".to_owned()))?,
            size: u64::try_from(row.int(at + 2)?).unwrap_or(0),
        },
        name: row.text(at + 3)?,
        media: row.text(at + 4)?,
    })
}

impl Store {
    /// Keeps a file that a post of this account may name within a day.
    pub async fn add_attachment(&self, account: i64, new: NewAttachment) -> Result<Attachment> {
        let odd = |c: char| c.is_control() || matches!(c, '/' | '\\');
        if !(1..=200).contains(&new.name.chars().count()) || new.name.contains(odd) {
            let text =
                "a file's name has 1 to 200 characters, no slashes and no control characters";
            return Err(Error::Invalid(text.to_owned()));
        }
        let (kept, gone) = self
            .write(move |tx| {
                let gone = prune(tx)?;
                let sql = "SELECT count(*) FROM attachment WHERE account = ?1 AND post IS NULL";
                if tx.query_one(sql, params![account], |row| row.int(0))? >= LOOSE_MOST {
                    let text = format!(
                        "{LOOSE_MOST} files were sent and wait for a post: post some first"
                    );
                    return Err(Error::Conflict(text));
                }
                blob::record(tx, &new.body)?;
                let sql = "INSERT INTO attachment (account, body, name, media, size, created)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
                let size = new.body.size as i64;
                let row = params![account, &new.body.hash, &new.name, &new.media, size, now()];
                let id = tx.query_one(sql, row, |row| row.int(0))?;
                let kept = Attachment {
                    id,
                    body: new.body,
                    name: new.name.clone(),
                    media: new.media.clone(),
                };
                Ok((kept, gone))
            })
            .await?;
        self.remove_blobs(gone);
        Ok(kept)
    }

    /// A file of a post that the reader may see, or one that the reader sent and has not posted yet.
    pub async fn attachment(&self, reader: &Reader, id: i64) -> Result<Attachment> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM attachment t LEFT JOIN post p ON p.id = t.post
                WHERE t.id = ?3 AND ((t.post IS NULL AND t.account = ?1)
                    OR (p.deleted IS NULL AND {SEEN}))"
            );
            let row = params![sight.me(), sight.audiences(), id];
            conn.query_opt(&sql, row, |row| from_row(row, 0))?
                .ok_or_else(|| Error::not_found("file", id.to_string()))
        })
        .await
    }
}

/// Gives files that the account sent to its post, in the order named.
pub(crate) fn attach(tx: &Tx, account: i64, post: i64, files: &[i64]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let sql =
        "UPDATE attachment SET post = ?3 WHERE id = ANY(?1) AND account = ?2 AND post IS NULL";
    let attached = tx.execute(sql, params![files, account, post])?;
    match attached == files.len() as u64 {
        true => Ok(()),
        false => Err(Error::not_found(
            "file",
            "to attach: each is sent first, and used once",
        )),
    }
}

/// The files of posts, in the order in which they were sent.
pub(crate) fn of_posts(conn: &Conn, posts: &[i64]) -> Result<Vec<(i64, Attachment)>> {
    let sql = format!(
        "SELECT t.post, {COLUMNS} FROM attachment t WHERE t.post = ANY(?1) AND t.post IS NOT NULL
        ORDER BY t.id"
    );
    conn.query(&sql, params![posts], |row| {
        Ok((row.int(0)?, from_row(row, 1)?))
    })
}

/// Forgets files that no post took, and tells which contents nothing names any more.
fn prune(tx: &Tx) -> Result<Vec<Vec<u8>>> {
    let sql = "DELETE FROM attachment WHERE post IS NULL AND created < ?1 RETURNING body";
    let bodies = tx.query(sql, params![now() - LOOSE], |row| row.bytes(0))?;
    let mut gone = Vec::new();
    for body in bodies {
        gone.extend(blob::forget(tx, &body)?);
    }
    Ok(gone)
}
