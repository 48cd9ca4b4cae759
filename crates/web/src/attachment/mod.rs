//! Files that come with posts: told by their content, and given out so that nothing in them runs.

pub(crate) mod api;
pub(crate) mod page;
mod receive;
mod sniff;

pub(crate) use receive::{LARGEST, MOST_FILES, Receiving};
pub(crate) use sniff::{is_picture, media};
