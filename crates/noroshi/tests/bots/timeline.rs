//! A person at the timeline: posts, and sees what is posted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bot::Account;
use crate::hub::Server;

/// Far longer than anything takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// After so long without an answer the bot may not have been listening yet, and is asked again.
const AGAIN: Duration = Duration::from_secs(3);

/// Posts as somebody. Answers the post.
#[track_caller]
pub(crate) fn post(server: &Server, account: &Account, text: &str) -> Value {
    let body = json!({ "text": text }).to_string();
    let (address, key) = (&server.address, &account.key);
    let request = format!(
        "POST /api/v1/posts HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.split(' ').nth(1) == Some("201"), "{answer}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// All posts that somebody may see, from now on.
pub(crate) struct Timeline {
    posts: Receiver<Value>,
}

impl Timeline {
    /// Opens the stream, and returns when it is open.
    pub(crate) fn of(server: &Server, account: &Account) -> Timeline {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let request = format!(
            "GET /api/v1/stream?q=in:post HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Accept: application/x-ndjson\r\n\r\n",
            server.address, account.key
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines();
        let status = lines.next().unwrap().unwrap();
        assert!(status.contains(" 200 "), "{status}");
        // Headers come at once.
        assert!(lines.any(|line| line.unwrap().is_empty()));
        let (send, posts) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Ok(mut event) = serde_json::from_str::<Value>(&line)
                    && event["type"] == "post"
                    && send.send(event["post"].take()).is_err()
                {
                    return;
                }
            }
        });
        Timeline { posts }
    }

    /// The next post that `wanted` says yes to.
    #[track_caller]
    pub(crate) fn next(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.within(PATIENCE, wanted)
            .unwrap_or_else(|| panic!("no such post came"))
    }

    /// The same, or nothing within a time.
    fn within(&self, time: Duration, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.posts.recv_timeout(left) {
                Ok(post) if wanted(&post) => return Some(post),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => panic!("the stream ended"),
            }
        }
    }

    /// What somebody posted up to a mark: `mark` is posted, and all that came before it is looked through.
    #[track_caller]
    pub(crate) fn so_far(&self, server: &Server, account: &Account, from: &str) -> Vec<Value> {
        let mark = post(server, account, "up to here");
        let mut found = Vec::new();
        loop {
            let post = self.next(|post| post["from"] == from || post["id"] == mark["id"]);
            if post["id"] == mark["id"] {
                return found;
            }
            found.push(post);
        }
    }

    /// Posts a question until a bot replies to it. Answers the reply.
    #[track_caller]
    pub(crate) fn ask(
        &self,
        server: &Server,
        account: &Account,
        text: &str,
        bot: &Account,
    ) -> Value {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let question = post(server, account, text);
            let answers =
                |post: &Value| post["from"] == bot.name && post["reply_to"] == question["id"];
            if let Some(reply) = self.within(AGAIN, answers) {
                return reply;
            }
        }
        panic!("{} never answered {text:?}", bot.name);
    }
}

/// The text of a post.
pub(crate) fn text(post: &Value) -> &str {
    post["text"].as_str().unwrap()
}
