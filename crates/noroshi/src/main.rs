//! The Noroshi program.

fn main() {}
