//! Services on loopback that speak as their documentation says, and what becomes of it.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

mod faults;
mod fixture;
mod nvd;
mod paging;
mod server;
