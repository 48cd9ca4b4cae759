//! Tests it: a fresh place to keep data on either engine, a throw-away PostgreSQL, and programs that never
//! outlive their test. Only ever a dev-dependency.
//!
//! A story that must hold on both engines is told once:
//!
//! ```
//! noroshi_testkit::each_engine(|target| {
//!     assert!(target.data().is_dir());
//! });
//! ```
#![expect(
    clippy::panic,
    reason = "what a test stands on is missing: the test fails here"
)]

mod engine;
mod mail;
mod postgres;
mod program;

pub use engine::{Engine, Target, each_engine, each_engine_async, engines, targets};
pub use mail::{MailServer, TakenMail};
pub use postgres::{Postgres, TestDatabase};
pub use program::Program;
