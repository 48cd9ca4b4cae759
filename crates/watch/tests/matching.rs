//! All watchers at once against each by itself, while they come and go.

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{
    Expr, Has, Is, Like, Query, Rules, Scores, Statement, StatementKind, Term, Time, TimeRange,
};
use noroshi_watch::{Id, Pattern, Watchers};
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
    record: (Vec<String>, Vec<String>, Option<u8>),
    tlp: Tlp,
    received: i64,
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
            vendors: &self.record.0,
            products: &self.record.1,
            cvss: self.record.2,
            tlp: self.tlp,
            received: self.received,
            first_seen: self.received,
            last_seen: self.received,
            reply: self.flags[0],
            repost: self.flags[1],
            file: self.flags[2],
        }
    }
}

#[derive(Clone, Debug)]
enum Watched {
    Query(Query),
    Pattern(Pattern),
}

impl Watched {
    fn matches(&self, said: &Said) -> bool {
        match self {
            Watched::Query(query) => query.matches(&said.statement()),
            Watched::Pattern(pattern) => {
                said.kind == StatementKind::Post
                    && said
                        .text
                        .as_ref()
                        .is_some_and(|text| pattern.findall(text).is_some())
            }
        }
    }
}

/// What happens to the watchers.
#[derive(Clone, Debug)]
enum Step {
    Add(Watched),
    /// One of those that are there, by its place among them.
    Remove(usize),
    Say(Said),
}

/// Few and close together, so that terms often match.
fn observable() -> impl Strategy<Value = Observable> {
    prop_oneof![
        "([ab]\\.){0,2}(login|evil)\\.(example\\.)?co\\.jp",
        "192\\.0\\.2\\.[0-3]",
        "192\\.0\\.2\\.[0-3]/(24|3[012])",
        "2001:db8::[0-3](/(64|127))?",
        "(0\\.0\\.0\\.0|::)/0",
        "http://(([ab]\\.)?evil\\.co\\.jp|192\\.0\\.2\\.[0-3]|\\[2001:db8::1\\])/(a(/b?)?)?(\\?q=1)?",
        "user@(a\\.)?evil\\.co\\.jp",
        "(my-)?e?v1?ill?(c[o0]mpan?y)?\\.(co\\.jp|example)",
        "(xn--evl-5sc|xn--evl-qmc|ev1l-login)\\.(co\\.jp|test)",
        "[0a]{32}",
        "CVE-2026-000[1-3]",
        "(update|更新|Ｅvil)\\.exe",
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
        "LOGIN",
        "ＥＶＩＬ",
        "攻",
        "攻撃",
        "攻撃者",
        "更新",
        "か",
        "ﾞ",
        "が",
        "ﾏﾙｳｪｱ",
        "マルウェア",
        "a",
        "b",
        "ſ",
        "\u{212a}",
        "İ",
        "Σ",
        "e\u{301}",
        "é",
        " ",
        " ",
        "-",
        ".",
        "、",
        "2",
        "\n",
        "co.jp",
    ]);
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

/// Names that look like `evil` and `evilcompany`, by each of the rules.
fn like() -> impl Strategy<Value = Like> {
    let names = vec![
        "evil.co.jp",
        "a.evil.example",
        "evil",
        "evilcompany.co.jp",
        "xn--evl-5sc.co.jp",
    ];
    let names = prop::sample::select(names);
    (names, 1..16_i64).prop_map(|(name, rules)| Like {
        name: name.to_owned(),
        rules: Rules::from_code(rules),
    })
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["Feed", "feed", "ｆｅｅｄ", "other", "攻撃"]).prop_map(str::to_owned)
}

fn record() -> impl Strategy<Value = (Vec<String>, Vec<String>, Option<u8>)> {
    let names = || prop::collection::vec(name(), 0..2);
    (names(), names(), prop::option::of(0u8..=100))
}

fn said() -> impl Strategy<Value = Said> {
    let who = (
        prop::sample::select(StatementKind::ALL.to_vec()),
        name(),
        any::<bool>(),
        prop::collection::vec(name(), 0..3),
        record(),
    );
    (
        who,
        prop::collection::vec(observable(), 0..4),
        prop::option::of(prop_oneof![name(), prose()]),
        prop::collection::vec(prop_oneof![name(), prose()], 0..3),
        prop::option::of(prose()),
        prop::sample::select(Tlp::ALL.to_vec()),
        0i64..4,
        any::<[bool; 3]>(),
    )
        .prop_map(
            |(
                (kind, from, by_source, to, record),
                observables,
                family,
                tags,
                text,
                tlp,
                received,
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
                    record,
                    tlp,
                    received,
                    flags,
                }
            },
        )
}

