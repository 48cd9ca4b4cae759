//! Lists of accounts.

pub(crate) mod page;
