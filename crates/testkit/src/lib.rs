//! Tests it: a throw-away PostgreSQL, stores on either engine.
