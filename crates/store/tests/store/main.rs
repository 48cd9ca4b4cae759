//! The store through its public interface, the same on either engine.
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is tests")]

mod activity;
mod annotations;
mod changes;
mod complete;
mod deliveries;
mod hub;
mod hunts;
mod imports;
mod items;
mod managing;
mod model;
mod parts;
mod people;
mod posting;
mod posts;
mod quality;
mod rollback;
mod schema;
mod search;
