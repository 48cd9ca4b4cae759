//! Mail, through a mail server that is not ours, and through servers that misbehave.

use std::sync::Arc;
use std::time::Duration;

use noroshi_egress::{
    Egress, EgressConfig, EgressError, Mail, MailError, MailSecurity, MailServer, Purpose,
};
use noroshi_testkit::MailServer as Fake;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::fake::Script;
use crate::tls::fixture;

fn egress(places: &[&str]) -> Egress {
    let mut config = EgressConfig::new("noroshi-test");
    config.resolver = Arc::new(Script::new(&[&["127.0.0.1"]]));
    config.ca_files = vec![fixture("ca.pem")];
    for place in places {
        config.allow(Purpose::Mail, place.parse().unwrap());
    }
    config.policy_mut(Purpose::Mail).total_timeout = Duration::from_secs(20);
    Egress::new(config).unwrap()
}

fn server(host: &str, port: u16, security: MailSecurity) -> MailServer {
    MailServer {
        host: host.to_owned(),
        port,
        security,
        login: None,
    }
}

fn login(password: &str) -> Option<(String, String)> {
    Some(("noroshi".to_owned(), password.to_owned()))
}

fn mail(to: &[&str]) -> Mail {
    Mail {
        from: "noroshi@hub.example".to_owned(),
        from_name: Some("Noroshi 狼煙".to_owned()),
        to: to.iter().map(|to| (*to).to_owned()).collect(),
        subject: "検知: evil[.]example".to_owned(),
        text: "one\n.\n..two\nQUIT\n三".to_owned(),
        html: "<p>one</p>".to_owned(),
        id: "00ff@hub.example".to_owned(),
        at: 1_774_774_800_000_000,
        list_id: Some("hunt-7.hub.example".to_owned()),
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let fake = Fake::start();
    let place = format!("127.0.0.1:{}", fake.port());
    let egress = egress(&[&place]);
    let plain = server("127.0.0.1", fake.port(), MailSecurity::Plain);
    let mail = mail(&["soc@corp.example", "aiko@corp.example"]);
    let answer = egress.mail(&plain, &mail).await.unwrap();
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (250, "OK queued as 1")
    );
    let taken = fake.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].from, "noroshi@hub.example");
    assert_eq!(taken[0].to, ["soc@corp.example", "aiko@corp.example"]);
    let text = taken[0].text();
    assert!(
        text.contains("Message-ID: <00ff@hub.example>\r\n"),
        "{text}"
    );
    // The lines that would end the mail, or be commands, are text.
    assert!(text.contains("\r\nContent-Type: text/html"), "{text}");
    // A mail that is sent twice is the same mail.
    egress.mail(&plain, &mail).await.unwrap();
    assert_eq!(fake.taken()[1].bytes, taken[0].bytes);
}

#[tokio::test]
async fn both_ways_to_begin_tls_carry_a_password() {
    for (way, security) in [
        ("tls", MailSecurity::Tls),
        ("starttls", MailSecurity::Starttls),
    ] {
        let (certificate, key) = (fixture("server.pem"), fixture("server.key"));
        let fake = Fake::start_secure(way, &certificate, &key, true);
        let egress = egress(&[&format!("127.0.0.1:{}", fake.port())]);
        let with = |host: &str, password: &str| MailServer {
            login: login(password),
            ..server(host, fake.port(), security)
        };
        let mail = mail(&["soc@corp.example"]);
        egress
            .mail(&with("feeds.example", "päss word"), &mail)
            .await
            .unwrap();
        assert_eq!(fake.taken().len(), 1, "{way}");
        let refused = egress.mail(&with("feeds.example", "wrong"), &mail).await;
        let error = refused.unwrap_err();
        assert!(
            matches!(error, MailError::Refused { status: 535, .. }),
            "{way}: {error:?}"
        );
        assert!(!error.is_passing() && !error.to_string().contains("wrong"));
        // A stranger's certificate.
        let error = egress
            .mail(&with("other.example", "päss word"), &mail)
            .await
            .unwrap_err();
        let stranger = matches!(error, MailError::Way(EgressError::Tls { .. }));
        assert!(stranger, "{way}: {error:?}");
        assert_eq!(fake.taken().len(), 1, "{way}");
    }
}

