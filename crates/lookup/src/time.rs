//! Times as answers tell them.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// An instant: microseconds since the Unix epoch inside, RFC 3339 in UTC
/// (`2026-11-22T03:00:00Z`) wherever it is shown. What lies outside the years that RFC 3339
/// can write is shown as the nearest that it can.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Time(pub i64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // RFC 3339 has four digits for the year, and no sign.
        const FIRST: i64 = -62_167_219_200_000_000;
        let time = Timestamp::from_microsecond(self.0.max(FIRST));
        // All before `FIRST` are gone, so what is left over lies beyond the end.
        time.unwrap_or(Timestamp::MAX).fmt(f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl ToSchema for Time {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Time")
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("An instant in UTC, as RFC 3339 writes it."))
            .examples(["2026-11-22T03:00:00Z"])
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_written_as_a_time() {
        for (micros, shown) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_316_400_000_000, "2026-11-22T03:00:00Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (i64::MIN, "0000-01-01T00:00:00Z"),
            (i64::MAX, "9999-12-30T22:00:00.999999999Z"),
        ] {
            assert_eq!(Time(micros).to_string(), shown);
            let json = serde_json::to_string(&Time(micros)).unwrap();
            assert_eq!(json, format!("\"{shown}\""));
        }
    }
}
