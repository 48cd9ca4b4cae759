//! Searching posts, and the answer in the manner of n6.

use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use noroshi_query::{Expr, Is, Matcher, Query, Term, Time, limits};
use noroshi_store::{Entry, PostOptions};
use serde::Serialize;

use super::answer::Answer;
use super::asked::{Asked, Reads};
use super::avatar;
use super::mew::{Clock, Mew, escaped, seconds};
use super::reading;
use super::refusal::Refusal;
use crate::state::AppState;

/// How long one search may go on.
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts in which all words are found, each a regex; a regex that cannot be read finds nothing.
#[utoipa::path(method(get, post), path = "/search.json", responses((status = OK)))]
pub(crate) async fn search(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let text = asked.given.parameter("search_text").unwrap_or_default();
    let Some(query) = query(&text)? else {
        return Ok(Answer(Vec::new()));
    };
    let entries = found(&state, &asked, &query).await?;
    let clock = Clock::of(&state.store, asked.me()).await?;
    let rows = entries.iter().map(|entry| Mew::row(entry, &clock));
    Ok(Answer(rows.collect()))
}

/// What the words ask for; nothing where one of them cannot be read.
fn query(text: &str) -> Result<Option<Query>, Refusal> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() > limits::MAX_REGEXES {
        let description = format!("a search has at most {} words", limits::MAX_REGEXES);
        return Err(Refusal::bad(description));
    }
    let long = |word: &&str| word.chars().count() > limits::MAX_REGEX_CHARS;
    if words.iter().any(long) {
        let description = format!("a word has at most {} characters", limits::MAX_REGEX_CHARS);
        return Err(Refusal::bad(description));
    }
    let terms = words
        .into_iter()
        .map(|word| Term::Regex(word.to_owned()).into());
    let query = Query {
        expr: Expr::all(terms),
    };
    Ok(Matcher::new(&query).is_ok().then_some(query))
}

/// As many matches as were asked for, newest first.
async fn found(state: &AppState, asked: &Asked, query: &Query) -> Result<Vec<Entry>, Refusal> {
    let limit = asked.given.limit()?;
    let mut below = reading::below(state, asked).await?;
    let reader = asked.reader();
    let deadline = Instant::now() + PATIENCE;
    let mut found: Vec<Entry> = Vec::new();
    while found.len() < limit {
        let options = PostOptions {
            limit: limit - found.len(),
            below,
            ..PostOptions::default()
        };
        let page = state.store.search_posts(&reader, query, options).await?;
        found.extend(page.entries);
        below = page.next;
        if below.is_none() {
            break;
        }
        if found.len() < limit && Instant::now() > deadline {
            // Fewer rows than asked for mean that there are no more, so this must not look like it.
            let description = "This search takes too long; ask for less, or for what is older.";
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, description));
        }
    }
    Ok(found)
}

#[derive(Serialize)]
struct N6Row {
    mew: String,
    time: f64,
    user_name: String,
    icon_url: String,
    id: i64,
}

/// Posts with all of some tags, of some time.
#[utoipa::path(get, path = "/n6/query.json", responses((status = OK)))]
pub(crate) async fn n6(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let tags = asked.given.parameter("tag").unwrap_or_default();
    let tags = tags.split(',').filter(|tag| !tag.is_empty());
    let tags = tags.map(|tag| Term::Tag(tag.trim_start_matches('#').to_owned()).into());
    let mut terms: Vec<Expr> = vec![Expr::from(Term::Is(Is::Repost)).negate()];
    terms.extend(tags.take(limits::MAX_REGEXES));
    terms.extend(times(&asked.given.parameter("time").unwrap_or_default())?);
    let query = Query {
        expr: Expr::all(terms),
    };
    let entries = found(&state, &asked, &query).await?;
    let rows = entries.into_iter().map(|entry| N6Row {
        mew: escaped(&entry.post.text),
        time: seconds(entry.post.received),
        icon_url: avatar::path(&entry.post.from.name),
        user_name: entry.post.from.name,
        id: entry.post.id,
    });
    Ok(Answer(rows.collect::<Vec<_>>()))
}

/// From the first time on, and before the second.
fn times(text: &str) -> Result<Vec<Expr>, Refusal> {
    let parts: Vec<&str> = text.split(',').filter(|part| !part.is_empty()).collect();
    let read = |part: &str| {
        let wrong = || Refusal::bad("time must be one or two times as ISO 8601 has them");
        time(part).map(Time).ok_or_else(wrong)
    };
    match parts.as_slice() {
        [] => Ok(Vec::new()),
        [from] => Ok(vec![Term::Since(read(from)?).into()]),
        [from, until] => Ok(vec![
            Term::Since(read(from)?).into(),
            Term::Until(read(until)?).into(),
        ]),
        _ => Err(Refusal::bad("time has at most two times")),
    }
}

/// Microseconds since the epoch; a time without a zone is in UTC.
fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    let zoned = text.parse::<Timestamp>().ok();
    let civil = || {
        let plain = text.parse::<DateTime>().ok();
        let plain =
            plain.or_else(|| Some(text.parse::<Date>().ok()?.to_datetime(Default::default())));
        Some(plain?.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    Some(zoned.or_else(civil)?.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_regexes_and_bad_ones_find_nothing() {
        assert_eq!(query("").ok(), Some(Some(Query::default())));
        assert_eq!(query("  ").ok(), Some(Some(Query::default())));
        assert!(matches!(query("a b+"), Ok(Some(_))));
        for bad in ["(", "[", "a *", "(?=a)", r"(a)\1"] {
            assert_eq!(query(bad).ok(), Some(None), "{bad}");
        }
        assert!(query(&"a ".repeat(limits::MAX_REGEXES + 1)).is_err());
        assert!(query(&"a".repeat(limits::MAX_REGEX_CHARS + 1)).is_err());
    }

    #[test]
    fn times_are_iso_8601() {
        let noon = 1_795_262_400_000_000;
        for text in [
            "2026-11-21T12:00:00Z",
            "2026-11-21T12:00:00",
            "2026-11-21T21:00:00+09:00",
            "2026-11-21 12:00",
        ] {
            assert_eq!(time(text), Some(noon), "{text}");
        }
        assert_eq!(time("2026-11-21"), Some(noon - 12 * 3_600_000_000));
        for bad in ["", "yesterday", "2026-13-01", "1795262400"] {
            assert_eq!(time(bad), None, "{bad}");
        }
        assert!(times("a,b").is_err() && times("2026,2027,2028").is_err());
    }
}
