//! Services on loopback that speak as their documentation says, and what becomes of it.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

mod bluesky;
mod faults;
mod fixture;
mod mastodon;
mod misskey;
mod myjvn;
mod nvd;
mod paging;
mod server;
mod stream;
mod x;
