//! The API for people: read from the OpenAPI document, with forms to try what only reads.

mod operations;
pub(crate) mod page;
