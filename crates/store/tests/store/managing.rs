//! Changing people: accounts, links, sessions, audiences, preferences, and the log of it.

use noroshi_indicator::Tlp;
use noroshi_store::{
    AccountChange, AccountKind, AudienceKind, AuditFilter, Error, LinkPurpose, Mode, NewAccount,
    NewSource, Preferences, Reader, Role, Store, now,
};

use crate::hub::{self, new_source};

const PASSWORD: &str = "correct horse battery";

async fn add(store: &Store, name: &str, role: Role) -> i64 {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role,
        organisation: None,
    };
    store.add_account(new).await.unwrap().id
}

fn hour() -> i64 {
    now() + 3_600_000_000
}

#[test]
fn the_last_administrator_stays() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let root = Reader::account(add(&store, "root", Role::Admin).await);
        add(&store, "ben", Role::Reader).await;
        let demote = AccountChange {
            role: Some(Role::Reader),
            ..AccountChange::default()
        };
        let disable = AccountChange {
            enabled: Some(false),
            ..AccountChange::default()
        };
        for change in [&demote, &disable] {
            let refused = store.change_account(&root, "root", change.clone()).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        }
        let root_now = store.account("root").await.unwrap();
        assert_eq!((root_now.role, root_now.disabled), (Role::Admin, None));

        // A disabled administrator is none.
        let promote = AccountChange {
            role: Some(Role::Admin),
            enabled: Some(false),
            ..AccountChange::default()
        };
        store.change_account(&root, "ben", promote).await.unwrap();
        let refused = store.change_account(&root, "root", demote.clone()).await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
        let enable = AccountChange {
            enabled: Some(true),
            ..AccountChange::default()
        };
        store.change_account(&root, "ben", enable).await.unwrap();

        // Each takes the other's role away at the same time: one of them stays.
        let (one, other) = tokio::join!(
            store.change_account(&root, "root", demote.clone()),
            store.change_account(&root, "ben", demote)
        );
        assert_eq!(
            one.is_ok() as u8 + other.is_ok() as u8,
            1,
            "{one:?} {other:?}"
        );
    });
}

#[test]
fn accounts_change_and_the_log_tells() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let root = Reader::account(add(&store, "root", Role::Admin).await);
        add(&store, "ben", Role::Reader).await;
        store.ensure_organisation("north").await.unwrap();
        let change = AccountChange {
            role: Some(Role::Analyst),
            organisation: Some(Some("north".to_owned())),
            description: Some(Some("on call".to_owned())),
            owner: None,
            enabled: None,
        };
        let ben = store.change_account(&root, "ben", change).await.unwrap();
        assert_eq!(ben.role, Role::Analyst);
        assert_eq!(ben.organisation.as_deref(), Some("north"));
        assert_eq!(ben.description.as_deref(), Some("on call"));
        assert_eq!(store.organisations().await.unwrap()[0].accounts, 1);
        let nowhere = AccountChange {
            organisation: Some(Some("south".to_owned())),
            role: Some(Role::Reader),
            ..AccountChange::default()
        };
        let refused = store.change_account(&root, "ben", nowhere).await;
        assert!(matches!(refused, Err(Error::NotFound { .. })));
        // Nothing of a change that was refused is kept.
        assert_eq!(store.account("ben").await.unwrap().role, Role::Analyst);

        // Disablement ends sessions for good.
        let token = store.begin_session("ben", None, hour()).await.unwrap();
        for enabled in [false, true] {
            let change = AccountChange {
                enabled: Some(enabled),
                ..AccountChange::default()
            };
            store.change_account(&root, "ben", change).await.unwrap();
            assert!(store.session(&token).await.unwrap().is_none());
        }

        let ben_reader = Reader::account(ben.id);
        store
            .audit(&ben_reader, "test.one", "x", None)
            .await
            .unwrap();
        store.audit_refusal("ben", "192.0.2.1").await.unwrap();
        store
            .audit_refusal("hunter2 hunter2", "192.0.2.1")
            .await
            .unwrap();
        let log = store.audit_log(&AuditFilter::default(), 100).await.unwrap();
        let told: Vec<_> = log
            .iter()
            .map(|entry| (entry.action.as_str(), entry.object.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("session.refuse", "?"),
                ("session.refuse", "ben"),
                ("test.one", "x"),
                ("account.change", "ben"),
                ("account.change", "ben"),
                ("account.change", "ben"),
            ]
        );
        assert_eq!(
            log[5].detail.as_deref(),
            Some("role analyst, organisation north, description")
        );
        assert_eq!(log[3].account.as_deref(), Some("root"));
        assert_eq!(
            store.audit_actions().await.unwrap(),
            ["account.change", "session.refuse", "test.one"]
        );
        let filter =
            |account: Option<&str>, action: Option<&str>, object: Option<&str>| AuditFilter {
                account: account.map(str::to_owned),
                action: action.map(str::to_owned),
                object: object.map(str::to_owned),
                before: None,
            };
        for (filter, found) in [
            (filter(Some("root"), None, None), 3),
            (filter(None, Some("session.refuse"), None), 2),
            (filter(None, Some("session.refuse"), Some("ben")), 1),
            (filter(Some("ben"), None, None), 1),
            (filter(Some("nobody"), None, None), 0),
        ] {
            assert_eq!(
                store.audit_log(&filter, 100).await.unwrap().len(),
                found,
                "{filter:?}"
            );
        }
        // Page by page it is the same.
        let mut paged = Vec::new();
        let mut page = AuditFilter::default();
        loop {
            let entries = store.audit_log(&page, 2).await.unwrap();
            let Some(last) = entries.last() else { break };
            page.before = Some(last.id);
            paged.extend(entries);
        }
        assert_eq!(paged, log);

        // Who has a past is kept.
        let refused = store.delete_account(&root, "ben").await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
        add(&store, "slip", Role::Reader).await;
        store.begin_session("slip", None, hour()).await.unwrap();
        store.delete_account(&root, "slip").await.unwrap();
        assert!(store.account("slip").await.is_err());
    });
}

