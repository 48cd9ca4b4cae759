//! Who calls, and what that one may do.
//!
//! A key carries scopes; its account's role bounds them. What may be *read* is neither's business:
//! that is decided by audiences, in the store.

mod attempts;
mod bearer;
mod permission;

pub(crate) use attempts::Attempts;
pub(crate) use bearer::{Caller, Managing, Reading, Writing, authenticate, client};
pub(crate) use permission::{granted, may_roll_back};
