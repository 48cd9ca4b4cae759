//! A service on loopback that answers as the test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request that came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query, as sent.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// A parameter, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://x{}", self.target)).unwrap();
        let mut pairs = url.query_pairs();
        pairs.find_map(|(known, value)| (known == name).then(|| value.into_owned()))
    }

    /// What was sent, as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

type Answer = dyn Fn(&Asked, &TcpStream) + Send + Sync;

/// A service.
pub(crate) struct Server {
    /// `127.0.0.1:port`
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<Arc<Answer>>>,
}

impl Server {
    /// Listens until the test's process ends.
    pub(crate) fn start(answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Server {
        Server::open(written(answer))
    }

    /// As [`Server::start`], with the connection itself in the hands of the test.
    pub(crate) fn open(answer: impl Fn(&Asked, &TcpStream) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server {
            address: listener.local_addr().unwrap().to_string(),
            asked: Arc::default(),
            answer: Arc::new(Mutex::new(Arc::new(answer))),
        };
        let (asked, answer) = (Arc::clone(&server.asked), Arc::clone(&server.answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let Some(request) = request(&stream) else {
                        return;
                    };
                    asked.lock().unwrap().push(request.clone());
                    let answer = Arc::clone(&answer.lock().unwrap());
                    answer(&request, &stream);
                });
            }
        });
        server
    }

    /// Answers so from now on.
    pub(crate) fn answer(&self, answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(written(answer));
    }

    /// What came in since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn written(
    answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static,
) -> impl Fn(&Asked, &TcpStream) + Send + Sync + 'static {
    move |asked, mut stream| {
        // A client that has gone is its own business.
        let _ = stream.write_all(&answer(asked));
    }
}

fn request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        target,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

/// An answer with a JSON body.
pub(crate) fn json(body: impl ToString) -> Vec<u8> {
    answer(
        "200 OK",
        &["Content-Type: application/json"],
        &body.to_string(),
    )
}

/// An answer.
pub(crate) fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let length = body.len();
    let mut head =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    format!("{head}\r\n{body}").into_bytes()
}

/// An answer whose body ends before its time.
pub(crate) fn cut(body: &str) -> Vec<u8> {
    let length = body.len() + 10;
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}