#[test]
fn a_link_is_good_once() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let first = store.make_first_link(hour()).await.unwrap().unwrap();
        let token = store.make_first_link(hour()).await.unwrap().unwrap();
        assert!(
            store.link(&first).await.is_err(),
            "a newer one took its place"
        );
        assert_eq!(store.link(&token).await.unwrap().account, None);
        assert!(matches!(
            store.follow_link(&token, "root", "short").await,
            Err(Error::Invalid(_))
        ));
        // Two at once: one of them is the first administrator.
        let (one, other) = tokio::join!(
            store.follow_link(&token, "root", PASSWORD),
            store.follow_link(&token, "rogue", PASSWORD)
        );
        assert_eq!(
            one.is_ok() as u8 + other.is_ok() as u8,
            1,
            "{one:?} {other:?}"
        );
        let root = one.or(other).unwrap();
        assert_eq!(root.role, Role::Admin);
        assert!(store.check_password(&root.name, PASSWORD).await.unwrap());
        assert!(store.follow_link(&token, "again", PASSWORD).await.is_err());
        assert_eq!(store.accounts().await.unwrap().len(), 1);
        assert_eq!(store.make_first_link(hour()).await.unwrap(), None);

        let who = Reader::account(root.id);
        add(&store, "ben", Role::Reader).await;
        let (token, purpose) = store.make_link(&who, "ben", hour()).await.unwrap();
        assert_eq!(purpose, LinkPurpose::Welcome);
        assert!(!store.has_password("ben").await.unwrap());
        let followed = store
            .follow_link(&token, "ignored", PASSWORD)
            .await
            .unwrap();
        assert_eq!(followed.name, "ben");
        assert!(
            store
                .follow_link(&token, "", "another password")
                .await
                .is_err()
        );
        assert!(store.check_password("ben", PASSWORD).await.unwrap());

        let session = store.begin_session("ben", None, hour()).await.unwrap();
        let (old, purpose) = store.make_link(&who, "ben", hour()).await.unwrap();
        assert_eq!(purpose, LinkPurpose::Reset);
        let (token, _) = store.make_link(&who, "ben", hour()).await.unwrap();
        assert!(store.link(&old).await.is_err());
        store
            .follow_link(&token, "", "another password")
            .await
            .unwrap();
        assert!(store.session(&session).await.unwrap().is_none());

        let (late, _) = store.make_link(&who, "ben", now() - 1).await.unwrap();
        assert!(store.follow_link(&late, "", PASSWORD).await.is_err());
        let (token, _) = store.make_link(&who, "ben", hour()).await.unwrap();
        let disable = AccountChange {
            enabled: Some(false),
            ..AccountChange::default()
        };
        store.change_account(&who, "ben", disable).await.unwrap();
        assert!(store.link(&token).await.is_err());
        assert!(matches!(
            store.make_link(&who, "ben", hour()).await,
            Err(Error::Conflict(_))
        ));
    });
}

