//! How somebody wants to see pages, and when they were last here.

use crate::error::{Error, Result};
use crate::sql::params;
use crate::{Store, account, now};

/// Away for so many microseconds, and coming back is another visit.
const VISIT: i64 = 30 * 60 * 1_000_000;
/// How stale the last page may be, in microseconds.
const SEEN_EVERY: i64 = 60_000_000;
/// The longest of any of the texts, in bytes.
const LONGEST: usize = 64;

/// How somebody wants to see pages; what is not said is left to the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// `en` or `ja`.
    pub language: Option<String>,
    /// `light`, `dark` or `contrast`.
    pub theme: Option<String>,
    /// Time zone by its IANA name: `Asia/Tokyo`.
    pub zone: Option<String>,
}

impl Store {
    /// What an account set.
    pub async fn preferences(&self, account: i64) -> Result<Preferences> {
        self.read(move |conn| {
            let sql = "SELECT language, theme, zone FROM preference WHERE account = ?1";
            let kept = conn.query_opt(sql, params![account], |row| {
                Ok(Preferences {
                    language: row.opt_text(0)?,
                    theme: row.opt_text(1)?,
                    zone: row.opt_text(2)?,
                })
            })?;
            Ok(kept.unwrap_or_default())
        })
        .await
    }

    /// Keeps what an account set.
    pub async fn set_preferences(&self, account: i64, new: Preferences) -> Result<()> {
        let texts = [&new.language, &new.theme, &new.zone];
        let too_long = |text: &String| text.len() > LONGEST;
        if texts.into_iter().flatten().any(too_long) {
            return Err(Error::Invalid("a preference is too long".to_owned()));
        }
        self.write(move |tx| {
            account::by_id(tx, account)?;
            let sql = "INSERT INTO preference (account, language, theme, zone)
                VALUES (?1, ?2, ?3, ?4) ON CONFLICT (account) DO UPDATE
                SET language = excluded.language, theme = excluded.theme, zone = excluded.zone";
            let (language, theme) = (new.language.as_deref(), new.theme.as_deref());
            let row = params![account, language, theme, new.zone.as_deref()];
            tx.execute(sql, row)?;
            Ok(())
        })
        .await
    }

    /// Notes that somebody looks at a page now, and tells when their visit before this one ended (to
    /// the minute); nothing on the first.
    pub async fn note_visit(&self, account: i64) -> Result<Option<i64>> {
        let known = self
            .read(move |conn| {
                let sql = "SELECT seen, visit FROM preference WHERE account = ?1";
                conn.query_opt(sql, params![account], |row| {
                    Ok((row.opt_int(0)?, row.opt_int(1)?))
                })
            })
            .await?;
        let (seen, visit) = known.unwrap_or((None, None));
        let at = now();
        if seen.is_some_and(|seen| at - seen < SEEN_EVERY) {
            return Ok(visit);
        }
        let visit = match seen {
            Some(seen) if at - seen >= VISIT => Some(seen),
            _ => visit,
        };
        self.note(move |tx| {
            let sql = "INSERT INTO preference (account, seen, visit) VALUES (?1, ?2, ?3)
                ON CONFLICT (account) DO UPDATE
                SET seen = excluded.seen, visit = excluded.visit";
            tx.execute(sql, params![account, at, visit])
        })
        .await?;
        Ok(visit)
    }
}
