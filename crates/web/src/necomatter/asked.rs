//! Who asks, and with what: a session, or a name and a key in a body of JSON that was posted.

use std::net::IpAddr;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use noroshi_store::{Reader, Scope};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::auth::{Caller, Client, Proof, Whose, authenticate};
use crate::problem::Problem;
use crate::session::{SignedIn, same_origin, token};
use crate::state::AppState;

/// Rows of an answer where no limit is given, and at most.
const USUAL: usize = 50;
const MOST: usize = 1_000;

/// Who asks, and with what.
pub(super) struct Asked {
    pub(super) caller: Caller,
    pub(super) given: Given,
    pub(super) proof: Proof,
}

impl Asked {
    pub(super) fn reader(&self) -> Reader {
        self.caller.reader()
    }

    /// The number of the account.
    pub(super) fn me(&self) -> i64 {
        self.caller.account.id
    }

    pub(super) fn name(&self) -> &str {
        &self.caller.account.name
    }
}

/// Somebody who may read.
pub(crate) struct Reads(pub(super) Asked);
/// Somebody who may write.
pub(crate) struct Writes(pub(super) Asked);

impl FromRequest<AppState> for Reads {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Reads, Refusal> {
        asked(request, state, Scope::Read).await.map(Reads)
    }
}

impl FromRequest<AppState> for Writes {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Writes, Refusal> {
        asked(request, state, Scope::Write).await.map(Writes)
    }
}

async fn asked(request: Request, state: &AppState, scope: Scope) -> Result<Asked, Refusal> {
    let (mut parts, body) = request.into_parts();
    let given = Given::of(&parts, body).await?;
    let Ok(Client(client)) = Client::from_request_parts(&mut parts, state).await;
    let SignedIn(account) = SignedIn::from_request_parts(&mut parts, state).await?;
    let ours = parts.method.is_safe() || same_origin(&parts.headers);
    let (caller, proof) = match account {
        Some(account) if ours => {
            let token = token(&parts.headers, state.settings).unwrap_or_default();
            (Caller::in_person(account), Proof::Session(token.to_owned()))
        }
        signed_in => match (
            by_key(state, client, &parts.method, &given).await?,
            signed_in,
        ) {
            (Some(known), _) => known,
            (None, Some(_)) => {
                let description = "This came from a page of another site.";
                return Err(Refusal::new(StatusCode::FORBIDDEN, description));
            }
            (None, None) => return Err(unknown()),
        },
    };
    let caller = caller.need(scope)?;
    Ok(Asked {
        caller,
        given,
        proof,
    })
}

fn unknown() -> Refusal {
    let description =
        "Sign in, or post JSON (content type application/json) with user_name and api_key.";
    Refusal::new(StatusCode::UNAUTHORIZED, description)
}

/// Who has the key of the body; nobody where there is none.
async fn by_key(
    state: &AppState,
    client: IpAddr,
    method: &Method,
    given: &Given,
) -> Result<Option<(Caller, Proof)>, Refusal> {
    if *method != Method::POST {
        return Ok(None);
    }
    let (Some(name), Some(key)) = (given.json.get("user_name"), given.json.get("api_key")) else {
        return Ok(None);
    };
    let (Some(name), Some(key)) = (name.as_str(), key.as_str()) else {
        return Err(Refusal::bad("user_name and api_key must be strings"));
    };
    let caller = authenticate(state, client, key).await?;
    let wrong = || {
        let description =
            "user_name and api_key do not belong together, or the key is good no longer.";
        Refusal::new(StatusCode::UNAUTHORIZED, description)
    };
    let caller = caller.ok_or_else(wrong)?;
    if caller.account.name != name {
        let whose = Whose::address(client);
        state.attempts.failed(whose, Instant::now());
        return Err(wrong());
    }
    Ok(Some((caller, Proof::Key(key.to_owned()))))
}

/// What came with the request.
#[derive(Default)]
pub(super) struct Given {
    /// Behind the `?`, and of a form.
    pairs: Vec<(String, String)>,
    json: Map<String, Value>,
}

