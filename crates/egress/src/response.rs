//! What came back: status, headers, and a body that keeps to its caps.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{Stream, TryStreamExt};
use http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER,
};
use http::{HeaderMap, HeaderName, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;
use url::Url;

use crate::encoding::Parts;
use crate::error::{EgressError, Phase};
use crate::policy::Policy;
use crate::redact::{RedactedUrl, Redactor};
use crate::retry_after::RetryAfter;
use crate::{encoding, failure, rate_limit};

/// A response whose head has been read and whose body is still to come.
///
/// Any status is a response; only failing to get one is an error.
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    final_url: Url,
    shown_url: RedactedUrl,
    peer: Option<SocketAddr>,
    body: Body,
}

/// The caps a body is held to.
pub(crate) struct Caps {
    pub(crate) max_body: u64,
    pub(crate) max_ratio: u64,
    pub(crate) idle: Duration,
    pub(crate) total: Duration,
    pub(crate) deadline: Instant,
}

struct Body {
    /// Gone after an error.
    source: Option<Parts>,
    ended: bool,
    /// Bytes over the wire, if the body is decompressed on the way.
    received: Option<Arc<AtomicU64>>,
    passed: u64,
    caps: Caps,
    redactor: Redactor,
}

impl Response {
    /// Checks the head against the policy, and the announced length and coding
    /// of the body.
    pub(crate) async fn open(
        mut raw: reqwest::Response,
        url: Url,
        policy: &Policy,
        caps: Caps,
        redactor: Redactor,
    ) -> Result<Response, EgressError> {
        let shown_url = redactor.url(&url);
        check_headers(raw.headers(), policy, &shown_url)?;
        let peer = raw.remote_addr();
        let announced = raw.content_length();
        let bodiless = matches!(
            raw.status(),
            StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT
        );
        if !bodiless && announced.is_some_and(|length| length > caps.max_body) {
            return Err(EgressError::BodyTooLarge {
                url: shown_url,
                limit: caps.max_body,
            });
        }
        let coding = encoding::coding(raw.headers()).map_err(|encoding| EgressError::Encoding {
            url: shown_url.clone(),
            encoding: redactor.text(&encoding),
        })?;
        let status = raw.status();
        let mut headers = std::mem::take(raw.headers_mut());
        headers.remove(CONTENT_ENCODING);
        let mut source = encoding::parts(raw);
        let mut received = None;
        if let Some(coding) = coding
            && !bodiless
        {
            headers.remove(CONTENT_LENGTH);
            let count = Arc::new(AtomicU64::new(0));
            source = encoding::decode(coding, source, Arc::clone(&count)).await;
            received = Some(count);
        }
        Ok(Response {
            status,
            headers,
            final_url: url,
            shown_url,
            peer,
            body: Body {
                source: Some(source),
                ended: false,
                received,
                passed: 0,
                caps,
                redactor,
            },
        })
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether the far side says that what the caller has is still right (304).
    pub fn is_not_modified(&self) -> bool {
        self.status == StatusCode::NOT_MODIFIED
    }

    /// The headers, without those of the content coding that was taken off.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The URL that answered, after redirects. It may hold secrets; see
    /// [`Response::shown_url`].
    pub fn final_url(&self) -> &Url {
        &self.final_url
    }

    /// The URL that answered, fit to be shown and logged.
    pub fn shown_url(&self) -> &RedactedUrl {
        &self.shown_url
    }

    /// The address that answered.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// `ETag`, as sent.
    pub fn etag(&self) -> Option<&str> {
        self.text(ETAG)
    }

    /// `Last-Modified`, as sent.
    pub fn last_modified(&self) -> Option<&str> {
        self.text(LAST_MODIFIED)
    }

    /// `Content-Type`, as sent.
    pub fn content_type(&self) -> Option<&str> {
        self.text(CONTENT_TYPE)
    }

    /// When the far side would like to be asked again: `Retry-After`, or the end of a rate limit that is used up.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        let told = self.text(RETRY_AFTER).and_then(RetryAfter::parse);
        let limited = self.status == StatusCode::TOO_MANY_REQUESTS
            || (self.status == StatusCode::FORBIDDEN && rate_limit::is_used_up(&self.headers));
        told.or_else(|| limited.then(|| rate_limit::reset(&self.headers)).flatten())
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The next part of the body, decompressed; `None` when it has ended well.
    ///
    /// # Errors
    /// When a cap or a time limit is reached or the body breaks off. After an
    /// error every further call fails too, so a body cut short is never taken
    /// for a whole one.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, EgressError> {
        let result = self.body.next(&self.shown_url).await;
        if result.is_err() {
            self.body.source = None;
        }
        result
    }

