//! The store through its public interface, the same on either engine.

mod changes;
mod hub;
mod imports;
mod model;
mod people;
mod rollback;
mod schema;
mod search;
