//! What is known of a vulnerability or an exploit, whoever publishes it: the common form into which the
//! publishers' layouts are read, kept and shown. Only facts that a publisher states; nothing is worked out.

mod cve5;
mod cvss;
mod layout;
mod numbers;
mod product;

use serde::{Deserialize, Serialize};

pub use layout::Layout;
pub use numbers::{cves_in, cwes_in};

/// One record as its publisher has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// One line.
    pub title: Option<String>,
    /// What it says, in plain text.
    pub text: String,
    /// Its page.
    pub url: Option<String>,
    /// BCP 47 tag of its language.
    pub language: Option<String>,
    /// When it was published, as written.
    pub published: Option<String>,
    /// When it was last changed, as written.
    pub updated: Option<String>,
    /// The facts; their `id` is the record's.
    pub facts: Facts,
}

/// The facts of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The publisher's own identifier: `CVE-2026-0001`, `JVNDB-2026-000001`, `GHSA-…`, `EDB-50001`.
    pub id: String,
    /// The CVE numbers that the record is about, in canonical form, the own one first.
    pub cves: Vec<String>,
    /// Ratings by CVSS, in the order of the publisher.
    pub cvss: Vec<Cvss>,
    /// Weaknesses, as `CWE-79`.
    pub cwes: Vec<String>,
    /// What is affected.
    pub products: Vec<Product>,
    /// Further reading.
    pub references: Vec<Reference>,
    /// What happens if it is exploited.
    pub impact: Option<String>,
    /// What to do about it.
    pub solution: Option<String>,
    /// Where it stands with its publisher: `Analyzed`, `Rejected`, `DISPUTED`, …
    pub status: Option<String>,
    /// Set where the record is an exploit.
    pub exploit: Option<Exploit>,
}

/// One rating.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cvss {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// The vector, as `CVSS:3.1/AV:N/…`; empty if only the score is told.
    pub vector: String,
    /// The base score in tenths: 98 for 9.8.
    pub score: u8,
    /// In the publisher's words: `CRITICAL`.
    pub severity: Option<String>,
    /// Who rated: `nvd@nist.gov`, `IPA`, …
    pub by: Option<String>,
}

/// Something that is affected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Product {
    /// Who makes it.
    pub vendor: String,
    /// What it is called.
    pub product: String,
    /// CPE 2.2 or 2.3 name.
    pub cpe: Option<String>,
    /// Which versions, in words.
    pub versions: Option<String>,
}

/// A link to further reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Reference {
    /// Where.
    pub url: String,
    /// What it is called: the advisory's number, say.
    pub name: Option<String>,
    /// What sort: `Vendor Advisory`, `Exploit`, …
    pub tags: Vec<String>,
}

/// What is particular to an exploit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exploit {
    /// `windows`, `php`, …
    pub platform: Option<String>,
    /// `remote`, `webapps`, `auxiliary`, `nuclei`, …
    pub kind: Option<String>,
    /// Whether its publisher tried it.
    pub verified: Option<bool>,
    /// How reliable it is, in the publisher's words.
    pub rank: Option<String>,
    /// Where in the publisher's repository the code is.
    pub path: Option<String>,
}

impl Facts {
    /// The highest score of the newest CVSS version that the record has, in tenths.
    pub fn score(&self) -> Option<u8> {
        let newest = self.cvss.iter().map(|cvss| cvss.version.as_str()).max()?;
        let of_newest = self.cvss.iter().filter(|cvss| cvss.version == newest);
        of_newest.map(|cvss| cvss.score).max()
    }
}
