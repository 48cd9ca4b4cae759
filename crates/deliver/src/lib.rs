//! Sends it: notices of hunts, over the channels of those who want to know.
//!
//! What is to be told stands in the store (`notice`, `delivery`); a [`Courier`] sends it:
//!
//! 1. `run`: one server a store, by its lease, gathers notices into deliveries and takes those whose time has come,
//!    one a channel at a time.
//! 2. `message`: what is said, in the channel's language, with everything harmless that could be followed, and only
//!    as much as the markings let out. Each `kind` makes of it the body that its service documents, within the
//!    service's limits. The body is kept before it is sent, so every attempt sends the same.
//! 3. `attempt`: begins, sends through `egress`, reads the answer, and notes how it ended.
//!
//! Each delivery has a key. A signed webhook carries it as `webhook-id`, a mail in its `Message-ID`; there a message
//! that comes twice is known. Slack, Teams, Discord and Mattermost take no such key: where the process dies between
//! their answer and our note of it, they get the message twice.

mod address;
mod attempt;
mod backoff;
mod courier;
mod kind;
mod message;
mod notice;
mod run;
mod sheet;
mod sign;
mod text;
mod words;

pub use address::{Fields, Settled, SetupError, settle};
pub use courier::{Courier, MailSettings};
pub use notice::Notice;
pub use sheet::{Sheet, SheetPart};
pub use sign::{signature, verify};
