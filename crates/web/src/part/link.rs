//! Addresses of our pages.

use noroshi_indicator::Observable;
use noroshi_store::Attachment;

/// Percent-encoded, every byte that is not a plain letter or digit or one of `-._~`.
pub(crate) fn encoded(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte.into());
            }
            other => {
                out.push('%');
                for half in [other >> 4, other & 15] {
                    out.push(
                        DIGITS
                            .get(usize::from(half))
                            .copied()
                            .unwrap_or(b'0')
                            .into(),
                    );
                }
            }
        }
    }
    out
}

/// The page of an observable.
pub(crate) fn observable(observable: &Observable) -> String {
    let (kind, value) = (observable.kind().name(), encoded(observable.value()));
    format!("/observable/{kind}/{value}")
}

/// The page of a source.
pub(crate) fn source(name: &str) -> String {
    format!("/source/{}", encoded(name))
}

/// The page of a query's answer.
pub(crate) fn search(query: &str) -> String {
    format!("/search?q={}", encoded(query))
}

/// The page of an account.
pub(crate) fn account(name: &str) -> String {
    format!("/account/{}", encoded(name))
}

/// The page of a tag, without its `#`.
pub(crate) fn tag(tag: &str) -> String {
    format!("/tag/{}", encoded(tag))
}

/// The page of a list.
pub(crate) fn list(owner: &str, name: &str) -> String {
    format!("/list/{}/{}", encoded(owner), encoded(name))
}

/// A file of a post.
pub(crate) fn attachment(file: &Attachment) -> String {
    format!("/attachment/{}/{}", file.id, encoded(&file.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_nothing_to_misread() {
        assert_eq!(encoded("a/b?c=d&é~"), "a%2Fb%3Fc%3Dd%26%C3%A9~");
        assert_eq!(search("tag:a b"), "/search?q=tag%3Aa%20b");
    }
}
