//! PostgreSQL: several servers may share one database.

mod conn;
mod copy;
mod engine;

pub(crate) use conn::{Conn, int};
pub(crate) use engine::{Held, Postgres};

/// Advisory locks, one number each.
pub(crate) mod lock {
    /// Held while the schema is upgraded.
    pub(crate) const MIGRATE: i64 = 0x6e6f_726f_0001;
    /// Held from taking a change's number until the commit, so that numbers commit in order.
    pub(crate) const CHANGE: i64 = 0x6e6f_726f_0002;
    /// Held by the chunk of an import that adds observables.
    pub(crate) const IMPORT: i64 = 0x6e6f_726f_0003;
    /// Plus the source: one import per source at a time.
    pub(crate) const SOURCE: i64 = 0x6e6f_7373_0000_0000;
    /// Plus the source: one who follows its stream at a time.
    pub(crate) const STREAM: i64 = 0x6e6f_7374_0000_0000;
    /// Shared by servers, so that an import knows whether it is alone.
    pub(crate) const SERVING: i64 = 0x6e6f_726f_0005;
    /// Held by the server that sends what is to be delivered.
    pub(crate) const DELIVERING: i64 = 0x6e6f_726f_0007;
    /// Held by the server that holds what is new against the hunts.
    pub(crate) const HUNTS: i64 = 0x6e6f_726f_0010;
    /// Held by the server that asks about own names.
    pub(crate) const DOMAINS: i64 = 0x6e6f_726f_0011;
}
