//! The type that opens sockets outwards.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::ACCEPT_ENCODING;
use reqwest::{Certificate, Client};
use tokio::time::Instant;

use crate::allow::HostPort;
use crate::error::{EgressError, Phase};
use crate::policy::Policy;
use crate::purpose::Purpose;
use crate::redact::RedactedUrl;
use crate::redirect::Trail;
use crate::request::Request;
use crate::resolve::{Guard, Resolve, SystemResolver};
use crate::response::{Caps, Response};
use crate::target::Target;
use crate::{encoding, failure};

/// How long an idle connection is kept, and how many for one host.
const POOL_IDLE: Duration = Duration::from_secs(30);
const POOL_PER_HOST: usize = 2;

/// How long what has no end may last: for ever, in what can be added to an instant.
const ENDLESS: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);

/// What [`Egress::new`] needs to know.
pub struct EgressConfig {
    /// `User-Agent` of requests that do not set their own.
    pub user_agent: String,
    /// PEM files of further certificate authorities, on top of the system's.
    pub ca_files: Vec<PathBuf>,
    /// Looks names up; the system's resolver unless the program has its own.
    pub resolver: Arc<dyn Resolve>,
    policies: [Policy; Purpose::ALL.len()],
}

impl EgressConfig {
    /// The rules as shipped, the system's resolver and authorities.
    pub fn new(user_agent: impl Into<String>) -> EgressConfig {
        EgressConfig {
            user_agent: user_agent.into(),
            ca_files: Vec::new(),
            resolver: Arc::new(SystemResolver),
            policies: Purpose::ALL.map(Policy::of),
        }
    }

    /// The rules of one purpose, to be changed.
    pub fn policy_mut(&mut self, purpose: Purpose) -> &mut Policy {
        &mut self.policies[purpose as usize]
    }

    /// Opens a place that may be private, for one purpose.
    pub fn allow(&mut self, purpose: Purpose, place: HostPort) {
        self.policy_mut(purpose).private.push(place);
    }
}

/// The only way out to the network. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Egress {
    inner: Arc<Inner>,
}

struct Inner {
    user_agent: String,
    authorities: Vec<Certificate>,
    /// The same, as they stand in their files.
    pem: Vec<Vec<u8>>,
    resolver: Arc<dyn Resolve>,
    policies: [Arc<Policy>; Purpose::ALL.len()],
    /// Made when first needed. Bounded by the ports the policies open.
    clients: Mutex<HashMap<Line, Client>>,
}

/// What tells one HTTP client from another. The port is part of it because the
/// resolver hook is told only the host, and the purpose so that no connection
/// opened for one purpose serves another.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
struct Line {
    purpose: Purpose,
    https: bool,
    port: u16,
    /// Whether its connections become WebSockets, for which HTTP/2 has no use.
    upgrade: bool,
}

impl Egress {
    /// Reads the authorities and installs the process's TLS provider if there
    /// is none yet. Opens nothing.
    ///
    /// # Errors
    /// [`EgressError::Setup`] if an authority file cannot be read.
    pub fn new(config: EgressConfig) -> Result<Egress, EgressError> {
        // Fails only if another thread was faster, which is as good.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let (authorities, pem) = read_authorities(&config.ca_files)?;
        Ok(Egress {
            inner: Arc::new(Inner {
                user_agent: config.user_agent,
                authorities,
                pem,
                resolver: config.resolver,
                policies: config.policies.map(Arc::new),
                clients: Mutex::default(),
            }),
        })
    }

    /// The rules of a purpose.
    pub fn policy(&self, purpose: Purpose) -> &Policy {
        self.rules(purpose)
    }

    /// Sends a request and follows its redirects, each checked like the first.
    /// The time limits go on holding for the body of the response.
    ///
    /// # Errors
    /// See [`EgressError`]. A response of any status is none.
    pub async fn send(
        &self,
        purpose: Purpose,
        mut request: Request,
    ) -> Result<Response, EgressError> {
        let policy = self.rules(purpose);
        request.check()?;
        request.redactor = request.redactor.hide_path(purpose == Purpose::Notice);
        let deadline = Instant::now() + policy.total_timeout;
        let mut trail = Trail::new(&request);
        let mut target = Target::parse(&request.url, policy, &request.redactor)?;
        loop {
            let client = self.client(&target, policy, false)?;
            let raw = exchange(client, &target, &request, policy, deadline).await?;
            let next = trail.next(raw.status(), raw.headers(), &target, &mut request, policy)?;
            if let Some(next) = next {
                target = next;
                continue;
            }
            let mut caps = Caps {
                max_body: request.max_body.unwrap_or(u64::MAX).min(policy.max_body),
                max_ratio: policy.max_ratio,
                idle: policy.idle_timeout,
                total: policy.total_timeout,
                deadline,
            };
            if request.endless {
                (caps.max_body, caps.total) = (u64::MAX, ENDLESS);
                caps.deadline = Instant::now() + ENDLESS;
            }
            return Response::open(raw, target.url().clone(), policy, caps, request.redactor).await;
        }
    }