#[tokio::test]
async fn nothing_goes_in_the_clear_that_should_not() {
    let fake = Fake::start();
    let port = fake.port();
    let open = egress(&[&format!("127.0.0.1:{port}")]);
    let mail = mail(&["soc@corp.example"]);
    let message = async |egress: &Egress, server: MailServer| {
        let error = egress.mail(&server, &mail).await.unwrap_err();
        assert!(!error.is_passing(), "{error:?}");
        error.to_string()
    };
    let demanded = server("127.0.0.1", port, MailSecurity::Starttls);
    let said = message(&open, demanded).await;
    assert!(said.ends_with("offers no STARTTLS"), "{said}");
    let with_password = MailServer {
        login: login("x"),
        ..server("127.0.0.1", port, MailSecurity::Plain)
    };
    let said = message(&open, with_password).await;
    assert!(
        said.starts_with("no password is sent in the clear"),
        "{said}"
    );
    let said = message(&egress(&[]), server("127.0.0.1", port, MailSecurity::Plain)).await;
    assert!(said.contains("is loopback"), "{said}");
    let said = message(&egress(&[]), server("mail.example", 587, MailSecurity::Tls)).await;
    assert!(
        said.contains("is loopback") && said.contains("[egress] mail"),
        "{said}"
    );
    let said = message(&open, server("mail.example", 22, MailSecurity::Tls)).await;
    assert!(said.contains("port 22"), "{said}");
    for host in [
        "mail\r\nexample",
        "",
        "a b",
        "mail.example/x",
        "user@mail.example",
    ] {
        let said = message(&open, server(host, port, MailSecurity::Plain)).await;
        assert!(said.starts_with("the URL is refused"), "{host:?}: {said}");
    }
    assert!(fake.taken().is_empty());
}

#[tokio::test]
async fn a_refused_recipient_refuses_the_mail() {
    let fake = Fake::start();
    let egress = egress(&[&format!("127.0.0.1:{}", fake.port())]);
    let plain = server("127.0.0.1", fake.port(), MailSecurity::Plain);
    for (who, expected, passing) in [
        ("nobody@corp.example", 550, false),
        ("later@corp.example", 451, true),
    ] {
        let error = egress
            .mail(&plain, &mail(&["soc@corp.example", who]))
            .await
            .unwrap_err();
        let MailError::Refused { status, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!((*status, error.is_passing()), (expected, passing));
    }
    assert!(fake.taken().is_empty());
}

/// A server that says these lines, one after each command, and then nothing more.
async fn saying(lines: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                for line in lines {
                    let _ = stream.write_all(line.as_bytes()).await;
                    let _ = stream.read(&mut [0; 4096]).await;
                }
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn servers_that_misbehave_are_left() {
    let endless: &'static str = Box::leak("220 ".repeat(1_000_000).into_boxed_str());
    let many: &'static str = Box::leak("220-go on\r\n".repeat(1_000_000).into_boxed_str());
    for (lines, passing) in [
        (&["220 hello\r\n"][..], true),
        (&["nonsense\r\n"][..], true),
        (&["554 5.7.1 go away\r\n"][..], false),
        (&["421 busy\r\n"][..], true),
        (Box::leak(Box::new([endless])), true),
        (Box::leak(Box::new([many])), true),
    ] {
        let port = saying(lines).await;
        let mut config = EgressConfig::new("noroshi-test");
        config.allow(Purpose::Mail, format!("127.0.0.1:{port}").parse().unwrap());
        config.policy_mut(Purpose::Mail).total_timeout = Duration::from_secs(1);
        let egress = Egress::new(config).unwrap();
        let plain = server("127.0.0.1", port, MailSecurity::Plain);
        let error = egress
            .mail(&plain, &mail(&["soc@corp.example"]))
            .await
            .unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.is_passing(), passing, "{error:?}");
        assert!(shown.len() < 500, "{} bytes", shown.len());
    }
}
