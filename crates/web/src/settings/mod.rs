//! What everybody sets for themselves: look, password, sessions, keys.

pub(crate) mod change;
pub(crate) mod keys;
pub(crate) mod page;
