//! The evaluator against a slow model that says the same in the plainest words.

use noroshi_indicator::{Kind, Observable, Tlp, fold, tokens};
use noroshi_query::neighbours::{Tie, related};
use noroshi_query::{
    Expr, Has, Is, Matcher, Query, Scores, Statement, StatementKind, Term, Time, TimeRange, hashes,
    named,
};
use proptest::prelude::*;

/// A statement that owns what it says.
#[derive(Clone, Debug)]
struct Said {
    kind: StatementKind,
    observables: Vec<Observable>,
    from: String,
    by_source: bool,
    to: Vec<String>,
    family: Option<String>,
    tags: Vec<String>,
    text: Option<String>,
    vendors: Vec<String>,
    products: Vec<String>,
    cvss: Option<u8>,
    tlp: Tlp,
    times: [i64; 3],
    /// Reply, repost, file.
    flags: [bool; 3],
}

impl Said {
    fn statement(&self) -> Statement<'_> {
        Statement {
            kind: self.kind,
            observables: &self.observables,
            from: &self.from,
            by_source: self.by_source,
            to: &self.to,
            family: self.family.as_deref(),
            tags: &self.tags,
            text: self.text.as_deref(),
            vendors: &self.vendors,
            products: &self.products,
            cvss: self.cvss,
            tlp: self.tlp,
            received: self.times[0],
            first_seen: self.times[1],
            last_seen: self.times[2],
            reply: self.flags[0],
            repost: self.flags[1],
            file: self.flags[2],
        }
    }

    fn prose(&self) -> Vec<&str> {
        let tags = self.tags.iter().map(String::as_str);
        self.family
            .as_deref()
            .into_iter()
            .chain(tags)
            .chain(self.text.as_deref())
            .collect()
    }
}

fn model(expr: &Expr, said: &Said) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().fold(true, |all, part| all & model(part, said)),
        Expr::Or(parts) => parts
            .iter()
            .fold(false, |any, part| any | model(part, said)),
        Expr::Not(inner) => !model(inner, said),
        Expr::Term(term) => term_model(term, said),
    }
}

fn term_model(term: &Term, said: &Said) -> bool {
    let any = |test: &dyn Fn(&Observable) -> bool| {
        let hits = said.observables.iter().filter(|seen| test(seen));
        hits.count() > 0
    };
    let tied = |asked: &Observable, ties: &[Tie]| {
        any(&|seen| related(asked, seen).is_some_and(|tie| ties.contains(&tie)))
    };
    let in_time = |range: &TimeRange, time: i64| match range {
        TimeRange::From(from) => time >= from.0,
        TimeRange::Before(until) => time < until.0,
        TimeRange::Between(from, until) => time >= from.0 && time < until.0,
    };
    match term {
        Term::Word(text) | Term::Phrase(text) => {
            let needle = fold(text);
            let part = any(&|seen| {
                seen.kind().searchable_in_part()
                    && needle.chars().count() >= 3
                    && fold(seen.value()).contains(&needle)
            });
            let wanted = tokens(text);
            part || said.prose().iter().any(|prose| {
                let have = tokens(prose);
                fold(prose).contains(&needle)
                    && !wanted.is_empty()
                    && (0..have.len()).any(|at| have[at..].starts_with(&wanted))
            })
        }
        Term::Regex(pattern) => {
            let regex = regex::Regex::new(pattern).expect("a good regex");
            any(&|seen| regex.is_match(seen.value()))
                || said.prose().iter().any(|prose| regex.is_match(prose))
        }
        Term::Observable(asked) => any(&|seen| related(asked, seen).is_some()),
        Term::Kind(kind) => any(&|seen| seen.kind() == *kind),
        Term::Value(text) => any(&|seen| named(text).contains(seen)),
        Term::Domain(asked) => tied(asked, &[Tie::Same, Tie::Subdomain, Tie::UrlOn]),
        Term::Ip(asked) if asked.kind() == Kind::Cidr => {
            any(&|seen| seen.kind().is_address() && seen.networks().contains(asked))
        }
        Term::Ip(asked) => said.observables.contains(asked),
        Term::Cidr(asked) => tied(asked, &[Tie::Same, Tie::Inside, Tie::UrlOn]),
        Term::Hash(text) => any(&|seen| seen.kind().is_hash() && hashes(text).contains(seen)),
        Term::Cve(text) => any(&|seen| seen.kind() == Kind::Cve && seen.value() == text),
        Term::Source(name) => said.by_source && fold(name) == fold(&said.from),
        Term::From(name) => fold(name) == fold(&said.from),
        Term::To(name) => said.to.iter().any(|known| fold(known) == fold(name)),
        Term::In(kind) => said.kind == *kind,
        Term::Is(Is::Reply) => said.flags[0],
        Term::Is(Is::Repost) => said.flags[1],
        Term::Has(Has::File) => said.flags[2],
        Term::Tag(tag) => said.tags.iter().any(|known| fold(known) == fold(tag)),
        Term::Family(family) => said
            .family
            .as_ref()
            .is_some_and(|known| fold(known) == fold(family)),
        Term::Vendor(name) => said.vendors.iter().any(|known| fold(known) == fold(name)),
        Term::Product(name) => said.products.iter().any(|known| fold(known) == fold(name)),
        Term::Cvss(range) => said
            .cvss
            .is_some_and(|cvss| cvss >= range.from && cvss <= range.to),
        Term::Japan => {
            any(&|seen| {
                let host = if seen.kind() == Kind::Url {
                    seen.host()
                } else {
                    Some(seen.clone())
                };
                host.is_some_and(|host| {
                    host.kind() == Kind::Domain && host.value().ends_with(".jp")
                })
            }) || said
                .text
                .as_ref()
                .is_some_and(|text| text.contains(['ア', 'か']))
        }
        // Look-alikes have a model of their own; what hunts found is the store's to say.
        Term::Like(_) | Term::Hunt(_) => false,
        Term::Tlp(level) => said.tlp == *level,
        Term::Since(time) => said.times[0] >= time.0,
        Term::Until(time) => said.times[0] < time.0,
        Term::First(range) => in_time(range, said.times[1]),
        Term::Last(range) => in_time(range, said.times[2]),
    }
}

