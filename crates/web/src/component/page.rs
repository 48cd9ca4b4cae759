//! The page over HTTP.

use askama::Template;
use axum::extract::State as InState;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_indicator::{Kind, Observable};
use noroshi_lookup::{State, Time, Verdict};

use super::posts;
use crate::frame::{Frame, render};
use crate::part::{
    Badge, Cards, Chip, Choice, Composer, Draft, Facet, Mark, Moment, Pager, PostCard, Sparkline,
    VerdictLine,
};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "components.html")]
struct Components {
    frame: Frame,
    chips: Vec<Chip>,
    verdicts: Vec<VerdictLine>,
    badges: Vec<Badge>,
    sparklines: Vec<Sparkline>,
    rows: Vec<(Chip, Moment, Badge)>,
    facet: Facet,
    pager: Pager,
    hostile: String,
    posts: Vec<PostCard>,
    composer: Option<Composer>,
}

const MARKS: [Mark; 6] = [
    Mark::Listed,
    Mark::Mentioned,
    Mark::Expired,
    Mark::Delisted,
    Mark::Warned,
    Mark::Unknown,
];

/// Values of every look: usual, long, and made to deceive.
fn values() -> Vec<Observable> {
    let long = format!("http://evil.example/{}end", "long/".repeat(1_000));
    let hostile = "<img src=x onerror=alert(1)>\"'\u{202e}gpj.exe";
    [
        (Kind::Domain, "www.evil.example"),
        (Kind::Ipv4, "192.0.2.7"),
        (Kind::Ipv6, "2001:db8::7"),
        (Kind::Cidr, "198.51.100.0/24"),
        (Kind::Url, "https://evil.example/login?next=/"),
        (Kind::Email, "phisher@evil.example"),
        (
            Kind::Sha256,
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        (Kind::Cve, "CVE-2026-0001"),
        (Kind::AttackTechnique, "T1059.001"),
        (Kind::Url, &long),
        (Kind::Mutex, hostile),
    ]
    .into_iter()
    .map(|(kind, value)| Observable::from_canonical(kind, value.to_owned()))
    .collect()
}

fn verdicts(frame: &Frame) -> Vec<VerdictLine> {
    let listed = Verdict {
        known: true,
        state: Some(State::Listed),
        source_count: 3,
        confidence: Some(80),
        ..Verdict::default()
    };
    let once = Verdict {
        state: Some(State::Expired),
        source_count: 1,
        ..listed.clone()
    };
    let gone = Verdict {
        state: Some(State::Delisted),
        ..listed.clone()
    };
    let of = |verdict: &Verdict, warned| VerdictLine::new(verdict, warned, frame.words);
    vec![
        of(&listed, false),
        of(&once, false),
        of(&gone, false),
        of(&listed, true),
        of(&Verdict::default(), false),
    ]
}

/// Every part that pages are made of.
#[utoipa::path(get, path = "/components", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    InState(state): InState<AppState>,
) -> Result<Response, Problem> {
    let samples = posts::samples(frame.account.id);
    let cards = Cards::of(&state, &frame, &samples.iter().collect::<Vec<_>>()).await?;
    let cards = samples
        .iter()
        .map(|post| PostCard::new(post, &cards, false))
        .collect();
    let draft = Draft {
        text: "#tag @name 192[.]0.2.7".to_owned(),
        ..Draft::default()
    };
    let composer = Composer::new(&state, &frame, draft, String::new()).await?;
    let words = frame.words;
    let values = values();
    let marked = || values.iter().zip(MARKS.iter().cycle());
    let chips = marked().map(|(value, mark)| Chip::new(value, *mark, &frame));
    let time = Time(1_795_316_459_000_000);
    let rows = marked().map(|(value, mark)| {
        let badge = Badge { mark: *mark, words };
        (Chip::new(value, *mark, &frame), time.into(), badge)
    });
    let hostile = "<script>alert(1)</script>\u{202e}txt.exe".to_owned();
    let choice = |name: &str, count: &str, chosen| Choice {
        name: name.to_owned(),
        count: count.to_owned(),
        href: "/components".to_owned(),
        chosen,
    };
    let facet = vec![
        choice("phishing", "1,234", true),
        choice("c2", "10,000+", false),
        choice(&hostile.repeat(10), "1", false),
    ];
    let rising: Vec<u64> = (0..30).map(|day| day * day % 23).collect();
    let page = Components {
        chips: chips.collect(),
        verdicts: verdicts(&frame),
        badges: MARKS.map(|mark| Badge { mark, words }).to_vec(),
        sparklines: vec![
            Sparkline::new(&rising, words),
            Sparkline::new(&[0; 30], words),
            Sparkline::new(&[u64::MAX, 1], words),
        ],
        rows: rows.collect(),
        facet: Facet::new(words.components_lists, facet, &frame),
        pager: Pager::new("/components?", Some("a"), Some("b"), words),
        hostile,
        posts: cards,
        composer,
        frame,
    };
    render(StatusCode::OK, &page)
}
