//! `noroshi watch`: what it prints, what its commands are given, and what it answers.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use noroshi_testkit::{Program, each_engine};
use serde_json::{Value, json};

use crate::fixture::{body, file, offline};
use crate::hub::Hub;
use crate::stream::{Stream, make};

/// A watcher that runs, and what it prints.
fn watch(hub: &Hub, args: &[&str]) -> (Program, Stream) {
    let mut all = vec!["watch"];
    all.extend(args);
    let mut command = hub.command(&all);
    let mut program = Program::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
    let lines = BufReader::new(program.stdout().unwrap()).lines();
    (program, Stream::of(lines))
}

/// Posts, and answers the post's number.
fn say(hub: &Hub, from: &str, text: &str) -> i64 {
    let post = hub.json(&["post", text, "--as", from, "--json"]);
    post["id"].as_i64().unwrap()
}

#[test]
fn it_prints_what_matches_and_goes_on_where_it_was() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko"]);
        hub.ok(&["account", "add", "ben"]);
        offline(&hub.data(), "fixture", "increment");
        let first = say(&hub, "aiko", "one #test");
        say(&hub, "aiko", "of something else");
        let path = file(
            &hub.data(),
            "body.csv",
            &body(&["evil.example,,,Loader,test,"]),
        );
        hub.ok(&["collect", "fixture", "--from", path.to_str().unwrap()]);
        let second = say(&hub, "ben", "two #test");
        let (program, stream) = watch(&hub, &["tag:test", "--after", "0", "--json"]);
        let events: Vec<Value> = (0..3).map(|_| stream.next()).collect();
        assert_eq!(
            (&events[0]["type"], &events[0]["post"]["id"]),
            (&"posted".into(), &first.into())
        );
        assert_eq!(
            (
                &events[1]["type"],
                &events[1]["listing"]["observable"]["value"]
            ),
            (&"listed".into(), &"evil.example".into())
        );
        assert_eq!(events[2]["post"]["id"], second);
        let third = say(&hub, "ben", "three #test");
        assert_eq!(stream.next()["post"]["id"], third);
        program.terminate();
        assert!(program.wait().success());
        let after = events[1]["id"].as_str().unwrap();
        let (_program, stream) = watch(
            &hub,
            &["tag:test", "--after", after, "--json", "--from", "ben"],
        );
        assert_eq!(stream.next()["post"]["id"], second);
        assert_eq!(stream.next()["post"]["id"], third);
    });
}

#[test]
fn people_get_a_line_that_is_fit_for_a_terminal() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko"]);
        let id = say(&hub, "aiko", "a\nb \u{202e}red #test");
        let mut command = hub.command(&["watch", "in:post", "--after", "0"]);
        let mut program = Program::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
        let mut line = String::new();
        let mut lines = BufReader::new(program.stdout().unwrap());
        lines.read_line(&mut line).unwrap();
        let end = format!("aiko #{id}: a b \u{fffd}red #test\n");
        assert!(line.ends_with(&end), "{line:?}");
    });
}

#[test]
fn who_watches_as_somebody_sees_what_that_one_may_see() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        for (name, organisation) in [("aiko", "one"), ("chie", "two")] {
            let args = [
                "account",
                "add",
                name,
                "--role",
                "admin",
                "--organisation",
                organisation,
            ];
            hub.ok(&args);
        }
        let key = hub.json(&[
            "key",
            "add",
            "aiko",
            "--scope",
            "read,write,admin",
            "--json",
        ]);
        let server = hub.serve(&[]);
        let audience = json!({"name": "one", "kind": "organisations", "members": ["one"]});
        make(
            &server.address,
            key["key"].as_str().unwrap(),
            "audiences",
            &audience,
        );
        let secret = [
            "post",
            "secret",
            "--as",
            "aiko",
            "--audience",
            "one",
            "--json",
        ];
        let secret = hub.json(&secret)["id"].clone();
        let open = say(&hub, "aiko", "open");
        let (_program, all) = watch(&hub, &["in:post", "--after", "0", "--json"]);
        let (_other, chies) = watch(&hub, &["in:post", "--after", "0", "--json", "--as", "chie"]);
        assert_eq!(chies.next()["post"]["id"], open);
        assert_eq!(all.next()["post"]["id"], secret);
        assert_eq!(all.next()["post"]["id"], open);
    });
}

