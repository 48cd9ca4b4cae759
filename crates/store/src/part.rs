//! The index of parts of values: which observables have a text somewhere in their value.
//!
//! Observables are numbered in order of arrival, so the index grows by whole blocks of numbers, each
//! written once, in its own order, and never touched again: of every block, which of its values have
//! which three characters in a row ([`postings`]). A text is found by the blocks that have all of its
//! trigrams in one value, newest block first; the candidates are then compared whole. Numbers behind
//! the last block are few and compared one by one.
//!
//! Cost of a write: nothing for most chunks; a block costs as much as its values are long. Cost of a
//! question: one index look-up a block and trigram, so it grows with the database divided by
//! [`LARGE`], and ends early where the text is common.

mod postings;

use noroshi_indicator::{Observable, fold};

use crate::error::Result;
use crate::observable;
use crate::sql::{Conn, Param, Row, Table, Type, params};

use postings::Builder;

/// Numbers of a block, and of the smaller ones that come before it while rows trickle in.
const LARGE: i64 = 32_768;
const SMALL: i64 = 4_096;

/// A large block is made only of so many bytes of values, which bounds the memory it takes.
const LARGE_BYTES: i64 = 8 << 20;

/// Trigrams asked of the index; the candidates are compared whole.
const TRIGRAMS: usize = 12;

/// Blocks asked about in one statement, at most.
const BLOCKS: i64 = 64;

/// So few candidates are rather compared than asked about further.
const FEW: usize = 16;

/// Candidates compared in one statement.
const COMPARED: usize = 1_024;

const BLOCK: Table = Table {
    name: "part_block",
    columns: &[("first", Type::Big), ("size", Type::Big)],
};
const PART: Table = Table {
    name: "observable_part",
    columns: &[
        ("block", Type::Big),
        ("trigram", Type::Big),
        ("postings", Type::Bytes),
    ],
};

/// Whether the observable has the (folded) text somewhere in its value, as the query language means it.
pub(crate) fn has(observable: &Observable, text: &str) -> bool {
    observable.kind().searchable_in_part() && fold(observable.value()).contains(text)
}

/// Makes the blocks that are full by now. To be called in the transaction that adds observables, which
/// is the only one that does so at that time.
pub(crate) fn index(conn: &Conn) -> Result<()> {
    let end = conn.query_one(observable::NEXT, params![], |row| row.int(0))?;
    let mut done = indexed(conn)?;
    loop {
        let large = done - done % LARGE;
        let (first, size) = if end >= large + LARGE && fits(conn, large)? {
            (large, LARGE)
        } else if end >= done + SMALL {
            (done, SMALL)
        } else {
            return Ok(());
        };
        write(conn, first, size)?;
        done = first + size;
    }
}

/// The first number behind the last block.
fn indexed(conn: &Conn) -> Result<i64> {
    let sql = "SELECT first + size FROM part_block ORDER BY first DESC LIMIT 1";
    let done = conn.query_opt(sql, params![], |row| row.int(0))?;
    Ok(done.unwrap_or(0))
}

fn fits(conn: &Conn, first: i64) -> Result<bool> {
    let sql = "SELECT coalesce(sum(length(value)), 0) FROM observable WHERE id >= ?1 AND id < ?2";
    let bytes = conn.query_one(sql, params![first, first + LARGE], |row| row.int(0))?;
    Ok(bytes <= LARGE_BYTES)
}

/// Writes a block over the smaller ones that it replaces.
fn write(conn: &Conn, first: i64, size: i64) -> Result<()> {
    let range: &[Param] = params![first, first + size];
    if size == LARGE {
        for sql in [
            "DELETE FROM part_block WHERE first >= ?1 AND first < ?2",
            "DELETE FROM observable_part WHERE block >= ?1 AND block < ?2",
        ] {
            conn.execute(sql, range)?;
        }
    }
    let mut builder = Builder::default();
    let sql = "SELECT id, kind, value FROM observable WHERE id >= ?1 AND id < ?2";
    conn.query(sql, range, |row| {
        let (id, observable) = numbered(row)?;
        if observable.kind().searchable_in_part() {
            builder.add(id - first, &fold(observable.value()));
        }
        Ok(())
    })?;
    let pages = builder.pages();
    let rows = pages
        .iter()
        .map(|(trigram, postings)| [first.into(), (*trigram).into(), postings.as_slice().into()]);
    conn.bulk(&PART, rows)?;
    conn.bulk(&BLOCK, std::iter::once([first.into(), size.into()]))
}

