//! In which language a page speaks.

use axum::http::{HeaderMap, header};

use super::cookie;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Language {
    English,
    Japanese,
}

impl Language {
    pub(crate) const ALL: [Language; 2] = [Language::English, Language::Japanese];

    /// What the cookie `lang` says, or else the browser.
    pub(super) fn of(headers: &HeaderMap) -> Language {
        let chosen = cookie(headers, "lang").and_then(Language::named);
        chosen.unwrap_or_else(|| {
            let accepted = headers.get(header::ACCEPT_LANGUAGE);
            let accepted = accepted.map_or("", |value| value.to_str().unwrap_or_default());
            Language::accepted(accepted)
        })
    }

    /// The language of a [tag](Language::tag).
    pub(crate) fn named(tag: &str) -> Option<Language> {
        Language::ALL
            .into_iter()
            .find(|language| language.tag() == tag)
    }

    /// For the `lang` attribute.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Japanese => "ja",
        }
    }

    /// In the language itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Japanese => "日本語",
        }
    }

    /// The better liked of the two, as `Accept-Language` says it (RFC 9110, 12.5.4).
    fn accepted(header: &str) -> Language {
        let (mut best, mut liked) = (Language::English, 0.0);
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
            let language = match name.split('-').next() {
                Some("ja") => Language::Japanese,
                Some("en" | "*") => Language::English,
                _ => continue,
            };
            // The first of equals.
            if quality.unwrap_or(1.0) > liked {
                (best, liked) = (language, quality.unwrap_or(1.0));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_better_liked_language_is_spoken() {
        for (header, language) in [
            ("", Language::English),
            ("ja", Language::Japanese),
            ("ja-JP,ja;q=0.9,en;q=0.8", Language::Japanese),
            ("en-US,en;q=0.9,ja;q=0.8", Language::English),
            ("fr, ja;q=0.3, en;q=0.2", Language::Japanese),
            ("ja;q=0, *;q=0.1", Language::English),
            ("de", Language::English),
            ("ja;q=x;;;,,=", Language::Japanese),
        ] {
            assert_eq!(Language::accepted(header), language, "{header:?}");
        }
    }

    #[test]
    fn a_choice_counts_more_than_the_browser() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("ja"));
        assert_eq!(Language::of(&headers), Language::Japanese);
        headers.insert(header::COOKIE, HeaderValue::from_static("lang=en"));
        assert_eq!(Language::of(&headers), Language::English);
        headers.insert(header::COOKIE, HeaderValue::from_static("lang=tlh"));
        assert_eq!(Language::of(&headers), Language::Japanese);
    }
}
