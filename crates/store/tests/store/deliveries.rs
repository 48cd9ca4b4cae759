//! Channels, and what goes out on them: who sees them, how notices are gathered, how a delivery goes and is noted.

use noroshi_indicator::Tlp;
use noroshi_store::{
    AccountKind, AudienceKind, Cadence, Channel, ChannelKind, DeliveryKind, DeliveryState, Error,
    HUNTS_BOT, Mode, NewAccount, NewChannel, NewPost, NotificationKind, Outcome, Reader, Role,
    Store, Timeline,
};

use crate::hub;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

async fn account(store: &Store, name: &str, role: Role, organisation: Option<&str>) -> i64 {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role,
        organisation: organisation.map(str::to_owned),
    };
    store.add_account(new).await.unwrap().id
}

async fn person(store: &Store, name: &str) -> i64 {
    account(store, name, Role::Analyst, None).await
}

fn channel(name: &str) -> NewChannel {
    NewChannel {
        name: name.to_owned(),
        kind: ChannelKind::SlackWebhook,
        config: r#"{"host":"hooks.example"}"#.to_owned(),
        secret: Some(r#"{"url":"https://hooks.example/S3cret"}"#.to_owned()),
        language: "en".to_owned(),
        zone: "Asia/Tokyo".to_owned(),
        cadence: Cadence::Each,
        per_hour: 100,
        audience: None,
        enabled: true,
    }
}

/// Statements as whoever has the database in hand says them.
async fn say(target: &noroshi_testkit::Target, sql: &str) {
    match target.url() {
        None => {
            let conn = rusqlite::Connection::open(target.data().join("noroshi.db")).unwrap();
            conn.busy_timeout(std::time::Duration::from_secs(10))
                .unwrap();
            conn.execute_batch(sql).unwrap();
        }
        Some(url) => {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            client.batch_execute(sql).await.unwrap();
        }
    }
}

/// Hits `from` to `to` of a hunt, about a post or a source, with a notice each on a channel.
async fn hits(
    target: &noroshi_testkit::Target,
    (from, to): (i64, i64),
    hunt: i64,
    about: &str,
    channel: i64,
) {
    let (column, about) = about.split_once('=').unwrap();
    let mut sql = String::from("BEGIN;");
    for hit in from..=to {
        sql.push_str(&format!(
            "INSERT INTO hit (id, hunt, kind, {column}, revision, at, state, changed)
                VALUES ({hit}, {hunt}, 1, {about}, {hit}, 0, 1, 0);
            INSERT INTO notice (channel, hit, at) VALUES ({channel}, {hit}, 0);"
        ));
    }
    sql.push_str("COMMIT");
    say(target, &sql).await;
}

async fn log(store: &Store, channel: &Channel) -> Vec<(DeliveryState, i64, Option<i64>)> {
    let operator = Reader::operator();
    let log = store.deliveries(&operator, channel.id, None, 5_000);
    let mut log: Vec<_> = log
        .await
        .unwrap()
        .into_iter()
        .map(|one| (one.state, one.hits, one.next_try))
        .collect();
    log.reverse();
    log
}

#[test]
fn a_channel_is_its_owners_and_the_administrators() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let root = account(&store, "root", Role::Admin, None).await;
        let made = store.add_channel(aiko, channel("soc")).await.unwrap();
        assert!(!format!("{made:?}").contains("S3cret"));
        let secret = store.channel_secret(made.id).await.unwrap();
        assert!(secret.unwrap().contains("S3cret"));
        let seen = async |who: &Reader| store.channels(who).await.unwrap().len();
        let readers = [aiko, ben, root].map(Reader::account);
        assert_eq!(seen(&readers[0]).await, 1);
        assert_eq!(seen(&readers[1]).await, 0);
        assert_eq!(seen(&readers[2]).await, 1);
        assert_eq!(seen(&Reader::operator()).await, 1);
        let stranger = &readers[1];
        for refused in [
            store.channel(stranger, made.id).await.err(),
            store
                .change_channel(stranger, made.id, channel("x"))
                .await
                .err(),
            store.delete_channel(stranger, made.id).await.err(),
            store.deliveries(stranger, made.id, None, 9).await.err(),
            store.begin_test(stranger, made.id).await.err(),
            store
                .add_sheet(stranger, made.id, str::to_owned)
                .await
                .err(),
        ] {
            assert!(
                matches!(refused, Some(Error::NotFound { .. })),
                "{refused:?}"
            );
        }
        let test = store.begin_test(&readers[0], made.id).await.unwrap();
        assert_eq!(
            (test.kind, test.state),
            (DeliveryKind::Test, DeliveryState::Sending)
        );
        assert!(store.delivery(stranger, test.id).await.is_err());
        assert!(store.retry_delivery(stranger, test.id).await.is_err());

        // What is not said of a secret stays.
        let changed = NewChannel {
            secret: None,
            cadence: Cadence::Daily,
            ..channel("watch")
        };
        let changed = store
            .change_channel(&readers[2], made.id, changed)
            .await
            .unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.cadence),
            ("watch", Cadence::Daily)
        );
        assert!(store.channel_secret(made.id).await.unwrap().is_some());
        let other = NewChannel {
            kind: ChannelKind::Email,
            ..channel("watch")
        };
        assert!(
            store
                .change_channel(&readers[0], made.id, other)
                .await
                .is_err()
        );
        assert!(matches!(
            store.add_channel(aiko, channel("watch")).await,
            Err(Error::Conflict(_))
        ));
        store.delete_channel(&readers[0], made.id).await.unwrap();
        assert!(store.channel(&readers[0], made.id).await.is_err());
        assert!(store.channel_secret(made.id).await.is_err());
        store.add_channel(aiko, channel("watch")).await.unwrap();
        let all = noroshi_store::AuditFilter::default();
        let audit = store.audit_log(&all, 50).await.unwrap();
        let actions: Vec<&str> = audit.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(
            actions,
            [
                "channel.add",
                "channel.delete",
                "channel.change",
                "channel.test",
                "channel.add"
            ]
        );
        assert!(!format!("{audit:?}").contains("S3cret"));
    });
}

