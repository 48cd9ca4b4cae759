//! How many hits a day.

use super::{Eyes, KNOWN, READABLE};
use crate::error::Result;
use crate::sql::Param;
use crate::{Reader, Store, now};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// Hits a day of one hunt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HuntDays {
    /// The hunt.
    pub hunt: i64,
    /// Hits a day that the reader may see, the last of them those of today (UTC).
    pub days: Vec<u64>,
}

impl Store {
    /// Hits of the last so many days, of those of the hunts that the reader may see. Cost: the hits of these
    /// days.
    pub async fn hunt_days(
        &self,
        reader: &Reader,
        hunts: Vec<i64>,
        days: usize,
    ) -> Result<Vec<HuntDays>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let today = now().div_euclid(DAY);
            let first = today - days as i64 + 1;
            let sql = format!(
                "SELECT h.hunt, h.at / {DAY}, count(*) FROM hit h JOIN hunt u ON u.id = h.hunt
                WHERE h.hunt = ANY(?4) AND h.at >= ?5 AND {KNOWN} AND {READABLE}
                GROUP BY h.hunt, h.at / {DAY} ORDER BY h.hunt"
            );
            let more: [Param; 2] = [(&hunts).into(), (first * DAY).into()];
            let counts = conn.query(&sql, &eyes.on_hits(&more), |row| {
                Ok((row.int(0)?, row.int(1)?, row.int(2)?))
            })?;
            let mut all: Vec<HuntDays> = Vec::new();
            for (hunt, day, count) in counts {
                if all.last().is_none_or(|last| last.hunt != hunt) {
                    let days = vec![0; days];
                    all.push(HuntDays { hunt, days });
                }
                let at = usize::try_from(day - first).unwrap_or(usize::MAX);
                let last = all.last_mut();
                if let Some(counted) = last.and_then(|last| last.days.get_mut(at)) {
                    *counted += count.unsigned_abs();
                }
            }
            Ok(all)
        })
        .await
    }
}
