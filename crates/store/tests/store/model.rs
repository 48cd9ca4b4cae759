//! What a source's listings are after a sequence of batches, worked out slowly and obviously.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use noroshi_indicator::Observable;
use noroshi_store::{Counts, Mode, NewListing};

/// What the model knows of a listing: everything but the times that the store's clock gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) listed: bool,
    pub(crate) family: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) note: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) confidence: Option<u8>,
    pub(crate) reference: Option<String>,
    pub(crate) first_seen: Option<i64>,
    pub(crate) last_seen: Option<i64>,
}

pub(crate) type State = BTreeMap<(Observable, i64), Known>;

/// Applies a body to the state, row by row, and counts.
pub(crate) fn apply(state: &mut State, mode: Mode, rows: &[NewListing]) -> Counts {
    let mut counts = Counts {
        rows: rows.len() as i64,
        ..Counts::default()
    };
    let mut body: BTreeMap<(Observable, i64), &NewListing> = BTreeMap::new();
    for row in rows {
        let key = (row.observable.clone(), row.item);
        match body.entry(key) {
            Entry::Occupied(_) => counts.folded += 1,
            Entry::Vacant(place) => {
                place.insert(row);
            }
        }
    }
    for (key, row) in &body {
        let former = state.get(key).cloned();
        let now = Known {
            listed: true,
            family: row.family.clone(),
            tags: row.tags.clone(),
            note: row.note.clone(),
            port: row.port,
            confidence: row.confidence,
            reference: row.reference.clone(),
            first_seen: row
                .first_seen
                .or_else(|| former.as_ref().and_then(|former| former.first_seen)),
            // Where a body gives no date, the clock does; that alone changes nothing.
            last_seen: row.last_seen,
        };
        match former {
            None => counts.new += 1,
            Some(former) if same(&former, &now, mode) => counts.unchanged += 1,
            Some(_) => counts.changed += 1,
        }
        state.insert(key.clone(), now);
    }
    if mode == Mode::Snapshot {
        for (key, known) in state.iter_mut() {
            if known.listed && !body.contains_key(key) {
                known.listed = false;
                counts.delisted += 1;
            }
        }
    }
    counts
}

fn same(former: &Known, now: &Known, mode: Mode) -> bool {
    let mut former = former.clone();
    if mode == Mode::Increment && now.last_seen.is_none() {
        former.last_seen = None;
    }
    former == *now
}