#[test]
fn a_channel_that_cannot_be_is_refused() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, _) = (person(&store, "aiko").await, person(&store, "ben").await);
        store
            .add_audience("bens", AudienceKind::Accounts, &["ben"])
            .await
            .unwrap();
        let good = || channel("soc");
        let wrong = [
            NewChannel {
                name: String::new(),
                ..good()
            },
            NewChannel {
                name: "a\nb".to_owned(),
                ..good()
            },
            NewChannel {
                name: "x".repeat(65),
                ..good()
            },
            NewChannel {
                zone: "Mars/Olympus".to_owned(),
                ..good()
            },
            NewChannel {
                language: "fr".to_owned(),
                ..good()
            },
            NewChannel {
                per_hour: 0,
                ..good()
            },
            NewChannel {
                per_hour: 1_001,
                ..good()
            },
            NewChannel {
                config: "x".repeat(20_000),
                ..good()
            },
            NewChannel {
                audience: Some("nobody".to_owned()),
                ..good()
            },
            // Who does not read there does not speak there.
            NewChannel {
                audience: Some("bens".to_owned()),
                ..good()
            },
            NewChannel {
                kind: ChannelKind::Timeline,
                ..good()
            },
        ];
        for new in wrong {
            let shown = format!("{new:?}");
            assert!(store.add_channel(aiko, new).await.is_err(), "{shown}");
        }
        assert!(
            store
                .channels(&Reader::account(aiko))
                .await
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn a_storm_is_twenty_and_then_one() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let soc = store.add_channel(aiko, channel("soc")).await.unwrap();
        let at = 1_000 * HOUR;
        hits(&target, (1, 1_000), 7, "post=1", soc.id).await;
        hits(&target, (1_001, 1_003), 8, "post=1", soc.id).await;
        store.gather_notices(at).await.unwrap();
        let told = log(&store, &soc).await;
        let singly = told.iter().filter(|(_, hits, _)| *hits == 1).count();
        assert_eq!((told.len(), singly), (24, 23));
        let gathering = (DeliveryState::Waiting, 980, Some(at + 10 * MINUTE));
        assert!(told.contains(&gathering), "{told:?}");
        // What comes within the window joins; another hunt's is told at once.
        hits(&target, (1_004, 1_010), 7, "post=1", soc.id).await;
        hits(&target, (1_011, 1_011), 8, "post=1", soc.id).await;
        store.gather_notices(at + MINUTE).await.unwrap();
        let told = log(&store, &soc).await;
        assert_eq!(told.len(), 25);
        assert!(told.contains(&(DeliveryState::Waiting, 987, Some(at + 10 * MINUTE))));
        // Behind it, they come singly again.
        let due = store.due_deliveries(at + 10 * MINUTE, 9).await.unwrap();
        assert_eq!(due.len(), 1, "one a channel");
        for one in store
            .deliveries(&Reader::operator(), soc.id, None, 99)
            .await
            .unwrap()
        {
            let begun = store.begin_delivery(one.id).await.unwrap().unwrap();
            assert!(!begun.gathers);
            if begun.hits > 1 {
                assert_eq!(store.delivery_hunts(one.id).await.unwrap(), [(7, 987)]);
                let first = store.delivery_hits(one.id, 3).await.unwrap();
                assert_eq!(first, [21, 22, 23]);
            }
        }
        hits(&target, (2_001, 2_002), 7, "post=1", soc.id).await;
        store.gather_notices(at + 11 * MINUTE).await.unwrap();
        assert_eq!(log(&store, &soc).await.len(), 27);
    });
}

