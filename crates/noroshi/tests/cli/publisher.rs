//! A publisher on loopback that answers as the test says.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request that came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    /// In lower case, `name: value`.
    pub(crate) headers: Vec<String>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.headers
            .iter()
            .find_map(|header| header.strip_prefix(&start))
    }
}

type Answer = dyn Fn(&Asked) -> Vec<u8> + Send;

/// A publisher.
pub(crate) struct Publisher {
    /// `127.0.0.1:port`
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<Box<Answer>>>,
}

impl Publisher {
    /// Listens until the test's process ends.
    pub(crate) fn start() -> Publisher {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let answer: Arc<Mutex<Box<Answer>>> =
            Arc::new(Mutex::new(Box::new(|_| status("404 Not Found", &[], b""))));
        let publisher = Publisher {
            address,
            asked: Arc::clone(&asked),
            answer: Arc::clone(&answer),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = request(&stream) else {
                    continue;
                };
                asked.lock().unwrap().push(request.clone());
                let bytes = answer.lock().unwrap()(&request);
                // A client that has gone is its own business.
                let _ = (&stream).write_all(&bytes);
            }
        });
        publisher
    }

    /// Answers so from now on.
    pub(crate) fn answer(&self, answer: impl Fn(&Asked) -> Vec<u8> + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What came in since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn request(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let headers = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty());
    let headers = headers.map(|line| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", name.to_lowercase()),
        None => line,
    });
    Some(Asked {
        path,
        headers: headers.collect(),
    })
}

/// An answer with a body.
pub(crate) fn ok(headers: &[&str], body: &[u8]) -> Vec<u8> {
    status("200 OK", headers, body)
}

/// An answer.
pub(crate) fn status(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for header in headers {
        answer.push_str(header);
        answer.push_str("\r\n");
    }
    answer.push_str("\r\n");
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    answer
}
