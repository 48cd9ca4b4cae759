//! A set of small numbers.

/// Numbers below a bound; walking it costs a word for every 64 of them.
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    pub(super) fn new(bound: usize) -> Bits {
        Bits {
            words: vec![0; bound.div_ceil(64)],
        }
    }

    /// Whether the number was not in it yet.
    pub(super) fn insert(&mut self, number: u32) -> bool {
        let bit = 1 << (number % 64);
        match self.words.get_mut(number as usize / 64) {
            Some(word) => {
                let new = *word & bit == 0;
                *word |= bit;
                new
            }
            None => false,
        }
    }

    /// Ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let words = self.words.iter().enumerate();
        words.flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(index as u32 * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_each_number_once_in_order() {
        let mut bits = Bits::new(130);
        assert!(bits.insert(129) && bits.insert(0) && bits.insert(64));
        assert!(!bits.insert(64));
        assert!(!bits.insert(500), "out of bounds");
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 64, 129]);
    }
}
