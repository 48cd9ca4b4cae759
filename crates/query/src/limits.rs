//! How large a query may be. Every limit has an error of its own that names it.

/// Bytes of text.
pub const MAX_BYTES: usize = 4096;
/// Tests in all; `tag:a,b` counts as two.
pub const MAX_TERMS: usize = 200;
/// Groups within groups.
pub const MAX_DEPTH: usize = 20;
/// Regexes in one query.
pub const MAX_REGEXES: usize = 20;
/// Characters of one regex.
pub const MAX_REGEX_CHARS: usize = 1000;
/// Bytes of one compiled regex.
pub const MAX_REGEX_BYTES: usize = 1 << 20;
/// The shortest word or phrase, in characters, that is looked for inside values: what a
/// trigram index can serve.
pub const MIN_PART_CHARS: usize = 3;
/// The longest word or phrase, in characters; keeps the search for it linear.
pub const MAX_TEXT_CHARS: usize = 400;
