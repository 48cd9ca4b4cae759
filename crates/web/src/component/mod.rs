//! All components on one page, for whoever builds pages and for the browser tests.

pub(crate) mod page;
mod posts;
