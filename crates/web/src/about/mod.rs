//! Which program this is, and what it is made of.

mod licences;
pub(crate) mod page;
