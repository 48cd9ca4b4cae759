//! The smallest bot, two lines of `curl` in a shell, and how soon it answers.

use std::time::Instant;

use noroshi_testkit::each_engine;

use crate::bot::{Account, command, root, start};
use crate::hub::Hub;
use crate::timeline::{Timeline, post, text};

#[test]
fn it_is_as_small_as_the_guide_says() {
    let script = std::fs::read_to_string(root().join("examples/bots/echo_bot.sh")).unwrap();
    assert!(script.lines().count() <= 15);
    assert_eq!(script.matches("curl ").count(), 2);
}

#[test]
fn it_answers_once_and_never_itself() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (echo, alice) = (Account::bot(&hub, "echo"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let _bot = start(command("sh", &server, &echo).arg("echo_bot.sh"));
        let reply = timeline.ask(&server, &alice, "hello, anybody?", &echo);
        assert_eq!(text(&reply), "Hi, alice!");

        // It listens now, so this measures the whole way there and back.
        timeline.so_far(&server, &alice, "echo");
        let began = Instant::now();
        let question = post(&server, &alice, "hello again");
        let reply = timeline.next(|post| post["reply_to"] == question["id"]);
        let took = began.elapsed();
        println!("a reply bot in a shell answered after {took:?}");
        assert_eq!(text(&reply), "Hi, alice!");

        post(&server, &alice, "no greeting: hello");
        post(&server, &echo, "hello, I said myself");
        let last = post(&server, &alice, "hello for the last time");
        timeline.next(|post| post["reply_to"] == last["id"]);
        assert!(timeline.so_far(&server, &alice, "echo").is_empty());
    });
}
