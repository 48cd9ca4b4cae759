//! How single keys of a recipe are read from TOML.

use std::time::Duration;

use noroshi_indicator::Tlp;
use noroshi_store::Mode;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Auth;
use super::fields::{ColumnText, KindColumn, KindText, TagColumn, TagText};

pub(super) fn everyone() -> String {
    noroshi_store::EVERYONE.to_owned()
}

pub(super) fn clear() -> Tlp {
    Tlp::Clear
}

pub(super) fn most_pages() -> u32 {
    50
}

pub(super) fn most_questions() -> usize {
    10
}

pub(super) fn mode<'de, D: Deserializer<'de>>(from: D) -> Result<Mode, D::Error> {
    let text = String::deserialize(from)?;
    match text.as_str() {
        "snapshot" => Ok(Mode::Snapshot),
        "increment" => Ok(Mode::Increment),
        other => Err(D::Error::unknown_variant(other, &["snapshot", "increment"])),
    }
}

pub(super) fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    let wrong = || {
        D::Error::custom(format!(
            "`{text}` is no length of time: write `30m`, `12h` or `90d`"
        ))
    };
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    // A century is longer than anything meant, and far from what microseconds in an i64 can hold.
    let seconds = number
        .checked_mul(seconds)
        .filter(|seconds| *seconds <= 100 * 366 * 86_400)
        .ok_or_else(wrong)?;
    Ok(Duration::from_secs(seconds))
}

pub(super) fn optional_duration<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Duration>, D::Error> {
    duration(from).map(Some)
}

impl<'de> Deserialize<'de> for Auth {
    /// `"none"`, `"url"`, `"bearer"`, or a table of one key.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Place {
            header: Option<String>,
            body: Option<String>,
            session: Option<String>,
        }
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Auth;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"none\", \"url\", \"bearer\" or { header = \"…\" }")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Auth, E> {
                match text {
                    "none" => Ok(Auth::None),
                    "url" => Ok(Auth::Url),
                    "bearer" => Ok(Auth::Bearer),
                    other => Err(E::unknown_variant(other, &["none", "url", "bearer"])),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Auth, A::Error> {
                let place = Place::deserialize(MapAccessDeserializer::new(map))?;
                match (place.header, place.body, place.session) {
                    (Some(name), None, None) => Ok(Auth::Header(name)),
                    (None, Some(name), None) => Ok(Auth::Body(name)),
                    (None, None, Some(place)) => Ok(Auth::Session(place)),
                    _ => Err(A::Error::custom("one of `header`, `body` and `session`")),
                }
            }
        }
        from.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for ColumnText {
    /// A name, a template or a position.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = ColumnText;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a column: its name, its position from 1, or a text with {columns}")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<ColumnText, E> {
                Ok(ColumnText(text.to_owned()))
            }
            fn visit_i64<E: Error>(self, position: i64) -> Result<ColumnText, E> {
                if position < 1 {
                    return Err(E::custom("positions count from 1"));
                }
                Ok(ColumnText(position.to_string()))
            }
        }
        from.deserialize_any(Either)
    }
}

/// Reads a text or a table.
macro_rules! text_or_table {
    ($type:ident, $text:path, $table:ident, $also:path, $expecting:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Either;
                impl<'de> Visitor<'de> for Either {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_str<E: Error>(self, text: &str) -> Result<$type, E> {
                        Ok($text(text.to_owned().into()))
                    }
                    fn visit_i64<E: Error>(self, number: i64) -> Result<$type, E> {
                        Ok($text(number.to_string().into()))
                    }
                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        $table::deserialize(MapAccessDeserializer::new(map)).map($also)
                    }
                }
                from.deserialize_any(Either)
            }
        }
    };
}

text_or_table!(
    KindText,
    KindText::Fixed,
    KindColumn,
    KindText::Column,
    "a kind, \"ip\", \"auto\", or { column = \"…\", map = { … } }"
);
text_or_table!(
    TagText,
    TagText::Column,
    TagColumn,
    TagText::Mapped,
    "a column or { column = \"…\", map = { … } }"
);
