//! The page over HTTP.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::frame::{Frame, Words, render};
use crate::part::search_link;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    frame: Frame,
    topics: Vec<Topic>,
}

struct Topic {
    title: &'static str,
    examples: Vec<Example>,
}

struct Example {
    query: &'static str,
    href: String,
    about: &'static str,
}

/// Examples are in the language's own order; `tests` hold each against the parser.
fn topics(words: &'static Words) -> [(&'static str, Vec<(&'static str, &'static str)>); 5] {
    [
        (
            words.help_values,
            vec![
                ("evil[.]example", words.help_value),
                ("hxxps://evil[.]example/login", words.help_url),
                ("203.0.113.0/24", words.help_network),
                ("CVE-2026-0001", words.help_cve),
                ("value:evil.example", words.help_exactly),
            ],
        ),
        (
            words.help_words,
            vec![
                ("loader", words.help_word),
                ("\"fake update\"", words.help_phrase),
                ("/^login-[0-9]+/", words.help_regex),
            ],
        ),
        (
            words.help_joining,
            vec![
                ("tag:phishing kind:url", words.help_and),
                ("tag:c2 OR tag:botnet", words.help_or),
                ("kind:domain -tag:phishing", words.help_not),
                ("kind:url (tag:c2 OR family:emotet)", words.help_group),
                ("tag:c2,botnet", words.help_comma),
            ],
        ),
        (
            words.help_fields,
            vec![
                ("kind:ip", words.help_kind),
                ("domain:example.com", words.help_domain),
                ("ip:198.51.100.0/24", words.help_ip),
                ("cidr:198.51.100.0/24", words.help_cidr),
                ("hash:d41d8cd98f00b204e9800998ecf8427e", words.help_hash),
                ("cve:CVE-2026-0001", words.help_cve_field),
                ("source:urlhaus", words.help_source),
                ("from:aiko", words.help_from),
                ("to:aiko", words.help_to),
                ("in:post", words.help_in),
                ("is:reply", words.help_is),
                ("has:file", words.help_has),
                ("tag:phishing", words.help_tag),
                ("family:emotet", words.help_family),
                ("vendor:fortinet", words.help_vendor),
                ("product:fortios", words.help_product),
                ("cvss:>=7", words.help_cvss),
                ("jp:yes", words.help_jp),
                ("is:new", words.help_is_new),
                ("like:example.com", words.hunts_help_like),
                ("hunt:name", words.hunts_help_hunt),
                ("tlp:<=green", words.help_tlp),
            ],
        ),
        (
            words.help_times,
            vec![
                ("since:24h", words.help_since),
                ("until:2026-11-30", words.help_until),
                ("first:2026-11", words.help_first),
                ("last:7d", words.help_last),
                ("first:30d..7d", words.help_range),
            ],
        ),
    ]
}

/// How to ask.
#[utoipa::path(get, path = "/help", responses((status = OK)))]
pub(crate) async fn show(frame: Frame) -> Result<Response, Problem> {
    let topics = topics(frame.words).map(|(title, examples)| {
        let examples = examples.into_iter().map(|(query, about)| Example {
            query,
            href: search_link(query),
            about,
        });
        Topic {
            title,
            examples: examples.collect(),
        }
    });
    let page = Help {
        topics: topics.into(),
        frame,
    };
    render(StatusCode::OK, &page)
}

#[cfg(test)]
mod tests {
    use noroshi_query::{TimeZone, parse};

    use super::*;
    use crate::frame::Language;

    #[test]
    fn every_example_is_a_query() {
        for (_, examples) in topics(Language::English.words()) {
            for (query, _) in examples {
                let read = parse(query, 1_795_316_400_000_000, &TimeZone::UTC);
                assert!(read.is_ok(), "{query}: {read:?}");
            }
        }
    }
}
