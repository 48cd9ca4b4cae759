//! The phishing judge: what the hub knows and how a URL looks, as a reply.

use noroshi_testkit::each_engine;
use serde_json::json;

use crate::bot::{Account, as_bot, python, root, start};
use crate::fixture::{body, file, offline};
use crate::hub::{Hub, end};
use crate::timeline::{Timeline, text};

/// One host that a feed lists as phishing.
fn fill(hub: &Hub) {
    offline(&hub.data(), "urlfeed", "snapshot");
    let rows = body(&["login.evil.example,,,,phishing,"]);
    let path = file(&hub.data(), "body.csv", &rows);
    hub.ok(&["collect", "urlfeed", "--from", path.to_str().unwrap()]);
}

#[test]
fn it_replies_with_a_verdict_and_its_reasons() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (judge, alice) = (Account::bot(&hub, "judge"), Account::person(&hub, "alice"));
        fill(&hub);
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let _bot = start(&mut python(&["phishing_judge.py"], &server, &judge));
        for (question, verdict, reason) in [
            (
                "@is_a_phish hxxp://login[.]evil[.]example/a",
                "**phish**: `hxxp://login[.]evil[.]example/a`",
                "login[.]evil[.]example is listed by urlfeed (phishing)",
            ),
            (
                "これは？ ＠is_a_phish　ｈｔｔｐｓ：／／ｐａｙｐａ１．ｅｘａｍｐｌｅ／?a=1&b=2",
                "**疑わしい**: `hxxps://paypa1[.]example/?a=1&b=2`",
                "paypal に見えるが paypa1[.]example",
            ),
            (
                "@is_a_phish https://harmless.example/",
                "**no sign**: `hxxps://harmless[.]example/`",
                "nobody lists it",
            ),
        ] {
            let reply = timeline.ask(&server, &alice, question, &judge);
            let said = text(&reply);
            assert_eq!(said.lines().next(), Some(verdict), "{said}");
            assert!(said.contains(reason), "{said}");
        }
    });
}

#[test]
fn as_a_filter_it_prints_the_reply() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let judge = Account::bot(&hub, "judge");
        fill(&hub);
        let server = hub.serve(&[]);
        for (from, asked, starts) in [
            ("alice", "@is_a_phish login.evil.example", "**phish**"),
            ("alice", "nothing is asked", ""),
            ("judge", "@is_a_phish login.evil.example", ""),
        ] {
            let post = json!({"id": 7, "from": from, "text": asked}).to_string();
            let filter = ["phishing_judge.py", "--filter"];
            let ended = end(&mut python(&filter, &server, &judge), &post);
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            assert!(ended.stdout.starts_with(starts), "{}", ended.stdout);
            assert_eq!(
                ended.stdout.is_empty(),
                starts.is_empty(),
                "{}",
                ended.stdout
            );
        }
    });
}

#[test]
fn as_a_filter_of_the_program_it_is_a_bot() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (judge, alice) = (Account::bot(&hub, "judge"), Account::person(&hub, "alice"));
        fill(&hub);
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let folder = root().join("examples/bots/phishing_judge.py");
        let exec = format!("python3 '{}' --filter", folder.display());
        let (query, name) = ("\"@is_a_phish\"", judge.name.as_str());
        let args = ["watch", query, "--as", name, "--exec", &exec, "--reply"];
        let _bot = start(as_bot(&mut hub.command(&args), &server, &judge));
        let reply = timeline.ask(&server, &alice, "@is_a_phish login.evil.example", &judge);
        let said = text(&reply);
        assert!(said.starts_with("**phish**"), "{said}");
        assert!(said.contains("listed by urlfeed"), "{said}");
    });
}
