//! The router bot: orders of named accounts reach a command as arguments, others reach nothing.

use noroshi_testkit::each_engine;

use crate::bot::{Account, python, start};
use crate::hub::Hub;
use crate::timeline::{Timeline, post, text};

#[test]
fn it_obeys_named_accounts_and_nobody_else() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let bot = Account::bot(&hub, "router");
        let (alice, mallory) = (
            Account::person(&hub, "alice"),
            Account::person(&hub, "mallory"),
        );
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let done = hub.data().join("done");
        let script = format!("echo \"$*\" >>'{}'", done.display());
        let _bot = start(&mut python(
            &[
                "router_bot.py",
                "--from",
                "alice",
                "--execute",
                "--",
                "sh",
                "-c",
                &script,
                "acl",
            ],
            &server,
            &bot,
        ));
        let reply = timeline.ask(&server, &alice, "#block 192.0.2.7", &bot);
        assert_eq!(text(&reply), "mitigated 192[.]0[.]2[.]7");
        post(&server, &mallory, "#block 192.0.2.66");
        for (order, said) in [
            (
                "#block 192.0.2.8;reboot",
                "error: not an address: 192[.]0[.]2[.]8?reboot",
            ),
            ("#block 0.0.0.0/0", "error: too wide: 0[.]0[.]0[.]0/0"),
            ("#unblock 2001:db8::7", "released 2001:db8::7"),
        ] {
            assert_eq!(text(&timeline.ask(&server, &alice, order, &bot)), said);
        }
        let done = std::fs::read_to_string(done).unwrap();
        let mut lines: Vec<&str> = done.lines().collect();
        // Orders are repeated until the bot listens.
        lines.dedup();
        assert_eq!(lines, ["block 192.0.2.7", "unblock 2001:db8::7"]);
    });
}

#[test]
fn it_only_says_what_it_would_do_unless_told() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (bot, alice) = (Account::bot(&hub, "router"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let _bot = start(&mut python(
            &["router_bot.py", "--from", "alice"],
            &server,
            &bot,
        ));
        let reply = timeline.ask(&server, &alice, "#block 192.0.2.7", &bot);
        assert_eq!(text(&reply), "dry run, not mitigated 192[.]0[.]2[.]7");
    });
}
