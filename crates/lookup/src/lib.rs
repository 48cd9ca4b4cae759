//! Asks about it: what is this value, from everything collected.
