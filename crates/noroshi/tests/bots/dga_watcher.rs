//! The DGA watcher: a log goes in, one post comes out, and once only.

use std::fmt::Write;

use noroshi_testkit::each_engine;

use crate::bot::{Account, python};
use crate::hub::{Hub, end};
use crate::timeline::{Timeline, text};

const ZEUS: [&str; 2] = [
    "oq2cuaacaaknsmqaag46adosaqaabjafstfpeioqwoozaaaaahwbiaa3aaaabkp.ayldacaaiaaaqamy6sx5",
    "lss6umwaw7dt5rru3f3azshqcz7y.a.j.e5.sk",
];

/// Zeek's log of two clients that ask for generated and for ordinary names.
fn log() -> String {
    let mut log =
        "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tquery\trcode_name\n".to_owned();
    for client in ["192.0.2.1", "192.0.2.2"] {
        for name in [
            "www.example.com",
            "mail.example.co.jp",
            ZEUS[0],
            "d111111abcdef8.cloudfront.net",
            ZEUS[1],
        ] {
            writeln!(log, "1.0\tC1\t{client}\t{name}\tNOERROR").unwrap();
        }
    }
    log
}

#[test]
fn generated_names_of_a_log_are_posted_in_one_bundle() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (bot, alice) = (Account::bot(&hub, "dga"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        let (file, state) = (hub.data().join("dns.log"), hub.data().join("dga.json"));
        std::fs::write(&file, log()).unwrap();
        let args = [
            "dga_watcher.py",
            file.to_str().unwrap(),
            "--state",
            state.to_str().unwrap(),
        ];

        for run in 0..2 {
            let ended = end(&mut python(&args, &server, &bot), "");
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            let posts = timeline.so_far(&server, &alice, "dga");
            if run == 1 {
                assert!(posts.is_empty(), "the same names again: {posts:?}");
                continue;
            }
            assert_eq!(posts.len(), 1, "{posts:?}");
            let said = text(&posts[0]);
            assert!(
                said.starts_with("2 names look generated, asked for by 2 clients. #dga"),
                "{said}"
            );
            for name in ZEUS {
                assert!(said.contains(&name.replace('.', "[.]")), "{said}");
            }
            assert!(!said.contains("example"), "{said}");
            assert_eq!(posts[0]["tags"], serde_json::json!(["dga"]));
        }
    });
}
