//! The layouts of publishers that are known by name, because no table of columns could tell what they mean.

use serde::Deserialize;
use serde_json::Value;

use super::Record;

/// A publisher's layout of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One of `vulnerabilities` of the NVD's API 2.0.
    Nvd,
    /// A CVE record of version 5.
    Cve5,
    /// A `Vulinfo` of MyJVN's VULDEF.
    Vuldef,
}

impl Layout {
    /// Reads one record.
    ///
    /// # Errors
    /// Why it is none of this layout.
    pub fn read(self, row: &Value) -> Result<Record, String> {
        let _ = row;
        Err("not yet".into())
    }
}