#[test]
fn beyond_its_limit_a_channel_gathers() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let few = NewChannel {
            per_hour: 5,
            ..channel("few")
        };
        let few = store.add_channel(aiko, few).await.unwrap();
        let at = 1_000 * HOUR;
        hits(&target, (1, 3), 7, "post=1", few.id).await;
        store.gather_notices(at).await.unwrap();
        hits(&target, (4, 9), 8, "post=1", few.id).await;
        hits(&target, (10, 12), 9, "post=1", few.id).await;
        store.gather_notices(at + MINUTE).await.unwrap();
        let told = log(&store, &few).await;
        assert_eq!(told.len(), 6, "{told:?}");
        let rest = (DeliveryState::Waiting, 7, Some(at + HOUR));
        assert_eq!(told.last(), Some(&rest));
    });
}

#[test]
fn digests_are_gathered_until_their_hour() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let new = |name: &str, cadence| NewChannel {
            cadence,
            ..channel(name)
        };
        let hourly = store
            .add_channel(aiko, new("h", Cadence::Hourly))
            .await
            .unwrap();
        let daily = store
            .add_channel(aiko, new("d", Cadence::Daily))
            .await
            .unwrap();
        // 2026-03-01 10:20 in Tokyo.
        let at = 1_772_328_000_000_000;
        hits(&target, (1, 30), 7, "post=1", hourly.id).await;
        hits(&target, (31, 90), 7, "post=1", daily.id).await;
        store.gather_notices(at).await.unwrap();
        hits(&target, (91, 91), 8, "post=1", hourly.id).await;
        store.gather_notices(at + MINUTE).await.unwrap();
        let waiting = |hits, at| [(DeliveryState::Waiting, hits, Some(at))];
        let full_hour = at + 40 * MINUTE;
        assert_eq!(log(&store, &hourly).await, waiting(31, full_hour));
        let morning = at - at % HOUR - HOUR + 24 * HOUR;
        assert_eq!(log(&store, &daily).await, waiting(60, morning));
        // In another zone the morning is another.
        let moved = NewChannel {
            zone: "UTC".to_owned(),
            ..new("d", Cadence::Daily)
        };
        let reader = Reader::account(aiko);
        let daily = store
            .change_channel(&reader, daily.id, moved)
            .await
            .unwrap();
        assert_ne!(log(&store, &daily).await, waiting(60, morning));
        let due = store.due_deliveries(full_hour, 9).await.unwrap();
        assert_eq!(due.len(), 1);
        let begun = store.begin_delivery(due[0].id).await.unwrap().unwrap();
        hits(&target, (92, 92), 8, "post=1", hourly.id).await;
        store.gather_notices(full_hour).await.unwrap();
        assert_eq!(store.delivery_hits(begun.id, 99).await.unwrap().len(), 31);
        assert_eq!(log(&store, &hourly).await.len(), 2);
    });
}

