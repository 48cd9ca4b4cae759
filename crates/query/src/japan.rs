//! What `jp:yes` finds.

use crate::statement::Statement;

/// Whether a statement is about Japan, as far as it shows: it names a host under `.jp`, or has kana, which
/// no other language is written in.
pub(crate) fn is_about(said: &Statement<'_>) -> bool {
    let under_jp = |name: String| name.starts_with("jp.");
    said.observables
        .iter()
        .any(|named| named.reversed_name().is_some_and(under_jp))
        || said.text.is_some_and(has_kana)
}

/// Hiragana, katakana, or half-width katakana; marks that Chinese texts borrow are no proof.
fn has_kana(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ff66}'..='\u{ff6f}' | '\u{ff71}'..='\u{ff9d}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_are_japanese() {
        for (text, japanese) in [
            ("注意喚起: 脆弱性について", true),
            ("ｼｽﾃﾑ障害", true),
            ("安全公告", false),
            ("Emotet campaign", false),
            ("・ー", false),
        ] {
            assert_eq!(has_kana(text), japanese, "{text}");
        }
    }
}