/// Few and close together, so that terms often match.
fn observable() -> impl Strategy<Value = Observable> {
    prop_oneof![
        "([ab]\\.){0,2}(login|evil)\\.(example\\.)?co\\.jp",
        "192\\.0\\.2\\.[0-3]",
        "192\\.0\\.2\\.[0-3]/(24|3[012])",
        "http://(([ab]\\.)?evil\\.co\\.jp|192\\.0\\.2\\.[0-3])/(a(/b?)?)?(\\?q=1)?",
        "[0a]{32}",
        "CVE-2026-000[1-3]",
        "(update|更新)\\.exe",
    ]
    .prop_filter_map("an observable", |text| {
        let detected = Observable::detect(&text).ok().map(|found| found.observable);
        detected.or_else(|| Observable::parse(Kind::Filename, &text).ok())
    })
}

fn of_kind(kinds: &'static [Kind]) -> impl Strategy<Value = Observable> {
    observable().prop_filter("of the kind", |found| kinds.contains(&found.kind()))
}

fn prose() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "evil",
        "Evil",
        "update",
        "fake",
        "login",
        "ＥＶＩＬ",
        "攻",
        "攻撃",
        "攻撃者",
        "アップ",
        "更新",
        "a",
        "b",
        " ",
        " ",
        "-",
        ".",
        "、",
        "2",
        "ﾞ",
        "か",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["Feed", "feed", "ｆｅｅｄ", "other", "攻撃"]).prop_map(str::to_owned)
}

/// A listing names one observable and is by a source; all else is as free as a post's.
fn said() -> impl Strategy<Value = Said> {
    let sort = prop_oneof![
        (prop::collection::vec(observable(), 1), Just(true)).prop_map(|(named, by_source)| (
            StatementKind::Listing,
            named,
            by_source
        )),
        (prop::collection::vec(observable(), 0..4), any::<bool>())
            .prop_map(|(named, by_source)| (StatementKind::Post, named, by_source)),
        (
            prop::collection::vec(observable(), 0..4),
            prop::sample::select(StatementKind::ALL[2..].to_vec())
        )
            .prop_map(|(named, kind)| (kind, named, true)),
    ];
    let record = (
        prop::collection::vec(name(), 0..2),
        prop::collection::vec(name(), 0..2),
        prop::option::of(0u8..=100),
    );
    (
        (sort, record),
        name(),
        prop::collection::vec(name(), 0..3),
        prop::option::of(prop_oneof![name(), prose()]),
        prop::collection::vec(prop_oneof![name(), prose()], 0..3),
        prop::option::of(prose()),
        prop::sample::select(Tlp::ALL.to_vec()),
        [0i64..4, 0i64..4, 0i64..4],
        any::<[bool; 3]>(),
    )
        .prop_map(
            |(
                ((kind, observables, by_source), (vendors, products, cvss)),
                from,
                to,
                family,
                tags,
                text,
                tlp,
                times,
                flags,
            )| {
                Said {
                    kind,
                    observables,
                    from,
                    by_source,
                    to,
                    family,
                    tags,
                    text,
                    vendors,
                    products,
                    cvss,
                    tlp,
                    times,
                    flags,
                }
            },
        )
}

