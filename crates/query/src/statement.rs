//! What a query is held against: one statement, a listing, a post, or what an outside author or publisher said.

use std::fmt;

use noroshi_indicator::{Observable, Tlp};

/// What sort of statement it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum StatementKind {
    /// "This source lists this observable."
    Listing,
    /// A text that an account, or an outside author, posted.
    Post,
    /// A news item or an advisory.
    News,
    /// A record of a vulnerability.
    Vulnerability,
    /// A record of an exploit.
    Exploit,
}

impl StatementKind {
    /// All of them, as listed above.
    pub const ALL: [StatementKind; 5] = [
        StatementKind::Listing,
        StatementKind::Post,
        StatementKind::News,
        StatementKind::Vulnerability,
        StatementKind::Exploit,
    ];

    /// The name that `in:` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            StatementKind::Listing => "listing",
            StatementKind::Post => "post",
            StatementKind::News => "news",
            StatementKind::Vulnerability => "vuln",
            StatementKind::Exploit => "exploit",
        }
    }
}

impl fmt::Display for StatementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One statement, borrowed from wherever it is kept. Times are microseconds since the Unix
/// epoch, UTC.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// What sort of statement it is.
    pub kind: StatementKind,
    /// What it names: exactly one for a listing, any number otherwise. A term about
    /// observables matches if one of these does, so `-kind:url` means "names no URL".
    pub observables: &'a [Observable],
    /// The name of the account that said it; a source is an account.
    pub from: &'a str,
    /// Whether that account is a source.
    pub by_source: bool,
    /// Names of the accounts it is for: mentioned, or replied to.
    pub to: &'a [String],
    /// The malware family it names.
    pub family: Option<&'a str>,
    /// Its tags, in any order.
    pub tags: &'a [String],
    /// Its prose: a listing's note, a post's text as written.
    pub text: Option<&'a str>,
    /// Who makes what a record of a vulnerability says is affected.
    pub vendors: &'a [String],
    /// What that is called.
    pub products: &'a [String],
    /// How severe it is by CVSS, in tenths: 98 for 9.8.
    pub cvss: Option<u8>,
    /// How far it may go.
    pub tlp: Tlp,
    /// When Noroshi received it.
    pub received: i64,
    /// When what it is about was first seen, as the statement has it.
    pub first_seen: i64,
    /// When what it is about was last seen, as the statement has it.
    pub last_seen: i64,
    /// Answers another post.
    pub reply: bool,
    /// Repeats another post.
    pub repost: bool,
    /// Has a file attached.
    pub file: bool,
}
