//! Any body, read as a feed, as XML and by any shipped recipe of texts or scores: the first byte picks, the second is the
//! size of the pieces it comes in. Every row is an item or a bad row, no link leads anywhere but to the web, texts are
//! bounded and plain, and the pieces make no difference.
#![no_main]

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use noroshi_collect::recipe::{Makes, Recipe, shipped};
use noroshi_exchange::{BadRow, BodyError, Limits, Tally, html_text};
use noroshi_store::NewItem;

static RECIPES: LazyLock<Vec<Recipe>> = LazyLock::new(|| {
    let recipes = shipped().into_iter();
    recipes.filter(|recipe| recipe.makes() == Makes::Items).collect()
});
const LIMITS: Limits = Limits { output: 4 << 20 };

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

fuzz_target!(|data: &[u8]| {
    let [pick, piece, body @ ..] = data else {
        return;
    };
    if let Ok(text) = std::str::from_utf8(body) {
        let plain = html_text(text);
        assert!(plain.len() <= noroshi_exchange::TEXT_BYTES);
        assert!(plain.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
    }
    let recipe = &RECIPES[usize::from(*pick) % RECIPES.len()];
    let items = recipe.items(Cursor::new(body), LIMITS);
    let whole = items.map(|items| items.map(read));
    if let Ok(Some((rows, end))) = &whole {
        rows.iter().flatten().for_each(check);
        if let Ok(tally) = end {
            assert!(tally.bad <= rows.len() as u64);
        }
    }
    // Zip archives need to be read from anywhere, and the ratio is measured as the decoder takes its input.
    if !body.starts_with(b"PK\x03\x04") && !body.starts_with(&[0x1f, 0x8b]) {
        let pieces = Pieces(body, usize::from(*piece) % 64 + 1);
        let parts = recipe.items_of_stream(pieces, LIMITS);
        assert_eq!(whole, parts.map(|items| items.map(read)), "{}", recipe.name);
    }
});

fn read(mut items: noroshi_collect::recipe::Items<'_>) -> Found {
    let rows: Vec<_> = items.by_ref().collect();
    (rows, items.finish())
}

fn check(item: &NewItem) {
    assert!(!item.key.is_empty() && item.key.len() <= 500);
    assert!(item.title.is_some() || !item.text.is_empty());
    assert!(item.text.len() <= 2 * noroshi_exchange::TEXT_BYTES);
    assert!(item.text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
    let pages = [item.url.as_ref(), item.author.as_ref().and_then(|author| author.url.as_ref())];
    let references = item.facts.iter().flat_map(|facts| &facts.references);
    for link in pages.into_iter().flatten().chain(references.map(|reference| &reference.url)) {
        let link = link.to_lowercase();
        assert!(link.starts_with("http://") || link.starts_with("https://"), "{link}");
    }
}
