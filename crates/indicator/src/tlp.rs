//! The Traffic Light Protocol marking, version 2.0 (FIRST, August 2022).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::TlpError;

/// A TLP 2.0 marking, from the least to the most restricted. The numbers are stored.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Tlp {
    /// May go anywhere.
    Clear = 0,
    /// The community.
    #[default]
    Green = 1,
    /// The organisation and its clients.
    Amber = 2,
    /// The organisation only.
    AmberStrict = 3,
    /// The named recipients only.
    Red = 4,
}

impl Tlp {
    /// All markings, least restricted first.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Green,
        Self::Amber,
        Self::AmberStrict,
        Self::Red,
    ];

    /// The name in lower case, as in `tlp:amber+strict` without the prefix.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber+strict",
            Self::Red => "red",
        }
    }

    /// The stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The marking with this stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|tlp| tlp.code() == code)
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Tlp {
    type Err = TlpError;

    /// Reads `TLP:AMBER+STRICT`, `amber`, and the `white` of TLP 1.0, in any case.
    fn from_str(text: &str) -> Result<Self, TlpError> {
        let trimmed = text.trim();
        let name = match trimmed.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("tlp:") => trimmed[4..].trim_start(),
            _ => trimmed,
        };
        if name.eq_ignore_ascii_case("white") {
            return Ok(Self::Clear);
        }
        if name.eq_ignore_ascii_case("amber-strict") || name.eq_ignore_ascii_case("amber_strict") {
            return Ok(Self::AmberStrict);
        }
        Self::ALL
            .into_iter()
            .find(|tlp| tlp.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| TlpError::new(text))
    }
}

impl Serialize for Tlp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Tlp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_versions_are_read() {
        for tlp in Tlp::ALL {
            assert_eq!(tlp.name().parse(), Ok(tlp));
            assert_eq!(
                format!("TLP:{}", tlp.name().to_uppercase()).parse(),
                Ok(tlp)
            );
            assert_eq!(Tlp::from_code(tlp.code()), Some(tlp));
        }
        assert_eq!("tlp:white".parse(), Ok(Tlp::Clear));
        assert_eq!(" TLP: AMBER-STRICT ".parse(), Ok(Tlp::AmberStrict));
        assert!("".parse::<Tlp>().is_err());
        assert!("tlp:".parse::<Tlp>().is_err());
        assert!("テスト".parse::<Tlp>().is_err());
        assert_eq!(Tlp::from_code(5), None);
    }

    #[test]
    fn order_is_restriction() {
        assert!(
            Tlp::Clear < Tlp::Green && Tlp::Amber < Tlp::AmberStrict && Tlp::AmberStrict < Tlp::Red
        );
    }
}
