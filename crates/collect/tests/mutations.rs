//! Samples that were damaged on the way: bytes changed, cut out and repeated. Whatever comes of them is clean, and is the
//! same in whatever pieces it comes.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use noroshi_collect::recipe::{Items, Makes, Recipe, shipped};
use noroshi_exchange::{BadRow, BodyError, Limits, TEXT_BYTES, Tally};
use noroshi_store::NewItem;
use proptest::prelude::*;

/// Recipes of texts, with their samples.
static SAMPLES: LazyLock<Vec<(Recipe, Vec<u8>)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sources/samples");
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let file = |name: &str| -> PathBuf {
        let mut rows = index.lines().map(|row| row.split('\t').collect::<Vec<_>>());
        folder.join(rows.find(|row| row[0] == name).unwrap()[4])
    };
    let recipes = shipped().into_iter();
    let recipes = recipes.filter(|recipe| recipe.makes() == Makes::Items);
    recipes
        .map(|recipe| {
            let body = std::fs::read(file(&recipe.name)).unwrap();
            (recipe, body)
        })
        .collect()
});

struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len()).min(out.len());
        let (piece, rest) = self.0.split_at(n);
        out[..n].copy_from_slice(piece);
        self.0 = rest;
        Ok(n)
    }
}

type Found = (Vec<Result<NewItem, BadRow>>, Result<Tally, BodyError>);

fn read(mut items: Items<'_>) -> Found {
    let rows: Vec<_> = items.by_ref().collect();
    (rows, items.finish())
}

/// One change: where, how much, and what.
#[derive(Clone, Debug)]
enum Change {
    Put(prop::sample::Index, Vec<u8>),
    Cut(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..4),
        prop::sample::select(vec![
            "<",
            ">",
            "&",
            "\"",
            "'",
            "]]>",
            "<![CDATA[",
            "<!--",
            "</item>",
            "<item>",
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            "\n",
            "&#x202e;",
            "\u{0}",
            "\u{1f}",
            "CVE-2026-1",
            "https://",
            "javascript:",
            "<script>",
            "null",
            "1e999",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), bytes).prop_map(|(at, bytes)| Change::Put(at, bytes)),
        (at(), 1..200_usize).prop_map(|(at, n)| Change::Cut(at, n)),
        (at(), 1..100_usize, 1..20_usize).prop_map(|(at, n, times)| Change::Repeat(at, n, times)),
    ]
}

fn changed(mut body: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if body.is_empty() {
            return body;
        }
        let end = |at: usize, n: usize| (at + n).min(body.len());
        match change {
            Change::Put(at, bytes) => {
                let at = at.index(body.len());
                body.splice(at..at, bytes.iter().copied());
            }
            Change::Cut(at, n) => {
                let at = at.index(body.len());
                body.drain(at..end(at, *n));
            }
            Change::Repeat(at, n, times) => {
                let at = at.index(body.len());
                let part = body[at..end(at, *n)].repeat(*times);
                body.splice(at..at, part);
            }
        }
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn damaged_bodies_give_clean_items(pick in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 1..6), piece in 1..50_usize) {
        let (recipe, body) = &SAMPLES[pick.index(SAMPLES.len())];
        let body = changed(body.clone(), &changes);
        let limits = Limits::default();
        let whole = recipe.items(Cursor::new(&body), limits).map(|items| items.map(read));
        let parts = recipe.items_of_stream(Pieces(&body, piece), limits).map(|items| items.map(read));
        prop_assert_eq!(&whole, &parts, "{}", recipe.name);
        let Ok(Some((rows, _))) = whole else {
            return Ok(());
        };
        for row in rows {
            match row {
                Ok(item) => clean(&item)?,
                Err(bad) => {
                    prop_assert!(bad.line >= 1 && !bad.reason.is_empty());
                    prop_assert!(!bad.text.chars().any(char::is_control));
                }
            }
        }
    }
}

fn clean(item: &NewItem) -> Result<(), TestCaseError> {
    prop_assert!(!item.key.is_empty() && item.key.len() <= 500);
    prop_assert!(item.title.is_some() || !item.text.is_empty());
    prop_assert!(item.text.len() <= 2 * TEXT_BYTES);
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    prop_assert!(item.text.chars().all(is_plain), "{:?}", item.text);
    let title = item.title.as_deref().unwrap_or_default();
    prop_assert!(
        !title.contains(char::is_control) && !title.contains('\u{202e}'),
        "{:?}",
        title
    );
    let author = item.author.as_ref().and_then(|author| author.url.as_ref());
    let references = item.facts.iter().flat_map(|facts| &facts.references);
    let links = [item.url.as_ref(), author].into_iter().flatten();
    for link in links.chain(references.map(|reference| &reference.url)) {
        let link = link.to_lowercase();
        prop_assert!(
            link.starts_with("http://") || link.starts_with("https://"),
            "{}",
            link
        );
    }
    Ok(())
}
