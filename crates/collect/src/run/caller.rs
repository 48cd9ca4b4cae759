//! One question to a service: at its pace, with the user's key, tried again where that helps.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use noroshi_egress::{Purpose, Request, Response, RetryAfter};
use noroshi_store::now;
use serde_json::Value;
use tokio::time::Instant;

use super::said::said;
use super::session::Token;
use super::{CollectError, Run};
use crate::keys::Secret;
use crate::recipe::Credential;

/// The largest single answer, in bytes.
const ANSWER: u64 = 64 << 20;

/// How much of an answer that is an error is read, in bytes.
const ERROR: u64 = 64 << 10;

/// Waits before a question is asked again.
const WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(9),
];

/// The longest wait that a service may ask for within a run; longer ones are for the schedule.
const PATIENCE: Duration = Duration::from_secs(60);

/// A question.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    pub(super) url: String,
    /// Sent with POST; without it the question is a GET.
    pub(super) json: Option<Value>,
}

/// A whole answer.
pub(super) struct Answer {
    /// Where from, without secrets.
    pub(super) url: String,
    /// Where from, not for people.
    pub(super) asked: String,
    pub(super) body: Bytes,
    /// `Link`, as sent.
    pub(super) link: Option<String>,
}

impl Answer {
    /// It is not what the recipe describes.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> CollectError {
        CollectError::Answer {
            url: self.url.clone(),
            reason: reason.into(),
        }
    }
}

/// Asks a service.
pub(super) struct Caller<'r> {
    pub(super) run: &'r Run<'r>,
    credential: Credential,
    token: Option<Token>,
    /// When the next question may be asked.
    free: Option<Instant>,
    until: Instant,
}