    pub(crate) fn resolver(&self) -> &dyn Resolve {
        &*self.inner.resolver
    }

    /// PEM files of further authorities.
    pub(crate) fn authorities(&self) -> &[Vec<u8>] {
        &self.inner.pem
    }

    fn rules(&self, purpose: Purpose) -> &Arc<Policy> {
        &self.inner.policies[purpose as usize]
    }

    /// Asks for a connection to be another protocol's, without following redirects.
    pub(crate) async fn upgrade(
        &self,
        purpose: Purpose,
        request: Request,
    ) -> Result<(reqwest::Response, RedactedUrl), EgressError> {
        let policy = self.rules(purpose);
        request.check()?;
        let deadline = Instant::now() + policy.total_timeout;
        let target = Target::parse(&request.url, policy, &request.redactor)?;
        let client = self.client(&target, policy, true)?;
        let raw = exchange(client, &target, &request, policy, deadline).await?;
        Ok((raw, request.redactor.url(target.url())))
    }

    fn client(
        &self,
        target: &Target,
        policy: &Arc<Policy>,
        upgrade: bool,
    ) -> Result<Client, EgressError> {
        let line = Line {
            purpose: policy.purpose,
            https: target.is_https(),
            port: target.port(),
            upgrade,
        };
        let mut clients = self
            .inner
            .clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&line) {
            return Ok(client.clone());
        }
        let client = self.build(line, policy)?;
        clients.insert(line, client.clone());
        Ok(client)
    }

    fn build(&self, line: Line, policy: &Arc<Policy>) -> Result<Client, EgressError> {
        let guard = Guard {
            resolver: Arc::clone(&self.inner.resolver),
            policy: Arc::clone(policy),
            port: line.port,
        };
        let builder = Client::builder()
            .dns_resolver(guard)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(&self.inner.user_agent)
            .connect_timeout(policy.connect_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(POOL_PER_HOST)
            .http1_max_headers(usize::from(policy.max_headers))
            .http2_max_header_list_size(policy.max_header_bytes)
            .https_only(line.https);
        let builder = match line.upgrade {
            true => builder.http1_only(),
            false => builder,
        };
        let builder = if line.https {
            builder.tls_certs_merge(self.inner.authorities.iter().cloned())
        } else {
            // Never used, and saves reading the system's authorities.
            builder.tls_certs_only([])
        };
        builder.build().map_err(|error| EgressError::Setup {
            reason: format!(
                "{}; install the system's certificate authorities (the package is mostly called \
                 ca-certificates) or name a PEM file under [egress] ca_files",
                failure::cause(&error)
            ),
        })
    }
}

/// One hop: connects if need be, sends, and waits for the head.
async fn exchange(
    client: Client,
    target: &Target,
    request: &Request,
    policy: &Arc<Policy>,
    deadline: Instant,
) -> Result<reqwest::Response, EgressError> {
    let mut builder = client
        .request(request.method.clone(), target.url().clone())
        .headers(request.headers.clone())
        .header(ACCEPT_ENCODING, encoding::OFFERED);
    if let Some(body) = &request.body {
        builder = builder.body(body.clone());
    }
    let silence = Instant::now() + policy.connect_timeout + policy.idle_timeout;
    match tokio::time::timeout_at(silence.min(deadline), builder.send()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(failure::of_request(
            error,
            target,
            policy,
            &request.redactor,
        )),
        Err(_) => {
            let (phase, limit) = if silence < deadline {
                (Phase::Head, policy.connect_timeout + policy.idle_timeout)
            } else {
                (Phase::Total, policy.total_timeout)
            };
            let url = request.redactor.url(target.url());
            Err(EgressError::Timeout { url, phase, limit })
        }
    }
}

/// Certificates, and the files that they stand in.
type Authorities = (Vec<Certificate>, Vec<Vec<u8>>);

fn read_authorities(files: &[PathBuf]) -> Result<Authorities, EgressError> {
    let (mut authorities, mut read) = (Vec::new(), Vec::new());
    for file in files {
        let fail = |reason: String| EgressError::Setup {
            reason: format!("{}: {reason}", file.display()),
        };
        let pem = std::fs::read(file).map_err(|e| fail(e.to_string()))?;
        let found = Certificate::from_pem_bundle(&pem).map_err(|e| fail(failure::cause(&e)))?;
        if found.is_empty() {
            return Err(fail("there is no PEM certificate in it".to_owned()));
        }
        authorities.extend(found);
        read.push(pem);
    }
    Ok((authorities, read))
}
