//! Answers laid out as the template shows them.

use askama::Template;
use noroshi_lookup::{Answer, Listing, RelatedValue, Time, Value, Verdict};

use super::words::{self, Language, Words};
use crate::problem::Problem;

/// The whole page.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home<'a> {
    pub(crate) lang: &'static str,
    pub(crate) words: &'static Words,
    /// Who is signed in.
    pub(crate) account: Option<&'a str>,
    pub(crate) failed: bool,
    pub(crate) query: &'a str,
    pub(crate) shown: Shown,
}

/// What stands below the search box.
pub(crate) enum Shown {
    Nothing,
    Problem(Problem),
    One(One),
    Many(Many),
}

/// Everything about one value.
pub(crate) struct One {
    pub(crate) display: String,
    pub(crate) defanged: String,
    pub(crate) kind: &'static str,
    pub(crate) state: Option<Badge>,
    pub(crate) warnings: Vec<String>,
    pub(crate) listings: Vec<Row>,
    pub(crate) related: Vec<Related>,
    pub(crate) complete: bool,
}

/// What belongs to the value in one way.
pub(crate) struct Related {
    pub(crate) tie: &'static str,
    pub(crate) count: String,
    pub(crate) rows: Vec<Row>,
}

/// A page of an answer.
pub(crate) struct Many {
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) complete: bool,
}

/// A state: its class for the colour, and its name.
pub(crate) struct Badge {
    pub(crate) class: &'static str,
    pub(crate) name: &'static str,
}

/// A line of a table.
pub(crate) struct Row {
    /// What the first column says, and below it in small.
    pub(crate) head: String,
    pub(crate) under: String,
    /// Where the first column leads; a source leads nowhere.
    pub(crate) link: Option<String>,
    pub(crate) state: Option<Badge>,
    pub(crate) sources: String,
    pub(crate) family: String,
    pub(crate) tags: Vec<String>,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) remarks: Vec<String>,
}

impl One {
    pub(crate) fn new(answer: &Answer, language: Language) -> One {
        let Value {
            kind,
            defanged,
            display,
            value,
        } = &answer.observable;
        let related = answer.related.iter().map(|related| Related {
            tie: words::tie(related.tie, language),
            count: match answer.complete {
                true => related.count.to_string(),
                false => format!("{}+", related.count),
            },
            rows: related
                .values
                .iter()
                .map(|one| Row::of_value(one, language))
                .collect(),
        });
        One {
            // Only shown where it differs from the value: an international name.
            display: if display == value {
                String::new()
            } else {
                display.clone()
            },
            defanged: defanged.clone(),
            kind: words::kind(*kind, language),
            state: badge(&answer.verdict, language),
            warnings: answer
                .warninglists
                .iter()
                .map(|warning| warning.name.clone())
                .collect(),
            listings: answer
                .listings
                .iter()
                .map(|one| Row::of_listing(one, language))
                .collect(),
            related: related.collect(),
            complete: answer.complete,
        }
    }
}

impl Row {
    pub(crate) fn of_value(one: &RelatedValue, language: Language) -> Row {
        let verdict = &one.verdict;
        Row {
            head: one.observable.defanged.clone(),
            under: words::kind(one.observable.kind, language).to_owned(),
            link: Some(one.observable.value.clone()),
            state: badge(verdict, language),
            sources: verdict.sources.join(", "),
            family: verdict.families.join(", "),
            tags: verdict.tags.clone(),
            first: verdict.first_seen.map(minute).unwrap_or_default(),
            last: verdict.last_seen.map(minute).unwrap_or_default(),
            remarks: Vec::new(),
        }
    }

    fn of_listing(listing: &Listing, language: Language) -> Row {
        let words = language.words();
        let mut remarks = Vec::new();
        let mut remark = |label: &str, text: Option<String>| {
            remarks.extend(text.map(|text| format!("{label}: {text}")));
        };
        remark(
            words.confidence,
            listing.confidence.map(|value| value.to_string()),
        );
        remark(words.note, listing.note.clone());
        remark(words.reference, listing.reference.as_deref().map(defanged));
        let port = listing
            .port
            .map(|port| format!(" :{port}"))
            .unwrap_or_default();
        Row {
            head: listing.source.clone(),
            under: format!("TLP:{}{port}", listing.tlp.name().to_uppercase()),
            link: None,
            state: Some(Badge {
                class: listing.state.name(),
                name: words::state(listing.state, language),
            }),
            sources: String::new(),
            family: listing.family.clone().unwrap_or_default(),
            tags: listing.tags.clone(),
            first: minute(listing.first_seen),
            last: minute(listing.last_seen),
            remarks,
        }
    }
}

fn badge(verdict: &Verdict, language: Language) -> Option<Badge> {
    verdict.state.map(|state| Badge {
        class: state.name(),
        name: words::state(state, language),
    })
}

/// `2026-11-22 03:00`, in UTC.
fn minute(time: Time) -> String {
    time.to_string()
        .chars()
        .take(16)
        .collect::<String>()
        .replace('T', " ")
}

/// A link that nothing makes clickable.
fn defanged(link: &str) -> String {
    match link.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("http") => format!("hxxp{}", &link[4..]),
        _ => link.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_links_are_shown_short_and_harmless() {
        assert_eq!(minute(Time(1_795_316_459_000_000)), "2026-11-22 03:00");
        assert_eq!(defanged("https://evil.example/a"), "hxxps://evil.example/a");
        assert_eq!(defanged("HTTP://evil.example"), "hxxp://evil.example");
        assert_eq!(defanged("日本語"), "日本語");
    }
}
