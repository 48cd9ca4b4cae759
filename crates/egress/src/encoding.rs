//! Content codings: which are taken, and taking them off while counting what
//! came in, so that the growth of a body can be capped.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::TryStreamExt;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue, Response};
use tower::ServiceExt;
use tower_http::decompression::Decompression;

/// What requests offer. Not `deflate`: servers disagree on what it means
/// (zlib, RFC 1950, or bare, RFC 1951). It is taken all the same, as zlib.
pub(crate) const OFFERED: HeaderValue = HeaderValue::from_static("gzip, br");

/// Brings the coding's name into the one form the decoder knows. Gives the
/// name back as an error if it is none of those taken; a stack of codings is
/// not taken, because nobody needs two and traps are made of three.
pub(crate) fn settle(headers: &mut HeaderMap) -> Result<bool, String> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let (first, more) = (values.next(), values.next().is_some());
    let Some(value) = first else {
        return Ok(false);
    };
    let name = String::from_utf8_lossy(value.as_bytes())
        .trim()
        .to_ascii_lowercase();
    let settled = match name.as_str() {
        "" | "identity" if !more => None,
        "gzip" | "x-gzip" if !more => Some("gzip"),
        "br" if !more => Some("br"),
        "deflate" if !more => Some("deflate"),
        _ => return Err(name.chars().take(40).collect()),
    };
    match settled {
        None => headers.remove(CONTENT_ENCODING),
        Some(coding) => headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding)),
    };
    Ok(settled.is_some())
}

/// Puts a decoder before the body of a response that [`settle`] accepted.
/// Gives a count, too, of the bytes that have come over the wire so far.
pub(crate) async fn decode(response: reqwest::Response) -> (reqwest::Response, Arc<AtomicU64>) {
    let received = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&received);
    let (parts, body) = Response::<reqwest::Body>::from(response).into_parts();
    let counted = reqwest::Response::from(Response::new(body))
        .bytes_stream()
        .inspect_ok(move |chunk| {
            counter.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        });
    let mut held = Some(Response::from_parts(
        parts,
        reqwest::Body::wrap_stream(counted),
    ));
    // The decoder comes as a layer around a service; the service here hands
    // over the response that already came, once.
    let service = tower::service_fn(move |_: http::Request<()>| {
        std::future::ready(Ok::<_, Infallible>(held.take().unwrap_or_default()))
    });
    let Ok(decoded) = Decompression::new(service)
        .oneshot(http::Request::new(()))
        .await;
    (
        reqwest::Response::from(decoded.map(reqwest::Body::wrap)),
        received,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(values: &[&'static str]) -> (Result<bool, String>, Option<String>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        let result = settle(&mut headers);
        let left = headers
            .get(CONTENT_ENCODING)
            .map(|v| v.to_str().unwrap().to_owned());
        (result, left)
    }

    #[test]
    fn takes_one_known_coding() {
        assert_eq!(settled(&[]), (Ok(false), None));
        assert_eq!(settled(&["identity"]), (Ok(false), None));
        assert_eq!(settled(&[""]), (Ok(false), None));
        for (name, known) in [
            ("gzip", "gzip"),
            ("X-GZip ", "gzip"),
            ("BR", "br"),
            ("deflate", "deflate"),
        ] {
            assert_eq!(settled(&[name]), (Ok(true), Some(known.to_owned())));
        }
    }

    #[test]
    fn refuses_stacks_and_strangers() {
        for values in [
            &["gzip, gzip"][..],
            &["gzip", "br"],
            &["identity", "gzip"],
            &["zstd"],
            &["compress"],
        ] {
            assert!(settled(values).0.is_err(), "{values:?}");
        }
    }
}
