//! The same news, told by several sources: by its address, or by its headline within some days.

use std::collections::HashMap;

use noroshi_indicator::fold;

use super::prepared::hash;
use super::{Form, NewItem};
use crate::error::Result;
use crate::sql::{Conn, params};

/// How long the same headline is the same news, in microseconds: two weeks.
pub(super) const DAYS: i64 = 14 * 86_400_000_000;

/// A headline has to have so many letters, or it is no sign: "Advisory", "今週の動き".
const LETTERS: usize = 12;

/// Hashes by which an item is known as the same news: of its address, and of its headline.
pub(super) fn keys(item: &NewItem) -> Vec<i64> {
    let url = item.url.as_deref().and_then(address);
    let mut keys: Vec<i64> = url.iter().map(|url| hash(&["url", url])).collect();
    if item.form == Form::News
        && let Some(title) = item.title.as_deref().and_then(headline)
    {
        keys.push(hash(&["title", &title]));
    }
    keys
}

/// A link without what differs from feed to feed: scheme, `www.`, fragment, and where the reader came from.
fn address(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.split('#').next()?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let tells = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default().to_lowercase();
        let follows = [
            "fbclid", "gclid", "ref", "source", "cid", "spm", "mc_cid", "mc_eid",
        ];
        !name.is_empty() && !name.starts_with("utm_") && !follows.contains(&name.as_str())
    };
    let query: Vec<&str> = query.split('&').filter(tells).collect();
    Some(format!(
        "{host}/{}?{}",
        path.trim_end_matches('/'),
        query.join("&")
    ))
}

/// The letters and digits of a title, without the outlet's name behind the last dash or bar.
fn headline(title: &str) -> Option<String> {
    let letters = |text: &str| {
        fold(text)
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    let told = [" | ", " - ", " – ", " — ", "｜"]
        .iter()
        .filter_map(|mark| title.rsplit_once(mark))
        .map(|(told, _)| letters(told))
        .find(|told| told.chars().count() >= LETTERS);
    let told = told.unwrap_or_else(|| letters(title));
    (told.chars().count() >= LETTERS).then_some(told)
}

/// An item that was told before under one of some hashes.
pub(super) struct Told {
    pub(super) post: i64,
    pub(super) source: i64,
    pub(super) cluster: i64,
}

/// What was told before since a time, by hash; of several, the newest.
pub(super) fn told(conn: &Conn, keys: &[i64], since: i64) -> Result<HashMap<i64, Vec<Told>>> {
    let sql = "SELECT s.key, i.post, i.source, coalesce(i.cluster, i.post) FROM item_same s
        JOIN item i ON i.post = s.post JOIN post p ON p.id = s.post
        WHERE s.key = ANY(?1) AND p.received >= ?2 AND p.deleted IS NULL ORDER BY s.key, i.post";
    let rows = conn.query(sql, params![keys, since], |row| {
        Ok((
            row.int(0)?,
            Told {
                post: row.int(1)?,
                source: row.int(2)?,
                cluster: row.int(3)?,
            },
        ))
    })?;
    let mut told: HashMap<i64, Vec<Told>> = HashMap::new();
    for (key, one) in rows {
        told.entry(key).or_default().push(one);
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_differ_by_what_they_lead_to() {
        for (one, other, same) in [
            (
                "https://www.News.example/a/b/?utm_source=rss#top",
                "http://news.example/a/b",
                true,
            ),
            (
                "https://news.example/?id=1&utm_medium=x",
                "https://news.example/?id=1",
                true,
            ),
            (
                "https://news.example/?id=1",
                "https://news.example/?id=2",
                false,
            ),
            ("https://news.example/a", "https://news.example/A", false),
        ] {
            assert_eq!(address(one) == address(other), same, "{one} {other}");
        }
        assert_eq!(address("no link"), None);
    }

    #[test]
    fn headlines_are_compared_without_the_outlet() {
        let title = "FortiOS flaw exploited in the wild";
        for other in [
            "FortiOS Flaw Exploited In The Wild | Outlet",
            "FortiOS flaw exploited in the wild - The Daily Alert",
            "ＦｏｒｔｉＯＳ flaw, exploited: in the wild",
        ] {
            assert_eq!(headline(title), headline(other), "{other}");
        }
        assert_ne!(headline(title), headline("FortiOS flaw exploited no more"));
        assert_eq!(headline("Alert | CERT"), None);
    }
}
