//! The tags and mentions of a post.

use std::collections::HashSet;

use noroshi_indicator::extract::extract;
use noroshi_indicator::fold;

use super::reader::{Part, Reader};
use super::segments::{Segment, Segments};

/// What a post's text names besides observables: in order of appearance and without repetition, as
/// [`fold`] compares, in the spelling of the first appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// `#tag`, without the `#`.
    pub tags: Vec<String>,
    /// `@name`, without the `@`.
    pub mentions: Vec<String>,
}

/// Reads tags and mentions.
///
/// A tag is letters, digits, `_` and `-` behind a `#` or `＃`, with at least one letter and at most 100
/// characters; a mention is a name of an account behind an `@` or `＠`. Neither follows a letter or a digit, nor
/// stands in code, in an observable, in where a link leads, or in the text of a link to a page of ours. A
/// backslash before the sign makes it text.
pub fn marks(text: &str) -> Marks {
    let found = extract(text);
    let mut marks = Marks::default();
    let (mut tags, mut mentions) = (HashSet::new(), HashSet::new());
    for part in Reader::new(text) {
        let Part::Run { at, place, before } = part else {
            continue;
        };
        for segment in Segments::new(text, &found, at, place, before) {
            let Segment::Mark(mark) = segment else {
                continue;
            };
            let (list, seen) = if mark.is_tag {
                (&mut marks.tags, &mut tags)
            } else {
                (&mut marks.mentions, &mut mentions)
            };
            let name = text.get(mark.name).unwrap_or_default();
            if seen.insert(fold(name)) {
                list.push(name.to_owned());
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> String {
        marks(text).tags.join(" ")
    }

    fn mentions(text: &str) -> String {
        marks(text).mentions.join(" ")
    }

    #[test]
    fn what_is_a_tag() {
        for (text, expected) in [
            ("#Emotet is back", "Emotet"),
            ("see #標的型攻撃 と ＃日本語タグ。", "標的型攻撃 日本語タグ"),
            ("#サーバー、#C2サーバー・#東京", "サーバー C2サーバー 東京"),
            ("#2026年 #1 #１２ #_ #-", "2026年"),
            ("#CVE-2026-0001.", "CVE-2026-0001"),
            (
                "(#a) [#b] \"#c\" '#d' #e! #f? #g; #h: #i, #j- #k}",
                "a b c d e f g h i j k",
            ),
            ("「#攻撃」と（#防御）", "攻撃 防御"),
            ("#全角\u{3000}空白", "全角"),
            ("#a_b #a-b #naïve #cafe\u{301}", "a_b a-b naïve cafe\u{301}"),
            ("#Emotet #EMOTET #ｅｍｏｔｅｔ", "Emotet"),
            ("a#b あ#い 1#c ##d @#e /#f &#g &#39; v.#h", ""),
            ("... #a ...#b 。#c *#d* **#e**", "a b c d e"),
            ("#a#b #c@d #e/f", "a c e"),
            ("`#a` ``#b``\n\n    #c\n\n```\n#d\n```", ""),
            (
                "[#a](https://vendor.example/#b) <https://vendor.example/#c>",
                "a",
            ),
            ("[x](/p#a) [#b](/tag/b) https://vendor.example/x#c", ""),
            ("![#alt](https://vendor.example/i.png)", "alt"),
            ("# Heading #one\n\n#two", "one two"),
            ("| #a | b |\n|---|---|\n| c | #d |", "a d"),
            ("note[^1]\n\n[^1]: see #foot", "foot"),
            ("<b>#a</b> <!-- #b -->", "a"),
            ("\\#a &num;b &amp;#c x&#35;d", ""),
            ("#evil.example #a\u{200b}b #\u{115f}", "a"),
            ("~~#gone~~", "gone"),
        ] {
            assert_eq!(tags(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_tag_has_at_most_100_characters() {
        let longest = "語".repeat(100);
        assert_eq!(tags(&format!("#{longest}")), longest);
        assert_eq!(tags(&format!("#{longest}語 #b")), "b");
    }

    #[test]
    fn what_is_a_mention() {
        for (text, expected) in [
            ("@alice and ＠bob, @c.d. @e_f-g!", "alice bob c.d e_f-g"),
            ("@太郎 @taroさん、(@jiro)", "taro jiro"),
            ("@Alice @ALICE @alice", "Alice"),
            ("user@evil.example user[@]evil.example @user@host", ""),
            ("a@b あ@b .@c -@d _@e /@f @@g", ""),
            ("@ @. @- `@a`", ""),
            ("[@a](https://vendor.example/@b)", "a"),
            ("> @quoted\n> and **@bold**", "quoted bold"),
            ("\\@a", ""),
        ] {
            assert_eq!(mentions(text), expected, "{text:?}");
        }
        let longest = "a".repeat(64);
        assert_eq!(mentions(&format!("@{longest}")), longest);
        assert_eq!(mentions(&format!("@{longest}a @b")), "b");
    }

    #[test]
    fn nothing_is_lost_where_the_parser_cuts() {
        assert_eq!(tags("#a_b_c #_d #e~f #g*h"), "a_b_c _d e g");
        assert_eq!(mentions("@a_b_c_ @d"), "a_b_c_ d");
    }
}
