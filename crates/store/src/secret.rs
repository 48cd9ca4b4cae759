//! Keys of the hub itself: random, made with the database, never shown.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::sql::{Conn, params};

/// Seals cursors.
const CURSOR: &str = "cursor";

/// Makes what is not there yet.
pub(crate) fn make(conn: &Conn) -> Result<()> {
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(|error| Error::Invalid(format!("no randomness: {error}")))?;
    let sql = "INSERT INTO secret (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
    conn.execute(sql, params![CURSOR, &key])?;
    Ok(())
}

/// Begins a seal over what a cursor says.
pub(crate) fn cursor_seal(conn: &Conn) -> Result<Hmac<Sha256>> {
    let sql = "SELECT value FROM secret WHERE name = ?1";
    let key = conn.query_one(sql, params![CURSOR], |row| row.bytes(0))?;
    Hmac::new_from_slice(&key).map_err(|error| Error::Corrupt(error.to_string()))
}

/// Whether a seal is the one expected, in constant time.
pub(crate) fn is_sealed(seal: Hmac<Sha256>, tag: &[u8]) -> bool {
    seal.verify_slice(tag).is_ok()
}
