//! How busy sources were: what came of each, day by day.

use std::collections::HashMap;

use crate::error::Result;
use crate::sql::params;
use crate::{Form, Reader, Store};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// Days that are told at most.
const MOST_DAYS: usize = 366;

impl Store {
    /// What sort of items each source brought last, by the number of the source; one that never brought any is left out.
    /// One look-up a source.
    pub async fn forms_of_sources(&self, reader: &Reader) -> Result<HashMap<i64, Form>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sources = reader.sources(conn)?;
            let sql =
                "SELECT s.id, (SELECT p.form FROM post p WHERE p.account = s.account AND p.form > 0
                    ORDER BY p.id DESC LIMIT 1)
                FROM source s WHERE s.id = ANY(?1)";
            let rows = conn.query(sql, params![sources.ids()], |row| {
                Ok((row.int(0)?, row.opt_int(1)?))
            })?;
            let brought = rows.into_iter().filter_map(|(id, form)| Some((id, form?)));
            brought
                .map(|(id, form)| Ok((id, Form::from_code(form)?)))
                .collect()
        })
        .await
    }

    /// Listings that became new or different on each of the last so many days, by the number of the
    /// source, the day of `now` last; days begin at midnight of a clock that is `offset` seconds ahead of
    /// UTC. What was rolled back does not count; a source without any is left out. Cost: the chunks of
    /// those days.
    pub async fn activity(
        &self,
        reader: &Reader,
        days: usize,
        now: i64,
        offset: i32,
    ) -> Result<HashMap<i64, Vec<u64>>> {
        let (reader, days) = (reader.clone(), days.clamp(1, MOST_DAYS));
        let offset = i64::from(offset) * 1_000_000;
        self.read(move |conn| {
            let sources = reader.sources(conn)?;
            let today = now.saturating_add(offset).div_euclid(DAY);
            let first = today - days as i64 + 1;
            // Counted from the first midnight, so that the division is the same on both engines.
            let midnight = first.saturating_mul(DAY).saturating_sub(offset);
            let sql = "SELECT b.source, (k.at - ?1) / 86400000000,
                    CAST(sum(k.new + k.changed) AS BIGINT)
                FROM chunk k JOIN batch b ON b.id = k.batch
                WHERE k.at >= ?1 AND b.source = ANY(?2) AND b.state NOT IN (5, 6)
                GROUP BY 1, 2";
            let rows = conn.query(sql, params![midnight, sources.ids()], |row| {
                Ok((row.int(0)?, row.int(1)?, row.int(2)?))
            })?;
            let mut activity: HashMap<i64, Vec<u64>> = HashMap::new();
            for (source, day, count) in rows {
                let of = activity.entry(source).or_insert_with(|| vec![0; days]);
                let day = usize::try_from(day).ok().and_then(|day| of.get_mut(day));
                if let Some(day) = day {
                    *day = u64::try_from(count).unwrap_or(0);
                }
            }
            Ok(activity)
        })
        .await
    }
}
