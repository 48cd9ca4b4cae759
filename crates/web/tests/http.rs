//! The hub over HTTP, on both engines.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of it is tests")]

#[path = "http/annotating.rs"]
mod annotating;
#[path = "http/asking.rs"]
mod asking;
#[path = "http/channels.rs"]
mod channels;
#[path = "http/collecting.rs"]
mod collecting;
mod common;
#[path = "http/document.rs"]
mod document;
#[path = "http/hunts.rs"]
mod hunts;
#[path = "http/keys.rs"]
mod keys;
#[path = "http/knowledge.rs"]
mod knowledge;
#[path = "http/live.rs"]
mod live;
#[path = "http/managing.rs"]
mod managing;
#[path = "http/pages.rs"]
mod pages;
#[path = "http/people.rs"]
mod people;
#[path = "http/polling.rs"]
mod polling;
#[path = "http/posting.rs"]
mod posting;
#[path = "http/problems.rs"]
mod problems;
#[path = "http/reader.rs"]
mod reader;
#[path = "http/sources.rs"]
mod sources;
#[path = "http/stories.rs"]
mod stories;
#[path = "http/story_files.rs"]
mod story_files;
#[path = "http/timeline.rs"]
mod timeline;
#[path = "http/tracking.rs"]
mod tracking;
