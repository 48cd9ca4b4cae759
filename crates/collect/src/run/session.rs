//! Sessions of atproto services (Bluesky), of which an app password is the key: they outlive the run, because a service
//! lets an account begin only a few hundred a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use noroshi_egress::Request;
use serde_json::json;

use super::caller::{Answer, Caller};
use super::{CollectError, page};
use crate::keys::Secret;

/// The tokens of a session.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) access: Secret,
    refresh: Secret,
}

/// The sessions that stand, by service and account. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<Mutex<HashMap<(String, String), Token>>>);

impl Sessions {
    fn get(&self, place: &str, account: &str) -> Option<Token> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions
            .get(&(place.to_owned(), account.to_owned()))
            .cloned()
    }

    fn keep(&self, place: &str, account: &str, token: &Token) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert((place.to_owned(), account.to_owned()), token.clone());
    }
}

impl Caller<'_> {
    /// The session that stands, or a new one.
    pub(super) async fn sign_in(
        &mut self,
        place: &str,
        account: &str,
        password: &str,
    ) -> Result<Token, CollectError> {
        match self.run.options.sessions.get(place, account) {
            Some(token) => Ok(token),
            None => self.sign_in_anew(place, account, password).await,
        }
    }

    /// `com.atproto.server.createSession`.
    pub(super) async fn sign_in_anew(
        &mut self,
        place: &str,
        account: &str,
        password: &str,
    ) -> Result<Token, CollectError> {
        let url = format!("{place}/xrpc/com.atproto.server.createSession");
        let body = json!({ "identifier": account, "password": password }).to_string();
        let answer = self
            .exchange(Request::post(url, "application/json", body).secret(password))
            .await?;
        self.token(place, account, &answer)
    }

    /// `com.atproto.server.refreshSession`.
    pub(super) async fn refresh(
        &mut self,
        place: &str,
        account: &str,
        old: &Token,
    ) -> Result<Token, CollectError> {
        let url = format!("{place}/xrpc/com.atproto.server.refreshSession");
        let bearer = format!("Bearer {}", old.refresh.reveal());
        let request = Request::post_nothing(url).secret_header("authorization", &bearer);
        let answer = self.exchange(request).await?;
        self.token(place, account, &answer)
    }

    fn token(&self, place: &str, account: &str, answer: &Answer) -> Result<Token, CollectError> {
        let found = page::look(&answer.body, &["accessJwt", "refreshJwt"]);
        let found = found.map_err(|reason| answer.wrong(reason))?;
        let text = |number: usize| {
            found
                .get(number)?
                .texts
                .first()
                .map(|text| Secret::new(text))
        };
        let (Some(access), Some(refresh)) = (text(0), text(1)) else {
            return Err(answer.wrong("it opens no session"));
        };
        let token = Token { access, refresh };
        self.run.options.sessions.keep(place, account, &token);
        Ok(token)
    }
}