fn range() -> impl Strategy<Value = TimeRange> {
    (0i64..5, 0i64..5, 0..3).prop_map(|(a, b, form)| match form {
        0 => TimeRange::From(Time(a)),
        1 => TimeRange::Before(Time(a)),
        _ => TimeRange::Between(Time(a.min(b)), Time(a.max(b))),
    })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        3 => prose().prop_map(Term::Word),
        3 => prose().prop_map(Term::Phrase),
        1 => prop::sample::select(vec!["evil", "^a", "攻.", "[0-9]$", "\\.exe"])
            .prop_map(|regex| Term::Regex(regex.to_owned())),
        3 => observable().prop_map(Term::Observable),
        1 => prop::sample::select(vec![Kind::Domain, Kind::Url, Kind::Cidr, Kind::Md5]).prop_map(Term::Kind),
        1 => observable().prop_map(|found| Term::Value(found.value().to_owned())),
        1 => of_kind(&[Kind::Domain]).prop_map(Term::Domain),
        1 => of_kind(&[Kind::Ipv4, Kind::Cidr]).prop_map(Term::Ip),
        1 => of_kind(&[Kind::Cidr]).prop_map(Term::Cidr),
        1 => of_kind(&[Kind::Md5]).prop_map(|hash| Term::Hash(hash.value().to_owned())),
        1 => of_kind(&[Kind::Cve]).prop_map(|cve| Term::Cve(cve.value().to_owned())),
        1 => name().prop_map(Term::Source),
        1 => name().prop_map(Term::From),
        1 => name().prop_map(Term::To),
        1 => prop::sample::select(StatementKind::ALL.to_vec()).prop_map(Term::In),
        1 => prop::sample::select(Is::ALL.to_vec()).prop_map(Term::Is),
        1 => Just(Term::Has(Has::File)),
        1 => name().prop_map(Term::Vendor),
        1 => name().prop_map(Term::Product),
        1 => (0u8..=100, 0u8..=100).prop_map(|(a, b)| Term::Cvss(Scores { from: a.min(b), to: a.max(b) })),
        1 => Just(Term::Japan),
        2 => prop_oneof![name(), prose()].prop_map(Term::Tag),
        1 => prop_oneof![name(), prose()].prop_map(Term::Family),
        1 => prop::sample::select(Tlp::ALL.to_vec()).prop_map(Term::Tlp),
        1 => (0i64..5).prop_map(|time| Term::Since(Time(time))),
        1 => (0i64..5).prop_map(|time| Term::Until(Time(time))),
        1 => range().prop_map(Term::First),
        1 => range().prop_map(Term::Last),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    term()
        .prop_map(Expr::Term)
        .prop_recursive(3, 12, 3, |inner| {
            let parts = prop::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                parts.clone().prop_map(Expr::And),
                parts.prop_map(Expr::Or),
                inner.prop_map(|inner| Expr::Not(Box::new(inner))),
            ]
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_matcher_agrees_with_the_model(
        expr in expr(),
        all in prop::collection::vec(said(), 1..8),
    ) {
        let query = Query::from(expr.clone());
        let matcher = Matcher::new(&query).unwrap();
        for said in &all {
            let wanted = model(&expr, said);
            prop_assert_eq!(matcher.matches(&said.statement()), wanted, "{} on {:?}", query, said);
            prop_assert_eq!(query.matches(&said.statement()), wanted);
            prop_assert_eq!(expr.matches(&said.statement()), wanted);
        }
    }

    /// What an index by tokens cannot find must not match: every token of a word that is in
    /// prose is a token of that prose.
    #[test]
    fn an_index_by_tokens_finds_every_match_in_prose(word in prose(), text in prose()) {
        let observable = Observable::parse(Kind::Md5, &"0".repeat(32)).unwrap();
        let said = Said {
            kind: StatementKind::Listing,
            observables: vec![observable],
            from: String::new(),
            by_source: true,
            to: Vec::new(),
            family: None,
            tags: Vec::new(),
            text: Some(text.clone()),
            vendors: Vec::new(),
            products: Vec::new(),
            cvss: None,
            tlp: Tlp::Clear,
            times: [0; 3],
            flags: [false; 3],
        };
        if Term::Word(word.clone()).matches(&said.statement()) {
            let have = tokens(&text);
            prop_assert!(!tokens(&word).is_empty());
            prop_assert!(tokens(&word).iter().all(|token| have.contains(token)));
        }
    }
}

#[test]
fn the_empty_query_matches_everything() {
    let observable = Observable::parse(Kind::Ipv4, "192.0.2.1").unwrap();
    let statement = Statement {
        kind: StatementKind::Listing,
        observables: &[observable],
        from: "feed",
        by_source: true,
        to: &[],
        family: None,
        tags: &[],
        text: None,
        vendors: &[],
        products: &[],
        cvss: None,
        tlp: Tlp::Red,
        received: 0,
        first_seen: 0,
        last_seen: 0,
        reply: false,
        repost: false,
        file: false,
    };
    assert!(Query::default().matches(&statement));
    let broken = Query::from(Expr::Term(Term::Regex("(".to_owned())));
    assert!(!broken.matches(&statement));
    assert!(Matcher::new(&broken).is_err());
}
