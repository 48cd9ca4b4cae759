//! The caller of the API, by `Authorization: Bearer KEY` (RFC 6750).

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use noroshi_indicator::Tlp;
use noroshi_store::{Account, Reader, Scope};

use super::{Whose, granted};
use crate::problem::Problem;
use crate::session;
use crate::state::AppState;

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: Account,
    /// What the key is for, as far as the account's role allows it.
    pub(crate) scopes: Vec<Scope>,
    /// The highest TLP that exports may give out through the key.
    pub(crate) tlp: Tlp,
    /// When the key ends by itself, in microseconds since the epoch.
    pub(crate) expires: Option<i64>,
}

impl Caller {
    /// Somebody who is signed in, and may do all that the account may.
    pub(crate) fn in_person(account: Account) -> Caller {
        Caller {
            scopes: granted(account.role, &[Scope::Read, Scope::Write, Scope::Admin]),
            account,
            tlp: Tlp::Red,
            expires: None,
        }
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::account(self.account.id)
    }

    /// # Errors
    ///
    /// 403 with the scope that is missing, and why it is.
    fn need(self, scope: Scope) -> Result<Caller, Problem> {
        if self.scopes.contains(&scope) {
            return Ok(self);
        }
        let (name, role) = (scope.name(), self.account.role);
        Err(Problem::forbidden(
            match granted(role, &[scope]).is_empty() {
                true => format!("This needs the scope {name}, which the role {role} cannot have."),
                false => format!("This needs the scope {name}, which the key does not have."),
            },
        ))
    }
}

/// A caller with the scope `read`.
pub(crate) struct Reading(pub(crate) Caller);
/// A caller with the scope `write`.
pub(crate) struct Writing(pub(crate) Caller);
/// A caller with the scope `admin`.
pub(crate) struct Managing(pub(crate) Caller);

impl FromRequestParts<AppState> for Reading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        caller(parts, state).await?.need(Scope::Read).map(Reading)
    }
}

impl FromRequestParts<AppState> for Writing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        caller(parts, state).await?.need(Scope::Write).map(Writing)
    }
}

impl FromRequestParts<AppState> for Managing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        caller(parts, state).await?.need(Scope::Admin).map(Managing)
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        caller(parts, state).await
    }
}

async fn caller(parts: &mut Parts, state: &AppState) -> Result<Caller, Problem> {
    let Some(key) = bearer(&parts.headers) else {
        if let Some(caller) = session::trying(parts, state).await? {
            return Ok(caller);
        }
        return Err(Problem {
            challenge: Some("Bearer realm=\"noroshi\""),
            ..Problem::new(
                StatusCode::UNAUTHORIZED,
                "Send a key: Authorization: Bearer KEY.",
            )
        });
    };
    let client = client(parts, state);
    authenticate(state, client, key)
        .await?
        .ok_or_else(|| Problem {
            challenge: Some("Bearer realm=\"noroshi\", error=\"invalid_token\""),
            ..Problem::new(
                StatusCode::UNAUTHORIZED,
                "This key is unknown, or was revoked, or has expired.",
            )
        })
}

/// Whose key it is; refuses to ask for a client that failed too often.
pub(crate) async fn authenticate(
    state: &AppState,
    client: IpAddr,
    key: &str,
) -> Result<Option<Caller>, Problem> {
    let whose = Whose::address(client);
    if let Some(wait) = state.attempts.wait(&whose, Instant::now()) {
        return Err(too_many("Too many bad keys came from this address.", wait));
    }
    match state.store.authenticate(key).await? {
        Some(known) => Ok(Some(Caller {
            scopes: granted(known.account.role, &known.scopes),
            account: known.account,
            tlp: known.tlp,
            expires: known.expires,
        })),
        None => {
            state.attempts.failed(whose, Instant::now());
            Ok(None)
        }
    }
}

/// 429, and when to come back.
pub(crate) fn too_many(detail: &str, wait: Duration) -> Problem {
    Problem {
        retry_after: u32::try_from(wait.as_secs() + 1).ok(),
        ..Problem::new(StatusCode::TOO_MANY_REQUESTS, detail)
    }
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| key.trim())
        .filter(|key| !key.is_empty())
}

/// The address of the client.
pub(crate) struct Client(pub(crate) IpAddr);

impl FromRequestParts<AppState> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Client(client(parts, state)))
    }
}

/// The address of the client, as near as it is known.
fn client(parts: &Parts, state: &AppState) -> IpAddr {
    let forwarded = || {
        let last = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?;
        last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    match state.settings.behind_proxy {
        true => forwarded().unwrap_or(peer),
        false => peer,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_key_is_what_stands_behind_bearer() {
        let key = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(key("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(key("bearer  abc ").as_deref(), Some("abc"));
        for other in ["Bearer", "Bearer ", "Basic abc", "abc", ""] {
            assert_eq!(key(other), None, "{other:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
