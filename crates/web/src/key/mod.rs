//! API keys as answers show them: never their secrets.

pub(crate) mod api;

use noroshi_indicator::Tlp;
use noroshi_lookup::Time;
use noroshi_store::ApiKey;
use serde::Serialize;
use utoipa::ToSchema;

/// A key without its secret.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct KeyAnswer {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for, as far as the account's role allows it.
    #[schema(value_type = Vec<String>, example = json!(["read"]))]
    pub scopes: Vec<&'static str>,
    /// The highest marking that exports and feeds give out through it.
    #[schema(value_type = String, example = "green")]
    pub tlp: Tlp,
    /// When it was made.
    pub created: Time,
    /// When it ends by itself.
    pub expires: Option<Time>,
    /// When it was taken back.
    pub revoked: Option<Time>,
    /// Last use, to the minute.
    pub last_used: Option<Time>,
}

impl From<ApiKey> for KeyAnswer {
    fn from(key: ApiKey) -> KeyAnswer {
        KeyAnswer {
            id: key.id,
            account: key.account,
            name: key.name,
            scopes: key.scopes.iter().map(|scope| scope.name()).collect(),
            tlp: key.tlp,
            created: Time(key.created),
            expires: key.expires.map(Time),
            revoked: key.revoked.map(Time),
            last_used: key.last_used.map(Time),
        }
    }
}
