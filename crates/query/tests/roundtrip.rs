//! What is printed reads back the same, for queries made up and for text typed at random.

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{
    Expr, Has, Is, Like, Query, Rules, Scores, StatementKind, Term, Time, TimeRange, TimeZone,
    parse,
};
use proptest::prelude::*;

const NOW: i64 = 1_795_316_400_000_000;

fn reparsed(text: &str) -> Query {
    parse(text, NOW, &TimeZone::UTC).expect(text)
}

fn time() -> impl Strategy<Value = Time> {
    (Time::MIN.0..=Time::MAX.0).prop_map(Time)
}

fn range() -> impl Strategy<Value = TimeRange> {
    prop_oneof![
        time().prop_map(TimeRange::From),
        time().prop_map(TimeRange::Before),
        (time(), time())
            .prop_filter("not empty", |(a, b)| a != b)
            .prop_map(|(a, b)| TimeRange::Between(a.min(b), a.max(b))),
    ]
}

/// Values of every kind that can be told from its text, and some that look like something else.
fn observable() -> impl Strategy<Value = Observable> {
    let text = prop_oneof![
        "[a-z]{1,3}\\.[a-z]{1,8}\\.(example|com|zip|co\\.jp)",
        "[a-z]{1,8}\\.(example|com|sh|zip)",
        any::<[u8; 4]>().prop_map(|ip| std::net::Ipv4Addr::from(ip).to_string()),
        any::<[u8; 16]>().prop_map(|ip| std::net::Ipv6Addr::from(ip).to_string()),
        (any::<[u8; 4]>(), 0u8..=32)
            .prop_map(|(ip, prefix)| format!("{}/{prefix}", std::net::Ipv4Addr::from(ip))),
        "https?://[a-z]{1,8}\\.example(:[1-9][0-9]{0,3})?/[a-zA-Z0-9()|,\"/?&=# -]{0,12}",
        "[a-f0-9]{32}|[a-f0-9]{40}|[a-f0-9]{64}",
        "CVE-20[0-9]{2}-[1-9][0-9]{3,5}",
        "[a-z]{1,5}@[a-z]{1,8}\\.example",
        "AS[1-9][0-9]{1,5}",
        "T1[0-9]{3}",
    ];
    text.prop_filter_map("an observable", |text| {
        Observable::detect(&text).ok().map(|found| found.observable)
    })
}

/// Any text that a field may hold.
fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,6}", "\\PC{1,12}"]
        .prop_filter("no blank value", |text| !text.trim().is_empty())
}

fn of_kind(kinds: &'static [Kind]) -> impl Strategy<Value = Observable> {
    observable().prop_filter("of the kind", |found| kinds.contains(&found.kind()))
}

fn term() -> impl Strategy<Value = Term> {
    let word = prop_oneof!["[a-zA-Z]{1,8}", "[\\p{Hiragana}\\p{Han}]{1,4}", "\\PC{1,8}"];
    // What reads back as another term is not a word in normal form.
    let word = word.prop_filter_map("a word", |word| {
        let read = parse(&word, NOW, &TimeZone::UTC).ok()?.expr?;
        matches!(&read, Expr::Term(Term::Word(same)) if *same == word).then_some(Term::Word(word))
    });
    let bare = observable().prop_filter_map("told from its text", |found| {
        let read = parse(&found.defanged(), NOW, &TimeZone::UTC).ok()?.expr?;
        (read == Expr::Term(Term::Observable(found.clone()))).then_some(Term::Observable(found))
    });
    prop_oneof![
        3 => word,
        2 => value().prop_map(Term::Phrase),
        1 => prop::sample::select(vec!["^a/b$", "[^/]+", r"\d{2}\.", r"a\\/b", "(x|y) z", "\"", "日本"])
            .prop_map(|regex| Term::Regex(regex.to_owned())),
        3 => bare,
        1 => prop::sample::select(Kind::ALL).prop_map(Term::Kind),
        2 => value().prop_filter_map("canonical", |text| {
            match parse(&format!("value:\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")), NOW, &TimeZone::UTC) {
                Ok(Query { expr: Some(Expr::Term(term)) }) => Some(term),
                _ => None,
            }
        }),
        1 => of_kind(&[Kind::Domain]).prop_map(Term::Domain),
        1 => of_kind(&[Kind::Ipv4, Kind::Ipv6, Kind::Cidr]).prop_map(Term::Ip),
        1 => of_kind(&[Kind::Cidr]).prop_map(Term::Cidr),
        1 => of_kind(&[Kind::Md5, Kind::Sha1, Kind::Sha256]).prop_map(|hash| Term::Hash(hash.value().to_owned())),
        1 => of_kind(&[Kind::Cve]).prop_map(|cve| Term::Cve(cve.value().to_owned())),
        1 => value().prop_map(Term::Source),
        1 => value().prop_map(Term::From),
        1 => value().prop_map(Term::To),
        1 => prop::sample::select(StatementKind::ALL.to_vec()).prop_map(Term::In),
        1 => prop::sample::select(Is::ALL.to_vec()).prop_map(Term::Is),
        1 => Just(Term::Has(Has::File)),
        1 => value().prop_map(Term::Vendor),
        1 => value().prop_map(Term::Product),
        1 => (0u8..=100, 0u8..=100).prop_map(|(a, b)| Term::Cvss(Scores { from: a.min(b), to: a.max(b) })),
        1 => Just(Term::Japan),
        2 => value().prop_map(Term::Tag),
        1 => value().prop_map(Term::Family),
        1 => ("[a-z]{3,9}", 1..16_i64).prop_map(|(name, rules)| Term::Like(Like { name: format!("{name}.example"), rules: Rules::from_code(rules) })),
        1 => value().prop_map(Term::Hunt),
        1 => prop::sample::select(Tlp::ALL.to_vec()).prop_map(Term::Tlp),
        1 => time().prop_map(Term::Since),
        1 => time().prop_map(Term::Until),
        1 => range().prop_map(Term::First),
        1 => range().prop_map(Term::Last),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    term()
        .prop_map(Expr::Term)
        .prop_recursive(4, 24, 4, |inner| {
            let parts = prop::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                parts.clone().prop_filter_map("parts", Expr::all),
                parts.prop_filter_map("parts", Expr::any),
                inner.prop_map(Expr::negate),
            ]
        })
}

