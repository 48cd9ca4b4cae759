//! Which script a letter belongs to, so that a name that imitates another is not shown as such.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Han,
    Kana,
    Hangul,
    Bopomofo,
    /// Digits, hyphens, marks.
    Common,
    /// Any other script, by the number of its block.
    Other(u32),
}

/// Cyrillic and Greek letters that most fonts draw like Latin ones.
const LATIN_LOOKALIKES: &str = "асԁеһіјӏорԛѕԝхуъьѵгпкоυνορικαγ";

/// Whether every label decodes to what it may stand for. The conversions below are asked about no
/// other name: builds with debug assertions stop at some (idna 1.1).
fn is_valid(name: &str) -> bool {
    let checked = Uts46::new().to_ascii(
        name.as_bytes(),
        AsciiDenyList::EMPTY,
        Hyphens::Allow,
        DnsLength::Ignore,
    );
    checked.is_ok()
}

/// A canonical name in Unicode, each label only where that cannot be taken for another name.
pub(crate) fn display(name: &str) -> String {
    if !is_valid(name) {
        return name.to_owned();
    }
    let (shown, valid) = Uts46::new().to_user_interface(
        name.as_bytes(),
        AsciiDenyList::EMPTY,
        Hyphens::Allow,
        |label, tld, _| is_safe(label, tld),
    );
    match valid {
        Ok(()) => shown.into_owned(),
        Err(_) => name.to_owned(),
    }
}

/// Whether a canonical name has a label that is not safe to show in Unicode, or that only looks like an
/// international one.
pub(crate) fn is_spoof(name: &str) -> bool {
    if !is_valid(name) {
        return true;
    }
    let mut spoof = false;
    let _ = Uts46::new().to_user_interface(
        name.as_bytes(),
        AsciiDenyList::EMPTY,
        Hyphens::Allow,
        |label, tld, _| {
            spoof |= !is_safe(label, tld);
            true
        },
    );
    spoof
}

/// A label is safe if its letters are of one script, or of those that Japanese, Chinese and Korean
/// write together, and if it is not made of letters that look Latin alone under a Latin top-level domain.
/// (After the "highly restrictive" level of UTS #39, section 5.2.)
fn is_safe(label: &[char], tld: &[char]) -> bool {
    let mut scripts = [None; 4];
    for script in label
        .iter()
        .map(|c| script(*c))
        .filter(|script| *script != Script::Common)
    {
        match scripts
            .iter_mut()
            .find(|slot| slot.is_none_or(|seen| seen == script))
        {
            Some(slot) => *slot = Some(script),
            None => return false,
        }
    }
    let within = |allowed: &[Script]| {
        scripts
            .iter()
            .flatten()
            .all(|script| allowed.contains(script))
    };
    if scripts.iter().flatten().count() > 1 {
        return within(&[Script::Latin, Script::Han, Script::Kana])
            || within(&[Script::Latin, Script::Han, Script::Hangul])
            || within(&[Script::Latin, Script::Han, Script::Bopomofo]);
    }
    let latin_tld = tld.iter().all(char::is_ascii);
    let disguised = label
        .iter()
        .all(|c| script(*c) == Script::Common || LATIN_LOOKALIKES.contains(*c));
    !(within(&[Script::Cyrillic]) || within(&[Script::Greek]))
        || !(latin_tld && disguised)
        || label.iter().all(char::is_ascii)
}

fn script(c: char) -> Script {
    match c {
        'a'..='z'
        | 'A'..='Z'
        | '\u{c0}'..='\u{24f}'
        | '\u{1e00}'..='\u{1eff}'
        | '\u{2c60}'..='\u{2c7f}'
        | '\u{a720}'..='\u{a7ff}' => Script::Latin,
        '\u{250}'..='\u{2ff}' => Script::Other(0x250),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}'
        | '\u{1c80}'..='\u{1c8f}'
        | '\u{2de0}'..='\u{2dff}'
        | '\u{a640}'..='\u{a69f}' => Script::Cyrillic,
        '\u{3041}'..='\u{309f}' | '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => Script::Kana,
        '\u{3100}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' => Script::Bopomofo,
        '\u{3005}'..='\u{3007}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' => Script::Han,
        '\u{1100}'..='\u{11ff}'
        | '\u{3130}'..='\u{318f}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}' => Script::Hangul,
        _ if c.is_ascii() || !c.is_alphabetic() => Script::Common,
        // Blocks are multiples of 128 for the living alphabets.
        _ => Script::Other(c as u32 / 0x80),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_where_safe() {
        for (name, shown) in [
            ("xn--p8j9a0d9c9a.xn--q9jyb4c", "はじめよう.みんな"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("xn--e1afmkfd.xn--p1ai", "пример.рф"),
            ("evil.example", "evil.example"),
            // Cyrillic а in a Latin name, and a whole label of look-alikes.
            ("xn--pple-43d.example", "xn--pple-43d.example"),
            ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
            ("xn--zzzzzz99999.example", "xn--zzzzzz99999.example"),
            // Found by fuzzing: it decodes, but to nothing that a name may have.
            (
                "-mr0r0.xn--tta21ttaattttaaatttttttttt.t",
                "-mr0r0.xn--tta21ttaattttaaatttttttttt.t",
            ),
        ] {
            assert_eq!(display(name), shown, "{name}");
        }
        assert!(is_spoof("-mr0r0.xn--tta21ttaattttaaatttttttttt.t"));
        assert!(is_spoof("xn--pple-43d.example"));
        assert!(!is_spoof("xn--p8j9a0d9c9a.xn--q9jyb4c"));
    }
}
