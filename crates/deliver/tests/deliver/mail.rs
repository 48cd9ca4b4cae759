//! Mail, through a mail server that is not ours.

use noroshi_deliver::{Fields, MailSettings, Sheet, SheetPart};
use noroshi_egress::{MailSecurity, MailServer};
use noroshi_indicator::Tlp;
use noroshi_store::{ChannelKind, DeliveryKind, DeliveryState, Reader};
use noroshi_testkit::{MailServer as Fake, TakenMail};

use crate::place::{HUB, Place};

fn settings(port: u16) -> MailSettings {
    MailSettings {
        server: MailServer {
            host: "127.0.0.1".to_owned(),
            port,
            security: MailSecurity::Plain,
            login: None,
        },
        from: "noroshi@hub.example".to_owned(),
        from_name: Some("Noroshi".to_owned()),
    }
}

fn to(addresses: &[&str]) -> Fields {
    Fields {
        to: addresses.iter().map(|one| (*one).to_owned()).collect(),
        ..Fields::default()
    }
}

/// A part of a mail, decoded by Python's own reader of mail.
fn read(mail: &TakenMail, what: &str) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let script = format!(
        "import email, email.policy, sys\n\
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
        sys.stdout.reconfigure(encoding='utf-8')\nprint({what}, end='')"
    );
    let mut python = Command::new("python3")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(&mail.bytes).unwrap();
    let said = python.wait_with_output().unwrap();
    String::from_utf8(said.stdout).unwrap()
}

#[tokio::test]
async fn a_hit_arrives_as_mail() {
    let place = Place::new().await;
    let fake = Fake::start();
    let fields = to(&["soc@corp.example", "aiko@corp.example"]);
    let channel = place.channel(ChannelKind::Email, fields).await;
    let hunt = place.hunt("標的型\u{202e}", &channel).await;
    place
        .post(
            "evil <b>http://evil.example/a</b> を検知",
            "everyone",
            Tlp::Green,
        )
        .await;
    place.hit(hunt).await;
    let server = format!("127.0.0.1:{}", fake.port());
    let courier = place.courier(&[server], Some(settings(fake.port())));
    let log = place.settled(&courier, &channel).await;
    assert_eq!(log[0].state, DeliveryState::Sent, "{log:?}");
    assert_eq!(log[0].answer.as_deref(), Some("250 OK queued as 1"));
    let taken = fake.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, ["soc@corp.example", "aiko@corp.example"]);
    let header = |name: &str| read(&taken[0], &format!("m[{name:?}]"));
    assert_eq!(header("From"), "Noroshi <noroshi@hub.example>");
    assert_eq!(
        header("Message-ID"),
        format!("<{}@hub.example>", log[0].key)
    );
    assert_eq!(header("List-Id"), "<hunt-1.hub.example>");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    let subject = header("Subject");
    assert!(
        subject.starts_with("[Noroshi] 標的型‹U+202E›: evil"),
        "{subject}"
    );
    let plain = read(&taken[0], "m.get_body(('plain',)).get_content()");
    let html = read(&taken[0], "m.get_body(('html',)).get_content()");
    for part in [&plain, &html] {
        assert!(
            part.contains("hxxp://evil[.]example/a") && part.contains("TLP:GREEN"),
            "{part}"
        );
        assert!(
            part.replace("&amp;", "&")
                .contains(&format!("{HUB}/hunt/1?show=all&cursor=2#h-1")),
            "{part}"
        );
        assert!(!part.contains("http://evil"), "{part}");
    }
    assert!(
        !html.contains("<b>") && html.contains("<a href=\"https://hub.example/"),
        "{html}"
    );
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words() {
    let place = Place::new().await;
    let fake = Fake::start();
    let reader = Reader::account(place.aiko);
    let server = format!("127.0.0.1:{}", fake.port());
    let courier = place.courier(&[server], Some(settings(fake.port())));
    let fields = to(&["nobody@corp.example"]);
    let channel = place.channel(ChannelKind::Email, fields).await;
    let test = courier.test(&reader, channel.id).await.unwrap();
    assert_eq!(
        (test.state, test.status),
        (DeliveryState::Failed, Some(550))
    );
    assert!(test.error.unwrap().contains("No such user here"));
    // Without a mail server, that is what is told.
    let none = place.courier(&[], None);
    assert!(!none.has_mail());
    let test = none.test(&reader, channel.id).await.unwrap();
    assert!(test.error.unwrap().contains("[mail]"));
    assert!(fake.taken().is_empty());
}

#[tokio::test]
async fn greylisting_is_waited_for() {
    let place = Place::new().await;
    let fake = Fake::start();
    let server = format!("127.0.0.1:{}", fake.port());
    let courier = place.courier(&[server], Some(settings(fake.port())));
    let channel = place
        .channel(ChannelKind::Email, to(&["later@corp.example"]))
        .await;
    let hunt = place.hunt("phishing", &channel).await;
    place.post("evil", "everyone", Tlp::Green).await;
    place.hit(hunt).await;
    let log = place.settled(&courier, &channel).await;
    assert_eq!(
        (log[0].state, log[0].status),
        (DeliveryState::Waiting, Some(451))
    );
    assert!(log[0].next_try.is_some());
}

#[tokio::test]
async fn a_sheet_goes_by_mail() {
    let place = Place::new().await;
    let fake = Fake::start();
    let server = format!("127.0.0.1:{}", fake.port());
    let courier = place.courier(&[server], Some(settings(fake.port())));
    let channel = place
        .channel(ChannelKind::Email, to(&["soc@corp.example"]))
        .await;
    let sheet = Sheet {
        heading: "Shift hand-over".to_owned(),
        parts: vec![SheetPart {
            title: "Hits".to_owned(),
            lines: vec!["phishing: 3 http://evil.example/".to_owned()],
        }],
    };
    let reader = Reader::account(place.aiko);
    courier
        .hand_over(&reader, channel.id, &sheet)
        .await
        .unwrap();
    let log = place.settled(&courier, &channel).await;
    assert_eq!(
        (log[0].kind, log[0].state),
        (DeliveryKind::Sheet, DeliveryState::Sent)
    );
    let plain = read(&fake.taken()[0], "m.get_body(('plain',)).get_content()");
    assert!(
        plain.contains("■ Hits") && plain.contains("• phishing: 3 hxxp://evil[.]example/"),
        "{plain}"
    );
}
