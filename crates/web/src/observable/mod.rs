//! One observable: its page, and the card that shows on hovering over its chip.

pub(crate) mod card;
pub(crate) mod page;
mod timeline;

use noroshi_indicator::{Kind, Observable};
use noroshi_lookup::Tie;

use crate::frame::Words;
use crate::problem::Problem;

/// The observable of an address of ours.
///
/// # Errors
///
/// 404 for a kind that does not exist, or a value that is not of the kind.
fn in_address(kind: &str, value: &str) -> Result<Observable, Problem> {
    let nowhere = |detail: String| Problem::new(axum::http::StatusCode::NOT_FOUND, detail);
    let kind: Kind = kind
        .parse()
        .map_err(|_| nowhere("There is no such kind of value.".to_owned()))?;
    Observable::parse(kind, value).map_err(|error| nowhere(error.to_string()))
}

/// A tie in the words of the page.
fn tie_word(tie: Tie, words: &'static Words) -> &'static str {
    match tie {
        Tie::Subdomain => words.tie_subdomain,
        Tie::Parent => words.tie_parent,
        Tie::Host => words.tie_host,
        Tie::UrlOnHost => words.tie_url_on_host,
        Tie::UrlBelow => words.tie_url_below,
        Tie::InsideNetwork => words.tie_inside_network,
        Tie::ContainingNetwork => words.tie_containing_network,
        Tie::SameRegisteredDomain => words.tie_same_registered_domain,
    }
}
