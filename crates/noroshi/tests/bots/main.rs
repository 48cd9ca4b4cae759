//! The example bots and the lines of the bot guide, each doing its job on a real hub.
#![expect(clippy::panic, clippy::unwrap_used, reason = "all of it is tests")]

mod bot;
mod dga_watcher;
mod echo;
#[path = "../cli/fixture.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line")]
mod fixture;
mod guide;
#[path = "../cli/hub.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line")]
mod hub;
mod phishing_judge;
mod router_bot;
mod rss_fetcher;
mod syslog_poster;
mod timeline;
mod unit;
