//! Sessions of people in browsers: a cookie, and requests that come from our own pages.

pub(crate) mod api;
mod begin;
mod guard;
pub(crate) mod page;
pub(crate) mod welcome;

pub(crate) use guard::{guard, same_origin};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use noroshi_indicator::Tlp;
use noroshi_store::{Account, Scope};

use crate::auth::{Caller, granted};
use crate::problem::Problem;
use crate::state::{AppState, Settings};

/// How long a session lasts, in seconds.
const LASTS: i64 = 12 * 60 * 60;

/// The account that is signed in in this browser, if any.
pub(crate) struct SignedIn(pub(crate) Option<Account>);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let account = match token(&parts.headers, state.settings) {
            Some(token) => state.store.session(token).await?,
            None => None,
        };
        Ok(SignedIn(account))
    }
}

/// The prefix makes browsers refuse a cookie of that name from anywhere but this very host.
fn cookie_name(settings: Settings) -> &'static str {
    match settings.https {
        true => "__Host-noroshi",
        false => "noroshi",
    }
}

/// What the cookie of the session holds.
pub(crate) fn token(headers: &HeaderMap, settings: Settings) -> Option<&str> {
    crate::frame::cookie(headers, cookie_name(settings))
}

fn cookie(token: &str, seconds: i64, settings: Settings) -> String {
    let name = cookie_name(settings);
    let secure = if settings.https { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Who tries the API on a page of ours: a session stands for a key there, to read and nothing else.
pub(crate) async fn trying(parts: &mut Parts, state: &AppState) -> Result<Option<Caller>, Problem> {
    let site = parts.headers.get("sec-fetch-site");
    if parts.method != Method::GET || site.is_none_or(|site| site != "same-origin") {
        return Ok(None);
    }
    let SignedIn(account) = SignedIn::from_request_parts(parts, state).await?;
    Ok(account.map(|account| Caller {
        scopes: granted(account.role, &[Scope::Read, Scope::Admin]),
        account,
        tlp: Tlp::AmberStrict,
        expires: None,
    }))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    pub(super) fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        let one = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        of.iter().map(one).collect()
    }

    #[test]
    fn the_token_is_in_our_cookie() {
        let plain = Settings::default();
        let https = Settings {
            https: true,
            ..plain
        };
        let both = headers(&[("cookie", "a=b; noroshi=one;__Host-noroshi=two")]);
        assert_eq!(token(&both, plain), Some("one"));
        assert_eq!(token(&both, https), Some("two"));
        assert_eq!(token(&headers(&[("cookie", "xnoroshi=one")]), plain), None);
        assert!(cookie("t", 5, https).ends_with("HttpOnly; SameSite=Lax; Secure"));
        assert!(!cookie("t", 5, plain).contains("Secure"));
    }
}
