//! An item made ready to be written, before the transaction: its texts cleaned, what it names found, and the hashes
//! made by which it is known again.

use noroshi_exchange::record::{Facts, Product};
use noroshi_indicator::fold;
use sha2::{Digest, Sha256};

use super::{Author, NewItem, PRODUCT, VENDOR, same};
use crate::post::Reading;

/// Bytes of a text; more is cut off.
const TEXT: usize = 64 * 1024;
/// Bytes of a title, a name or an address.
const LINE: usize = 2_000;
/// Affected products and references that are kept of one record.
const MANY: usize = 1_000;
/// Vendors and products by which one record is found.
const LABELS: usize = 200;

/// A label as the index has it: vendor or product, folded, as written.
pub(crate) type Label = (i64, String, String);

/// An item, ready.
pub(crate) struct Prepared {
    pub(super) item: NewItem,
    pub(super) reading: Reading,
    /// Hash of the publisher's identifier.
    pub(super) key: i64,
    /// Hash of all that it says.
    pub(super) content: [u8; 16],
    /// Hashes by which the same news is known.
    pub(super) same: Vec<i64>,
    pub(super) labels: Vec<Label>,
    pub(super) facts: Option<String>,
    pub(super) cvss: Option<i64>,
}

impl Prepared {
    /// Linear in what the item says.
    pub(crate) fn of(item: NewItem) -> Prepared {
        let item = cleaned(item);
        let facts = item
            .facts
            .as_ref()
            .and_then(|facts| serde_json::to_string(facts).ok());
        Prepared {
            reading: Reading::of_item(&item),
            key: key(&item.key),
            content: content(&item, facts.as_deref()),
            same: same::keys(&item),
            labels: item.facts.as_ref().map(labels).unwrap_or_default(),
            cvss: item.facts.as_ref().and_then(Facts::score).map(i64::from),
            facts,
            item,
        }
    }
}

/// The hash by which an item's publisher's identifier is known.
pub(crate) fn key(identifier: &str) -> i64 {
    hash(&[identifier])
}

fn cleaned(item: NewItem) -> NewItem {
    let line = |text: Option<String>| {
        text.map(|text| clean(&text, LINE))
            .filter(|text| !text.is_empty())
    };
    let url = |text: Option<String>| line(text).filter(|url| is_web(url));
    let title = line(item.title).map(|title| title.replace(['\n', '\t'], " "));
    let text = clean(&item.text, TEXT);
    NewItem {
        // Something has to be said.
        text: match (&title, text.is_empty()) {
            (None, true) => clean(&item.key, LINE),
            _ => text,
        },
        title,
        url: url(item.url),
        author: item.author.and_then(|author| {
            Some(Author {
                name: line(Some(author.name.clone())).or_else(|| line(author.handle.clone()))?,
                handle: line(author.handle),
                url: url(author.url),
            })
        }),
        language: line(item.language),
        tags: item
            .tags
            .iter()
            .map(|tag| clean(tag, 100))
            .filter(|tag| !tag.is_empty())
            .take(100)
            .collect(),
        facts: item.facts.map(|mut facts| {
            facts.products.truncate(MANY);
            facts.references.truncate(MANY);
            facts.references.retain(|reference| is_web(&reference.url));
            facts
        }),
        ..item
    }
}

/// Without control characters but line ends and tabs, and of so many bytes at most.
fn clean(text: &str, most: usize) -> String {
    let text = text.trim();
    let cut = &text[..text.floor_char_boundary(most)];
    cut.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

fn is_web(url: &str) -> bool {
    let scheme = |scheme: &str| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    (scheme("https://") || scheme("http://")) && !url.contains(char::is_whitespace)
}

fn labels(facts: &Facts) -> Vec<Label> {
    let label = |kind, name: &str| {
        let folded = fold(name);
        (!folded.is_empty()).then(|| (kind, folded, name.to_owned()))
    };
    let of = |product: &Product| {
        [
            label(VENDOR, &product.vendor),
            label(PRODUCT, &product.product),
        ]
    };
    let mut labels: Vec<Label> = facts.products.iter().flat_map(of).flatten().collect();
    labels.sort_unstable();
    labels.dedup_by(|one, other| (one.0, &one.1) == (other.0, &other.1));
    labels.truncate(LABELS);
    labels
}

/// A hash that nobody can find a second text for, as far as 64 bits go: an item of a source could only be taken for
/// another of the same source.
pub(super) fn hash(parts: &[&str]) -> i64 {
    let digest = digest(parts);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_le_bytes(first)
}

fn content(item: &NewItem, facts: Option<&str>) -> [u8; 16] {
    let author = item.author.clone().unwrap_or_default();
    let named: Vec<String> = item
        .observables
        .iter()
        .map(|named| format!("{} {}", named.kind(), named.value()))
        .collect();
    let time = |time: Option<i64>| time.map(|time| time.to_string()).unwrap_or_default();
    let digest = digest(&[
        item.form.name(),
        item.title.as_deref().unwrap_or_default(),
        &item.text,
        item.url.as_deref().unwrap_or_default(),
        &author.name,
        author.handle.as_deref().unwrap_or_default(),
        author.url.as_deref().unwrap_or_default(),
        item.language.as_deref().unwrap_or_default(),
        &time(item.published),
        &time(item.updated),
        &item.tags.join("\n"),
        &named.join("\n"),
        facts.unwrap_or_default(),
    ]);
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
