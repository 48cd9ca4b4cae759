//! The program as its users meet it: its command line and its API, on both engines.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "all of it is tests"
)]

mod accounts;
mod changes;
mod collect;
mod demo;
mod digest;
mod extract;
mod faults;
mod fetch;
mod fixture;
mod hub;
mod hunting;
mod links;
mod listening;
mod meet;
mod paged;
mod publisher;
mod schedule;
mod stream;
mod timeline;
mod usage;
mod watch;
