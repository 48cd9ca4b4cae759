//! The guard as a whole, against servers on loopback that misbehave in every
//! way we could think of. Loopback is opened through the administrator's list,
//! as it would be in production; nothing here leaves this machine.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is how a test fails"
)]

mod bodies;
mod fake;
mod heads;
mod hostile_urls;
mod mail;
mod redirects;
mod resolving;
mod secrets;
mod sockets;
mod tls;