#[test]
fn a_delivery_goes_once_and_every_step_is_noted() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let reader = Reader::account(aiko);
        let soc = store.add_channel(aiko, channel("soc")).await.unwrap();
        hits(&target, (1, 2), 7, "post=1", soc.id).await;
        let at = noroshi_store::now();
        store.gather_notices(at).await.unwrap();
        let next = async |at: i64| store.due_deliveries(at, 9).await.unwrap().pop();
        let first = next(at).await.unwrap();
        let begun = store.begin_delivery(first.id).await.unwrap().unwrap();
        assert_eq!((begun.attempts, begun.key.len()), (1, 32));
        assert_eq!(store.begin_delivery(first.id).await.unwrap(), None);
        // What was kept first stays.
        assert_eq!(store.keep_body(first.id, "one").await.unwrap(), "one");
        assert_eq!(store.keep_body(first.id, "two").await.unwrap(), "one");
        let later = at + HOUR;
        let again = Outcome::Again {
            status: Some(503),
            error: "it is in trouble".to_owned(),
            at: later,
        };
        let waiting = store.end_delivery(first.id, again).await.unwrap();
        assert_eq!(
            (waiting.state, waiting.status),
            (DeliveryState::Waiting, Some(503))
        );
        // The channel rests, so the next one waits too, and the order stays.
        assert_eq!(next(later - 1).await, None);
        assert_eq!(next(later).await.unwrap().id, first.id);
        // The program dies while it sends: the next one finds the same body and key.
        let begun = store.begin_delivery(first.id).await.unwrap().unwrap();
        assert_eq!((begun.attempts, begun.body.as_deref()), (2, Some("one")));
        assert_eq!(store.resume_deliveries().await.unwrap(), 1);
        let taken = store.begin_delivery(first.id).await.unwrap().unwrap();
        assert_eq!((taken.attempts, &taken.key), (3, &waiting.key));
        let failed = || Outcome::Failed {
            status: Some(404),
            error: "there is no such webhook".to_owned(),
            rest: later,
        };
        store.end_delivery(first.id, failed()).await.unwrap();
        let second = next(later).await.unwrap();
        assert_ne!(second.id, first.id);
        store.begin_delivery(second.id).await.unwrap();
        store.end_delivery(second.id, failed()).await.unwrap();
        assert_eq!(store.channel(&reader, soc.id).await.unwrap().failures, 2);
        // Told once.
        let told = store.notifications(aiko, None, 9).await.unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].kind, NotificationKind::Channel);
        assert_eq!(told[0].channel, Some((soc.id, "soc".to_owned())));
        let lost = store.failed_deliveries(&reader, 0, 9).await.unwrap();
        assert_eq!(lost.len(), 2);
        // Somebody sees to it.
        let retried = store.retry_delivery(&reader, first.id).await.unwrap();
        assert_eq!(
            (retried.state, retried.attempts),
            (DeliveryState::Waiting, 0)
        );
        let now = noroshi_store::now();
        assert_eq!(next(now).await.unwrap().id, first.id);
        store.begin_delivery(first.id).await.unwrap();
        let sent = Outcome::Sent {
            status: Some(200),
            answer: Some("HTTP 200: ok".to_owned()),
        };
        let sent = store.end_delivery(first.id, sent).await.unwrap();
        assert_eq!((sent.state, sent.error), (DeliveryState::Sent, None));
        assert_eq!(store.channel(&reader, soc.id).await.unwrap().failures, 0);
        assert!(matches!(
            store.retry_delivery(&reader, first.id).await,
            Err(Error::Conflict(_))
        ));
        // Off, nothing is due; gone, nothing is left to send.
        store.retry_delivery(&reader, second.id).await.unwrap();
        let off = NewChannel {
            enabled: false,
            ..channel("soc")
        };
        store.change_channel(&reader, soc.id, off).await.unwrap();
        assert_eq!(next(i64::MAX).await, None);
        assert!(store.forget_deliveries(now + HOUR).await.unwrap() > 0);
        assert!(log(&store, &soc).await.is_empty());
    });
}

