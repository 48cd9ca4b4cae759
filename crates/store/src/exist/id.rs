//! Identifiers that look like those of EXIST, which were MD5 in hexadecimal: numbers of ours under a key of this hub,
//! so that they can be read back, and nobody counts what is hidden by them.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::Result;
use crate::secret;
use crate::sql::Conn;

/// Makes and reads them.
pub(super) struct Ids(Hmac<Sha256>);

/// What keeps these uses of the key apart from others.
const USE: &[u8] = b"exist id";
const ROUNDS: [u8; 4] = [0, 1, 2, 3];

impl Ids {
    pub(super) fn of(conn: &Conn) -> Result<Ids> {
        Ok(Ids(secret::cursor_seal(conn)?))
    }

    /// 32 digits.
    pub(super) fn shown(&self, high: u64, low: u64) -> String {
        let (mut left, mut right) = (high, low);
        for round in ROUNDS {
            (left, right) = (right, left ^ self.mixed(round, right));
        }
        format!("{left:016x}{right:016x}")
    }

    /// The two numbers.
    pub(super) fn read(&self, shown: &str) -> Option<(u64, u64)> {
        let digits = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if shown.len() != 32 || !shown.chars().all(digits) {
            return None;
        }
        let number = |part: &str| u64::from_str_radix(part, 16).ok();
        let (left, right) = shown.split_at_checked(16)?;
        let (mut left, mut right) = (number(left)?, number(right)?);
        for round in ROUNDS.into_iter().rev() {
            (left, right) = (right ^ self.mixed(round, left), left);
        }
        Some((left, right))
    }

    fn mixed(&self, round: u8, half: u64) -> u64 {
        let mut mac = self.0.clone();
        mac.update(USE);
        mac.update(&[round]);
        mac.update(&half.to_le_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&mac.finalize().into_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}

#[cfg(test)]
mod tests {
    use hmac::KeyInit;

    use super::*;

    #[test]
    fn what_is_shown_is_read_back() {
        let ids = Ids(Hmac::new_from_slice(b"key").unwrap());
        let other = Ids(Hmac::new_from_slice(b"another").unwrap());
        for (high, low) in [(0, 0), (1, 2), (u64::MAX, 7), (1 << 40 | 3, u64::MAX)] {
            let shown = ids.shown(high, low);
            assert_eq!(ids.read(&shown), Some((high, low)));
            assert_ne!(other.read(&shown), Some((high, low)));
        }
        for bad in ["", "x", &"g".repeat(32), &"A".repeat(32), &"é".repeat(16)] {
            assert_eq!(ids.read(bad), None);
        }
    }
}
