//! Whether and how a redirect is followed.

use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::error::EgressError;
use crate::policy::Policy;
use crate::redact::{RedactedUrl, Redactor};
use crate::request::Request;
use crate::target::Target;

/// Where a request has been and what it still carries.
pub(crate) struct Trail {
    visited: Vec<String>,
    secret: bool,
}

impl Trail {
    pub(crate) fn new(request: &Request) -> Trail {
        Trail {
            visited: Vec::new(),
            secret: request.holds_secret(),
        }
    }

    /// The place the response sends us to, if it does and if that is followed.
    /// Takes secrets off `request` when the origin changes; they are not put
    /// back if the trail returns.
    ///
    /// # Errors
    /// When the target is refused, the trail turns in a circle or gets too
    /// long, TLS would be left with secrets about, or a body would be sent on.
    pub(crate) fn next(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        from: &Target,
        request: &mut Request,
        policy: &Policy,
    ) -> Result<Option<Target>, EgressError> {
        let Some(location) = location(status, headers) else {
            return Ok(None);
        };
        let redactor = &request.redactor;
        let shown = redactor.url(from.url());
        if self.visited.len() >= usize::from(policy.max_redirects) {
            return Err(EgressError::TooManyRedirects {
                url: shown,
                limit: policy.max_redirects,
                purpose: policy.purpose,
            });
        }
        let Ok(location) = std::str::from_utf8(location.as_bytes()) else {
            let reason = format!("{shown} redirects to something that is not text");
            return Err(EgressError::Url { reason });
        };
        let to = from.follow(location, policy, redactor)?;
        self.visited.push(from.url().as_str().to_owned());
        let same_origin = from.same_origin(&to);
        if let Some(reason) = self.objection(status, from, &to, request) {
            return Err(refused(shown, redactor, &to, reason));
        }
        if !same_origin {
            drop_secrets(&mut request.headers);
        }
        Ok(Some(to))
    }

    fn objection(
        &self,
        status: StatusCode,
        from: &Target,
        to: &Target,
        request: &Request,
    ) -> Option<&'static str> {
        if self.visited.iter().any(|url| url == to.url().as_str()) {
            return Some("it turns in a circle");
        }
        if self.secret && from.is_https() && !to.is_https() {
            return Some("it leaves TLS, and the request holds a secret");
        }
        if request.method != Method::GET {
            let keeps = matches!(
                status,
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
            );
            if !keeps || !from.same_origin(to) {
                return Some("what is sent there would be lost or go to somebody else");
            }
        }
        None
    }
}

fn refused(from: RedactedUrl, redactor: &Redactor, to: &Target, reason: &str) -> EgressError {
    EgressError::Redirect {
        from,
        to: redactor.url(to.url()),
        reason: reason.to_owned(),
    }
}

fn location(status: StatusCode, headers: &HeaderMap) -> Option<&HeaderValue> {
    let redirects = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    redirects.then(|| headers.get(LOCATION)).flatten()
}

/// Takes away the header values marked as secret.
fn drop_secrets(headers: &mut HeaderMap) {
    let secret: Vec<_> = headers
        .iter()
        .filter(|(_, value)| value.is_sensitive())
        .map(|(name, _)| name.clone())
        .collect();
    for name in secret {
        headers.remove(name);
    }
}
