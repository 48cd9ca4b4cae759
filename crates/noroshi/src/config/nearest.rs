//! The name that was probably meant.

/// The known name that differs least from `name`, if it differs little.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let distances = known
        .into_iter()
        .map(|known| (distance(name, known), known));
    let (distance, best) = distances.min()?;
    (distance <= 1 + name.chars().count() / 4).then_some(best)
}

/// Edits between two names (Levenshtein), one row of the table at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(64).enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, pair) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(from != *to))
                .min(left + 1)
                .min(above + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, edits) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }

    #[test]
    fn only_a_near_name_is_meant() {
        assert_eq!(nearest("listn", ["listen", "log"]), Some("listen"));
        assert_eq!(nearest("colour", ["listen", "log"]), None);
        assert_eq!(nearest("x", []), None);
    }
}
