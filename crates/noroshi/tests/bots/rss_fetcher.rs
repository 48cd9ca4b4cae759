//! The RSS fetcher: each item of a feed becomes a post once, and a feed that did not change is not sent again.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use noroshi_testkit::each_engine;

use crate::bot::{Account, python};
use crate::hub::{Hub, end};
use crate::timeline::{Timeline, text};

const FEED: &str = r#"<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Alerts</title>
<item><title>二つ目</title><link>https://news.example/2</link><description>&lt;p&gt;Patch &lt;b&gt;now&lt;/b&gt;&lt;/p&gt;</description></item>
<item><title>First</title><link>https://news.example/1</link></item></channel></rss>"#;

/// A place on this host that has one feed. Tells the status of each of its answers.
fn publisher() -> (String, Receiver<u16>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (send, answers) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut unchanged = false;
            for line in BufReader::new(stream.try_clone().unwrap()).lines() {
                let line = line.unwrap().to_ascii_lowercase();
                unchanged |= line == "if-none-match: \"one\"";
                if line.is_empty() {
                    break;
                }
            }
            let (status, body) = if unchanged { (304, "") } else { (200, FEED) };
            let head = format!(
                "HTTP/1.0 {status} X\r\nETag: \"one\"\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + body).as_bytes()).unwrap();
            if send.send(status).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}/feed.rss"), answers)
}

#[test]
fn new_items_become_posts_once() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (bot, alice) = (Account::bot(&hub, "rss"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let (url, answers) = publisher();
        let (config, state) = (hub.data().join("feeds.json"), hub.data().join("rss.json"));
        let feeds = serde_json::json!({"feeds": [{"source": url, "tags": ["alerts"]}]});
        std::fs::write(&config, feeds.to_string()).unwrap();
        let args = [
            "rss_fetcher.py",
            config.to_str().unwrap(),
            "--state",
            state.to_str().unwrap(),
        ];

        for (status, expected) in [
            (
                200,
                &[
                    "First\n\nhttps://news.example/1\n\n#alerts",
                    "二つ目\n\nPatch now\n\nhttps://news.example/2\n\n#alerts",
                ][..],
            ),
            (304, &[]),
        ] {
            let ended = end(&mut python(&args, &server, &bot), "");
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            assert_eq!(answers.recv().unwrap(), status);
            let posts = timeline.so_far(&server, &alice, "rss");
            let texts: Vec<&str> = posts.iter().map(text).collect();
            assert_eq!(texts, expected);
        }
    });
}
