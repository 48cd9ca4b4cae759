//! What a post is besides: a news item, a record, or what an outside author wrote. All of it is outside text.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_collect::recipe::Recipe;
use noroshi_indicator::{Kind, Observable};
use noroshi_query::Term;
use noroshi_store::{Form, Item, Post};

use super::{Cards, harmless, search_link, visible};
use crate::frame::{Words, count, fill};

/// Vendors and products that a card shows.
const NAMES: usize = 4;
/// CVE numbers of an item whose score is told.
const CVES: usize = 3;

/// A score by CVSS, in a word and a colour.
#[derive(Clone, Copy, Template)]
#[template(
    ext = "html",
    source = r#"<span class="badge is-{{ self.class() }}">{{ self.shown() }} {{ self.word() }}</span>"#
)]
pub(crate) struct CvssBadge {
    /// In tenths.
    pub(crate) score: u8,
    pub(crate) words: &'static Words,
}

impl CvssBadge {
    fn class(&self) -> &'static str {
        match self.score {
            70.. => "listed",
            40..70 => "expired",
            1..40 => "delisted",
            0 => "unknown",
        }
    }

    pub(crate) fn shown(&self) -> String {
        format!("{}.{}", self.score / 10, self.score % 10)
    }

    fn word(&self) -> &'static str {
        match self.score {
            90.. => self.words.cvss_critical,
            70..90 => self.words.cvss_high,
            40..70 => self.words.cvss_medium,
            1..40 => self.words.cvss_low,
            0 => self.words.cvss_none,
        }
    }
}

impl HtmlSafe for CvssBadge {}

/// A link outwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outward {
    /// On the publisher's own site: it may be followed.
    Live(String),
    /// Anywhere else: it is shown, and no more.
    Dead(String),
}

impl Outward {
    /// What a source says may lead to the site that its recipe names, where an administrator configured that, and
    /// nowhere else.
    pub(crate) fn of(url: &str, recipe: Option<&Recipe>) -> Outward {
        let known = recipe.is_some_and(|recipe| {
            let own = [Some(recipe.homepage.as_str()), recipe.url.as_deref()];
            let site = site(url);
            site.is_some() && own.into_iter().flatten().any(|own| self::site(own) == site)
        });
        match known {
            true => Outward::Live(url.to_owned()),
            false => Outward::Dead(harmless(url)),
        }
    }
}

/// The registered domain of a web address without any tricks.
fn site(url: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '@' | '"' | '<' | '>');
    let web = ["https://", "http://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    if !web || !url.chars().all(plain) {
        return None;
    }
    let url = Observable::parse(Kind::Url, url).ok()?;
    Some(url.registered_domain()?.value().to_owned())
}

/// An item on the card of its post.
#[derive(Clone, Template)]
#[template(path = "part/item.html")]
pub(crate) struct ItemPart {
    words: &'static Words,
    pub(crate) id: i64,
    form: &'static str,
    pub(crate) title: Option<String>,
    author: Option<(String, Option<String>)>,
    cvss: Option<CvssBadge>,
    exploited: bool,
    epss: Option<String>,
    names: Vec<(String, String)>,
    more: usize,
    link: Option<Outward>,
    /// Other posts with the same news.
    same: Option<String>,
    same_href: String,
}

impl ItemPart {
    pub(crate) fn new(post: &Post, item: &Item, cards: &Cards<'_>) -> ItemPart {
        let words = cards.frame.words;
        let cves: Vec<&Observable> = post
            .observables
            .iter()
            .filter(|one| one.kind() == Kind::Cve)
            .take(CVES)
            .collect();
        let record = matches!(item.form, Form::Vulnerability | Form::Exploit);
        let score = cves.iter().filter_map(|cve| cards.score(cve)).max();
        let labels: Vec<(String, String)> = labels(item).collect();
        let same = item.same.len() as u64;
        ItemPart {
            words,
            id: post.id,
            form: form_word(item.form, words),
            title: item.title.as_deref().map(visible),
            author: item.author.as_ref().map(|author| {
                let handle = author.handle.as_deref().map(visible);
                let name = visible(&author.name);
                let handle = handle.filter(|handle| *handle != name);
                (name, handle)
            }),
            cvss: item.cvss.map(|score| CvssBadge { score, words }),
            exploited: record && cves.iter().any(|cve| cards.is_exploited(cve)),
            epss: score.filter(|_| record).map(percent),
            more: labels.len().saturating_sub(NAMES),
            names: labels.into_iter().take(NAMES).collect(),
            link: item
                .url
                .as_deref()
                .map(|url| Outward::of(url, cards.recipe(&post.from.name))),
            same: (same > 0).then(|| count(same, words.item_same_one, words.item_same)),
            same_href: item
                .same
                .first()
                .map(|post| format!("/post/{post}"))
                .unwrap_or_default(),
        }
    }

    fn epss_text(&self) -> String {
        fill(
            self.words.item_epss,
            &[("n", &self.epss.as_deref().unwrap_or_default())],
        )
    }
}

impl HtmlSafe for ItemPart {}

/// Vendors and products, with the search for each.
fn labels(item: &Item) -> impl Iterator<Item = (String, String)> {
    let vendors = item.vendors.iter();
    let vendors = vendors.map(|name| (visible(name), Term::Vendor(name.clone())));
    let products = item.products.iter();
    let products = products.map(|name| (visible(name), Term::Product(name.clone())));
    let labels = vendors.chain(products);
    labels.map(|(name, term)| (name, search_link(&format!("in:vuln {term}"))))
}

/// Of 100,000, as people read it: `94.1 %`.
pub(crate) fn percent(score: u32) -> String {
    format!("{}.{} %", score / 1_000, score % 1_000 / 100)
}

/// What sort of item, in a word.
fn form_word(form: Form, words: &'static Words) -> &'static str {
    match form {
        Form::Social => words.item_social,
        Form::News => words.item_news,
        Form::Vulnerability => words.item_vulnerability,
        Form::Exploit => words.item_exploit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_publishers_own_site_is_a_link() {
        let recipe = noroshi_collect::recipe::shipped();
        let nvd = recipe.iter().find(|recipe| recipe.name == "nvd");
        let of = |url: &str| Outward::of(url, nvd);
        let own = "https://nvd.nist.gov/vuln/detail/CVE-2026-0001";
        assert_eq!(of(own), Outward::Live(own.to_owned()));
        for other in [
            "https://evil.example/nvd.nist.gov",
            "https://nvd.nist.gov.evil.example/",
            "https://nvd.nist.gov@evil.example/",
            "https://evil.example\\@nvd.nist.gov/",
            "javascript:alert(1)//https://nvd.nist.gov",
            "https://nvd.nist.gov/\"onmouseover=\"",
            "//nvd.nist.gov",
            "ftp://nvd.nist.gov/",
        ] {
            assert!(matches!(of(other), Outward::Dead(_)), "{other}");
        }
        assert!(matches!(Outward::of(own, None), Outward::Dead(_)));
    }

    #[test]
    fn scores_are_read_by_people() {
        assert_eq!(percent(94_123), "94.1 %");
        assert_eq!(percent(43), "0.0 %");
        assert_eq!(percent(100_000), "100.0 %");
    }
}
