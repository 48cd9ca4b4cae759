//! The query language: one line that searches, watches and exports.
