//! What a channel may carry, by marking and audience: the row "notices" of the plan's table of markings.

use std::collections::{BTreeMap, BTreeSet};

use noroshi_indicator::Tlp;

use crate::error::Result;
use crate::sql::params;
use crate::{Store, audience, channel, source};

impl Store {
    /// Of these hits, those whose text may go out on a channel; of the others, only that they are. A text marked
    /// RED or AMBER+STRICT never goes out; any other does where everybody whom the channel reaches may read it.
    pub async fn may_carry(&self, channel: i64, hits: Vec<i64>) -> Result<BTreeSet<i64>> {
        self.read(move |conn| {
            let channel = channel::by_id(conn, channel)?;
            let reached = match &channel.audience {
                Some(name) => Some(audience::by_name(conn, name)?),
                None => None,
            };
            let sql = "SELECT h.id, coalesce(p.tlp, s.tlp), coalesce(p.audience, s.audience)
                FROM hit h LEFT JOIN post p ON p.id = h.post LEFT JOIN source s ON s.id = h.source
                WHERE h.id = ANY(?1)";
            let said = conn.query(sql, params![&hits], |row| {
                Ok((row.int(0)?, row.opt_int(1)?, row.opt_int(2)?))
            })?;
            let mut known: BTreeMap<i64, bool> = BTreeMap::new();
            let mut carried = BTreeSet::new();
            for (hit, tlp, readers) in said {
                let (Some(tlp), Some(readers)) = (tlp, readers) else {
                    continue;
                };
                if matches!(source::tlp(tlp)?, Tlp::Red | Tlp::AmberStrict) {
                    continue;
                }
                let within = match known.get(&readers) {
                    Some(within) => *within,
                    None => {
                        let owner = channel.owner_id;
                        channel::lies_within(conn, reached.as_ref(), owner, readers)?
                    }
                };
                known.insert(readers, within);
                if within {
                    carried.insert(hit);
                }
            }
            Ok(carried)
        })
        .await
    }
}
