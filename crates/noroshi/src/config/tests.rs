//! Tests of the configuration.

use super::*;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read("noroshi.toml", text, variables)
}

#[test]
fn nothing_said_is_a_configuration() {
    let config = read("", &[]).unwrap();
    assert!(config.collects());
    assert_eq!((config.concurrency(), config.max_body()), (2, 2 << 30));
    assert!(config.database().unwrap().is_none());
}

#[test]
fn every_key_is_read() {
    let text = r#"
        listen = ["127.0.0.1:1", "[::1]:2"]
        collect = false
        concurrency = 3
        max_body = 10
        https = true
        [log]
        level = "debug"
        format = "json"
        [egress]
        feed = ["a.example:443"]
        sign_in = ["b.example:443"]
        ca_files = ["ca.pem"]
        user_agent = "me"
        [source.my-feed]
        key = "k"
    "#;
    let config = read(text, &[]).unwrap();
    assert_eq!(config.listen.len(), 2);
    assert!(!config.collects());
    assert_eq!((config.concurrency(), config.max_body()), (3, 10));
    assert_eq!((config.https, config.behind_proxy), (true, false));
    assert_eq!(config.egress.private(Purpose::Feed), ["a.example:443"]);
    assert_eq!(config.egress.private(Purpose::SignIn), ["b.example:443"]);
    assert!(config.egress.private(Purpose::Notice).is_empty());
    let keys = config.keys().unwrap();
    assert_eq!(keys.get("my-feed").map(Secret::reveal), Some("k"));
}

#[test]
fn the_environment_wins() {
    let text =
        "collect = true\nlisten = [\"127.0.0.1:1\"]\n[source.my-feed]\nkey_file = \"/nowhere\"";
    let variables = [
        ("NOROSHI_COLLECT", "false"),
        ("NOROSHI_LISTEN", "127.0.0.1:2, [::1]:3"),
        ("NOROSHI_CONCURRENCY", "7"),
        ("NOROSHI_EGRESS_FEED", "10.0.0.0/8:443"),
        ("NOROSHI_EGRESS_USER_AGENT", "12"),
        ("NOROSHI_SOURCE_MY_FEED_KEY", "k"),
        ("NOROSHI_DATABASE", "postgres://db.example/n"),
        ("NOROSHI_DATA", "/elsewhere"),
        ("NOROSHI_TEST_ENGINES", "sqlite"),
        ("HOME", "/root"),
    ];
    let config = read(text, &variables).unwrap();
    assert!(!config.collects());
    assert_eq!(config.listen.len(), 2);
    assert_eq!(config.concurrency(), 7);
    assert_eq!(config.egress.private(Purpose::Feed), ["10.0.0.0/8:443"]);
    assert_eq!(config.egress.user_agent.as_deref(), Some("12"));
    let keys = config.keys().unwrap();
    assert_eq!(keys.get("my-feed").map(Secret::reveal), Some("k"));
    let database = config.database().unwrap();
    assert_eq!(database.as_deref(), Some("postgres://db.example/n"));
}

#[test]
fn every_key_has_a_variable() {
    let keys = "database database_file listen collect concurrency max_body behind_proxy https public_url log.level log.format egress.feed
        egress.notice egress.lookup egress.capture egress.sign_in egress.mail egress.ca_files egress.user_agent
        mail.host mail.port mail.security mail.from mail.from_name mail.user mail.password mail.password_file";
    for key in keys.split_whitespace() {
        let variable = format!("NOROSHI_{}", key.to_uppercase().replace('.', "_"));
        let told = read("", &[(&variable, "")]).err().unwrap_or_default();
        assert!(!told.contains("is no setting"), "{variable}: {told}");
    }
}

#[test]
fn what_bots_need_is_no_mistake() {
    for variable in ["NOROSHI_KEY", "NOROSHI_KEY_FILE", "NOROSHI_POST_ID"] {
        assert_eq!(read("", &[(variable, "x")]).err(), None, "{variable}");
    }
    assert!(read("", &[("NOROSHI_POST", "x")]).is_err());
}

