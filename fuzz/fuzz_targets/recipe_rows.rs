//! Any body, read by any shipped recipe of listings: the first byte picks the recipe, the second the size of the pieces it comes in.
//! Every row is a listing or a bad row, what is kept is clean, and the pieces make no difference.
#![no_main]

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use noroshi_collect::recipe::{Makes, Recipe, shipped};
use noroshi_exchange::{BadRow, BodyError, Limits, Tally};
use noroshi_indicator::Observable;
use noroshi_store::NewListing;

static RECIPES: LazyLock<Vec<Recipe>> = LazyLock::new(|| {
    let recipes = shipped().into_iter();
    recipes.filter(|recipe| recipe.makes() == Makes::Listings).collect()
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

type Found = (Vec<Result<NewListing, BadRow>>, Result<Tally, BodyError>);

fuzz_target!(|data: &[u8]| {
    let [pick, piece, body @ ..] = data else {
        return;
    };
    let recipe = &RECIPES[usize::from(*pick) % RECIPES.len()];
    let whole = recipe
        .listings(Cursor::new(body), LIMITS)
        .map(|mut listings| -> Found {
            let rows: Vec<_> = listings.by_ref().collect();
            (rows, listings.finish())
        });
    if let Ok((rows, end)) = &whole {
        check(rows);
        if let Ok(tally) = end {
            let bad = rows.iter().filter(|row| row.is_err()).count() as u64;
            assert!(tally.bad <= bad && tally.rows + tally.bad <= rows.len() as u64);
        }
    }
    // Zip archives need to be read from anywhere, and the ratio is measured as the decoder takes its input.
    if !body.starts_with(b"PK\x03\x04") && !body.starts_with(&[0x1f, 0x8b]) {
        let pieces = Pieces(body, usize::from(*piece) % 64 + 1);
        let parts = recipe
            .listings_of_stream(pieces, LIMITS)
            .map(|mut listings| -> Found {
                let rows: Vec<_> = listings.by_ref().collect();
                (rows, listings.finish())
            });
        assert_eq!(whole, parts, "{}", recipe.name);
    }
});

fn check(rows: &[Result<NewListing, BadRow>]) {
    for row in rows {
        match row {
            Ok(listing) => {
                let observable = &listing.observable;
                assert_eq!(
                    Observable::parse(observable.kind(), observable.value()).as_ref(),
                    Ok(observable)
                );
                assert!(listing.tags.is_sorted() && listing.tags.len() <= 50);
                assert!(
                    listing.port != Some(0)
                        && listing.confidence.is_none_or(|percent| percent <= 100)
                );
                let texts = [&listing.family, &listing.note, &listing.reference];
                for text in texts.into_iter().flatten().chain(&listing.tags) {
                    assert!(
                        !text.is_empty() && !text.chars().any(char::is_control),
                        "{text:?}"
                    );
                    assert!(text.chars().count() <= 2_048);
                }
            }
            Err(bad) => {
                assert!(bad.line >= 1 && !bad.reason.is_empty());
                assert!(bad.text.chars().count() <= 200 && !bad.text.chars().any(char::is_control));
            }
        }
    }
}