impl<'r> Caller<'r> {
    /// A caller for questions until `until`.
    pub(super) fn new(run: &'r Run<'r>, until: Instant) -> Result<Caller<'r>, CollectError> {
        let key = run.options.key.as_ref().map(Secret::reveal);
        let credential = run.recipe.credential(key);
        Ok(Caller {
            run,
            credential: credential.map_err(|error| run.unaskable(error))?,
            token: None,
            free: None,
            until,
        })
    }

    /// Asks, and asks again where a limit or a fault is likely to pass soon.
    pub(super) async fn call(&mut self, question: &Question) -> Result<Answer, CollectError> {
        let mut waits = WAITS.iter();
        loop {
            let error = match self.try_once(question).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(wait) = again(&error).and_then(|asked| Some((asked, waits.next()?))) else {
                return Err(error);
            };
            let wait = match wait {
                (Some(asked), _) => asked.wait(now()),
                (None, ours) => *ours,
            };
            if wait > PATIENCE || Instant::now() + wait > self.until {
                return Err(error);
            }
            tracing::debug!(source = self.run.source.name, %error, ?wait, "asking again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_once(&mut self, question: &Question) -> Result<Answer, CollectError> {
        self.authorise().await?;
        let first = self.send(question).await;
        match first {
            Err(CollectError::Status { status, said, .. })
                if self.token.is_some() && is_expired(status, said.as_deref()) =>
            {
                self.renew().await?;
                self.send(question).await
            }
            other => other,
        }
    }

    async fn authorise(&mut self) -> Result<(), CollectError> {
        if let (Credential::Session(place, account, password), None) =
            (&self.credential, &self.token)
        {
            let (place, account, password) = (place.clone(), account.clone(), password.clone());
            self.token = Some(self.sign_in(&place, &account, &password).await?);
        }
        Ok(())
    }

    async fn renew(&mut self) -> Result<(), CollectError> {
        if let (Credential::Session(place, account, password), Some(old)) =
            (&self.credential, self.token.take())
        {
            let (place, account, password) = (place.clone(), account.clone(), password.clone());
            self.token = Some(match self.refresh(&place, &account, &old).await {
                Ok(token) => token,
                Err(_) => self.sign_in_anew(&place, &account, &password).await?,
            });
        }
        Ok(())
    }

    async fn send(&mut self, question: &Question) -> Result<Answer, CollectError> {
        let ask = self.run.recipe.request.clone().unwrap_or_default();
        let mut request = self.request(question)?;
        if let Some(types) = &ask.accept {
            request = request.accept(types);
        }
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        if let Some((name, value)) = self.credential.header() {
            request = request.secret_header(&name, &value);
        }
        if let Some(token) = &self.token {
            let value = format!("Bearer {}", token.access.reveal());
            request = request.secret_header("authorization", &value);
        }
        self.exchange(request).await
    }

    fn request(&self, question: &Question) -> Result<Request, CollectError> {
        let url = question.url.replace("{key}", self.credential.in_url());
        let mut json = question.json.clone();
        if let (Credential::Body(name, key), Some(Value::Object(fields))) =
            (&self.credential, &mut json)
        {
            fields.insert(name.clone(), Value::String(key.clone()));
        }
        Ok(match json {
            None => Request::get(url),
            Some(json) => Request::post(url, "application/json", json.to_string()),
        })
    }

    /// Sends a request when it is time, and takes the answer whole.
    pub(super) async fn exchange(&mut self, request: Request) -> Result<Answer, CollectError> {
        self.pace().await?;
        let limit = self.run.options.max_body.min(ANSWER);
        let mut request = request.max_body(limit);
        if let Some(secret) = self.credential.secret() {
            request = request.secret(&secret);
        }
        let response = self.run.egress.send(Purpose::Feed, request).await?;
        let url = response.shown_url().to_string();
        if response.status() != StatusCode::OK {
            return Err(self.refused(response).await);
        }
        let asked = response.final_url().to_string();
        let link = response.headers().get(http::header::LINK);
        let link = link.and_then(|link| link.to_str().ok()).map(str::to_owned);
        let body = response.bytes(limit).await?;
        Ok(Answer {
            url,
            asked,
            body,
            link,
        })
    }

    async fn pace(&mut self) -> Result<(), CollectError> {
        if let Some(free) = self.free {
            tokio::time::sleep_until(free).await;
        }
        let pause = self.run.recipe.request.as_ref().map(|ask| ask.pause);
        self.free = Some(Instant::now() + pause.unwrap_or_default());
        match Instant::now() > self.until {
            true => Err(CollectError::TooLong),
            false => Ok(()),
        }
    }

    async fn refused(&self, response: Response) -> CollectError {
        CollectError::refused(response, self.credential.secret()).await
    }
}

impl CollectError {
    /// What an answer comes to that is none, with what it says, but never the user's key.
    pub(crate) async fn refused(response: Response, secret: Option<String>) -> CollectError {
        let (status, retry_after) = (response.status(), response.retry_after());
        let url = response.shown_url().to_string();
        // Where even the error does not come through, its status says enough.
        let body = response.bytes(ERROR).await.unwrap_or_default();
        let said = said(&body).map(|said| match &secret {
            Some(secret) if !secret.is_empty() => said.replace(secret, "***"),
            _ => said,
        });
        CollectError::Status {
            url,
            status,
            said,
            retry_after,
        }
    }
}

/// Whether the same question may be answered soon, and when the service wants it, if it says so.
fn again(error: &CollectError) -> Option<Option<RetryAfter>> {
    match error {
        CollectError::Status {
            status,
            retry_after,
            ..
        } => {
            let passing = matches!(status.as_u16(), 429 | 502 | 503 | 504);
            passing.then_some(*retry_after)
        }
        CollectError::Egress(error) if error.is_passing() => Some(None),
        _ => None,
    }
}

/// atproto answers 400 `ExpiredToken`; others 401.
fn is_expired(status: StatusCode, said: Option<&str>) -> bool {
    status == StatusCode::UNAUTHORIZED
        || (status == StatusCode::BAD_REQUEST
            && said.is_some_and(|said| said.to_lowercase().contains("expired")))
}

/// A table of a recipe as JSON, its texts written by `fill`; what has no value is left out.
pub(super) fn json(table: &toml::Table, fill: &dyn Fn(&str) -> Option<String>) -> Value {
    let filled = table.iter().filter_map(|(key, value)| {
        let value = match value {
            toml::Value::String(text) => Value::String(fill(text)?),
            toml::Value::Integer(number) => Value::from(*number),
            toml::Value::Float(number) => Value::from(*number),
            toml::Value::Boolean(truth) => Value::Bool(*truth),
            toml::Value::Table(inner) => json(inner, fill),
            toml::Value::Array(_) | toml::Value::Datetime(_) => return None,
        };
        Some((key.clone(), value))
    });
    Value::Object(filled.collect::<BTreeMap<_, _>>().into_iter().collect())
}