impl Given {
    async fn of(parts: &Parts, body: Body) -> Result<Given, Refusal> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let mut given = Given {
            pairs: query.map_err(Problem::from)?.0,
            json: Map::new(),
        };
        let again = |body| Request::from_parts(parts.clone(), body);
        if is(&parts.headers, "application/json") {
            let bytes = Bytes::from_request(again(body), &()).await;
            given.json = object(&bytes.map_err(Problem::from)?)?;
        } else if parts.method == Method::POST
            && is(&parts.headers, "application/x-www-form-urlencoded")
        {
            let form = Form::<Vec<(String, String)>>::from_request(again(body), &()).await;
            given.pairs.extend(form.map_err(Problem::from)?.0);
        }
        Ok(given)
    }

    /// A member of the JSON.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.json.get(name)
    }

    /// A text of the JSON, which must be there.
    pub(super) fn text(&self, name: &str) -> Result<&str, Refusal> {
        self.optional_text(name)?
            .ok_or_else(|| Refusal::bad(format!("{name} is missing")))
    }

    /// A text of the JSON; `null` is no text, and not the lack of one.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.json.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::bad(format!("{name} must be a string"))),
        }
    }

    /// A number of something, as JSON has it or as digits in a text.
    pub(super) fn id(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.json.get(name) {
            None => Ok(None),
            Some(value) => number(value).map(Some).ok_or_else(|| {
                Refusal::bad(format!("{name} must be a number, or a string of digits"))
            }),
        }
    }

    /// A parameter: behind the `?`, of a form, or of the JSON.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let pair = self.pairs.iter().find(|(key, _)| key == name);
        match (pair, self.json.get(name)) {
            (Some((_, value)), _) => Some(value.clone()),
            (None, Some(Value::String(text))) => Some(text.clone()),
            (None, Some(Value::Number(number))) => Some(number.to_string()),
            (None, _) => None,
        }
    }

    /// How many rows.
    pub(super) fn limit(&self) -> Result<usize, Refusal> {
        match self.parameter("limit") {
            None => Ok(USUAL),
            Some(text) => match text.trim().parse::<usize>() {
                Ok(limit) => Ok(limit.min(MOST)),
                Err(_) => Err(Refusal::bad("limit must be a number from 0 to 1000")),
            },
        }
    }

    /// Only what is older than this, in microseconds since the epoch.
    pub(super) fn since_time(&self) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.parameter("since_time") else {
            return Ok(None);
        };
        let seconds: Option<f64> = text.trim().parse().ok();
        match seconds.filter(|seconds| seconds.abs() < 1e11) {
            // Within these bounds the product is a number of 64 bits.
            Some(seconds) => Ok(Some((seconds * 1e6).round() as i64)),
            None => Err(Refusal::bad(
                "since_time must be a number of seconds since 1970",
            )),
        }
    }

    /// Only rows below this number.
    pub(super) fn since_id(&self) -> Result<Option<i64>, Refusal> {
        let text = self.parameter("since_id");
        let id = text.map(|text| text.trim().parse()).transpose();
        id.map_err(|_| Refusal::bad("since_id must be a number"))
    }
}

/// A whole number, or its digits in a text.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The members of a body; one that is no object has none.
fn object(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(Refusal::bad(format!("the body is no JSON: {error}"))),
    }
}

/// Whether the body is of this type, whatever its parameters.
fn is(headers: &HeaderMap, kind: &str) -> bool {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|sent| sent.to_str().ok());
    let essence = sent.and_then(|sent| sent.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn given(pairs: &[(&str, &str)], json: Value) -> Given {
        let pairs = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Given {
            pairs: pairs.collect(),
            json: json.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn json_is_known_by_its_type() {
        for (sent, json) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=utf-8", true),
            ("application/vnd.x+json", false),
            ("text/plain", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(sent));
            assert_eq!(is(&headers, "application/json"), json, "{sent}");
        }
    }

    #[test]
    fn limits_and_times_are_checked() {
        let limit = |text: &str| given(&[("limit", text)], Value::Null).limit().ok();
        assert_eq!(given(&[], Value::Null).limit().ok(), Some(USUAL));
        assert_eq!(
            [
                limit("3"),
                limit("0"),
                limit("999999"),
                limit("-1"),
                limit("x")
            ],
            [Some(3), Some(0), Some(MOST), None, None]
        );
        assert_eq!(given(&[], json!({"limit": 7})).limit().ok(), Some(7));
        let since = |text: &str| {
            given(&[("since_time", text)], Value::Null)
                .since_time()
                .ok()
        };
        let micros = 1_795_298_920_426_029;
        assert_eq!(since("1795298920.426029"), Some(Some(micros)));
        for bad in ["nan", "inf", "1e300", "yesterday", ""] {
            assert_eq!(since(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_come_as_numbers_or_as_digits() {
        let body = json!({"a": 1, "b": "2", "c": 1.5, "d": null, "e": [1], "f": "1x", "g": 1e30});
        let given = given(&[], body);
        assert_eq!(given.id("a").ok(), Some(Some(1)));
        assert_eq!(given.id("b").ok(), Some(Some(2)));
        assert_eq!(given.id("none").ok(), Some(None));
        for bad in ["c", "d", "e", "f", "g"] {
            assert!(given.id(bad).is_err(), "{bad}");
        }
        assert!(given.text("d").is_err() && given.text("a").is_err());
    }
}
