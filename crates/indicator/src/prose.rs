//! Words of running text, Japanese included, for indexes and for comparison.

use unicode_normalization::UnicodeNormalization;

/// NFKC and lower case: two spellings that a reader takes for the same word fold to the same text.
/// Used for tags, families and prose tokens.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Lower-casing may leave text that composes again, and composing may leave an upper-case
    // letter, so that a second round is needed to make folding idempotent.
    let once: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    once.chars().flat_map(char::to_lowercase).nfkc().collect()
}

/// The tokens of a prose text, in order, repeated where the text repeats.
///
/// Alphabetic scripts give whole words, letters and digits together. Scripts that are written
/// without spaces (Han, Kana, Hangul, Thai and their neighbours) give every overlapping pair of
/// characters in a run, and a run of a single character gives that character.
pub fn tokens(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut out = Vec::new();
    let mut word = String::new();
    let mut run: Vec<char> = Vec::new();
    for c in folded.chars() {
        if !c.is_alphanumeric() && !is_mark(c) {
            flush_word(&mut word, &mut out);
            flush_run(&mut run, &mut out);
        } else if spaceless(c) {
            flush_word(&mut word, &mut out);
            run.push(c);
        } else if is_mark(c) && !run.is_empty() {
            run.push(c);
        } else {
            flush_run(&mut run, &mut out);
            word.push(c);
        }
    }
    flush_word(&mut word, &mut out);
    flush_run(&mut run, &mut out);
    out
}

/// Combining marks left by NFKC belong to the letter before them.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Scripts without spaces between words: everything from Thai upwards except the Latin, Greek,
/// Georgian and Cyrillic extensions and the like, which stand in the ranges left out here.
pub(crate) fn spaceless(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}' | '\u{19e0}'..='\u{1aad}' | '\u{2e80}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}' | '\u{aa60}'..='\u{aadf}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{1aff0}'..='\u{1b2ff}'
        | '\u{20000}'..='\u{323af}')
}

fn flush_word(word: &mut String, out: &mut Vec<String>) {
    if !word.is_empty() {
        out.push(std::mem::take(word));
    }
}

fn flush_run(run: &mut Vec<char>, out: &mut Vec<String>) {
    if let [single] = run.as_slice() {
        out.push(single.to_string());
    }
    out.extend(run.windows(2).map(|pair| pair.iter().collect()));
    run.clear();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_pairs() {
        assert_eq!(tokens("Emotet v2 ＡＢＣ"), ["emotet", "v2", "abc"]);
        assert_eq!(tokens("東京都の火"), ["東京", "京都", "都の", "の火"]);
        assert_eq!(tokens("火"), ["火"]);
        assert_eq!(tokens("C2サーバー"), ["c2", "サー", "ーバ", "バー"]);
        assert_eq!(tokens("ﾊﾟｽﾜｰﾄﾞ"), ["パス", "スワ", "ワー", "ード"]);
        assert_eq!(tokens("user_name-x"), ["user", "name", "x"]);
        assert_eq!(tokens("Ёлка naïve"), ["ёлка", "naïve"]);
        assert_eq!(tokens(" \u{3000}。"), Vec::<String>::new());
    }

    #[test]
    fn spelling_variants_fold_together() {
        assert_eq!(fold("ＬＯＤＥＩＮＦＯ"), "lodeinfo");
        assert_eq!(fold("LODEINFO"), "lodeinfo");
        assert_eq!(fold("ﾏﾙｳｪｱ"), fold("マルウェア"));
    }

    proptest! {
        #[test]
        fn folding_is_idempotent(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn tokens_are_folded_and_not_empty(text in "\\PC{0,40}") {
            for token in tokens(&text) {
                prop_assert!(!token.is_empty());
                prop_assert!(!token.contains(char::is_whitespace));
            }
        }
    }
}
