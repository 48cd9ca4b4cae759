//! Observables: their numbers, and the derived rows by which they are found.

use std::collections::HashMap;

use noroshi_indicator::{Kind, Observable};

use crate::error::{Error, Result};
use crate::part;
use crate::sql::{Conn, Row, Table, Type, params};

/// Keys or numbers asked about in one statement.
pub(crate) const BLOCK: usize = 20_000;

/// A name or URL is indexed by so many bytes of its reversed form.
const NAME_BYTES: usize = 400;

/// An observable as a row gives it: kind, value.
pub(crate) fn from_columns(row: &Row, kind: usize, value: usize) -> Result<Observable> {
    let code = row.int(kind)?;
    let known = Kind::from_code(code as i16);
    let kind = known.ok_or_else(|| Error::Corrupt(format!("observable kind {code}")))?;
    Ok(Observable::from_canonical(kind, row.text(value)?))
}

/// The numbers of many, in order.
pub(crate) fn find_many(conn: &Conn, observables: &[&Observable]) -> Result<Vec<Option<i64>>> {
    let placed = place_many(conn, observables)?;
    Ok(placed
        .into_iter()
        .map(|place| {
            if let Place::At(id) = place {
                Some(id)
            } else {
                None
            }
        })
        .collect())
}

#[derive(Clone, Copy)]
enum Place {
    /// It is there, with this number.
    At(i64),
    /// It is not, and this key is free for it.
    Free(i64),
}

/// One statement a block; a true collision of keys costs another.
fn place_many(conn: &Conn, observables: &[&Observable]) -> Result<Vec<Place>> {
    let mut places: Vec<Place> = observables
        .iter()
        .map(|observable| Place::Free(observable.key()))
        .collect();
    // Which observables (by position) are looked for under which key.
    let mut wanted: Vec<(i64, usize)> = observables
        .iter()
        .enumerate()
        .map(|(at, observable)| (observable.key(), at))
        .collect();
    while !wanted.is_empty() {
        wanted.sort_unstable();
        let mut collided = Vec::new();
        for block in wanted.chunks(BLOCK) {
            let there = rows_by_key(conn, block)?;
            for (key, at) in block {
                match there.get(key) {
                    Some((id, observable)) if observable == observables[*at] => {
                        places[*at] = Place::At(*id);
                    }
                    // Somebody else's key: it would have been put under the next.
                    Some(_) => {
                        let next = key.wrapping_add(1);
                        places[*at] = Place::Free(next);
                        collided.push((next, *at));
                    }
                    None => {}
                }
            }
        }
        wanted = collided;
    }
    Ok(places)
}

fn rows_by_key(conn: &Conn, wanted: &[(i64, usize)]) -> Result<HashMap<i64, (i64, Observable)>> {
    let mut keys: Vec<i64> = wanted.iter().map(|(key, _)| *key).collect();
    keys.dedup();
    let sql = "SELECT key, id, kind, value FROM observable WHERE key = ANY(?1)";
    let rows = conn.query(sql, params![&keys], |row| {
        Ok((row.int(0)?, (row.int(1)?, from_columns(row, 2, 3)?)))
    })?;
    Ok(rows.into_iter().collect())
}

/// Numbers for many observables without repetition, making those that are not there. `new` tells
/// which were made. On PostgreSQL the caller holds the import lock.
pub(crate) fn find_or_insert(conn: &Conn, observables: &[&Observable]) -> Result<Numbered> {
    let places = place_many(conn, observables)?;
    let mut ids = vec![0; places.len()];
    let mut new = Vec::new();
    for (at, place) in places.into_iter().enumerate() {
        match place {
            Place::At(id) => ids[at] = id,
            Place::Free(key) => new.push(New { key, at, id: 0 }),
        }
    }
    part_keys(conn, &mut new)?;
    let first = conn.query_one(NEXT, params![], |row| row.int(0))?;
    for (new, id) in new.iter_mut().zip(first..) {
        new.id = id;
        ids[new.at] = id;
    }
    insert(conn, observables, &new)?;
    Ok(Numbered {
        ids,
        new: new.iter().map(|new| new.at).collect(),
    })
}

