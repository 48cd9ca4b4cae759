//! One request, before it is checked.

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    PROXY_AUTHORIZATION,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::error::EgressError;
use crate::redact::Redactor;

/// One request. Made with [`Request::get`] or [`Request::post`] and filled in;
/// what is wrong with it is told when it is sent.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) max_body: Option<u64>,
    pub(crate) redactor: Redactor,
    pub(crate) endless: bool,
    fault: Option<(String, &'static str)>,
}

/// Headers the client sets itself. A recipe that could set `Host` would reach
/// another site on an address that passed the check.
const OURS: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Request {
    /// Asks for a resource.
    pub fn get(url: impl Into<String>) -> Request {
        Request {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: None,
            max_body: None,
            redactor: Redactor::default(),
            endless: false,
            fault: None,
        }
    }

    /// Sends a body.
    pub fn post(url: impl Into<String>, content_type: &str, body: impl Into<Bytes>) -> Request {
        let mut request = Request::get(url);
        request.method = Method::POST;
        request.body = Some(body.into());
        request.insert(CONTENT_TYPE, content_type, false)
    }

    /// Calls for something to be done, without a body.
    pub fn post_nothing(url: impl Into<String>) -> Request {
        let mut request = Request::get(url);
        request.method = Method::POST;
        request.body = Some(Bytes::new());
        request
    }

    /// Sets a header. `Authorization`, `Cookie` and `Proxy-Authorization` are
    /// treated as [`Request::secret_header`] does.
    pub fn header(self, name: &str, value: &str) -> Request {
        self.named(name, value, false)
    }

    /// Sets a header that holds a secret: not logged, not sent to another
    /// origin after a redirect, and never in the clear after starting with TLS.
    pub fn secret_header(self, name: &str, value: &str) -> Request {
        self.named(name, value, true)
    }

    /// `Accept`.
    pub fn accept(self, media_types: &str) -> Request {
        self.insert(ACCEPT, media_types, false)
    }

    /// `If-None-Match`: the `ETag` of what the caller has, as it was sent.
    pub fn if_none_match(self, etag: &str) -> Request {
        self.insert(IF_NONE_MATCH, etag, false)
    }

    /// `If-Modified-Since`: the `Last-Modified` of what the caller has, as it was sent.
    pub fn if_modified_since(self, last_modified: &str) -> Request {
        self.insert(IF_MODIFIED_SINCE, last_modified, false)
    }

    /// Names a secret that is part of the URL (a feed's key). It is hidden in
    /// every message, and the request never goes from `https:` to `http:`.
    pub fn secret(mut self, secret: &str) -> Request {
        self.redactor.add(secret);
        self
    }

    /// Lowers the cap on the body, in bytes after decompression. The policy's
    /// own cap stays the upper bound.
    pub fn max_body(mut self, bytes: u64) -> Request {
        self.max_body = Some(bytes);
        self
    }

    /// The body has no end (server-sent events): neither its length nor the time it lasts is capped, only silence.
    pub fn endless(mut self) -> Request {
        self.endless = true;
        self
    }

    /// The first thing that is wrong with what was set.
    pub(crate) fn check(&self) -> Result<(), EgressError> {
        match &self.fault {
            None => Ok(()),
            Some((name, reason)) => Err(EgressError::RequestHeader {
                name: name.chars().take(64).collect(),
                reason,
            }),
        }
    }

    /// Whether anything in it must not be read by others.
    pub(crate) fn holds_secret(&self) -> bool {
        !self.redactor.is_empty() || self.headers.values().any(HeaderValue::is_sensitive)
    }

    fn named(mut self, name: &str, value: &str, secret: bool) -> Request {
        match name.parse::<HeaderName>() {
            Err(_) => self.reject(name, "it is not a header name"),
            Ok(n) if OURS.contains(&n.as_str()) => {
                self.reject(name, "it is not the caller's to set")
            }
            Ok(n) => return self.insert(n, value, secret),
        }
        self
    }

    fn insert(mut self, name: HeaderName, value: &str, secret: bool) -> Request {
        match HeaderValue::from_str(value) {
            Err(_) => self.reject(name.as_str(), "its value holds a control character"),
            Ok(mut value) => {
                let always = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(&name);
                value.set_sensitive(secret || always);
                self.headers.insert(name, value);
            }
        }
        self
    }

    fn reject(&mut self, name: &str, reason: &'static str) {
        self.fault.get_or_insert((name.to_owned(), reason));
    }
}

impl std::fmt::Debug for Request {
    /// Prints neither the URL nor header values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("headers", &self.headers.keys())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(request: &Request) -> String {
        request.check().unwrap_err().to_string()
    }

    #[test]
    fn refuses_headers_that_are_not_the_callers() {
        for name in OURS {
            let request = Request::get("https://a.example/").header(name, "x");
            assert!(fault(&request).contains("not the caller's"), "{name}");
            assert!(request.headers.is_empty());
        }
    }

    #[test]
    fn refuses_what_would_split_the_request() {
        let request = Request::get("https://a.example/").header("X-A", "1\r\nHost: b.example");
        assert!(fault(&request).contains("control character"));
        let request = Request::get("https://a.example/").header("X-A: 1\r\nHost", "b.example");
        assert!(fault(&request).contains("not a header name"));
        let request = Request::get("https://a.example/").if_none_match("\"a\"\r\nX: y");
        assert!(fault(&request).contains("control character"));
    }

    #[test]
    fn knows_when_it_holds_a_secret() {
        let plain = || Request::get("https://a.example/S3cret").header("X-A", "1");
        assert!(!plain().holds_secret());
        assert!(plain().header("authorization", "Bearer x").holds_secret());
        assert!(plain().header("Cookie", "a=b").holds_secret());
        assert!(plain().secret_header("Auth-Key", "x").holds_secret());
        assert!(plain().secret("S3cret").holds_secret());
    }

    #[test]
    fn debug_prints_no_secret() {
        let request = Request::get("https://a.example/S3cret")
            .secret("S3cret")
            .secret_header("Auth-Key", "hunter2");
        let shown = format!("{request:?}");
        assert!(
            !shown.contains("S3cret") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