#[test]
fn a_misspelling_names_what_was_meant() {
    for (text, variables, told) in [
        ("a = 1\n", &[][..], "noroshi.toml:1: unknown field `a`"),
        (
            "\nlistn = []\n",
            &[],
            "noroshi.toml:2: unknown field `listn`",
        ),
        ("\nlistn = []\n", &[], "did you mean `listen`?"),
        ("[egress]\nfeeds = []\n", &[], "did you mean `feed`?"),
        ("[log]\nformat = \"jsn\"\n", &[], "did you mean `json`?"),
        ("listen = [\"nowhere\"]\n", &[], "noroshi.toml:1: "),
        (
            "",
            &[("NOROSHI_LISTN", "")],
            "NOROSHI_LISTN is no setting; did you mean NOROSHI_LISTEN?",
        ),
        (
            "",
            &[("NOROSHI_SOURCE_X", "")],
            "NOROSHI_SOURCE_X is no setting",
        ),
        (
            "",
            &[("NOROSHI_COLLECT", "perhaps")],
            "NOROSHI_COLLECT: write true",
        ),
        ("", &[("NOROSHI_LISTEN", "nowhere")], "environment: "),
    ] {
        let error = read(text, variables).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn secrets_stand_in_files_too() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key");
    std::fs::write(&file, "hunter2\n").unwrap();
    let text = format!("[source.a]\nkey_file = {:?}", file.display().to_string());
    let keys = read(&text, &[]).unwrap().keys().unwrap();
    assert_eq!(keys.get("a").map(Secret::reveal), Some("hunter2"));

    let both = read(&format!("{text}\nkey = \"x\""), &[]).unwrap();
    assert!(both.keys().unwrap_err().to_string().contains("only one"));
    let gone = read("database_file = \"/nowhere/x\"", &[]).unwrap();
    assert!(
        gone.database()
            .unwrap_err()
            .to_string()
            .contains("/nowhere/x")
    );
}

#[test]
fn mail_is_sent_as_it_is_said() {
    let mail = |text: &str, variables| read(text, variables).unwrap().mail();
    assert!(mail("", &[]).unwrap().is_none());
    let text = "[mail]\nhost = \"mail.example\"\nfrom = \"n@hub.example\"\nsecurity = \"tls\"\nuser = \"n\"";
    let variables = [
        ("NOROSHI_MAIL_PASSWORD", "hunter2"),
        ("NOROSHI_MAIL_PORT", "4465"),
    ];
    let told = mail(text, &variables).unwrap().unwrap();
    assert_eq!(
        (told.server.port, told.from.as_str()),
        (4465, "n@hub.example")
    );
    assert!(!format!("{told:?}").contains("hunter2"));
    assert_eq!(
        told.server.login,
        Some(("n".to_owned(), "hunter2".to_owned()))
    );
    let usual = mail(
        "[mail]\nhost = \"m.example\"\nfrom = \"n@hub.example\"",
        &[],
    );
    let usual = usual.unwrap().unwrap();
    assert_eq!(usual.server.port, 587);
    assert_eq!(
        usual.server.security,
        noroshi_egress::MailSecurity::Starttls
    );
    for wrong in ["[mail]\nhost = \"m.example\"", text] {
        assert!(mail(wrong, &[]).is_err(), "{wrong}");
    }
    assert!(read("[mail]\nsecurity = \"ssl\"", &[]).is_err());
}

#[test]
fn people_reach_the_hub_where_it_is_said() {
    let url = |text: &str| {
        read(&format!("public_url = {text:?}"), &[])
            .unwrap()
            .public_url()
    };
    assert_eq!(read("", &[]).unwrap().public_url().unwrap(), None);
    for good in [
        "https://hub.example",
        "http://[::1]:8080/",
        "https://hub.example:8443",
    ] {
        assert_eq!(
            url(good).unwrap().as_deref(),
            Some(good.trim_end_matches('/'))
        );
    }
    for wrong in [
        "hub.example",
        "",
        "https://",
        "https://hub.example/a",
        "javascript:x",
        "https://u@hub.example",
        "https://hub.example?x",
    ] {
        assert!(url(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn no_secret_is_told_in_an_error() {
    let error = read("[source.a]\nkey = [\"hunter2\"]\n", &[]).unwrap_err();
    assert!(!error.contains("hunter2"), "{error}");
    let error = read("[source.a]\nkey = hunter2\n", &[]).unwrap_err();
    assert!(!error.contains("hunter2"), "{error}");
}
