//! Printing URLs and texts without the secrets in them.

use std::fmt;

use url::Url;

/// Stands where a secret was.
const MASK: &str = "***";

/// Longest URL shown, in characters.
const MAX_SHOWN: usize = 300;

/// The secrets of one request: a key that is part of a feed's URL, say.
/// `Debug` does not print them.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
    hide_path: bool,
}

impl Redactor {
    /// Hides the given secrets; empty ones are ignored.
    pub fn new<I: IntoIterator<Item = String>>(secrets: I) -> Redactor {
        Redactor {
            secrets: secrets.into_iter().filter(|s| !s.is_empty()).collect(),
            hide_path: false,
        }
    }

    /// Hides the whole path too. In the URL of a webhook the path is the secret.
    pub(crate) fn hide_path(mut self, hide: bool) -> Redactor {
        self.hide_path = hide;
        self
    }

    pub(crate) fn add(&mut self, secret: &str) {
        if !secret.is_empty() {
            self.secrets.push(secret.to_owned());
        }
    }

    /// Whether there is anything to hide.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The URL as it may be shown: scheme, host, port and path, with every part
    /// that holds a secret replaced; no userinfo, no query values, no fragment.
    pub fn url(&self, url: &Url) -> RedactedUrl {
        let mut shown = format!("{}:", url.scheme());
        if let Some(host) = url.host_str() {
            shown.push_str("//");
            shown.push_str(&self.host(host));
            if let Some(port) = url.port() {
                shown.push_str(&format!(":{port}"));
            }
        }
        if self.hide_path && url.path() != "/" {
            shown.push('/');
            shown.push_str(MASK);
        } else {
            let masked: Vec<&str> = url
                .path()
                .split('/')
                .map(|segment| if self.in_part(segment) { MASK } else { segment })
                .collect();
            // A secret with a slash in it lies across segments.
            if self.in_part(&masked.join("/")) {
                shown.push('/');
                shown.push_str(MASK);
            } else {
                shown.push_str(&masked.join("/"));
            }
        }
        if url.query().is_some() {
            shown.push_str("?…");
        }
        if let Some((end, _)) = shown.char_indices().nth(MAX_SHOWN) {
            shown.truncate(end);
            shown.push('…');
        }
        RedactedUrl(shown)
    }

    /// A host as it may be shown: DNS lists are asked with the key as a label.
    pub fn host(&self, host: &str) -> String {
        let labels = host
            .split('.')
            .map(|label| if self.in_part(label) { MASK } else { label })
            .collect::<Vec<_>>()
            .join(".");
        if self.in_part(&labels) {
            MASK.to_owned()
        } else {
            labels
        }
    }

    /// A text from elsewhere (an error message) with the secrets replaced, in
    /// whatever case they stand there.
    pub fn text(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| masked(&text, secret))
    }

    /// Whether a part of a URL holds a secret, as written or percent-encoded,
    /// in any case (hosts are lower-cased).
    fn in_part(&self, part: &str) -> bool {
        if self.secrets.is_empty() || part.is_empty() {
            return false;
        }
        let plain = percent_decoded(part).to_lowercase();
        self.secrets.iter().any(|secret| {
            let secret = secret.to_lowercase();
            plain.contains(&secret) || plain.contains(&percent_decoded(&secret))
        })
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

fn masked(text: &str, secret: &str) -> String {
    // Lower-casing ASCII moves no byte, so that places found in one are good
    // in the other.
    let (haystack, needle) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let mut shown = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, _) in haystack.match_indices(&needle) {
        shown.push_str(text.get(rest..at).unwrap_or_default());
        shown.push_str(MASK);
        rest = at + needle.len();
    }
    shown.push_str(text.get(rest..).unwrap_or_default());
    shown
}

fn percent_decoded(text: &str) -> String {
    // The form-urlencoded reader is the `url` crate's only public decoder; `+`
    // is kept from becoming a space, and `&` and `=` from splitting.
    let kept = text
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    url::form_urlencoded::parse(kept.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}

/// A URL that is safe to print and to log; made by [`Redactor::url`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RedactedUrl(String);

impl RedactedUrl {
    /// A host and port that hold no secret.
    pub(crate) fn of_place(host: &str, port: u16) -> RedactedUrl {
        RedactedUrl(format!("{host}:{port}"))
    }
}

impl fmt::Display for RedactedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str, secrets: &[&str]) -> String {
        let redactor = Redactor::new(secrets.iter().map(|s| (*s).to_owned()));
        redactor.url(&Url::parse(url).unwrap()).to_string()
    }

    #[test]
    fn shows_where_without_what() {
        let url = "https://bob:hunter2@feeds.example:8443/v1/list.csv?key=abc#frag";
        assert_eq!(shown(url, &[]), "https://feeds.example:8443/v1/list.csv?…");
        assert_eq!(
            shown("mailto:bob@feeds.example", &[]),
            "mailto:bob@feeds.example"
        );
    }

    #[test]
    fn hides_secrets_wherever_they_stand() {
        for (url, secret, expected) in [
            (
                "https://a.example/k/S3cret/x.csv",
                "S3cret",
                "https://a.example/k/***/x.csv",
            ),
            (
                "https://a.example/k/list-S3cret.csv",
                "S3cret",
                "https://a.example/k/***",
            ),
            (
                "https://a.example/a%2Fb%3Dc/x",
                "a/b=c",
                "https://a.example/***/x",
            ),
            (
                "https://a.example/a/b=c/x",
                "a/b=c",
                "https://a.example/***",
            ),
            ("https://a.example/a+b/x", "a+b", "https://a.example/***/x"),
            (
                "https://a.example/%53%33cret/x",
                "S3cret",
                "https://a.example/***/x",
            ),
            (
                "https://a.example/a%20b/x",
                "a%20b",
                "https://a.example/***/x",
            ),
            (
                "https://S3cret.zone.example/x",
                "S3cret",
                "https://***.zone.example/x",
            ),
            (
                "https://a.example/x?k=S3cret",
                "S3cret",
                "https://a.example/x?…",
            ),
        ] {
            assert_eq!(shown(url, &[secret]), expected);
        }
    }

    #[test]
    fn cuts_long_urls() {
        let shown = shown(&format!("data:,{}", "é".repeat(5000)), &[]);
        assert_eq!(shown.chars().count(), MAX_SHOWN + 1);
    }

    #[test]
    fn hides_a_webhook_path() {
        let redactor = Redactor::default().hide_path(true);
        let url = Url::parse("https://hooks.example/services/T0/B0/xyz").unwrap();
        assert_eq!(redactor.url(&url).to_string(), "https://hooks.example/***");
    }

    #[test]
    fn hides_secrets_in_texts_and_in_debug() {
        let redactor = Redactor::new(["S3cret".to_owned(), String::new()]);
        assert_eq!(redactor.text("é S3cret, s3CRET é"), "é ***, *** é");
        assert!(!format!("{redactor:?}").contains("S3cret"));
    }
}