/// The newest numbers below `below` whose values have the (folded) text in them, newest first: about
/// `count`, and none only if there are no more.
pub(crate) fn matching(conn: &Conn, text: &str, below: i64, count: i64) -> Result<Vec<i64>> {
    let done = indexed(conn)?;
    let sql = "SELECT id, kind, value FROM observable WHERE id >= ?1 AND id < ?2 ORDER BY id DESC";
    let mut found = compared(conn, sql, params![done, below], text)?;
    let trigrams = asked(text);
    let (mut below, mut blocks) = (below.min(done), 1);
    while found.is_empty() {
        let group = newest_blocks(conn, below, blocks)?;
        let Some(oldest) = group.last().copied() else {
            break;
        };
        let candidates = candidates(conn, group, &trigrams, below)?;
        for some in candidates.chunks(COMPARED) {
            let sql = "SELECT id, kind, value FROM observable WHERE id = ANY(?1) ORDER BY id DESC";
            found.extend(compared(conn, sql, params![some], text)?);
            if found.len() as i64 >= count {
                break;
            }
        }
        below = oldest;
        blocks = (blocks * 4).min(BLOCKS);
    }
    Ok(found)
}

fn newest_blocks(conn: &Conn, below: i64, count: i64) -> Result<Vec<i64>> {
    let sql = "SELECT first FROM part_block WHERE first < ?1 ORDER BY first DESC LIMIT ?2";
    conn.query(sql, params![below, count], |row| row.int(0))
}

/// Trigrams by which the index is asked for a text, spread over it.
fn asked(text: &str) -> Vec<u32> {
    let all: Vec<u32> = postings::trigrams(text).collect();
    let step = all.len().div_ceil(TRIGRAMS).max(1);
    all.into_iter().step_by(step).collect()
}

/// Numbers below `below`, of these blocks, that have all the trigrams; newest first.
fn candidates(conn: &Conn, mut blocks: Vec<i64>, trigrams: &[u32], below: i64) -> Result<Vec<i64>> {
    let mut left: Option<Vec<i64>> = None;
    for trigram in trigrams {
        let mut having = having(conn, &blocks, *trigram)?;
        having.sort_unstable();
        let both = match left {
            None => having,
            Some(left) => both(&left, &having),
        };
        blocks.retain(|first| {
            let at = both.partition_point(|id| id < first);
            both.get(at).is_some_and(|id| *id < first + LARGE)
        });
        let enough = both.len() <= FEW;
        left = Some(both);
        if enough {
            break;
        }
    }
    let mut left = left.unwrap_or_default();
    left.truncate(left.partition_point(|id| *id < below));
    left.reverse();
    Ok(left)
}

/// Numbers of these blocks that have the trigram.
fn having(conn: &Conn, blocks: &[i64], trigram: u32) -> Result<Vec<i64>> {
    let sql = "SELECT b.first, (SELECT p.postings FROM observable_part p
            WHERE p.block = b.first AND p.trigram <= ?2 ORDER BY p.trigram DESC LIMIT 1)
        FROM part_block b WHERE b.first = ANY(?1)";
    let mut having = Vec::new();
    conn.query(sql, params![blocks, i64::from(trigram)], |row| {
        let (first, page) = (row.int(0)?, row.opt_bytes(1)?);
        let places = page.map(|page| postings::places(&page, trigram));
        having.extend(places.into_iter().flatten().map(|place| first + place));
        Ok(())
    })?;
    Ok(having)
}

/// What is in both of two ascending lists.
fn both(one: &[i64], other: &[i64]) -> Vec<i64> {
    let mut rest = other.iter().peekable();
    let there = |id: &i64| {
        while rest.next_if(|other| *other < id).is_some() {}
        rest.peek() == Some(&id)
    };
    one.iter().copied().filter(there).collect()
}

/// The numbers that a statement finds (id, kind, value) and whose values have the text.
fn compared(conn: &Conn, sql: &str, range: &[Param], text: &str) -> Result<Vec<i64>> {
    let rows = conn.query(sql, range, |row| {
        let (id, observable) = numbered(row)?;
        Ok(has(&observable, text).then_some(id))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

fn numbered(row: &Row) -> Result<(i64, Observable)> {
    Ok((row.int(0)?, observable::from_columns(row, 1, 2)?))
}
