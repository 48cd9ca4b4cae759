//! The syslog poster: lines of standard input and datagrams become posts, a flood becomes one.

use std::net::UdpSocket;

use noroshi_testkit::each_engine;

use crate::bot::{Account, python, start_saying};
use crate::hub::{Hub, end};
use crate::timeline::{Timeline, text};

#[test]
fn lines_become_posts_and_a_flood_one() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (bot, alice) = (Account::bot(&hub, "logs"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let line = "<11>Oct 11 22:14:15 gw sshd[7]: Failed password for @alice\n";
        let args = ["syslog_poster.py", "--most", "2", "--tag", "gateway"];
        let ended = end(&mut python(&args, &server, &bot), &line.repeat(5));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let posts = timeline.so_far(&server, &alice, "logs");
        let texts: Vec<&str> = posts.iter().map(text).collect();
        let one = "`gw` `sshd` (err)\n`Failed password for @alice`\n\n#gateway";
        let rest = "…and 3 more log lines within a minute: `gw sshd: 3`\n\n#gateway";
        assert_eq!(texts, [one, one, rest]);
    });
}

#[test]
fn datagrams_become_posts() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (bot, alice) = (Account::bot(&hub, "logs"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let listening = ["syslog_poster.py", "--udp", "0"];
        let (_bot, said) = start_saying(&mut python(&listening, &server, &bot));
        let (_, port) = said.rsplit_once(':').unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let message = "<165>1 - host.example app - - - 起動しました";
        socket
            .send_to(message.as_bytes(), format!("127.0.0.1:{port}"))
            .unwrap();
        let post = timeline.next(|post| post["from"] == "logs");
        assert_eq!(
            text(&post),
            "`host.example` `app` (notice)\n`起動しました`\n\n#syslog"
        );
    });
}
