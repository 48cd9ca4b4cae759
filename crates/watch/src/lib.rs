//! Notices it: holds every live query against each new statement.
//!
//! The [`Hub`] follows what is new in the store and tells each [`Listener`] what it asked for.
//! [`Watchers`] keeps the queries of all streams, hunts and bots in one matcher, so that ten
//! thousand of them cost a statement little more than ten. A [`Pattern`] is a watcher of
//! another sort: a Python regex over the raw text of posts, as the bots of NECOMAtter write it.

mod hub;
mod hunter;
mod matcher;
mod python;

pub use hub::{Event, Hub, Listen, Listener, Listening, Next, NoPlace, Place, Refused, Said, Test};
pub use hunter::{Cost, Hunter, Preview, Sample, cost, hunt, preview};
pub use matcher::{Id, Watchers};
pub use python::{Found, Pattern, Unsupported};