#[test]
fn a_command_gets_the_post_and_nothing_of_it_is_in_the_command_line() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko"]);
        let hostile = "$(touch gone) `touch gone`; touch gone\n' \" \\ #test";
        let id = say(&hub, "aiko", hostile);
        let exec = "printf '{\"id\":\"%s\",\"from\":\"%s\",\"args\":\"%s\",\"post\":' \"$NOROSHI_POST_ID\" \"$NOROSHI_POST_FROM\" \"$*\"; cat; printf '}\\n'";
        let (_program, given) = watch(&hub, &["tag:test", "--after", "0", "--exec", exec]);
        let given = given.next();
        assert_eq!(given["id"], id.to_string());
        assert_eq!(
            (&given["from"], &given["args"]),
            (&"aiko".into(), &"".into())
        );
        assert_eq!(
            (&given["post"]["id"], &given["post"]["text"]),
            (&id.into(), &hostile.into())
        );
    });
}

#[test]
fn it_replies_once_in_order_and_never_to_itself() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko"]);
        hub.ok(&["account", "add", "ben"]);
        hub.ok(&["account", "add", "echo", "--bot"]);
        let first = say(&hub, "aiko", "hello 1");
        say(&hub, "aiko", "hello: be quiet");
        say(&hub, "aiko", "hello: fail");
        say(&hub, "aiko", "hello: flood");
        say(&hub, "ben", "hello, not for me");
        say(&hub, "echo", "hello, I said myself");
        let last = say(&hub, "aiko", "hello 2");
        // Its answer has the word that it listens for.
        let exec = "text=$(cat); case \"$text\" in \
            *quiet*) ;; \
            *fail*) echo no; exit 3 ;; \
            *flood*) head -c 70000 /dev/zero | tr '\\0' x ;; \
            *) echo \"hello, $NOROSHI_POST_FROM\"; echo ;; esac";
        let args = [
            "hello", "--after", "0", "--as", "echo", "--exec", exec, "--reply", "--from", "aiko",
            "--from", "echo",
        ];
        let (_echo, _) = watch(&hub, &args);
        let (_other, replies) = watch(&hub, &["from:echo is:reply", "--after", "0", "--json"]);
        for to in [first, last] {
            let reply = replies.next()["post"].clone();
            assert_eq!(
                (&reply["reply_to"], &reply["text"]),
                (&to.into(), &"hello, aiko".into())
            );
        }
        let again = say(&hub, "aiko", "hello 3");
        assert_eq!(replies.next()["post"]["reply_to"], again);
    });
}

#[test]
fn two_bots_do_not_talk_for_ever() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        for name in ["one", "two"] {
            hub.ok(&["account", "add", name, "--bot"]);
        }
        hub.ok(&["account", "add", "aiko"]);
        let answer = |name: &'static str| {
            let args = [
                "hello",
                "--after",
                "0",
                "--as",
                name,
                "--exec",
                "echo hello",
                "--reply",
            ];
            watch(&hub, &args).0
        };
        let _bots = [answer("one"), answer("two")];
        let (_other, replies) = watch(&hub, &["is:reply", "--after", "0", "--json"]);
        let first = say(&hub, "aiko", "hello");
        // Each answers the post, and in the line of answers behind it the other, until three answers there are its
        // own: one, two, one, two, one, two; and the same begun by the other.
        let mut answers: Vec<Value> = (0..12).map(|_| replies.next()["post"].clone()).collect();
        // Both deal with posts in order: when they answer the next one, they have dealt with all before.
        let second = say(&hub, "aiko", "hello again");
        while answers
            .iter()
            .filter(|post| post["reply_to"] == second)
            .count()
            < 2
        {
            answers.push(replies.next()["post"].clone());
        }
        let talk = answers.iter().filter(|post| post["thread"] == first);
        assert_eq!(talk.count(), 12, "{answers:?}");
    });
}

#[test]
fn bad_usage_is_told() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko"]);
        for (args, code, said) in [
            (&["watch", "tag:("][..], 2, "^"),
            (&["watch", "in:post", "--reply"][..], 2, "--exec"),
            (
                &["watch", "in:post", "--exec", "cat", "--reply"][..],
                2,
                "--as",
            ),
            (
                &["watch", "in:post", "--exec", "cat", "--json"][..],
                2,
                "--json",
            ),
            (&["watch", "in:post", "--after", "never"][..], 2, "17-4"),
            (&["watch", "in:post", "--as", "nobody"][..], 1, "nobody"),
            (&["watch", "in:post", "--from", "nobody"][..], 1, "nobody"),
        ] {
            let ended = hub.run(args);
            assert_eq!(ended.code, Some(code), "{args:?}: {}", ended.stderr);
            assert!(ended.stderr.contains(said), "{}", ended.stderr);
        }
    });
}
