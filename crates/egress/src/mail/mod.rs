//! Mail by SMTP (RFC 5321), over a connection that the guard made.
//!
//! With TLS from the start (port 465), or by STARTTLS, which is demanded where it was asked for. In the clear only to
//! places on the administrator's list, and never with a password.

mod message;
mod tls;

use std::net::SocketAddr;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::{ClientId, Extension};

pub use message::Mail;

use crate::client::Egress;
use crate::dial::place;
use crate::error::{EgressError, Phase};
use crate::purpose::Purpose;

/// How a mail server is reached.
#[derive(Clone)]
pub struct MailServer {
    /// Name, or address (IPv6 in brackets).
    pub host: String,
    /// 465 with TLS, 587 with STARTTLS, 25 in the clear.
    pub port: u16,
    /// How the way there is kept.
    pub security: MailSecurity,
    /// User and password.
    pub login: Option<(String, String)>,
}

impl std::fmt::Debug for MailServer {
    /// Prints no password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

/// How the way to a mail server is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the start.
    Tls,
    /// In the clear at first, then TLS, or nothing is sent.
    Starttls,
    /// In the clear: only to places on the administrator's list.
    Plain,
}

/// What the server said when it took a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAnswer {
    /// 250.
    pub status: u16,
    /// Its words, one line.
    pub text: String,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server could not be reached.
    #[error(transparent)]
    Way(#[from] EgressError),
    /// The mail is none.
    #[error("the mail cannot be made: {0}")]
    Mail(String),
    /// The server refused.
    #[error("the mail server answered {status}: {text}")]
    Refused {
        /// 4xx may pass, 5xx does not.
        status: u16,
        /// Its words, one line.
        text: String,
    },
    /// What was asked for cannot be done with this server.
    #[error("{0}")]
    Unable(String),
    /// The exchange broke off, or the server broke the protocol.
    #[error("the mail server broke off: {0}")]
    Broken(String),
}

impl MailError {
    /// Whether the same mail may be taken later without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            MailError::Way(error) => error.is_passing(),
            MailError::Refused { status, .. } => (400..500).contains(status),
            MailError::Broken(_) => true,
            MailError::Mail(_) | MailError::Unable(_) => false,
        }
    }
}

/// The longest answer of a server that is told, in characters.
const LONGEST: usize = 300;

impl Egress {
    /// Hands a mail to a server, for all its recipients or for none.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn mail(&self, server: &MailServer, mail: &Mail) -> Result<MailAnswer, MailError> {
        let (envelope, bytes) = message::written(mail)?;
        let limit = self.policy(Purpose::Mail).total_timeout;
        match tokio::time::timeout(limit, self.hand_over(server, mail, &envelope, &bytes)).await {
            Ok(taken) => taken,
            Err(_) => Err(MailError::Way(EgressError::Timeout {
                url: place(&server.host, server.port),
                phase: Phase::Total,
                limit,
            })),
        }
    }

    async fn hand_over(
        &self,
        server: &MailServer,
        mail: &Mail,
        envelope: &Envelope,
        bytes: &[u8],
    ) -> Result<MailAnswer, MailError> {
        let mut connection = self.greeted(server, &hello(mail)).await?;
        if let Some((user, password)) = &server.login {
            let credentials = Credentials::new(user.clone(), password.clone());
            let signed_in = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(said)?;
        }
        let answer = connection.send(envelope, bytes).await.map_err(said)?;
        // The mail is taken, whatever becomes of the farewell.
        let _ = connection.quit().await;
        let text: Vec<&str> = answer.message().collect();
        Ok(MailAnswer {
            status: answer.code().into(),
            text: one_line(&text.join(" ")),
        })
    }

    /// Connects as the server's security asks for.
    async fn greeted(
        &self,
        server: &MailServer,
        hello: &ClientId,
    ) -> Result<AsyncSmtpConnection, MailError> {
        let stream = self.dial(Purpose::Mail, &server.host, server.port).await?;
        let peer = stream
            .peer_addr()
            .map_err(|e| MailError::Broken(e.to_string()))?;
        match server.security {
            MailSecurity::Tls => {
                let stream = tls::wrap(stream, peer, server, self.authorities()).await?;
                greet(Box::new(stream), hello).await
            }
            MailSecurity::Starttls => {
                let mut connection = greet(Box::new(stream), hello).await?;
                if !connection
                    .server_info()
                    .supports_feature(Extension::StartTls)
                {
                    connection.abort().await;
                    let text = format!("{} offers no STARTTLS", place(&server.host, server.port));
                    return Err(MailError::Unable(text));
                }
                let parameters = tls::parameters(server, self.authorities())?;
                let upgraded = connection.starttls(parameters, hello).await;
                upgraded.map_err(|error| tls::failed(server, error))?;
                Ok(connection)
            }
            MailSecurity::Plain => {
                self.may_be_plain(server, peer)?;
                greet(Box::new(stream), hello).await
            }
        }
    }

    fn may_be_plain(&self, server: &MailServer, peer: SocketAddr) -> Result<(), MailError> {
        if !Egress::is_listed(self.policy(Purpose::Mail), &server.host, peer) {
            let (host, port) = (&server.host, server.port);
            return Err(MailError::Unable(format!(
                "mail goes to {host} in the clear only if `{host}:{port}` is allowed under [egress] mail"
            )));
        }
        match server.login {
            Some(_) => Err(MailError::Unable(
                "no password is sent in the clear: use tls or starttls".to_owned(),
            )),
            None => Ok(()),
        }
    }
}

async fn greet(
    stream: Box<dyn AsyncTokioStream>,
    hello: &ClientId,
) -> Result<AsyncSmtpConnection, MailError> {
    AsyncSmtpConnection::connect_with_transport(stream, hello)
        .await
        .map_err(said)
}

/// We are who the mail is from: what this machine calls itself is nobody's business.
fn hello(mail: &Mail) -> ClientId {
    let domain = mail.from.rsplit_once('@').map(|(_, domain)| domain);
    ClientId::Domain(domain.unwrap_or("localhost").to_owned())
}

fn said(error: lettre::transport::smtp::Error) -> MailError {
    use std::error::Error as _;
    let words = error.source().map(ToString::to_string);
    let text = one_line(&words.unwrap_or_else(|| error.to_string()));
    match error.status() {
        Some(status) => MailError::Refused {
            status: status.into(),
            text,
        },
        None if error.is_client() => MailError::Unable(text),
        None => MailError::Broken(text),
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_control() || c == ' ').collect();
    words.join(" ").chars().take(LONGEST).collect()
}
