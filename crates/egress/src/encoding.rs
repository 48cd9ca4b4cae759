//! Content codings: which are taken, and taking them off while counting what
//! came in, so that the growth of a body can be capped.

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue, Response};
use tower::ServiceExt;
use tower_http::decompression::Decompression;

/// What requests offer. Not `deflate`: servers disagree on what it means
/// (zlib, RFC 1950, or bare, RFC 1951). It is taken all the same, as zlib.
pub(crate) const OFFERED: HeaderValue = HeaderValue::from_static("gzip, br");

/// Compressed bytes given to the decoder at once. Deflate grows at most 1032
/// times, so this bounds what one step can add before the caps are looked at.
const PIECE: usize = 1024;

/// A content coding that can be taken off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

/// A body as it comes in or out, part by part.
pub(crate) type Parts = Pin<Box<dyn Stream<Item = Result<Bytes, Cause>> + Send>>;

/// Why a body broke off.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// Reads the coding of a body. Gives it back as an error if it is none of those
/// taken; a stack of codings is not taken, because nobody needs two and traps
/// are made of three.
pub(crate) fn coding(headers: &HeaderMap) -> Result<Option<Coding>, String> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let (first, more) = (values.next(), values.next().is_some());
    let Some(value) = first else {
        return Ok(None);
    };
    let name = String::from_utf8_lossy(value.as_bytes());
    match name.trim().to_ascii_lowercase().as_str() {
        "" | "identity" if !more => Ok(None),
        "gzip" | "x-gzip" if !more => Ok(Some(Coding::Gzip)),
        "deflate" if !more => Ok(Some(Coding::Deflate)),
        "br" if !more => Ok(Some(Coding::Brotli)),
        _ => Err(name.chars().take(40).collect()),
    }
}

/// The body as it comes over the wire.
pub(crate) fn parts(body: reqwest::Response) -> Parts {
    body.bytes_stream().map_err(Into::into).boxed()
}

/// The body without its coding. `received` counts the bytes that have come
/// over the wire to make what came out so far.
pub(crate) async fn decode(coding: Coding, body: Parts, received: Arc<AtomicU64>) -> Parts {
    match coding {
        Coding::Gzip => gunzip(body, received),
        Coding::Deflate => layered("deflate", body, received).await,
        Coding::Brotli => layered("br", body, received).await,
    }
}

/// Gzip, all members of it: the decoder used for the others stops after the
/// first and calls that the end, which would cut a body without a word.
fn gunzip(body: Parts, received: Arc<AtomicU64>) -> Parts {
    let gunzip = Gunzip {
        body,
        part: Bytes::new(),
        decoder: Some(MultiGzDecoder::new(Vec::new())),
        received,
    };
    Box::pin(stream::try_unfold(gunzip, |mut gunzip| async {
        Ok(gunzip.next().await?.map(|out| (out, gunzip)))
    }))
}

struct Gunzip {
    body: Parts,
    /// What came in and was not yet decoded.
    part: Bytes,
    /// Gone once the body has ended.
    decoder: Option<MultiGzDecoder<Vec<u8>>>,
    received: Arc<AtomicU64>,
}

impl Gunzip {
    async fn next(&mut self) -> Result<Option<Bytes>, Cause> {
        while let Some(decoder) = &mut self.decoder {
            if self.part.is_empty() {
                if let Some(part) = self.body.try_next().await? {
                    self.part = part;
                } else {
                    return Ok(self.finish()?);
                }
            }
            let piece = self.part.split_to(PIECE.min(self.part.len()));
            self.received
                .fetch_add(piece.len() as u64, Ordering::Relaxed);
            decoder.write_all(&piece)?;
            if !decoder.get_ref().is_empty() {
                return Ok(Some(std::mem::take(decoder.get_mut()).into()));
            }
        }
        Ok(None)
    }

    /// The last of the output, or an error if the last member is cut short. A
    /// body of no bytes at all is let pass as empty; servers send that.
    fn finish(&mut self) -> io::Result<Option<Bytes>> {
        match self.decoder.take() {
            Some(mut decoder) if self.received.load(Ordering::Relaxed) > 0 => {
                decoder.try_finish()?;
                Ok(Some(std::mem::take(decoder.get_mut()).into()))
            }
            _ => Ok(None),
        }
    }
}

/// The other codings, by a decoder that comes as a layer around a service. The
/// service here hands over the body that already came, once.
async fn layered(coding: &'static str, body: Parts, received: Arc<AtomicU64>) -> Parts {
    let counted = body.inspect_ok(move |part| {
        received.fetch_add(part.len() as u64, Ordering::Relaxed);
    });
    let mut coded = Response::new(reqwest::Body::wrap_stream(counted));
    coded
        .headers_mut()
        .insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    let mut held = Some(coded);
    let service = tower::service_fn(move |_: http::Request<()>| {
        std::future::ready(Ok::<_, Infallible>(held.take().unwrap_or_default()))
    });
    let Ok(decoded) = Decompression::new(service)
        .oneshot(http::Request::new(()))
        .await;
    parts(decoded.map(reqwest::Body::wrap).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(values: &[&'static str]) -> Result<Option<Coding>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        coding(&headers)
    }

    #[test]
    fn takes_one_known_coding() {
        for values in [&[][..], &["identity"], &[""]] {
            assert_eq!(coded(values), Ok(None));
        }
        for (name, coding) in [
            ("gzip", Coding::Gzip),
            ("X-GZip ", Coding::Gzip),
            ("BR", Coding::Brotli),
            ("deflate", Coding::Deflate),
        ] {
            assert_eq!(coded(&[name]), Ok(Some(coding)));
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
            assert!(coded(values).is_err(), "{values:?}");
        }
    }
}
