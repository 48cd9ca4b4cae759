//! The face of EXIST over HTTP, on both engines.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of it is tests")]

#[path = "exist/access.rs"]
mod access;
mod common;
#[path = "exist/rows.rs"]
mod rows;
#[path = "exist/script.rs"]
mod script;
#[path = "exist/searching.rs"]
mod searching;
#[path = "exist/table.rs"]
mod table;
