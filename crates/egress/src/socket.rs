//! WebSockets (RFC 6455), opened through the same checks as everything else.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderValue, StatusCode};
use reqwest::Upgraded;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::client::Egress;
use crate::error::{EgressError, Phase};
use crate::purpose::Purpose;
use crate::redact::RedactedUrl;
use crate::request::Request;

/// The largest message, in bytes.
const MESSAGE: usize = 4 << 20;

/// A WebSocket that listens. Dropping it closes the connection.
pub struct WebSocket {
    stream: WebSocketStream<Upgraded>,
    url: RedactedUrl,
    idle: Duration,
}

impl Egress {
    /// Opens a WebSocket. `ws:` and `wss:` are `http:` and `https:`; redirects are not followed.
    ///
    /// # Errors
    /// See [`EgressError`]; any answer but 101 is [`EgressError::Broken`].
    pub async fn websocket(
        &self,
        purpose: Purpose,
        mut request: Request,
    ) -> Result<WebSocket, EgressError> {
        if let Some(rest) = request.url.strip_prefix("ws") {
            request.url = format!("http{rest}");
        }
        let key = generate_key();
        for (name, value) in [
            (CONNECTION, "Upgrade"),
            (UPGRADE, "websocket"),
            (SEC_WEBSOCKET_VERSION, "13"),
            (SEC_WEBSOCKET_KEY, &key),
        ] {
            // What we write here has no control characters.
            if let Ok(value) = HeaderValue::from_str(value) {
                request.headers.insert(name, value);
            }
        }
        let idle = self.policy(purpose).idle_timeout;
        let (raw, url) = self.upgrade(purpose, request).await?;
        let broken = |reason: String| EgressError::Broken {
            url: url.clone(),
            reason,
        };
        if raw.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(broken(format!(
                "it answered {} and opened no stream",
                raw.status()
            )));
        }
        let accept = raw.headers().get(SEC_WEBSOCKET_ACCEPT);
        if accept
            .is_none_or(|accept| accept.as_bytes() != derive_accept_key(key.as_bytes()).as_bytes())
        {
            return Err(broken("its answer is to another handshake".to_owned()));
        }
        let upgraded = raw.upgrade().await;
        let upgraded = upgraded.map_err(|error| broken(crate::failure::cause(&error)))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE))
            .max_frame_size(Some(MESSAGE));
        let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        Ok(WebSocket { stream, url, idle })
    }
}

impl WebSocket {
    /// Where it leads, fit to be shown.
    pub fn url(&self) -> &RedactedUrl {
        &self.url
    }

    /// The next text; none when the far side has closed. Pings are answered.
    ///
    /// # Errors
    /// When nothing at all came for the purpose's idle time, or the connection broke.
    pub async fn text(&mut self) -> Result<Option<Utf8Bytes>, EgressError> {
        loop {
            let next = tokio::time::timeout(self.idle, self.stream.next()).await;
            let message = match next {
                Err(_) => {
                    return Err(EgressError::Timeout {
                        url: self.url.clone(),
                        phase: Phase::Idle,
                        limit: self.idle,
                    });
                }
                Ok(None | Some(Err(Error::ConnectionClosed | Error::AlreadyClosed))) => {
                    return Ok(None);
                }
                Ok(Some(Err(error))) => return Err(self.broken(&error)),
                Ok(Some(Ok(message))) => message,
            };
            match message {
                Message::Text(text) => return Ok(Some(text)),
                Message::Close(_) => return Ok(None),
                // The answer to a ping is queued; it leaves with the next flush.
                Message::Ping(_) => {
                    let flushed = self.stream.flush().await;
                    flushed.map_err(|error| self.broken(&error))?;
                }
                _ => {}
            }
        }
    }

    fn broken(&self, error: &Error) -> EgressError {
        EgressError::Broken {
            url: self.url.clone(),
            reason: error.to_string(),
        }
    }
}
