//! What could stand at the cursor of the search box, and what a text is understood as.

use axum::Json;
use axum::extract::State;
use noroshi_indicator::{Kind, Tlp};
use noroshi_query::{Expr, Has, Is, StatementKind, Term};
use noroshi_store::{LabelKind, Reader, now};
use serde::{Deserialize, Serialize};

use super::explain::explain;
use crate::extract::Params;
use crate::frame::Frame;
use crate::part::{kind_word, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Suggestions of an answer.
const MOST: usize = 12;

/// Hunts that are looked at for a name.
const HUNTS: usize = 200;

/// Fields that can be completed, and an example of each.
const FIELDS: [(&str, &str); 26] = [
    ("kind:", "url"),
    ("value:", "evil.example"),
    ("domain:", "evil.example"),
    ("ip:", "192.0.2.7"),
    ("cidr:", "192.0.2.0/24"),
    ("hash:", "d41d8cd9…"),
    ("cve:", "CVE-2026-0001"),
    ("source:", "urlhaus"),
    ("from:", "urlhaus"),
    ("to:", "aiko"),
    ("in:", "post"),
    ("is:", "reply"),
    ("has:", "file"),
    ("tag:", "phishing"),
    ("family:", "emotet"),
    ("vendor:", "fortinet"),
    ("product:", "fortios"),
    ("cvss:", ">=7"),
    ("jp:", "yes"),
    ("like:", "example.com"),
    ("hunt:", "own names"),
    ("tlp:", "<=green"),
    ("since:", "7d"),
    ("until:", "2026-11-30"),
    ("first:", "7d"),
    ("last:", "24h"),
];

#[derive(Debug, Deserialize)]
pub(crate) struct CompleteParams {
    #[serde(default)]
    q: String,
    /// Characters before the cursor; the whole text when it is not told.
    at: Option<usize>,
}

/// What the search box shows below itself.
#[derive(Serialize)]
pub(crate) struct Completion {
    /// What the whole text is understood as; nothing while it cannot be read.
    understood: Option<String>,
    /// Why it cannot be read.
    problem: Option<String>,
    /// Where what is completed begins, in characters.
    from: usize,
    /// The best first.
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Suggestion {
    /// Takes the place of what is completed.
    text: String,
    /// What it is.
    about: String,
}

/// What could stand where somebody types.
#[utoipa::path(get, path = "/complete", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<CompleteParams>,
) -> Result<Json<Completion>, Problem> {
    let at = params.at.unwrap_or(usize::MAX);
    let before: String = params.q.chars().take(at).collect();
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '|'))
        .next()
        .unwrap_or_default();
    let word = word.strip_prefix('-').unwrap_or(word);
    let (understood, problem) =
        match noroshi_query::parse(&params.q, now(), &noroshi_query::TimeZone::UTC) {
            Ok(query) => {
                let text = match &query.expr {
                    Some(Expr::Term(Term::Observable(one))) => {
                        let kind = kind_word(one.kind(), frame.words);
                        format!("{kind} · {}", visible(&one.defanged()))
                    }
                    _ => explain(&query, frame.words).join(" + "),
                };
                (Some(text), None)
            }
            Err(error) => (None, Some(error.message)),
        };
    Ok(Json(Completion {
        understood,
        problem,
        from: before.chars().count() - word.chars().count(),
        suggestions: suggestions(&state, &frame.reader(), word, &frame).await?,
    }))
}

async fn suggestions(
    state: &AppState,
    reader: &Reader,
    word: &str,
    frame: &Frame,
) -> Result<Vec<Suggestion>, Problem> {
    let Some((field, start)) = word.split_once(':') else {
        let fields = FIELDS.iter().filter(|(field, _)| field.starts_with(word));
        let fields = fields.map(|(field, example)| Suggestion {
            text: (*field).to_owned(),
            about: (*example).to_owned(),
        });
        return Ok(fields
            .take(if word.is_empty() { 0 } else { MOST })
            .collect());
    };
    let named: Vec<(String, String)> = match field {
        "kind" => Kind::ALL
            .iter()
            .map(|kind| {
                (
                    kind.name().to_owned(),
                    kind_word(*kind, frame.words).to_owned(),
                )
            })
            .collect(),
        "tlp" => Tlp::ALL
            .iter()
            .map(|tlp| {
                (
                    tlp.name().to_owned(),
                    format!("TLP:{}", tlp.name().to_uppercase()),
                )
            })
            .collect(),
        "source" | "from" => {
            let sources = state.store.sources(reader).await?.into_iter();
            sources.map(|source| (source.name, String::new())).collect()
        }
        "in" => StatementKind::ALL
            .map(|kind| said(kind.name(), Term::In(kind), frame))
            .to_vec(),
        "is" => {
            let mut named = Is::ALL
                .map(|what| said(what.name(), Term::Is(what), frame))
                .to_vec();
            named.push(("new".to_owned(), frame.words.help_is_new.to_owned()));
            named
        }
        "has" => Has::ALL
            .map(|what| said(what.name(), Term::Has(what), frame))
            .to_vec(),
        "since" | "until" | "first" | "last" => [
            ("24h", frame.words.time_day),
            ("7d", frame.words.time_week),
            ("30d", frame.words.time_month),
        ]
        .map(|(span, about)| (span.to_owned(), about.to_owned()))
        .to_vec(),
        "cvss" => ["critical", "high", "medium", "low", "none", ">=7", ">=9"]
            .map(|score| (score.to_owned(), String::new()))
            .to_vec(),
        "jp" => vec![said("yes", Term::Japan, frame)],
        "hunt" => {
            let hunts = state
                .store
                .hunts(reader, None, None, HUNTS)
                .await?
                .into_iter();
            hunts.map(|hunt| (hunt.name, hunt.owner)).collect()
        }
        "tag" | "family" | "vendor" | "product" => {
            let kind = match field {
                "tag" => LabelKind::Tag,
                "vendor" => LabelKind::Vendor,
                "product" => LabelKind::Product,
                _ => LabelKind::Family,
            };
            let labels = state
                .store
                .complete(reader, kind, start, MOST as i64)
                .await?;
            labels
                .into_iter()
                .map(|label| (label, String::new()))
                .collect()
        }
        _ => Vec::new(),
    };
    let start = start.to_lowercase();
    let fitting = named.into_iter().filter(|(name, _)| {
        let name = name.to_lowercase();
        name.starts_with(&start) && name != start
    });
    let suggestions = fitting.take(MOST).map(|(name, about)| Suggestion {
        text: term(field, name),
        about,
    });
    Ok(suggestions.collect())
}

/// A value of a field that has few, and its term in words.
fn said(name: &str, term: Term, frame: &Frame) -> (String, String) {
    let about = explain(&Expr::from(term).into(), frame.words).join(" ");
    (name.to_owned(), about)
}

/// As the query language writes it, with quotes where they are needed.
fn term(field: &str, name: String) -> String {
    match field {
        "source" => Term::Source(name).to_string(),
        "from" => Term::From(name).to_string(),
        "tag" => Term::Tag(name).to_string(),
        "family" => Term::Family(name).to_string(),
        "hunt" => Term::Hunt(name).to_string(),
        "vendor" => Term::Vendor(name).to_string(),
        "product" => Term::Product(name).to_string(),
        _ => format!("{field}:{name}"),
    }
}
