//! The newest hits of a hunt as RSS 2.0, for feed readers: with a session or key, or at a secret address.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use noroshi_indicator::Tlp;
use noroshi_store::{Error, Hit, HitFilter, Hunt, Reader, Said};

use super::export::marking;
use crate::extract::InPath;
use crate::part::observable_link;
use crate::problem::Problem;
use crate::state::AppState;

/// Items of a feed.
const ITEMS: usize = 50;
/// Characters of a title and of a text.
const TITLE: usize = 120;
const TEXT: usize = 1_000;
/// What may leave to whoever knows a secret address.
const SECRET: Tlp = Tlp::Green;

/// The feed of the hunt that has this secret, read with its owner's eyes.
#[utoipa::path(get, path = "/feed/hunt/{secret}", responses((status = OK)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    InPath(secret): InPath<String>,
) -> Result<Response, Problem> {
    match state.store.hunt_by_feed(&secret).await? {
        Some((hunt, reader)) => of(&state, &hunt, &reader, SECRET).await,
        None => Err(Error::not_found("feed", "of this address").into()),
    }
}

/// The feed for a reader who gives out what is marked up to a ceiling.
pub(super) async fn of(
    state: &AppState,
    hunt: &Hunt,
    reader: &Reader,
    ceiling: Tlp,
) -> Result<Response, Problem> {
    let filter = HitFilter {
        hunt: Some(hunt.id),
        ..HitFilter::default()
    };
    let page = state.store.hit_page(reader, filter, None, ITEMS).await?;
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>\n",
    );
    let title = format!("Noroshi: {}", hunt.name);
    // Readers of feeds have no other way to tell where they are; links are the hub's own paths.
    let _ = writeln!(
        out,
        "<title>{}</title><link>/hunt/{}</link><description>{}</description>",
        escaped(&title),
        hunt.id,
        escaped(&hunt.queries.join("\n"))
    );
    for hit in &page.hits {
        if marking(hit).is_some_and(|tlp| tlp <= ceiling) {
            item(&mut out, hit);
        }
    }
    out.push_str("</channel></rss>\n");
    let headers = [
        (header::CONTENT_TYPE, "application/rss+xml; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, out).into_response())
}

fn item(out: &mut String, hit: &Hit) {
    let (title, text, link) = match &hit.said {
        Some(Said::Post(post)) => (
            format!(
                "{}: {}",
                post.from.name,
                noroshi_exchange::post::plain(&post.text, TITLE)
            ),
            post.text.chars().take(TEXT).collect(),
            format!("/post/{}", post.id),
        ),
        Some(Said::Listing(listing)) => {
            let said = listing
                .family
                .iter()
                .chain(&listing.tags)
                .chain(&listing.note);
            let said: Vec<&str> = said.map(String::as_str).collect();
            (
                format!("{}: {}", listing.source, listing.observable.defanged()),
                said.join(" · ").chars().take(TEXT).collect::<String>(),
                observable_link(&listing.observable),
            )
        }
        None => return,
    };
    let date = jiff::Timestamp::from_microsecond(hit.at).unwrap_or_default();
    let date = date.strftime("%a, %d %b %Y %H:%M:%S +0000");
    let _ = writeln!(
        out,
        "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">noroshi-hit-{}</guid>\
         <pubDate>{date}</pubDate><description>{}</description></item>",
        escaped(&title),
        escaped(&link),
        hit.id,
        // A description is HTML, so that what is escaped once would be markup again.
        escaped(&escaped(&text))
    );
}

/// As text of XML 1.0: without what it cannot hold.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_what_it_can() {
        assert_eq!(
            escaped("a<b>&\"\u{0}\u{1b}é\u{ffff}\n"),
            "a&lt;b&gt;&amp;&quot;é\n"
        );
    }
}
