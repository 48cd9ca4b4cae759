//! The audit log as answers show it.

pub(crate) mod api;

use noroshi_lookup::Time;
use noroshi_store::AuditEntry;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody changed something.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct AuditAnswer {
    /// When.
    pub at: Time,
    /// Who; nobody's name when it was done at the command line.
    pub account: Option<String>,
    /// What: `key.add`, `source.enable`, `batch.rollback`, …
    pub action: String,
    /// To what: a name or a number.
    pub object: String,
    /// More about it.
    pub detail: Option<String>,
}

impl From<AuditEntry> for AuditAnswer {
    fn from(entry: AuditEntry) -> AuditAnswer {
        AuditAnswer {
            at: Time(entry.at),
            account: entry.account,
            action: entry.action,
            object: entry.object,
            detail: entry.detail,
        }
    }
}
