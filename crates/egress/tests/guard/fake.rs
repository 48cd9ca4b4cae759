//! Fake servers and a fake resolver.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use noroshi_egress::{Answer, Egress, EgressConfig, Policy, Purpose, Resolve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a fake server does once it has read a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends the first part, then the second over and over until the other
    /// side hangs up, with a pause before each.
    Forever(Vec<u8>, Vec<u8>, Duration),
    /// Sends these bytes, then nothing, and keeps the connection open.
    Stall(Vec<u8>),
}

/// A response with `Content-Length` and `Connection: close`.
pub(crate) fn response(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let length = body.len();
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    Reply::Bytes(bytes)
}

pub(crate) fn redirect(to: &str) -> Reply {
    response("302 Found", &format!("Location: {to}\r\n"), "")
}

/// A server on loopback that counts connections and keeps what it was sent.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Server {
        Server::start_at("127.0.0.1:0", answer).await
    }

    pub(crate) async fn start_at(
        place: &str,
        answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(place).await.unwrap();
        let server = Server {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (requests, answer) = (requests.clone(), answer.clone());
                tokio::spawn(async move {
                    // A client that hangs up early is what many tests are about.
                    let _ = serve(stream, &requests, &*answer).await;
                });
            }
        });
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Heads (and bodies) of the requests so far, lower-cased.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    answer: &(impl Fn(&str) -> Reply + ?Sized),
) -> io::Result<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    requests.lock().unwrap().push(request.to_lowercase());
    match answer(&request) {
        Reply::Bytes(bytes) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await?;
            // Closing with unread input would reset the connection under the reply.
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
        }
        Reply::Forever(head, again, pause) => {
            stream.write_all(&head).await?;
            loop {
                tokio::time::sleep(pause).await;
                stream.write_all(&again).await?;
            }
        }
        Reply::Stall(head) => {
            stream.write_all(&head).await?;
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
        }
    }
    Ok(())
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    body.len() >= length
}

/// The path of a request.
pub(crate) fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap()
}

/// A resolver that gives the answers of a script in turn, whatever the name,
/// and the last one from then on; it counts how often it was asked.
#[derive(Clone, Default)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<Vec<IpAddr>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    pub(crate) fn new(answers: &[&[&str]]) -> Script {
        let answers = answers
            .iter()
            .map(|answer| answer.iter().map(|a| a.parse().unwrap()).collect())
            .collect();
        Script {
            answers: Arc::new(Mutex::new(answers)),
            asked: Arc::default(),
        }
    }

    /// The names asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Script {
    fn resolve(&self, host: &str) -> Answer {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.len() {
            0 => Err(io::Error::other("no such name")),
            1 => Ok(answers[0].clone()),
            _ => Ok(answers.pop_front().unwrap()),
        };
        Box::pin(std::future::ready(answer))
    }
}

/// An egress for feeds that may reach these places, and whose names resolve by
/// this script.
pub(crate) fn egress(places: &[&str], script: &Script) -> Egress {
    egress_with(places, script, |_| ())
}

/// As [`egress`], with the rules changed.
pub(crate) fn egress_with(
    places: &[&str],
    script: &Script,
    change: impl Fn(&mut Policy),
) -> Egress {
    let mut config = EgressConfig::new("noroshi-test");
    config.resolver = Arc::new(script.clone());
    for purpose in Purpose::ALL {
        for place in places {
            config.allow(purpose, place.parse().unwrap());
        }
        let policy = config.policy_mut(purpose);
        // A test that goes wrong is to fail, not to wait for a feed's time.
        policy.total_timeout = Duration::from_secs(30);
        change(policy);
    }
    Egress::new(config).unwrap()
}

/// An egress that may reach just this server, by its address.
pub(crate) fn egress_to(server: &Server) -> Egress {
    egress(&[&server.address.to_string()], &Script::default())
}
