//! Lists of one's own: names, networks, addresses, mail domains, brands, products, an entry a line, as queries.

use jiff::tz::TimeZone;
use noroshi_indicator::{Kind, Observable};

use crate::ast::{Expr, Query, Term};
use crate::like::{Like, Rules};
use crate::limits::{MAX_BYTES, MAX_REGEXES, MAX_TERMS};
use crate::parse;

/// The most entries of a list.
const MOST: usize = 5_000;
/// Lines that are found fault with before the rest is left.
const MOST_FAULTS: usize = 20;

/// A line that cannot be an entry.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct BadEntry {
    /// The first is 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

/// Reads a list into queries, of which one has to match. White space around entries, empty lines and what
/// follows a `#` at the start of a line or behind white space is left out.
///
/// | entry | finds |
/// |---|---|
/// | `example.co.jp` | the name, names below it, URLs on them, and look-alikes by the rules |
/// | `@example.co.jp` | mail addresses under it |
/// | `192.0.2.7`, `198.51.100.0/24` | the address; the network and what lies in it |
/// | a URL, a hash, a CVE number | it |
/// | `product:NAME`, `vendor:NAME`, `tag:NAME` | what such a query finds |
/// | anything else | the word or phrase; of one word, look-alikes of this brand |
///
/// # Errors
///
/// The first lines that cannot be entries.
pub fn watchlist(
    text: &str,
    rules: Rules,
    now: i64,
    zone: &TimeZone,
) -> Result<Vec<Query>, Vec<BadEntry>> {
    let (mut exprs, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let entry = without_comment(line);
        if entry.is_empty() {
            continue;
        }
        let bad = |message: String| BadEntry {
            line: number,
            message,
        };
        if exprs.len() >= MOST {
            faults.push(bad(format!("a list has at most {MOST} entries")));
            break;
        }
        match read(entry, rules, now, zone) {
            Ok(expr) => exprs.push(expr),
            Err(message) => faults.push(bad(message)),
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if exprs.is_empty() && faults.is_empty() {
        faults.push(BadEntry {
            line: 1,
            message: "the list is empty".to_owned(),
        });
    }
    match faults.is_empty() {
        true => Ok(together(exprs)),
        false => Err(faults),
    }
}

/// The domains of a list that may be asked about at a registry: each registered domain once.
pub fn own_domains(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .lines()
        .filter_map(|line| domain(without_comment(line)))
        .filter_map(|domain| Some(domain.registered_domain()?.value().to_owned()))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn without_comment(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    let comment = line.char_indices().zip(line.chars().skip(1));
    let cut = comment
        .into_iter()
        .find(|((_, before), c)| before.is_whitespace() && *c == '#');
    cut.map_or(line, |((at, _), _)| line[..at].trim_end())
}

fn domain(entry: &str) -> Option<Observable> {
    let domain = Observable::parse(Kind::Domain, entry).ok()?;
    domain.registered_domain().is_some().then_some(domain)
}

fn read(entry: &str, rules: Rules, now: i64, zone: &TimeZone) -> Result<Expr, String> {
    let fields = [
        "product:", "vendor:", "tag:", "family:", "like:", "domain:", "value:",
    ];
    if fields.iter().any(|field| {
        entry
            .get(..field.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(field))
    }) {
        let query = parse(entry, now, zone).map_err(|error| error.to_string())?;
        return query.expr.ok_or_else(|| "this finds everything".to_owned());
    }
    if let Some(mail) = entry.strip_prefix('@') {
        let domain = domain(mail).ok_or_else(|| format!("`{mail}` is no mail domain"))?;
        let part = Term::Phrase(format!("@{}", domain.value()));
        return joined(Expr::all([Term::Kind(Kind::Email).into(), part.into()]));
    }
    for kind in [Kind::Ipv4, Kind::Ipv6, Kind::Cidr] {
        if let Ok(found) = Observable::parse(kind, entry) {
            return Ok(match found.kind() {
                Kind::Cidr => Term::Cidr(found),
                _ => Term::Observable(found),
            }
            .into());
        }
    }
    if let Some(domain) = domain(entry) {
        let like = looks(domain.value(), rules);
        return joined(Expr::any(
            [Expr::from(Term::Domain(domain))].into_iter().chain(like),
        ));
    }
    let query = parse(entry, now, zone).map_err(|error| error.to_string());
    if let Ok(Query {
        expr: Some(Expr::Term(term @ (Term::Observable(_) | Term::Cve(_)))),
    }) = query
    {
        return Ok(term.into());
    }
    brand(entry, rules)
}

fn looks(name: &str, rules: Rules) -> Option<Expr> {
    if rules == Rules::NONE {
        return None;
    }
    let like = Like::parse(name).ok()?;
    Some(Term::Like(Like { rules, ..like }).into())
}

fn brand(entry: &str, rules: Rules) -> Result<Expr, String> {
    let chars = entry.chars().count();
    if !(2..=200).contains(&chars) {
        return Err(format!("a brand has 2 to 200 characters, this has {chars}"));
    }
    let word = Expr::from(Term::Phrase(entry.to_owned()));
    joined(Expr::any([word].into_iter().chain(looks(entry, rules))))
}

fn joined(expr: Option<Expr>) -> Result<Expr, String> {
    expr.ok_or_else(|| "this finds nothing".to_owned())
}

/// As few queries as their limits allow.
fn together(exprs: Vec<Expr>) -> Vec<Query> {
    let (mut queries, mut some) = (Vec::new(), Vec::new());
    let (mut terms, mut regexes, mut bytes) = (0, 0, 0);
    for expr in exprs {
        let (more, patterns) = count(&expr);
        let length = expr.to_string().len() + " OR ()".len();
        if terms + more > MAX_TERMS
            || regexes + patterns > MAX_REGEXES
            || bytes + length > MAX_BYTES
        {
            queries.extend(Expr::any(some.drain(..)).map(Query::from));
            (terms, regexes, bytes) = (0, 0, 0);
        }
        terms += more;
        regexes += patterns;
        bytes += length;
        some.push(expr);
    }
    queries.extend(Expr::any(some).map(Query::from));
    queries
}

/// Terms, and regexes among them.
fn count(expr: &Expr) -> (usize, usize) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts
            .iter()
            .map(count)
            .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)),
        Expr::Not(inner) => count(inner),
        Expr::Term(Term::Regex(_)) => (1, 1),
        Expr::Term(_) => (1, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, rules: Rules) -> Vec<String> {
        let queries = watchlist(text, rules, 0, &TimeZone::UTC).unwrap();
        for query in &queries {
            let text = query.to_string();
            assert_eq!(parse(&text, 0, &TimeZone::UTC).unwrap(), *query, "{text}");
        }
        queries.iter().map(Query::to_string).collect()
    }

    #[test]
    fn each_sort_of_entry_has_its_terms() {
        let list = "# ours\nexample.co.jp\n  Noroshi   # the brand\n\n192.0.2.7\n198.51.100.0/24\n\
            @mail.example\nhxxps://example[.]com/login\nCVE-2026-0001\ntag:ours\nこだま 製品\n";
        assert_eq!(
            printed(list, Rules::TYPO),
            ["domain:example.co.jp OR like:example.co.jp+typo OR \"Noroshi\" OR like:noroshi+typo OR \
              192.0.2.7 OR cidr:198.51.100.0/24 OR (kind:email \"@mail.example\") OR \
              https://example.com/login OR CVE-2026-0001 OR tag:ours OR \"こだま 製品\""
                .replace("(kind:email \"@mail.example\")", "kind:email \"@mail.example\"")]
        );
        assert_eq!(
            printed("example.co.jp", Rules::NONE),
            ["domain:example.co.jp"]
        );
        assert_eq!(
            own_domains("www.example.co.jp\nexample.co.jp # again\n192.0.2.1\nNoroshi\n"),
            ["example.co.jp"]
        );
    }

    #[test]
    fn bad_lines_are_told_by_number_and_long_lists_become_several_queries() {
        let faults =
            watchlist("ok\n\nx\n@co.jp\ntag:", Rules::NONE, 0, &TimeZone::UTC).unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [3, 4, 5]);
        assert!(
            faults[0].to_string().starts_with("line 3: a brand has 2"),
            "{}",
            faults[0]
        );
        let many: Vec<String> = (0..1_000).map(|n| format!("own{n}.example")).collect();
        let queries = printed(&many.join("\n"), Rules::default());
        assert!((10..60).contains(&queries.len()), "{}", queries.len());
        let many = vec!["own.example"; 5_001].join("\n");
        let faults = watchlist(&many, Rules::NONE, 0, &TimeZone::UTC).unwrap_err();
        assert_eq!(faults[0].line, 5_001);
        assert!(watchlist("# nothing\n", Rules::NONE, 0, &TimeZone::UTC).is_err());
    }
}