    /// The body as a stream of parts; see [`Response::chunk`]. It ends after
    /// the first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, EgressError>> + Send {
        futures::stream::try_unfold(self, |mut response| async {
            Ok(response.chunk().await?.map(|part| (part, response)))
        })
    }

    /// The whole body in memory, if it is at most `limit` bytes long.
    ///
    /// # Errors
    /// As [`Response::chunk`], and [`EgressError::BodyTooLarge`] beyond the limit.
    pub async fn bytes(mut self, limit: u64) -> Result<Bytes, EgressError> {
        self.body.caps.max_body = self.body.caps.max_body.min(limit);
        let mut whole = BytesMut::new();
        while let Some(part) = self.chunk().await? {
            whole.extend_from_slice(&part);
        }
        Ok(whole.freeze())
    }

    /// Writes the body out part by part, flushes, and gives the number of
    /// bytes. Who needs a hash on the way passes a writer that makes one.
    ///
    /// # Errors
    /// As [`Response::chunk`], and [`EgressError::Store`] if the writer fails.
    pub async fn copy_to<W: AsyncWrite + Unpin>(
        mut self,
        writer: &mut W,
    ) -> Result<u64, EgressError> {
        while let Some(part) = self.chunk().await? {
            writer.write_all(&part).await.map_err(EgressError::Store)?;
        }
        writer.flush().await.map_err(EgressError::Store)?;
        Ok(self.body.passed)
    }
}

impl std::fmt::Debug for Response {
    /// Prints neither secrets of the URL nor header values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("url", &self.shown_url)
            .field("headers", &self.headers.keys())
            .finish_non_exhaustive()
    }
}

impl Body {
    async fn next(&mut self, url: &RedactedUrl) -> Result<Option<Bytes>, EgressError> {
        loop {
            if self.ended {
                return Ok(None);
            }
            let Some(source) = &mut self.source else {
                let reason = "the body has already failed".to_owned();
                return Err(EgressError::Broken {
                    url: url.clone(),
                    reason,
                });
            };
            let silence = Instant::now() + self.caps.idle;
            let wait = silence.min(self.caps.deadline);
            let part = match tokio::time::timeout_at(wait, source.try_next()).await {
                Ok(Ok(Some(part))) => part,
                Ok(Ok(None)) => {
                    self.ended = true;
                    return Ok(None);
                }
                Ok(Err(error)) => return Err(failure::of_body(&error, url, &self.redactor)),
                Err(_) => return Err(self.out_of_time(url, silence)),
            };
            self.account(&part, url)?;
            if !part.is_empty() {
                return Ok(Some(part));
            }
        }
    }

    fn account(&mut self, part: &Bytes, url: &RedactedUrl) -> Result<(), EgressError> {
        self.passed = self.passed.saturating_add(part.len() as u64);
        if self.passed > self.caps.max_body {
            return Err(EgressError::BodyTooLarge {
                url: url.clone(),
                limit: self.caps.max_body,
            });
        }
        if let Some(received) = &self.received {
            let allowed = received
                .load(Ordering::Relaxed)
                .saturating_mul(self.caps.max_ratio);
            if self.passed > allowed.max(Policy::RATIO_FLOOR) {
                return Err(EgressError::Ratio {
                    url: url.clone(),
                    limit: self.caps.max_ratio,
                });
            }
        }
        Ok(())
    }

    fn out_of_time(&self, url: &RedactedUrl, silence: Instant) -> EgressError {
        let (phase, limit) = if silence < self.caps.deadline {
            (Phase::Idle, self.caps.idle)
        } else {
            (Phase::Total, self.caps.total)
        };
        EgressError::Timeout {
            url: url.clone(),
            phase,
            limit,
        }
    }
}

/// HTTP/1 counts headers while it reads; HTTP/2 caps their size only. Here both
/// hold for both.
fn check_headers(
    headers: &HeaderMap,
    policy: &Policy,
    url: &RedactedUrl,
) -> Result<(), EgressError> {
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let fits = headers.len() <= usize::from(policy.max_headers)
        && bytes <= usize::try_from(policy.max_header_bytes).unwrap_or(usize::MAX);
    if fits {
        Ok(())
    } else {
        Err(failure::headers(policy, url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purpose::Purpose;

    fn fits(count: usize, length: usize) -> bool {
        let mut headers = HeaderMap::new();
        for _ in 0..count {
            headers.append("x-a", "1".repeat(length).parse().unwrap());
        }
        let url = Redactor::default().url(&Url::parse("https://a.example/").unwrap());
        check_headers(&headers, &Policy::of(Purpose::Feed), &url).is_ok()
    }

    #[test]
    fn heads_are_capped_whatever_protocol_they_came_by() {
        assert!(fits(100, 1));
        assert!(!fits(101, 1));
        assert!(fits(1, (64 << 10) - 3));
        assert!(!fits(1, (64 << 10) - 2));
        assert!(!fits(50, 2000));
    }
}
