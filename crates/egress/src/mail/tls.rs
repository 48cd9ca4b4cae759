//! TLS to a mail server: the system's authorities and those of the configuration, for both ways to begin it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::{AsyncTokioStream, Certificate, TlsParameters};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{MailError, MailServer};
use crate::error::EgressError;
use crate::failure;

/// A connection that had TLS from the start.
pub(super) struct Secure {
    stream: TlsStream<TcpStream>,
    peer: SocketAddr,
}

/// Begins TLS at once.
pub(super) async fn wrap(
    stream: TcpStream,
    peer: SocketAddr,
    server: &MailServer,
    authorities: &[Vec<u8>],
) -> Result<Secure, MailError> {
    let bare = bare(&server.host).to_owned();
    let name = ServerName::try_from(bare).map_err(|error| refused(server, &error.to_string()))?;
    let config = config(authorities).map_err(|error| refused(server, &error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, stream).await;
    let stream = stream.map_err(|error| refused(server, &failure::cause(&error)))?;
    Ok(Secure { stream, peer })
}

fn config(authorities: &[Vec<u8>]) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = authorities
        .iter()
        .flat_map(|pem| CertificateDer::pem_slice_iter(pem).flatten());
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

/// What STARTTLS goes on with.
pub(super) fn parameters(
    server: &MailServer,
    authorities: &[Vec<u8>],
) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(bare(&server.host).to_owned());
    for pem in authorities {
        let authority = Certificate::from_pem(pem).map_err(|error| failed(server, error))?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build().map_err(|error| failed(server, error))
}

/// Why TLS did not come to stand.
pub(super) fn failed(server: &MailServer, error: lettre::transport::smtp::Error) -> MailError {
    match error.status() {
        Some(_) => super::said(error),
        None => refused(server, &failure::cause(&error)),
    }
}

fn refused(server: &MailServer, reason: &str) -> MailError {
    MailError::Way(EgressError::Tls {
        host: server.host.clone(),
        reason: super::one_line(reason),
    })
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

impl fmt::Debug for Secure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secure").field("peer", &self.peer).finish()
    }
}

impl AsyncTokioStream for Secure {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Secure {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Secure {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
