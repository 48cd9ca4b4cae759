//! Sending, against servers on loopback that speak the services' documented wire formats, and a mail server that is
//! not ours.
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is tests")]

mod answers;
mod bodies;
mod far;
mod mail;
mod place;
mod queue;
mod webhook;
