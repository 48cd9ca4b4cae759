//! Links of items: only those of the web, and without what merely follows the reader.

/// Parameters that tell where a click came from and nothing of what is linked.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "mc_cid",
    "mc_eid",
    "igshid",
    "yclid",
    "msclkid",
    "cmpid",
    "ref_src",
    "feature",
    "at_medium",
    "at_campaign",
];

/// The link, if it leads to the web; a relative one leads from `base`.
pub(super) fn web(link: &str, base: Option<&str>) -> Option<String> {
    let link = link.trim();
    let is_clean = !link
        .contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'));
    if link.is_empty() || !is_clean || link.len() > 2_048 {
        return None;
    }
    if is_web(link) {
        return Some(link.to_owned());
    }
    let base = base.map(str::trim).filter(|base| is_web(base))?;
    let (scheme, rest) = base.split_once("://")?;
    if let Some(host) = link.strip_prefix("//") {
        return (!host.is_empty()).then(|| format!("{scheme}://{host}"));
    }
    let origin = rest.split(['/', '?', '#']).next()?;
    link.starts_with('/')
        .then(|| format!("{scheme}://{origin}{link}"))
}

pub(super) fn is_web(link: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        let head = link.get(..scheme.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(scheme)) && link.len() > scheme.len()
    })
}

/// An id that stays the same however the item was reached: a link without tracking parameters.
pub(super) fn id(text: &str) -> String {
    let text = text.trim();
    let Some((page, query)) = text.split_once('?').filter(|_| is_web(text)) else {
        return text.to_owned();
    };
    let (query, fragment) = match query.split_once('#') {
        Some((query, fragment)) => (query, Some(fragment)),
        None => (query, None),
    };
    let is_tracking = |parameter: &&str| {
        let name = parameter
            .split('=')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        name.starts_with("utm_") || TRACKING.contains(&name.as_str())
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|parameter| !is_tracking(parameter))
        .collect();
    let mut id = page.to_owned();
    if !kept.is_empty() {
        id.push('?');
        id.push_str(&kept.join("&"));
    }
    if let Some(fragment) = fragment {
        id.push('#');
        id.push_str(fragment);
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_the_web() {
        let base = Some("https://news.example/feed/");
        for (link, expected) in [
            (" https://a.example/x ", Some("https://a.example/x")),
            ("HTTP://a.example", Some("HTTP://a.example")),
            ("/article/1", Some("https://news.example/article/1")),
            ("//cdn.example/1", Some("https://cdn.example/1")),
            ("article", None),
            ("javascript:alert(1)", None),
            (" java\nscript:alert(1)", None),
            ("data:text/html,x", None),
            ("https://", None),
            ("https://a.example/\"onclick=", None),
            ("", None),
        ] {
            assert_eq!(web(link, base).as_deref(), expected, "{link}");
        }
        assert_eq!(web("/x", Some("javascript:alert(1)")), None);
        assert_eq!(web("/x", None), None);
    }

    #[test]
    fn ids_lose_what_follows_the_reader() {
        for (text, expected) in [
            (
                "https://a.example/x?utm_source=rss&id=7&UTM_medium=y",
                "https://a.example/x?id=7",
            ),
            (
                "https://a.example/x?utm_source=rss#top",
                "https://a.example/x#top",
            ),
            ("https://a.example/?p=7", "https://a.example/?p=7"),
            (
                "tag:a.example,2026:x?utm_source=1",
                "tag:a.example,2026:x?utm_source=1",
            ),
        ] {
            assert_eq!(id(text), expected);
        }
    }
}
