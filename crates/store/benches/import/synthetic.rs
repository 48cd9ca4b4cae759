//! Invented rows: half with a family, a third with a tag, as feeds have them.

use noroshi_indicator::Observable;
use noroshi_store::NewListing;

use super::values::{mix, value};

const TAGS: [&str; 5] = ["phishing", "c2", "scanner", "loader", "botnet"];

/// One row.
pub(crate) fn row(number: usize) -> NewListing {
    let (kind, value) = value(number);
    let bits = mix(number as u64 ^ 0xfeed);
    NewListing {
        observable: Observable::parse(kind, &value).expect("a value"),
        item: 0,
        first_seen: Some(1_780_000_000_000_000 + (number as i64 % 86_400) * 1_000_000),
        last_seen: None,
        port: None,
        family: bits
            .is_multiple_of(2)
            .then(|| format!("family-{}", bits / 2 % 200)),
        tags: match bits % 3 {
            0 => vec![TAGS[(bits / 6 % 5) as usize].to_owned()],
            _ => Vec::new(),
        },
        note: None,
        confidence: Some(75),
        reference: None,
    }
}

/// So many rows.
pub(crate) fn rows(count: usize) -> impl Iterator<Item = NewListing> {
    (0..count).map(row)
}