/// Pieces that mean something, so that text at random is often a query.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            " ",
            " ",
            " ",
            "(",
            ")",
            "-",
            "OR",
            "AND",
            "|",
            "\"",
            "/",
            ",",
            "\\",
            ":",
            "\u{3000}",
            "..",
            "tag:",
            "value:",
            "kind:url",
            "tlp:<=amber",
            "in:post,",
            "is:reply",
            "has:file",
            "to:",
            "since:",
            "first:",
            "2026-11-01",
            "7d",
            ">=",
            "evil[.]example",
            "evil(.)example",
            "hxxps://evil.example/(a)?b=c",
            "192.0.2.0/24",
            "2001:db8::1",
            "CVE-2026-0001",
            "setup.zip",
            "ｅｖｉｌ．example",
            "日本語",
            "NOT",
            "１｜２",
        ])
        .prop_map(str::to_owned),
        "\\PC{1,3}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn printing_and_parsing_is_the_identity(expr in expr()) {
        let query = Query::from(expr);
        let printed = query.to_string();
        prop_assert_eq!(&reparsed(&printed), &query, "{}", printed);
    }

    #[test]
    fn what_was_typed_prints_stably(text in typed()) {
        match parse(&text, NOW, &TimeZone::UTC) {
            Ok(query) => {
                let printed = query.to_string();
                let again = reparsed(&printed);
                prop_assert_eq!(&again, &query, "{}", printed);
                prop_assert_eq!(again.to_string(), printed);
            }
            Err(error) => {
                let end = text.chars().count() + 1;
                prop_assert!(error.column >= 1 && error.length >= 1);
                prop_assert!(error.column + error.length <= end.max(error.column) + 1);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), now in any::<i64>()) {
        if let Ok(query) = parse(&text, now, &TimeZone::UTC) {
            prop_assert_eq!(reparsed(&query.to_string()), query);
        }
    }
}

#[test]
fn what_cannot_be_written_bare_is_quoted() {
    let printed = |term: Term| Query::from(Expr::Term(term)).to_string();
    assert_eq!(printed(Term::Word("OR".to_owned())), "\"OR\"");
    assert_eq!(printed(Term::Word("two words".to_owned())), "\"two words\"");
    assert_eq!(printed(Term::Word("192.0.2.1".to_owned())), "\"192.0.2.1\"");
    let file = Observable::parse(Kind::Filename, "setup.exe").unwrap();
    assert_eq!(printed(Term::Observable(file)), "value:setup.exe");
}

#[test]
fn the_empty_query_is_empty_again() {
    for text in ["", "  ", "\u{3000}\n"] {
        assert_eq!(reparsed(text), Query::default());
    }
    assert_eq!(Query::default().to_string(), "");
}
