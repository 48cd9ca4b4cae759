//! Events and their attributes, of which there are none yet: filters are checked, and nothing is found.

use axum::response::Response;

use super::envelope;
use super::given::Given;
use super::refusal::Refusal;

pub(super) fn events(given: &Given) -> Result<Response, Refusal> {
    given.range("publish_timestamp")?;
    if let Some(level) = given.one("threat_level_id")
        && !matches!(level, "1" | "2" | "3" | "4")
    {
        return Err(Refusal::choice("threat_level_id", level));
    }
    found_nothing(given)
}

pub(super) fn attributes(given: &Given) -> Result<Response, Refusal> {
    given.range("timestamp")?;
    found_nothing(given)
}

fn found_nothing(given: &Given) -> Result<Response, Refusal> {
    given.words()?;
    given.options::<()>(None)?;
    for name in ["id", "event__id"] {
        if given.one(name).is_some_and(|id| id.parse::<i64>().is_err()) {
            return Err(Refusal::Field(name_of(name), "Enter a number.".to_owned()));
        }
    }
    Ok(envelope::empty())
}

fn name_of(name: &str) -> &'static str {
    if name == "id" { "id" } else { "event__id" }
}
