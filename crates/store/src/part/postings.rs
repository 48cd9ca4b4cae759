//! Which of a block's values have which trigrams, packed into pages.
//!
//! A page is a run of entries in order of their trigrams: the trigram (in the first entry as it is,
//! then the distance to the one before), the length of the list in bytes, and the list: places in the
//! block, each as the distance to the one before. All numbers are LEB128. A page is named by its first
//! trigram, so that the page of any trigram is one look-up.

/// Bytes of a page: several go into a B-tree page of either engine.
const PAGE: usize = 1_800;

/// Bits of a place in a block.
const PLACE_BITS: u32 = 15;

/// Trigrams above this are of characters beyond ASCII.
const BEYOND_ASCII: u32 = 1 << 21;

/// Three characters in a row as a number below 2^32. Those of ASCII have one of their own; others may
/// share one, which costs a comparison and nothing else.
fn trigram(three: [char; 3]) -> u32 {
    let [a, b, c] = three.map(u32::from);
    if a | b | c < 128 {
        return a << 14 | b << 7 | c;
    }
    let mixed = [a, b, c].iter().fold(0u32, |mixed, next| {
        (mixed.rotate_left(11) ^ next).wrapping_mul(0x9e37_79b1)
    });
    mixed.max(BEYOND_ASCII)
}

/// The trigrams of a text, in its order.
pub(super) fn trigrams(text: &str) -> impl Iterator<Item = u32> {
    let (second, third) = (text.chars().skip(1), text.chars().skip(2));
    text.chars()
        .zip(second)
        .zip(third)
        .map(|((a, b), c)| trigram([a, b, c]))
}

/// Gathers a block.
#[derive(Default)]
pub(super) struct Builder {
    /// Trigram and place, packed.
    pairs: Vec<u64>,
}

impl Builder {
    /// Adds a value at a place of the block.
    pub(super) fn add(&mut self, place: i64, text: &str) {
        let place = place as u64 & ((1 << PLACE_BITS) - 1);
        self.pairs
            .extend(trigrams(text).map(|trigram| u64::from(trigram) << PLACE_BITS | place));
    }

    /// The pages, each with its first trigram, in order.
    pub(super) fn pages(mut self) -> Vec<(i64, Vec<u8>)> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let mut pages: Vec<(i64, Vec<u8>)> = Vec::new();
        let (mut list, mut last) = (Vec::new(), 0);
        for pairs in self
            .pairs
            .chunk_by(|a, b| a >> PLACE_BITS == b >> PLACE_BITS)
        {
            let trigram = pairs.first().map_or(0, |pair| pair >> PLACE_BITS);
            list.clear();
            let mut before = 0;
            for pair in pairs {
                let place = pair & ((1 << PLACE_BITS) - 1);
                put(&mut list, place - before);
                before = place;
            }
            let full = |page: &Vec<u8>| page.len() + list.len() > PAGE;
            if pages.last().is_none_or(|(_, page)| full(page)) {
                pages.push((trigram as i64, Vec::with_capacity(PAGE)));
                last = 0;
            }
            if let Some((_, page)) = pages.last_mut() {
                put(page, trigram - last);
                put(page, list.len() as u64);
                page.extend_from_slice(&list);
            }
            last = trigram;
        }
        pages
    }
}

/// The places that a page has for a trigram, in order; none if the page is not what [`Builder`] made.
pub(super) fn places(mut page: &[u8], trigram: u32) -> Vec<i64> {
    let mut at = 0;
    while let (Some(step), Some(length)) = (take(&mut page), take(&mut page)) {
        at += step;
        let Some((list, rest)) = page.split_at_checked(length as usize) else {
            break;
        };
        if at == u64::from(trigram) {
            return distances(list);
        }
        if at > u64::from(trigram) {
            break;
        }
        page = rest;
    }
    Vec::new()
}

fn distances(mut list: &[u8]) -> Vec<i64> {
    let mut place = 0;
    std::iter::from_fn(|| {
        place += take(&mut list)? as i64;
        Some(place)
    })
    .collect()
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The page that an index look-up finds: the last that begins at or before the trigram.
    fn asked(pages: &[(i64, Vec<u8>)], trigram: u32) -> Vec<i64> {
        let page = pages
            .iter()
            .rev()
            .find(|(first, _)| *first <= i64::from(trigram));
        page.map_or_else(Vec::new, |(_, page)| places(page, trigram))
    }

    proptest! {
        /// Every trigram leads to exactly the values that have it.
        #[test]
        fn pages_hold_what_was_added(
            texts in prop::collection::vec("[ab.]{0,6}|[a-z0-9./-]{0,40}|[a-zあ-ん漢字]{0,12}", 0..200),
            gap in 1i64..100,
        ) {
            let mut builder = Builder::default();
            for (text, place) in texts.iter().zip((0..).step_by(gap as usize)) {
                builder.add(place, text);
            }
            let pages = builder.pages();
            let all: std::collections::BTreeSet<u32> =
                texts.iter().flat_map(|text| trigrams(text)).collect();
            for trigram in &all {
                let having: Vec<i64> = texts
                    .iter()
                    .zip((0..).step_by(gap as usize))
                    .filter(|(text, _)| trigrams(text).any(|other| other == *trigram))
                    .map(|(_, place)| place)
                    .collect();
                prop_assert_eq!(asked(&pages, *trigram), having);
            }
            for absent in [0, 1, u32::MAX] {
                prop_assert!(all.contains(&absent) || asked(&pages, absent).is_empty());
            }
        }

        /// A page that was damaged on disk is read without harm.
        #[test]
        fn any_bytes_are_read(page in prop::collection::vec(any::<u8>(), 0..200), trigram: u32) {
            places(&page, trigram);
        }
    }

    #[test]
    fn a_common_trigram_does_not_end_a_page_for_others() {
        let mut builder = Builder::default();
        for place in 0..32_768 {
            builder.add(place, "com");
        }
        builder.add(7, "zzz");
        let pages = builder.pages();
        assert_eq!(pages.len(), 2);
        let com = trigrams("com").next().unwrap();
        assert_eq!(asked(&pages, com).len(), 32_768);
        assert_eq!(asked(&pages, trigrams("zzz").next().unwrap()), [7]);
    }
}
