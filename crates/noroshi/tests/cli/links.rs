//! The way in: the link of the first administrator, and links for others.

use std::io::{Read, Write};
use std::net::TcpStream;

use noroshi_testkit::each_engine;
use serde_json::Value;

use crate::hub::{Hub, Server};

const PASSWORD: &str = "correct+horse+battery";

/// One request of a form or a page: the status, and where it leads.
fn ask(server: &Server, method: &str, path: &str, form: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
        Content-Length: {}\r\n\r\n{form}",
        server.address,
        form.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let head = answer.split("\r\n\r\n").next().unwrap();
    let leads = head
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, leads.unwrap_or_default().to_owned())
}

/// The path of the link that a server printed, which must lead to it.
fn printed(server: &mut Server) -> String {
    let greeting = server.greeting_until("/welcome/");
    let link = greeting.lines().last().unwrap().trim();
    let base = format!("http://{}", server.address);
    link.strip_prefix(&base).unwrap().to_owned()
}

#[test]
fn an_empty_place_prints_a_link_until_somebody_manages_it() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let mut server = hub.serve(&[]);
        let old = printed(&mut server);
        drop(server);
        let mut server = hub.serve(&[]);
        let link = printed(&mut server);
        assert_ne!(old, link);
        let form = format!("name=root&password={PASSWORD}&again={PASSWORD}");
        assert_eq!(
            ask(&server, "POST", &old, &form).0,
            404,
            "a newer one took its place"
        );
        assert_eq!(ask(&server, "GET", &link, "").0, 200);
        let entered = ask(&server, "POST", &link, &form);
        assert_eq!(entered, (303, "/welcome/sources".to_owned()));
        assert_eq!(ask(&server, "POST", &link, &form).0, 404);
        drop(server);

        let account: Value = hub.json(&["account", "list", "--json"]);
        assert_eq!(
            (&account["name"], &account["role"]),
            (&"root".into(), &"admin".into())
        );
        // Whoever has a password needs no link; the next start prints none.
        let again = hub.run(&["account", "link", "nobody"]);
        assert_eq!(again.code, Some(1));
        let server = hub.serve(&[]);
        let form = format!("name=root&password={PASSWORD}");
        assert_eq!(
            ask(&server, "POST", "/sign-in", &form),
            (303, "/".to_owned())
        );
    });
}

#[test]
fn a_link_lets_somebody_in_once() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "anna"]);
        let server = hub.serve(&[]);
        let base = format!("http://{}", server.address);
        let line = hub.ok(&["account", "link", "anna", "--url", &base]);
        assert_eq!(line.lines().count(), 1, "alone on its line: {line}");
        let link = line.trim().strip_prefix(&base).unwrap();
        let form = format!("password={PASSWORD}&again={PASSWORD}");
        assert_eq!(ask(&server, "POST", link, &form), (303, "/".to_owned()));
        assert_eq!(ask(&server, "GET", link, "").0, 404);

        let made = hub.json(&["account", "link", "anna", "--json"]);
        assert_eq!(made["purpose"], "reset");
        assert!(
            made["link"]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:8080/welcome/")
        );
        hub.ok(&["account", "add", "bot1", "--bot"]);
        let refused = hub.run(&["account", "link", "bot1"]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("no person"), "{}", refused.stderr);
    });
}
