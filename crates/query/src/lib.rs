//! The query language: one line that searches, watches and exports.
//!
//! [`parse`] reads a line into a [`Query`], which prints itself in a canonical form. A
//! [`Matcher`] made from it tells whether a [`Statement`] is among those asked for; the store
//! plans the same question as index look-ups. No I/O; every input is read in linear time and
//! within the limits of [`limits`].
//!
//! # Joining terms
//!
//! | written | means |
//! |---|---|
//! | `a b`, `a AND b` | both |
//! | `a OR b`, `a \| b` | at least one; binds less tightly than both-ness: `a b OR c` is `(a b) OR c` |
//! | `-a`, `-(a OR b)` | not |
//! | `( … )` | a group |
//!
//! `AND`, `OR` and `NOT` in capitals are operators (`NOT` only to say that it is written `-`);
//! quote them to look for the words. A word ends at white space, `|`, `"`, or a parenthesis
//! without a partner in the same word, so that `evil(.)example` needs no quotes.
//!
//! # Terms
//!
//! | written | finds statements |
//! |---|---|
//! | `loader` | with this whole word in family, tags or text, or this part of a value |
//! | `"fake update"` | with this phrase, between the ends of words, or this part of a value; `\"` and `\\` stand for `"` and `\` |
//! | `/^login-[0-9]+/` | with this regex in a value, family, a tag or the text as written; [Rust's syntax](https://docs.rs/regex/latest/regex/#syntax), upper and lower case differ, `\/` stands for `/` |
//! | `evil[.]example`, `192.0.2.7`, … | about this observable or its [neighbours] |
//! | `kind:url` | about a thing of this kind; also `kind:ip` and `kind:hash` |
//! | `value:evil.example` | about exactly this value, whatever its kind |
//! | `domain:evil.example` | about this name, names below it and URLs on them |
//! | `ip:192.0.2.7`, `ip:192.0.2.0/24` | about this address, or an address in this network |
//! | `cidr:192.0.2.0/24` | about this network, or an address, network or URL in it |
//! | `hash:d41d8cd98f00b204e9800998ecf8427e` | about this hash, of whatever kind |
//! | `cve:CVE-2026-0001` | about this vulnerability |
//! | `source:name` | from the source of this name |
//! | `from:name` | from the account of this name; a source is an account |
//! | `to:name` | for the account of this name: it is mentioned, or replied to |
//! | `in:post`, `in:listing`, `in:news`, `in:vuln`, `in:exploit` | of this sort: what accounts and outside authors post, what sources list, news and advisories, records of vulnerabilities and of exploits |
//! | `is:reply`, `is:repost` | that answer another post, that repeat one |
//! | `has:file` | with a file attached |
//! | `tag:phishing` | with this whole tag |
//! | `family:emotet` | with this whole family name |
//! | `like:example.com` | that name a [look-alike](like) of this name or brand, and not itself; `like:example.com+typo+word` by these rules alone (`typo`, `glyph`, `word`, `suffix`) |
//! | `hunt:name` | that this hunt found; also `hunt:owner/name`. Only where kept statements are searched: none is a hit yet when it arrives |
//! | `vendor:fortinet`, `product:fortios` | a record that says this vendor's, this product's things are affected |
//! | `cvss:9.8`, `cvss:>=7`, `cvss:critical` | a record with such a score by CVSS (`<` `<=` `>` `>=`, `7..8.9`, `none` `low` `medium` `high` `critical`) |
//! | `jp:yes` | about Japan: names a host under `.jp`, or is written in kana |
//! | `is:new` | received in the last 24 hours |
//! | `tlp:green`, `tlp:<=green` | with this marking, or as freely shared or freer (`<` `<=` `>` `>=`) |
//! | `since:2026-11-01`, `until:2026-11-30` | received since, received until then |
//! | `first:2026-11`, `last:7d` | first seen, last seen in this range |
//!
//! A listing names one observable, and its text is its note; a post names any number, and its text
//! is the post as written. A term about observables finds a post that names one such, so
//! `-kind:url` finds posts that name no URL.
//!
//! Names, tags, families, words and phrases are compared [folded](noroshi_indicator::fold): upper
//! and lower case, full and half width are the same. Values may be quoted; commas between
//! values mean OR: `tag:a,"b c"`. A word that reads as an observable beyond doubt is one; a
//! number, or a name such as `setup.zip` whose ending is more often a file's than a domain's, stays a word
//! (write `setup[.]zip`, or use `domain:`). `event:` is
//! reserved, as are `in:event` and `has:capture`.
//!
//! A part of a value is looked for in kinds that are
//! [searchable in part](noroshi_indicator::Kind::searchable_in_part), and only for words and phrases of at
//! least [three characters](limits::MIN_PART_CHARS), so that a trigram index can answer.
//! A word is in prose if the text has it and has its [tokens](noroshi_indicator::tokens) in a
//! row; so words of scripts without spaces match anywhere within a run of that script, but a
//! single character of such a script only where it stands alone. What has
//! neither letter nor digit is looked for in values only.
//!
//! # Times
//!
//! | written | means |
//! |---|---|
//! | `2026-11-01` | that whole day, in the reader's zone |
//! | `2026-11` | that whole month |
//! | `2026-11-01T09:30:00+09:00` | that instant; without an offset, in the reader's zone |
//! | `30m`, `24h`, `7d`, `2w` | so many minutes, hours, days of 24 hours, or weeks ago |
//!
//! `since:` counts from the start of its value, `until:` up to the end: a whole day is included,
//! an instant is not. `first:` and `last:` take a range:
//!
//! | written | means |
//! |---|---|
//! | `first:2026-11-01`, `first:2026-11` | within that day or month |
//! | `first:7d` | within the last seven days |
//! | `first:2026-11-01..2026-11-30` | from the start of the one to the end of the other, as with `since:` and `until:`; either side may be left out |
//! | `first:30d..7d`, `first:..30d` | 30 to 7 days ago; longer ago than 30 days |
//! | `first:>=2026-11-01`, `first:<2026-11` | from then on; earlier than that (also `>`, `<=`) |
//!
//! # Examples
//!
//! Each query and how it prints, at noon on 22 November 2026 in Tokyo:
//!
//! ```
//! use noroshi_query::{TimeZone, parse};
//!
//! let examples = [
//!     // Joining.
//!     ("fake  update", "fake update"),
//!     ("fake AND update", "fake update"),
//!     ("a b | c", "a b OR c"),
//!     ("a (b OR c)", "a (b OR c)"),
//!     ("-(a OR -b)", "-(a OR -b)"),
//!     // Words, phrases, regexes.
//!     (r#""say \"hi\"" /\/login\.php$/"#, r#""say \"hi\"" /\/login\.php$/"#),
//!     ("setup.zip 12345", "setup.zip 12345"),
//!     // Observables.
//!     ("www[.]evil(.)example", "www.evil.example"),
//!     ("hxxp://evil[.]example/a", "http://evil.example/a"),
//!     ("ｅｖｉｌ．example", "evil.example"),
//!     ("setup[.]zip", "setup[.]zip"),
//!     ("192.0.2.7 cve-2026-0001", "192.0.2.7 CVE-2026-0001"),
//!     // Fields.
//!     ("tag:a,\"b c\"", "tag:a OR tag:\"b c\""),
//!     ("kind:ip", "kind:ipv4 OR kind:ipv6"),
//!     ("tlp:<=green", "tlp:clear OR tlp:green"),
//!     ("in:Post is:reply,repost", "in:post (is:reply OR is:repost)"),
//!     ("domain:EVIL[.]example", "domain:evil.example"),
//!     ("cvss:high vendor:Fortinet", "cvss:7.0..8.9 vendor:Fortinet"),
//!     ("jp:YES is:new", "jp:yes since:2026-11-21T03:00:00Z"),
//!     // Times.
//!     ("since:2026-11-01", "since:2026-10-31T15:00:00Z"),
//!     ("until:2026-11-01", "until:2026-11-01T15:00:00Z"),
//!     ("since:24h", "since:2026-11-21T03:00:00Z"),
//!     ("first:2026-11", "first:2026-10-31T15:00:00Z..2026-11-30T15:00:00Z"),
//!     ("last:7d", "last:>=2026-11-15T03:00:00Z"),
//!     ("last:..30d", "last:<2026-10-23T03:00:00Z"),
//!     ("first:>2026-11-01", "first:>=2026-11-01T15:00:00Z"),
//! ];
//! let now = 1_795_316_400_000_000;
//! let tokyo = TimeZone::fixed(jiff::tz::offset(9));
//! for (typed, printed) in examples {
//!     let query = parse(typed, now, &tokyo)?;
//!     assert_eq!(query.to_string(), printed, "{typed}");
//!     assert_eq!(parse(printed, now, &tokyo)?, query, "{typed}");
//! }
//! # Ok::<(), noroshi_query::QueryError>(())
//! ```

mod ast;
mod bare;
mod cvss;
mod error;
mod field;
mod folded;
mod japan;
mod lex;
pub mod like;
pub mod limits;
mod matcher;
pub mod neighbours;
mod parse;
mod print;
mod regexes;
mod shorthand;
mod statement;
mod term;
mod text;
mod time;
mod value;
mod watchlist;
mod when;

pub use ast::{Expr, Has, Is, Query, Scores, Term};
pub use error::QueryError;
pub use folded::Folded;
pub use jiff::tz::TimeZone;
pub use like::{Like, Lookalike, Rules};
pub use matcher::{BadPattern, Matcher};
pub use noroshi_indicator::Tlp;
pub use parse::parse;
pub use shorthand::shorthand;
pub use statement::{Statement, StatementKind};
pub use time::{Time, TimeRange};
pub use value::{hashes, named};
pub use watchlist::{BadEntry, own_domains, watchlist};
