//! The evaluator against a slow model that says the same in the plainest words.

use noroshi_indicator::{Kind, Observable, Tlp, fold, tokens};
use noroshi_query::neighbours::{Tie, related};
use noroshi_query::{Expr, Matcher, Query, Statement, Term, Time, TimeRange, hashes, named};
use proptest::prelude::*;

/// A statement that owns what it says.
#[derive(Clone, Debug)]
struct Said {
    observable: Observable,
    source: String,
    family: Option<String>,
    tags: Vec<String>,
    note: Option<String>,
    tlp: Tlp,
    times: [i64; 3],
}

impl Said {
    fn statement(&self) -> Statement<'_> {
        Statement {
            observable: &self.observable,
            source: &self.source,
            family: self.family.as_deref(),
            tags: &self.tags,
            note: self.note.as_deref(),
            tlp: self.tlp,
            received: self.times[0],
            first_seen: self.times[1],
            last_seen: self.times[2],
        }
    }

    fn prose(&self) -> Vec<&str> {
        let tags = self.tags.iter().map(String::as_str);
        self.family
            .as_deref()
            .into_iter()
            .chain(tags)
            .chain(self.note.as_deref())
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
    let seen = &said.observable;
    let tie = |asked: &Observable| related(asked, seen);
    let in_time = |range: &TimeRange, time: i64| match range {
        TimeRange::From(from) => time >= from.0,
        TimeRange::Before(until) => time < until.0,
        TimeRange::Between(from, until) => time >= from.0 && time < until.0,
    };
    match term {
        Term::Word(text) | Term::Phrase(text) => {
            let needle = fold(text);
            let part = seen.kind().searchable_in_part()
                && needle.chars().count() >= 3
                && fold(seen.value()).contains(&needle);
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
            regex.is_match(seen.value()) || said.prose().iter().any(|prose| regex.is_match(prose))
        }
        Term::Observable(asked) => tie(asked).is_some(),
        Term::Kind(kind) => seen.kind() == *kind,
        Term::Value(text) => named(text).contains(seen),
        Term::Domain(asked) => {
            matches!(tie(asked), Some(Tie::Same | Tie::Subdomain | Tie::UrlOn))
        }
        Term::Ip(asked) if asked.kind() == Kind::Cidr => {
            seen.kind().is_address() && seen.networks().contains(asked)
        }
        Term::Ip(asked) => seen == asked,
        Term::Cidr(asked) => matches!(tie(asked), Some(Tie::Same | Tie::Inside | Tie::UrlOn)),
        Term::Hash(text) => seen.kind().is_hash() && hashes(text).contains(seen),
        Term::Cve(text) => seen.kind() == Kind::Cve && seen.value() == text,
        Term::Source(name) | Term::From(name) => fold(name) == fold(&said.source),
        Term::Tag(tag) => said.tags.iter().any(|known| fold(known) == fold(tag)),
        Term::Family(family) => said
            .family
            .as_ref()
            .is_some_and(|known| fold(known) == fold(family)),
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

fn said() -> impl Strategy<Value = Said> {
    (
        observable(),
        name(),
        prop::option::of(prop_oneof![name(), prose()]),
        prop::collection::vec(prop_oneof![name(), prose()], 0..3),
        prop::option::of(prose()),
        prop::sample::select(Tlp::ALL.to_vec()),
        [0i64..4, 0i64..4, 0i64..4],
    )
        .prop_map(
            |(observable, source, family, tags, note, tlp, times)| Said {
                observable,
                source,
                family,
                tags,
                note,
                tlp,
                times,
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
    fn an_index_by_tokens_finds_every_match_in_prose(word in prose(), note in prose()) {
        let observable = Observable::parse(Kind::Md5, &"0".repeat(32)).unwrap();
        let said = Said {
            observable,
            source: String::new(),
            family: None,
            tags: Vec::new(),
            note: Some(note.clone()),
            tlp: Tlp::Clear,
            times: [0; 3],
        };
        if Term::Word(word.clone()).matches(&said.statement()) {
            let have = tokens(&note);
            prop_assert!(!tokens(&word).is_empty());
            prop_assert!(tokens(&word).iter().all(|token| have.contains(token)));
        }
    }
}

#[test]
fn the_empty_query_matches_everything() {
    let observable = Observable::parse(Kind::Ipv4, "192.0.2.1").unwrap();
    let statement = Statement {
        observable: &observable,
        source: "feed",
        family: None,
        tags: &[],
        note: None,
        tlp: Tlp::Red,
        received: 0,
        first_seen: 0,
        last_seen: 0,
    };
    assert!(Query::default().matches(&statement));
    let broken = Query::from(Expr::Term(Term::Regex("(".to_owned())));
    assert!(!broken.matches(&statement));
    assert!(Matcher::new(&broken).is_err());
}
