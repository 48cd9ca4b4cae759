//! Feed and list formats: bytes in, rows out.
