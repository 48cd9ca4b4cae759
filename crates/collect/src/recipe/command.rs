//! What a user's own command prints: one JSON object a line.
//!
//! ```json
//! {"value": "evil.example", "kind": "domain", "first_seen": "2026-08-01T01:40:00Z", "last_seen": 1785548400,
//!  "port": 443, "family": "PlugX", "tags": ["c2"], "note": "…", "confidence": 80, "reference": "https://…", "id": "7"}
//! ```
//!
//! Only `value` is needed. A recipe of news, social posts, vulnerabilities or exploits prints texts instead:
//!
//! ```json
//! {"id": "7", "title": "…", "text": "…", "url": "https://…", "author": "…", "handle": "…", "author_url": "https://…",
//!  "language": "ja", "published": "2026-08-01T01:40:00Z", "updated": 1785548400, "tags": ["apt"],
//!  "observables": [{"value": "evil.example", "kind": "domain"}, "192.0.2.1"], "facts": {"cves": ["CVE-2026-0001"]}}
//! ```
//!
//! Of these, `title` or `text` is needed; `facts` are as [`noroshi_exchange::record::Facts`] has them. `kind` is a kind's name, `ip` or `auto` (the default); `id` is the row's own id, for commands
//! that say several things about one value; times are read as in feeds. Other keys are ignored.

use noroshi_exchange::{Format, Layout};

use super::fields::{ColumnText, Fields, KindColumn, KindText, TagText};
use super::item_keys::{AuthorKeys, AuthorText, FactKeys, ItemKeys, KindName, Texts};

pub(super) fn format() -> Format {
    Format::new(Layout::Jsonl)
}

pub(super) fn fields() -> Fields {
    let column = |name: &str| ColumnText(name.to_owned());
    Fields {
        value: column("value"),
        kind: KindText::Column(KindColumn {
            column: column("kind"),
            map: std::collections::BTreeMap::new(),
            default: Some("auto".to_owned()),
        }),
        item: vec![column("id")],
        first_seen: Some(column("first_seen")),
        last_seen: Some(column("last_seen")),
        port: Some(column("port")),
        family: Some(column("family")),
        family_until: None,
        tags: vec![TagText::Column(column("tags"))],
        tag_separator: None,
        note: Some(column("note")),
        confidence: Some(column("confidence")),
        reference: Some(column("reference")),
        also: std::collections::BTreeMap::new(),
        empty: Vec::new(),
        utc_offset: None,
    }
}

pub(super) fn item() -> (ItemKeys, Option<FactKeys>) {
    let key = |name: &str| Some(name.to_owned());
    let author = AuthorKeys {
        name: key("author"),
        handle: key("handle"),
        url: key("author_url"),
    };
    let observables = [("observables", "auto"), ("observables.value", "auto")];
    let keys = ItemKeys {
        key: key("id|url"),
        title: key("title"),
        text: Texts::One("text".to_owned()),
        url: key("url"),
        author: Some(AuthorText::Keys(author)),
        language: key("language"),
        published: key("published"),
        updated: key("updated"),
        tags: vec![TagText::Column(ColumnText("tags".to_owned()))],
        observables: observables
            .map(|(column, kind)| (column.to_owned(), KindName::Fixed(kind.to_owned())))
            .into(),
        ..ItemKeys::default()
    };
    let facts = FactKeys {
        whole: key("facts"),
        ..FactKeys::default()
    };
    (keys, Some(facts))
}
