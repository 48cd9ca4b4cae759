//! Many values at once, out of any text: known and unknown, the worst first.

mod download;
pub(crate) mod page;
