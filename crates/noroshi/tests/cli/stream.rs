//! Posts to a server, and hears what its stream tells.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::hub::encoded;

/// Far longer than anything takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Posts with a key. Answers the post.
#[track_caller]
pub(crate) fn post(address: &str, key: &str, text: &str) -> Value {
    make(address, key, "posts", &json!({ "text": text }))
}

/// Makes something over the API, and answers it.
#[track_caller]
pub(crate) fn make(address: &str, key: &str, what: &str, order: &Value) -> Value {
    let body = order.to_string();
    let request = format!(
        "POST /api/v1/{what} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.split(' ').nth(1) == Some("201"), "{answer}");
    serde_json::from_str(body).unwrap()
}

/// The events of a stream, from now on.
pub(crate) struct Stream(Receiver<Value>);

impl Stream {
    /// Opens it, and returns when it is open.
    pub(crate) fn open(address: &str, key: &str, query: &str) -> Stream {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!(
            "GET /api/v1/stream?q={} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
             Accept: application/x-ndjson\r\n\r\n",
            encoded(query)
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines();
        let status = lines.next().unwrap().unwrap();
        assert!(status.contains(" 200 "), "{status}");
        assert!(lines.any(|line| line.unwrap().is_empty()));
        Stream::of(lines)
    }

    /// The events among lines.
    pub(crate) fn of(
        lines: impl Iterator<Item = std::io::Result<String>> + Send + 'static,
    ) -> Stream {
        let (send, events) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Ok(event) = serde_json::from_str(&line)
                    && send.send(event).is_err()
                {
                    return;
                }
            }
        });
        Stream(events)
    }

    /// The next event, which must come.
    #[track_caller]
    pub(crate) fn next(&self) -> Value {
        self.0
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|error| panic!("no event came: {error}"))
    }
}
