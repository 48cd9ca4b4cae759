//! Accounts as answers show them.

pub(crate) mod api;
pub(crate) mod page;

use noroshi_lookup::Time;
use noroshi_store::{Account, AccountKind, Error, Store};
use serde::Serialize;
use utoipa::ToSchema;

use crate::frame::Frame;
use crate::problem::Problem;

/// How long a link for somebody else is good, in microseconds.
pub const LINK_LASTS: i64 = 3 * 24 * 3_600_000_000;

/// An account.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct AccountAnswer {
    /// What others call it.
    pub name: String,
    /// `person`, `bot` or `source`.
    pub kind: &'static str,
    /// `admin`, `analyst`, `reader` or `bot`.
    pub role: &'static str,
    /// The organisation it belongs to.
    pub organisation: Option<String>,
    /// What it is, in a few words.
    pub description: Option<String>,
    /// Who answers for it, where that is not itself.
    pub owner: Option<String>,
    /// When it was made.
    pub created: Time,
    /// Since when it may not sign in.
    pub disabled: Option<Time>,
}

impl From<Account> for AccountAnswer {
    fn from(account: Account) -> AccountAnswer {
        AccountAnswer {
            name: account.name,
            kind: account.kind.name(),
            role: account.role.name(),
            organisation: account.organisation,
            description: account.description,
            owner: account.owner,
            created: Time(account.created),
            disabled: account.disabled.map(Time),
        }
    }
}

/// The account of that name, as far as the reader may know of it: that of a source only if the source may be
/// read.
///
/// # Errors
///
/// 404, whether there is none or it may not be known.
pub(crate) async fn seen(store: &Store, frame: &Frame, name: &str) -> Result<Account, Problem> {
    let account = store.account(name).await?;
    if account.kind == AccountKind::Source && store.source(&frame.reader(), name).await.is_err() {
        return Err(Error::not_found("account", name).into());
    }
    Ok(account)
}
