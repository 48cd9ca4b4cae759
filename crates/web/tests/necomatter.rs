//! The face of NECOMAtter over HTTP, on both engines.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of it is tests")]

#[path = "necomatter/accounts.rs"]
mod accounts;
#[path = "necomatter/acting.rs"]
mod acting;
#[path = "necomatter/bots.rs"]
mod bots;
mod common;
#[path = "necomatter/credentials.rs"]
mod credentials;
#[path = "necomatter/hostile.rs"]
mod hostile;
#[path = "necomatter/lists.rs"]
mod lists;
#[path = "necomatter/pages.rs"]
mod pages;
#[path = "necomatter/person.rs"]
mod person;
#[path = "necomatter/posting.rs"]
mod posting;
#[path = "necomatter/reading.rs"]
mod reading;
#[path = "necomatter/searching.rs"]
mod searching;
#[path = "necomatter/stories.rs"]
mod stories;
#[path = "necomatter/streaming.rs"]
mod streaming;
#[path = "necomatter/table.rs"]
mod table;
#[path = "necomatter/threads.rs"]
mod threads;
#[path = "necomatter/visibility.rs"]
mod visibility;