const REGEXES: &[&str] = &[
    "evil",
    "^a",
    "攻.",
    "[0-9]$",
    "\\.exe",
    "(?i)login|攻撃者?",
    "(?i)ks",
    "\\w+evil\\w*",
    "e?",
    "(a|b)+co",
    "(?i)σ",
    "[ée]vil",
    "マル.{2}ア",
    "[^a]*-",
];

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        3 => prose().prop_map(Term::Word),
        2 => prose().prop_map(Term::Phrase),
        3 => prop::sample::select(REGEXES.to_vec()).prop_map(|regex| Term::Regex(regex.to_owned())),
        3 => observable().prop_map(Term::Observable),
        1 => prop::sample::select(vec![Kind::Domain, Kind::Url, Kind::Cidr, Kind::Md5]).prop_map(Term::Kind),
        1 => observable().prop_map(|found| Term::Value(found.value().to_owned())),
        2 => of_kind(&[Kind::Domain]).prop_map(Term::Domain),
        2 => of_kind(&[Kind::Ipv4, Kind::Ipv6, Kind::Cidr]).prop_map(Term::Ip),
        2 => of_kind(&[Kind::Cidr]).prop_map(Term::Cidr),
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
        2 => like().prop_map(Term::Like),
        1 => name().prop_map(Term::Hunt),
        1 => prop::sample::select(Tlp::ALL.to_vec()).prop_map(Term::Tlp),
        1 => (0i64..5).prop_map(|time| Term::Since(Time(time))),
        1 => (0i64..5).prop_map(|time| Term::First(TimeRange::Before(Time(time)))),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let expr = term()
        .prop_map(Expr::Term)
        .prop_recursive(3, 10, 3, |inner| {
            let parts = prop::collection::vec(inner.clone(), 0..4);
            prop_oneof![
                parts.clone().prop_map(Expr::And),
                parts.prop_map(Expr::Or),
                inner.prop_map(|inner| Expr::Not(Box::new(inner))),
            ]
        });
    prop::option::weighted(0.98, expr).prop_map(|expr| Query { expr })
}

fn watched() -> impl Strategy<Value = Watched> {
    let pattern = prop::sample::select(vec![
        "evil",
        "(?i)evil|login",
        "^a",
        "攻.",
        "\\w+$",
        "e?",
        "更新$",
        "(?i)ks",
        "[^\\n]a\\n?$",
        "\\Bé",
    ]);
    prop_oneof![
        4 => query().prop_map(Watched::Query),
        1 => pattern.prop_map(|text| Watched::Pattern(Pattern::python(text).expect(text))),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => watched().prop_map(Step::Add),
        2 => any::<usize>().prop_map(Step::Remove),
        2 => said().prop_map(Step::Say),
    ];
    prop::collection::vec(step, 20..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn together_they_find_what_each_finds_alone(steps in steps()) {
        let mut watchers = Watchers::new();
        let mut there: Vec<(Id, Watched)> = Vec::new();
        for step in steps {
            match step {
                Step::Add(watched) => {
                    let id = match &watched {
                        Watched::Query(query) => watchers.add(query).unwrap(),
                        Watched::Pattern(pattern) => watchers.add_pattern(pattern.clone()),
                    };
                    prop_assert!(there.iter().all(|(other, _)| *other < id), "ids rise");
                    there.push((id, watched));
                }
                Step::Remove(_) if there.is_empty() => {}
                Step::Remove(place) => {
                    let (id, _) = there.remove(place % there.len());
                    prop_assert!(watchers.remove(id));
                    prop_assert!(!watchers.remove(id), "gone");
                }
                Step::Say(said) => {
                    let wanted: Vec<Id> = there
                        .iter()
                        .filter(|(_, watched)| watched.matches(&said))
                        .map(|(id, _)| *id)
                        .collect();
                    prop_assert_eq!(watchers.matching(&said.statement()), wanted, "{:?} among {:?}", said, there);
                }
            }
            prop_assert_eq!(watchers.len(), there.len());
        }
    }
}

#[test]
fn a_query_that_does_not_compile_is_refused() {
    let mut watchers = Watchers::new();
    let broken = Query::from(Expr::Term(Term::Regex("(".to_owned())));
    assert!(watchers.add(&broken).is_err());
    assert!(watchers.is_empty());
}
