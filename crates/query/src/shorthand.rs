//! Words with commas, as EXIST's hunters had them: a comma is OR, white space is AND, and each word is
//! anywhere in the text, whatever the case of its letters.

use std::ops::Range;

use crate::ast::{Expr, Query, Term};
use crate::error::{Fault, QueryError};
use crate::limits::{MAX_BYTES, MAX_REGEXES, MAX_TERMS};

/// Reads words with commas into queries, of which one has to match; more than one only where the words
/// would pass the limits of one.
///
/// A word of ASCII is looked for anywhere, within other words too, in the texts as written; any other word
/// folded, and where scripts have no spaces that is anywhere as well. All words between two commas have to
/// be in one statement.
///
/// # Errors
///
/// A [`QueryError`] names the column: nothing to look for, or too many words between two commas.
pub fn shorthand(text: &str) -> Result<Vec<Query>, QueryError> {
    let alternatives = alternatives(text).map_err(|fault| fault.locate(text))?;
    let (mut queries, mut together): (Vec<Query>, Vec<Expr>) = (Vec::new(), Vec::new());
    let (mut words, mut bytes) = (0, 0);
    for (count, expr) in alternatives {
        let length = expr.to_string().len() + " OR ()".len();
        if words + count > MAX_REGEXES || bytes + length > MAX_BYTES {
            queries.extend(Expr::any(together.drain(..)).map(Query::from));
            (words, bytes) = (0, 0);
        }
        words += count;
        bytes += length;
        together.push(expr);
    }
    queries.extend(Expr::any(together).map(Query::from));
    Ok(queries)
}

/// What stands between commas, with how many words it has.
fn alternatives(text: &str) -> Result<Vec<(usize, Expr)>, Fault> {
    let fault = |span: Range<usize>, message: String| Err(Fault::new(span, message));
    let (mut found, mut start) = (Vec::new(), 0);
    for part in text.split([',', '、', '，']) {
        let at = text[start..].find(part).map_or(start, |at| start + at);
        start = at + part.len();
        let terms: Vec<Expr> = part
            .split_whitespace()
            .map(|word| term(word).into())
            .collect();
        let count = terms.len();
        if count > MAX_REGEXES {
            let message = format!(
                "at most {MAX_REGEXES} words may stand between two commas, these are {count}"
            );
            return fault(at..start, message);
        }
        let Some(expr) = Expr::all(terms) else {
            continue;
        };
        if expr.to_string().len() > MAX_BYTES {
            let message = format!("the words between two commas have at most {MAX_BYTES} bytes");
            return fault(at..start, message);
        }
        found.push((count, expr));
        if found.len() > MAX_TERMS {
            let message = format!("at most {MAX_TERMS} alternatives may stand between commas");
            return fault(at..start, message);
        }
    }
    match found.is_empty() {
        true => fault(0..text.len(), "there is no word to look for".to_owned()),
        false => Ok(found),
    }
}

fn term(word: &str) -> Term {
    match word.is_ascii() {
        true => Term::Regex(format!("(?i){}", regex_syntax::escape(word))),
        false => Term::Phrase(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Statement, StatementKind, TimeZone, parse};
    use noroshi_indicator::Tlp;

    fn printed(text: &str) -> Vec<String> {
        let queries = shorthand(text).unwrap();
        queries.iter().map(Query::to_string).collect()
    }

    fn finds(words: &str, text: &str) -> bool {
        let said = Statement {
            text: Some(text),
            kind: StatementKind::Post,
            observables: &[],
            from: "aiko",
            by_source: false,
            to: &[],
            family: None,
            tags: &[],
            vendors: &[],
            products: &[],
            cvss: None,
            tlp: Tlp::Clear,
            received: 0,
            first_seen: 0,
            last_seen: 0,
            reply: false,
            repost: false,
            file: false,
        };
        shorthand(words)
            .unwrap()
            .iter()
            .any(|query| query.matches(&said))
    }

    #[test]
    fn a_comma_is_or_and_white_space_is_and() {
        assert_eq!(printed("lockbit"), ["/(?i)lockbit/"]);
        assert_eq!(
            printed("lockbit japan,emotet"),
            ["/(?i)lockbit/ /(?i)japan/ OR /(?i)emotet/"]
        );
        assert_eq!(printed(" a,, b ,"), ["/(?i)a/ OR /(?i)b/"]);
        assert_eq!(
            printed("標的型　攻撃、a.b"),
            [r#""標的型" "攻撃" OR /(?i)a\.b/"#]
        );
        for text in ["lockbit japan,emotet", "標的型 攻撃", r"a/b \d (x)"] {
            for query in shorthand(text).unwrap() {
                assert_eq!(parse(&query.to_string(), 0, &TimeZone::UTC).unwrap(), query);
            }
        }
    }

    /// The semantics of the hunters of EXIST: all words of one part, in one text, as substrings.
    #[test]
    fn words_are_found_as_exist_finds_them() {
        for (words, text, found) in [
            ("ransom", "New RANSOMWARE campaign", true),
            ("ransom japan", "New RANSOMWARE campaign", false),
            ("ransom japan", "Ransomware hits Japanese firm", true),
            ("ransom japan,campaign", "New RANSOMWARE campaign", true),
            ("攻撃", "標的型攻撃を確認", true),
            ("標的 確認", "標的型攻撃を確認", true),
            ("evil.example", "see http://www.evil.example/a", true),
            ("evil.example", "see evilXexample", false),
            ("50%", "50% off", true),
        ] {
            assert_eq!(finds(words, text), found, "{words} in {text}");
        }
    }

    #[test]
    fn limits_are_named_and_many_alternatives_become_several_queries() {
        let error = shorthand(" , ").unwrap_err();
        assert!(error.message.contains("no word"), "{error}");
        let many = vec!["w"; MAX_REGEXES + 1].join(" ");
        let error = shorthand(&format!("a,{many}")).unwrap_err();
        assert_eq!((error.column, error.length), (3, many.len()));
        let queries = printed(&vec!["word"; 50].join(","));
        assert_eq!(queries.len(), 3);
        for query in queries {
            assert!(parse(&query, 0, &TimeZone::UTC).is_ok(), "{query}");
        }
        assert!(shorthand(&vec!["w"; 201].join(",")).is_err());
    }
}
