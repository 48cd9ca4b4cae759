//! Keeps it: SQLite and PostgreSQL behind one `Store`.

mod listing;

pub use listing::NewListing;
