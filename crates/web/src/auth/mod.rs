//! Who calls, and what that one may do.
//!
//! A key carries scopes; its account's role bounds them. What may be *read* is neither's business:
//! that is decided by audiences, in the store.

mod attempts;
mod bearer;
mod password;
mod permission;
mod proof;

pub(crate) use attempts::{Attempts, Whose};
pub(crate) use bearer::{
    Caller, Client, Managing, Reading, Writing, authenticate, bearer, too_many,
};
pub(crate) use password::{check, refused};
pub(crate) use permission::{granted, may_roll_back};
pub(crate) use proof::Proof;