#[test]
fn one_server_has_the_lease() {
    hub::on_each_engine(async |target| {
        let (one, other) = (hub::open(&target).await, hub::open(&target).await);
        let lease = one.lease_delivering().await.unwrap().unwrap();
        assert!(other.lease_delivering().await.unwrap().is_none());
        drop(lease);
        // A server's lock goes with its connection, which takes a moment.
        for _ in 0..100 {
            if other.lease_delivering().await.unwrap().is_some() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the lease was not given back");
    });
}

#[test]
fn a_channel_carries_what_its_readers_may_read() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        for organisation in ["blue", "red"] {
            store.ensure_organisation(organisation).await.unwrap();
        }
        let aiko = account(&store, "aiko", Role::Analyst, Some("blue")).await;
        account(&store, "ben", Role::Analyst, Some("blue")).await;
        account(&store, "cho", Role::Analyst, Some("red")).await;
        let organisations = AudienceKind::Organisations;
        let accounts = AudienceKind::Accounts;
        for (name, kind, members) in [
            ("blues", organisations, &["blue"][..]),
            ("both", organisations, &["blue", "red"]),
            ("two", accounts, &["aiko", "ben"]),
            ("mixed", accounts, &["aiko", "cho"]),
        ] {
            store.add_audience(name, kind, members).await.unwrap();
        }
        let posts = [
            ("everyone", Tlp::Clear),
            ("everyone", Tlp::Green),
            ("both", Tlp::Green),
            ("both", Tlp::Amber),
            ("blues", Tlp::Amber),
            ("blues", Tlp::AmberStrict),
            ("two", Tlp::Amber),
            ("mixed", Tlp::Green),
            ("mixed", Tlp::Red),
        ];
        let nowhere = store.add_channel(aiko, channel("nowhere")).await.unwrap();
        let mut hit = 0;
        for (audience, tlp) in posts {
            let new = NewPost {
                text: "words".to_owned(),
                audience: Some(audience.to_owned()),
                tlp: Some(tlp),
                ..NewPost::default()
            };
            let post = store.add_post(aiko, new).await.unwrap().id;
            hit += 1;
            hits(&target, (hit, hit), 7, &format!("post={post}"), nowhere.id).await;
        }
        // And a source's, and one that is gone.
        let feed = noroshi_store::NewSource {
            audience: "both".to_owned(),
            tlp: Tlp::Amber,
            ..hub::new_source("feed", Mode::Snapshot)
        };
        let feed = store.ensure_source(feed).await.unwrap();
        hits(
            &target,
            (10, 10),
            7,
            &format!("source={}", feed.id),
            nowhere.id,
        )
        .await;
        hits(&target, (11, 11), 7, "post=999999", nowhere.id).await;
        for (reaches, carried) in [
            (Some("everyone"), &[1, 2][..]),
            (Some("both"), &[1, 2, 3, 4, 10]),
            (Some("blues"), &[1, 2, 3, 4, 5, 10]),
            (Some("two"), &[1, 2, 3, 4, 5, 7, 10]),
            (Some("mixed"), &[1, 2, 3, 4, 8, 10]),
            // Its owner alone.
            (None, &[1, 2, 3, 4, 5, 7, 8, 10]),
        ] {
            let new = NewChannel {
                audience: reaches.map(str::to_owned),
                ..channel(reaches.unwrap_or("mine"))
            };
            let made = store.add_channel(aiko, new).await.unwrap();
            let may = store.may_carry(made.id, (1..=11).collect()).await.unwrap();
            let may: Vec<i64> = may.into_iter().collect();
            assert_eq!(may, carried, "{reaches:?}");
        }
    });
}

#[test]
fn a_delivery_to_the_timeline_is_one_post() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        store
            .add_audience("two", AudienceKind::Accounts, &["aiko", "ben"])
            .await
            .unwrap();
        let new = NewChannel {
            kind: ChannelKind::Timeline,
            audience: Some("two".to_owned()),
            ..channel("here")
        };
        let here = store.add_channel(aiko, new).await.unwrap();
        hits(&target, (1, 2), 7, "post=1", here.id).await;
        store.gather_notices(noroshi_store::now()).await.unwrap();
        let due = store.due_deliveries(i64::MAX, 9).await.unwrap();
        store.begin_delivery(due[0].id).await.unwrap();
        for _ in 0..2 {
            let sent = store
                .post_delivery(due[0].id, "**found** it")
                .await
                .unwrap();
            assert_eq!(sent.state, DeliveryState::Sent);
            assert!(sent.answer.unwrap().starts_with("post "));
        }
        let reader = Reader::account(ben);
        let timeline = Timeline::Account(HUNTS_BOT.to_owned());
        let page = store.timeline(&reader, &timeline, None, 9).await.unwrap();
        assert_eq!(page.entries.len(), 1);
        let post = &page.entries[0].post;
        assert_eq!(
            (post.text.as_str(), post.audience.as_str()),
            ("**found** it", "two")
        );
        assert_eq!(post.from.name, HUNTS_BOT);
        // Its owner may not speak there any more.
        store
            .set_audience(&Reader::operator(), "two", &["ben"])
            .await
            .unwrap();
        let due = store.due_deliveries(i64::MAX, 9).await.unwrap();
        store.begin_delivery(due[0].id).await.unwrap();
        assert!(store.post_delivery(due[0].id, "more").await.is_err());
        let page = store.timeline(&reader, &timeline, None, 9).await.unwrap();
        assert_eq!(page.entries.len(), 1);
    });
}

#[test]
fn a_shift_begins_when_somebody_says_so() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        assert_eq!(store.shift(aiko).await.unwrap(), None);
        let before = noroshi_store::now();
        let began = store.begin_shift(aiko).await.unwrap();
        assert!(began >= before);
        let again = store.begin_shift(aiko).await.unwrap();
        assert!(again >= began);
        assert_eq!(store.shift(aiko).await.unwrap(), Some(again));
        assert!(store.begin_shift(99).await.is_err());
    });
}
