//! Own names watched against a local server that speaks RDAP: what changes becomes a post for those who see the
//! watch-list, once, and a hunt can find it.
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is tests")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use noroshi_egress::{Egress, EgressConfig, HostPort, Purpose};
use noroshi_lookup::registration::Registries;
use noroshi_query::Rules;
use noroshi_store::{
    AccountKind, HuntForm, NewAccount, NewHunt, Reader, Role, Store, Target, Timeline,
};

/// Answers by path: a status and a body.
type Answers = Arc<Mutex<HashMap<String, (u16, String)>>>;

/// A server on loopback, and its port.
fn registry(answers: Answers) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let asked = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let path = asked.split(' ').nth(1).unwrap().to_owned();
            let known = answers.lock().unwrap().get(&path).cloned();
            let (status, body) = known.unwrap_or((404, "{\"errorCode\":404}".to_owned()));
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/rdap+json\r\nretry-after: 7200\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    port
}

fn registered(name: &str, registrar: &str, server: &str, days: i64) -> (u16, String) {
    let end = noroshi_store::now() + days * 86_400_000_000;
    let end = end.to_string();
    let end = noroshi_lookup::Time(end.parse().unwrap()).to_string();
    let body = format!(
        r#"{{"objectClassName":"domain","ldhName":"{}","status":["active"],
        "events":[{{"eventAction":"expiration","eventDate":"{end}"}}],
        "nameservers":[{{"objectClassName":"nameserver","ldhName":"{server}"}}],
        "entities":[{{"objectClassName":"entity","roles":["registrar"],"vcardArray":["vcard",[["version",{{}},"text","4.0"],["fn",{{}},"text","{registrar}"]]]}}]}}"#,
        name.to_uppercase()
    );
    (200, body)
}

fn registries(port: u16) -> Registries {
    let mut config = EgressConfig::new("Noroshi/test");
    let place: HostPort = format!("127.0.0.1:{port}").parse().unwrap();
    config.allow(Purpose::Lookup, place);
    let egress = Egress::new(config).unwrap();
    Registries::new(egress, &[format!("*=http://127.0.0.1:{port}/rdap/")]).unwrap()
}

async fn person(store: &Store, name: &str) -> i64 {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role: Role::Analyst,
        organisation: None,
    };
    store.add_account(new).await.unwrap().id
}

/// What the bot said that an account may read, the oldest first.
async fn said(store: &Store, account: i64) -> Vec<String> {
    let timeline = Timeline::Account("domain-watch".to_owned());
    let reader = Reader::account(account);
    match store.timeline(&reader, &timeline, None, 50).await {
        Ok(page) => page
            .entries
            .into_iter()
            .rev()
            .map(|entry| entry.post.text)
            .collect(),
        Err(_) => Vec::new(),
    }
}

#[test]
fn what_changes_at_the_registry_is_told_to_who_watches() {
    noroshi_testkit::each_engine(|target| {
        let directory = target.data().to_owned();
        let place = match target.url() {
            None => Target::Directory(directory),
            Some(url) => Target::Postgres {
                url: url.to_owned(),
                directory,
            },
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(story(place));
    });
}

async fn story(place: Target) {
    let store = Store::open(&place).await.unwrap();
    let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
    let answers: Answers = Arc::default();
    let mut registries = registries(registry(Arc::clone(&answers)));
    let answer = |name: &str, answer: (u16, String)| {
        let path = format!("/rdap/domain/{name}");
        answers.lock().unwrap().insert(path, answer);
    };
    let list = NewHunt {
        name: "own".to_owned(),
        form: HuntForm::Watchlist,
        words: "www.own.example # ours\nlost.example\nbusy.example\nNoroshi\n".to_owned(),
        rules: Rules::NONE,
        enabled: true,
        ..NewHunt::default()
    };
    let hunt = store.add_hunt(aiko, list.clone()).await.unwrap();
    answer(
        "own.example",
        registered("own.example", "Registrar A", "ns1.own.example", 300),
    );
    answer(
        "lost.example",
        registered("lost.example", "Registrar A", "ns1.own.example", 20),
    );
    answer("busy.example", (429, String::new()));
    assert_eq!(registries.ask_due(&store).await.unwrap(), 3);
    let first = said(&store, aiko).await;
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(
        first[0].starts_with("lost.example expires in 19 days"),
        "{first:?}"
    );
    assert!(
        said(&store, ben).await.is_empty(),
        "the list is aiko's alone"
    );
    assert_eq!(registries.ask_due(&store).await.unwrap(), 0, "once a day");
    let own = store
        .own_domains(&Reader::account(aiko), hunt.id)
        .await
        .unwrap();
    let known: Vec<bool> = own.iter().map(|one| one.known.is_some()).collect();
    assert_eq!(
        known,
        [false, true, true],
        "nothing was learnt of the first: {own:?}"
    );

    // A day later one name went to another registrar, and one lapsed.
    answer(
        "own.example",
        registered("own.example", "Stranger", "ns.evil.example", 300),
    );
    answers.lock().unwrap().remove("/rdap/domain/lost.example");
    let due = store.due_domains(i64::MAX, 9).await.unwrap();
    for one in due.iter().filter(|one| one.known.is_some()) {
        let registration = registries.ask(&one.domain).await.unwrap();
        let known = one.known.as_ref();
        let now = noroshi_store::now();
        let (news, warned) =
            noroshi_lookup::registration::news(&one.domain, known, &registration, one.warned, now);
        let asked = noroshi_store::Asked {
            registration: Some(registration),
            warned,
            error: None,
            next: i64::MAX,
            news,
        };
        store.keep_registration(one, asked).await.unwrap();
    }
    let all = said(&store, aiko).await;
    assert_eq!(all.len(), 4, "{all:?}");
    assert!(
        all.iter()
            .any(|text| text.contains("from Registrar A to Stranger")),
        "{all:?}"
    );
    assert!(
        all.iter().any(|text| text.contains("#nameserver")),
        "{all:?}"
    );
    assert!(
        all.iter()
            .any(|text| text.starts_with("lost.example is not registered")),
        "{all:?}"
    );

    // What is taken off the list is asked about no more.
    let less = NewHunt {
        words: "own.example".to_owned(),
        ..list
    };
    store
        .change_hunt(&Reader::account(aiko), hunt.id, less)
        .await
        .unwrap();
    assert_eq!(store.due_domains(i64::MAX, 9).await.unwrap().len(), 1);
}
