//! Lists of accounts as answers show them.

pub(crate) mod api;
pub(crate) mod page;

use noroshi_lookup::Time;
use noroshi_store::List;
use serde::Serialize;
use utoipa::ToSchema;

/// A list of accounts: a timeline, and an audience to write to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct ListAnswer {
    /// Whose it is, by name.
    pub owner: String,
    /// Unique among the owner's.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether only its owner and its members know of it.
    pub hidden: bool,
    /// The name by which one writes to it.
    pub audience: String,
    /// When it was made.
    pub created: Time,
}

impl From<List> for ListAnswer {
    fn from(list: List) -> ListAnswer {
        ListAnswer {
            owner: list.owner,
            name: list.name,
            description: list.description,
            hidden: list.hidden,
            audience: list.audience_name,
            created: Time(list.created),
        }
    }
}
