//! Organisations and audiences as answers show them.

pub(crate) mod api;

use noroshi_store::{Audience, AudienceKind};
use serde::Serialize;
use utoipa::ToSchema;

/// Who may read a source.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct AudienceAnswer {
    /// Its name.
    pub name: String,
    /// `everyone`, `organisations` or `accounts`.
    pub kind: &'static str,
    /// Names of its organisations or accounts.
    pub members: Vec<String>,
}

impl From<Audience> for AudienceAnswer {
    fn from(audience: Audience) -> AudienceAnswer {
        AudienceAnswer {
            name: audience.name,
            kind: match audience.kind {
                AudienceKind::Everyone => "everyone",
                AudienceKind::Organisations => "organisations",
                AudienceKind::Accounts => "accounts",
            },
            members: audience.members,
        }
    }
}
