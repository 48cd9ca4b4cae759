//! From the HTTP client's errors to ours. The client's own messages hold the
//! whole URL, secrets included, so that is taken out and only the innermost
//! cause is kept.

use std::error::Error;
use std::io;

use crate::encoding::Cause;
use crate::error::{EgressError, Phase};
use crate::policy::{Policy, Refusal};
use crate::redact::{RedactedUrl, Redactor};
use crate::resolve::ResolveFailure;
use crate::target::Target;

/// Why a request got no response.
pub(crate) fn of_request(
    error: reqwest::Error,
    target: &Target,
    policy: &Policy,
    redactor: &Redactor,
) -> EgressError {
    let error = error.without_url();
    let url = redactor.url(target.url());
    let host = redactor.host(target.host());
    if let Some(failure) = find::<ResolveFailure>(&error) {
        return of_resolve(failure, host, target.port(), policy, redactor);
    }
    if let Some(tls) = find::<rustls::Error>(&error) {
        return EgressError::Tls {
            host,
            reason: redactor.text(&tls.to_string()),
        };
    }
    if error.is_connect() && error.is_timeout() {
        return EgressError::Timeout {
            url,
            phase: Phase::Connect,
            limit: policy.connect_timeout,
        };
    }
    let reason = redactor.text(&cause(&error));
    if error.is_connect() {
        return EgressError::Connect { host, reason };
    }
    // The client's parser has no type for this one that can be seen from here.
    if reason.contains("message head is too large") {
        return headers(policy, &url);
    }
    EgressError::Broken { url, reason }
}

/// Why a body broke off.
pub(crate) fn of_body(error: &Cause, url: &RedactedUrl, redactor: &Redactor) -> EgressError {
    let reason = format!(
        "the body broke off: {}",
        redactor.text(&cause(error.as_ref()))
    );
    EgressError::Broken {
        url: url.clone(),
        reason,
    }
}

/// The response head is over a cap.
pub(crate) fn headers(policy: &Policy, url: &RedactedUrl) -> EgressError {
    EgressError::ResponseHeaders {
        url: url.clone(),
        max_headers: policy.max_headers,
        max_bytes: policy.max_header_bytes,
    }
}

pub(crate) fn of_resolve(
    failure: &ResolveFailure,
    host: String,
    port: u16,
    policy: &Policy,
    redactor: &Redactor,
) -> EgressError {
    let purpose = policy.purpose;
    match *failure {
        ResolveFailure::Refused(address, Refusal::Class(class)) => EgressError::Address {
            host,
            port,
            address,
            class,
            purpose,
        },
        ResolveFailure::Refused(_, Refusal::Port) => EgressError::Port {
            host,
            port,
            purpose,
        },
        ResolveFailure::Failed(ref reason) => {
            let reason = redactor.text(reason);
            EgressError::Resolve { host, reason }
        }
        ResolveFailure::Timeout => {
            let reason = failure.to_string();
            EgressError::Resolve { host, reason }
        }
    }
}

/// Looks for an error of a type among the causes, inside I/O errors too.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref::<E>())
}

/// The message of the innermost cause.
pub(crate) fn cause(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The error and its causes, outermost first. An I/O error hides what it wraps
/// from `source`, so it is opened.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |e| next(*e))
}

fn next<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => Some(inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}
