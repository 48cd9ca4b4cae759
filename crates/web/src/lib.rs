//! Shows it: routes, API, sign-in.
//!
//! [`serve`] runs the hub's HTTP side on listeners; [`app`] is the same as a router. Every route
//! stands in [`routes`](mod@routes), and each noun is a folder: its answer types in `mod.rs`, its
//! API in `api.rs`, its page in `page.rs`. From route to handler to store are three hops: handlers
//! hold neither SQL nor matching, and what a caller may see is decided by the store alone.

mod about;
pub mod account;
pub mod annotation;
mod attachment;
pub mod audience;
pub mod audit;
mod auth;
pub mod batch;
mod browser;
pub mod change;
pub mod channel;
mod check;
mod component;
mod error_page;
mod exist;
mod extract;
mod follow;
mod frame;
pub mod handover;
mod headers;
mod health;
mod help;
mod home;
pub mod hunt;
pub mod key;
mod limits;
pub mod list;
mod live;
mod lookup;
mod manage;
mod necomatter;
mod notification;
mod observable;
mod openapi;
mod part;
pub mod post;
mod problem;
pub mod routes;
pub mod search;
mod serve;
mod session;
mod settings;
mod sheet;
pub mod source;
mod state;
pub mod story;
pub mod stream;
mod timeline;
mod tracker;
mod vulnerability;

pub use openapi::document;
pub use problem::Problem;
pub use routes::app;
pub use serve::serve;
pub use state::{AppState, Settings};