#[test]
fn sessions_are_listed_and_revoked() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = Reader::account(add(&store, "aiko", Role::Reader).await);
        add(&store, "ben", Role::Reader).await;
        let one = store
            .begin_session("aiko", Some("a"), hour())
            .await
            .unwrap();
        let two = store
            .begin_session("aiko", Some("b"), hour())
            .await
            .unwrap();
        let bens = store.begin_session("ben", None, hour()).await.unwrap();
        let bens_id = store.sessions("ben", None).await.unwrap()[0].id;
        let listed = store.sessions("aiko", Some(&one)).await.unwrap();
        let current: Vec<_> = listed
            .iter()
            .map(|s| (s.agent.as_deref(), s.current))
            .collect();
        assert_eq!(current, [(Some("b"), false), (Some("a"), true)]);
        let refused = store.revoke_session(&aiko, "aiko", bens_id).await;
        assert!(matches!(refused, Err(Error::NotFound { .. })));
        store
            .revoke_session(&aiko, "aiko", listed[0].id)
            .await
            .unwrap();
        assert!(store.session(&two).await.unwrap().is_none());
        assert!(store.session(&one).await.unwrap().is_some());
        assert!(store.session(&bens).await.unwrap().is_some());

        // A new password ends the others.
        let two = store.begin_session("aiko", None, hour()).await.unwrap();
        store
            .change_password(&aiko, "aiko", PASSWORD, &one)
            .await
            .unwrap();
        assert!(store.session(&two).await.unwrap().is_none());
        assert!(store.session(&one).await.unwrap().is_some());
        assert!(store.check_password("aiko", PASSWORD).await.unwrap());
    });
}

#[test]
fn an_audience_changes_as_far_as_the_markings_allow() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let root = Reader::account(add(&store, "root", Role::Admin).await);
        store.ensure_organisation("north").await.unwrap();
        store.ensure_organisation("south").await.unwrap();
        store
            .add_audience("one", AudienceKind::Organisations, &["north"])
            .await
            .unwrap();
        store
            .add_audience("few", AudienceKind::Accounts, &["root"])
            .await
            .unwrap();
        let listed = store.audiences().await.unwrap();
        let told: Vec<_> = listed
            .iter()
            .map(|a| (a.name.as_str(), a.members.join(" ")))
            .collect();
        assert_eq!(
            told,
            [
                ("everyone", String::new()),
                ("one", "north".to_owned()),
                ("few", "root".to_owned())
            ]
        );
        let new = NewSource {
            audience: "one".to_owned(),
            tlp: Tlp::AmberStrict,
            ..new_source("feed", Mode::Snapshot)
        };
        store.ensure_source(new).await.unwrap();
        let wider = store.set_audience(&root, "one", &["north", "south"]).await;
        assert!(matches!(wider, Err(Error::Invalid(_))), "{wider:?}");
        let kept = store.audience("one").await.unwrap();
        assert_eq!(kept.members, ["north"]);
        let other = store.set_audience(&root, "one", &["south"]).await.unwrap();
        assert_eq!(other.members, ["south"]);
        assert!(store.set_audience(&root, "everyone", &[]).await.is_err());
        assert!(store.set_audience(&root, "few", &["nobody"]).await.is_err());
        assert!(
            store
                .set_audience(&root, "few", &[])
                .await
                .unwrap()
                .members
                .is_empty()
        );
    });
}

#[test]
fn preferences_are_kept() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = add(&store, "aiko", Role::Reader).await;
        assert_eq!(
            store.preferences(aiko).await.unwrap(),
            Preferences::default()
        );
        assert_eq!(store.note_visit(aiko).await.unwrap(), None);
        let new = Preferences {
            language: Some("ja".to_owned()),
            theme: None,
            zone: Some("Asia/Tokyo".to_owned()),
        };
        store.set_preferences(aiko, new.clone()).await.unwrap();
        assert_eq!(store.preferences(aiko).await.unwrap(), new);
        // The visit goes on.
        assert_eq!(store.note_visit(aiko).await.unwrap(), None);
        let long = Preferences {
            zone: Some("x".repeat(100)),
            ..Preferences::default()
        };
        assert!(store.set_preferences(aiko, long).await.is_err());
    });
}
