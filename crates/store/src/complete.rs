//! Completion: which families and tags begin with what has been typed.

use std::time::{Duration, Instant};

use noroshi_indicator::fold;

use crate::context::{FAMILY, TAG};
use crate::error::Result;
use crate::observable::prefix_end;
use crate::sql::params;
use crate::{Reader, Store};

/// Whoever types does not wait longer.
const BUDGET: Duration = Duration::from_millis(50);

/// What a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    /// A malware family or the like.
    Family,
    /// A tag.
    Tag,
}

impl Store {
    /// Families or tags that begin with `start`, in lower case and in their order, of listings that the
    /// reader may see. Cost: a range of the index of labels, and one look-up for each; past its budget
    /// there are none.
    pub async fn complete(
        &self,
        reader: &Reader,
        kind: LabelKind,
        start: &str,
        limit: i64,
    ) -> Result<Vec<String>> {
        let (reader, from) = (reader.clone(), fold(start));
        let kind = match kind {
            LabelKind::Family => FAMILY,
            LabelKind::Tag => TAG,
        };
        let found = self
            .read_until(Some(Instant::now() + BUDGET), move |conn| {
                let sources = reader.sources(conn)?;
                let sql = "SELECT DISTINCT c.label FROM context_label c
                    WHERE c.kind = ?1 AND c.label >= ?2 AND c.label < ?3 AND EXISTS (
                        SELECT 1 FROM listing l
                        WHERE l.context = c.context AND l.context <> 0 AND l.source = ANY(?4))
                    ORDER BY c.label LIMIT ?5";
                let to = prefix_end(&from);
                conn.query(
                    sql,
                    params![kind, &from, &to, sources.ids(), limit],
                    |row| row.text(0),
                )
            })
            .await;
        match found {
            Err(error) if error.is_interrupted() => Ok(Vec::new()),
            found => found,
        }
    }
}