/// What [`find_or_insert`] answers.
pub(crate) struct Numbered {
    /// In the order asked.
    pub(crate) ids: Vec<i64>,
    /// Positions of those that were made.
    pub(crate) new: Vec<usize>,
}

struct New {
    key: i64,
    at: usize,
    id: i64,
}

/// Sorts by key, which makes index inserts sequential, and moves those apart whose keys collide.
fn part_keys(conn: &Conn, new: &mut [New]) -> Result<()> {
    loop {
        new.sort_unstable_by_key(|new| (new.key, new.at));
        let mut moved = Vec::new();
        for at in 1..new.len() {
            if new[at].key == new[at - 1].key {
                moved.push(at);
            }
        }
        if moved.is_empty() {
            return Ok(());
        }
        for at in moved {
            new[at].key = new[at].key.wrapping_add(1);
            while !rows_by_key(conn, &[(new[at].key, at)])?.is_empty() {
                new[at].key = new[at].key.wrapping_add(1);
            }
        }
    }
}

/// On PostgreSQL, lets nobody else make observables until the transaction ends.
pub(crate) fn lock(conn: &Conn) -> Result<()> {
    if matches!(conn, Conn::Postgres(_)) {
        let sql = "SELECT 1 FROM pg_advisory_xact_lock(?1)";
        conn.query(sql, params![crate::postgres::lock::IMPORT], |_| Ok(()))?;
    }
    Ok(())
}

/// The number of the next observable. Whoever makes observables is alone in that: on SQLite in the one
/// write transaction, on PostgreSQL under the import lock.
pub(crate) const NEXT: &str = "SELECT coalesce(max(id), 0) + 1 FROM observable";

const OBSERVABLE: Table = Table {
    name: "observable",
    columns: &[
        ("id", Type::Big),
        ("key", Type::Big),
        ("kind", Type::Small),
        ("value", Type::Text),
    ],
};
const NAME: Table = Table {
    name: "observable_name",
    columns: &[("name", Type::Text), ("observable", Type::Big)],
};
const ADDRESS: Table = Table {
    name: "observable_address",
    columns: &[("address", Type::Bytes), ("observable", Type::Big)],
};
/// Every table is written in its own order, so that all B-tree inserts of a chunk are sequential.
fn insert(conn: &Conn, observables: &[&Observable], new: &[New]) -> Result<()> {
    let rows = new.iter().map(|new| {
        let observable = observables[new.at];
        let kind = i64::from(observable.kind().code());
        [
            new.id.into(),
            new.key.into(),
            kind.into(),
            observable.value().into(),
        ]
    });
    conn.bulk(&OBSERVABLE, rows)?;

    let mut names: Vec<(String, i64)> = new
        .iter()
        .filter_map(|new| Some((name(observables[new.at])?, new.id)))
        .collect();
    names.sort_unstable();
    conn.bulk(
        &NAME,
        names.iter().map(|(name, id)| [name.into(), (*id).into()]),
    )?;

    let mut addresses: Vec<([u8; 16], i64)> = new
        .iter()
        .filter_map(|new| Some((observables[new.at].address_range()?.0, new.id)))
        .collect();
    addresses.sort_unstable();
    conn.bulk(
        &ADDRESS,
        addresses
            .iter()
            .map(|(address, id)| [address.into(), (*id).into()]),
    )?;

    match new.is_empty() {
        true => Ok(()),
        false => part::index(conn),
    }
}

/// The reversed name, and behind it the path of a URL: `example.evil.www./login`. Everything below a
/// name, and everything below a path of a host, is one range.
pub(crate) fn name(observable: &Observable) -> Option<String> {
    let mut name = observable.reversed_name()?;
    if observable.kind() == Kind::Url {
        name.push_str(path(observable.value()));
    }
    if name.len() > NAME_BYTES {
        name.truncate(name.floor_char_boundary(NAME_BYTES));
    }
    Some(name)
}

/// From the first `/` behind the host.
fn path(url: &str) -> &str {
    let behind = url.find("://").map_or(0, |at| at + 3);
    url[behind..]
        .find('/')
        .map_or("/", |at| &url[behind + at..])
}

/// The end of the range of texts that begin with `prefix`.
pub(crate) fn prefix_end(prefix: &str) -> String {
    // Names are below U+10FFFF, which therefore ends every range.
    format!("{prefix}\u{10FFFF}")
}
