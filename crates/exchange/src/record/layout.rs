//! The layouts of publishers that are known by name, because no table of columns tells what they mean.

use serde::Deserialize;
use serde_json::Value;

use super::{Record, cve5};

/// A publisher's layout of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A CVE record of version 5.
    Cve5,
}

impl Layout {
    /// Reads one record.
    ///
    /// # Errors
    /// Why it is none of this layout.
    pub fn read(self, row: &Value) -> Result<Record, String> {
        match self {
            Self::Cve5 => cve5::read(row),
        }
    }
}
