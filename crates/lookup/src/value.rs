//! A value in its three spellings.

use noroshi_indicator::{Kind, Observable};
use serde::Serialize;
use utoipa::ToSchema;

/// An observable as answers show it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Value {
    /// What it is: `ipv4`, `ipv6`, `cidr`, `domain`, `url`, `email`, `md5`, `sha1`, `sha256`, `cve`, …
    #[schema(value_type = String, example = "domain")]
    pub kind: Kind,
    /// The canonical spelling, by which equal things are equal.
    #[schema(example = "xn--r8jz45g.example")]
    pub value: String,
    /// The canonical spelling made harmless: nothing makes a link of it.
    #[schema(example = "xn--r8jz45g[.]example")]
    pub defanged: String,
    /// For people: international names in their own script, where that deceives nobody.
    #[schema(example = "例え.example")]
    pub display: String,
}

impl From<&Observable> for Value {
    fn from(observable: &Observable) -> Value {
        Value {
            kind: observable.kind(),
            value: observable.value().to_owned(),
            defanged: observable.defanged(),
            display: observable.display().into_owned(),
        }
    }
}
