//! Accounts, keys, sessions, audiences.

use noroshi_indicator::Tlp;
use noroshi_store::{
    AccountKind, AudienceKind, Error, Mode, NewAccount, NewKey, NewSource, Reader, Role, Scope, now,
};

use crate::hub::{self, domain, import, new_source, row};

fn person(name: &str, organisation: Option<&str>) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role: Role::Reader,
        organisation: organisation.map(str::to_owned),
    }
}

fn key(account: &str, expires: Option<i64>) -> NewKey {
    NewKey {
        account: account.to_owned(),
        name: "test".to_owned(),
        scopes: vec![Scope::Read],
        tlp: Tlp::Green,
        expires,
    }
}

#[test]
fn keys_open_until_they_expire_or_are_revoked() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        store.add_account(person("aiko", None)).await.unwrap();
        let (kept, secret) = store.add_key(key("aiko", None)).await.unwrap();
        let who = store.authenticate(&secret).await.unwrap().unwrap();
        assert_eq!(
            (who.account.name.as_str(), who.scopes),
            ("aiko", vec![Scope::Read])
        );
        assert!(
            store.keys(Some("aiko")).await.unwrap()[0]
                .last_used
                .is_some()
        );
        assert!(store.authenticate("noroshi_00").await.unwrap().is_none());
        assert!(
            store
                .authenticate(&secret.to_uppercase())
                .await
                .unwrap()
                .is_none()
        );

        store.revoke_key(kept.id).await.unwrap();
        assert!(store.authenticate(&secret).await.unwrap().is_none());
        let (_, late) = store.add_key(key("aiko", Some(now() - 1))).await.unwrap();
        assert!(store.authenticate(&late).await.unwrap().is_none());
        assert!(matches!(
            store.add_key(key("nobody", None)).await,
            Err(Error::NotFound { .. })
        ));
        assert!(matches!(
            store.add_account(person("aiko", None)).await,
            Err(Error::Conflict(_))
        ));
        assert!(matches!(
            store.add_account(person("a b", None)).await,
            Err(Error::Invalid(_))
        ));
    });
}

#[test]
fn passwords_and_sessions() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        store.add_account(person("aiko", None)).await.unwrap();
        assert!(!store.check_password("aiko", "").await.unwrap());
        assert!(matches!(
            store.set_password("aiko", "short").await,
            Err(Error::Invalid(_))
        ));
        store
            .set_password("aiko", "correct horse battery")
            .await
            .unwrap();
        assert!(
            store
                .check_password("aiko", "correct horse battery")
                .await
                .unwrap()
        );
        assert!(
            !store
                .check_password("aiko", "correct horse batterz")
                .await
                .unwrap()
        );
        assert!(
            !store
                .check_password("nobody", "correct horse battery")
                .await
                .unwrap()
        );

        let hour = now() + 3_600_000_000;
        let token = store
            .begin_session("aiko", Some("browser"), hour)
            .await
            .unwrap();
        assert_eq!(store.session(&token).await.unwrap().unwrap().name, "aiko");
        assert_eq!(store.sessions("aiko", None).await.unwrap().len(), 1);
        let past = store.begin_session("aiko", None, now() - 1).await.unwrap();
        assert!(store.session(&past).await.unwrap().is_none());
        store.end_session(&token).await.unwrap();
        assert!(store.session(&token).await.unwrap().is_none());
        let token = store.begin_session("aiko", None, hour).await.unwrap();
        store
            .set_password("aiko", "another long password")
            .await
            .unwrap();
        assert!(
            store.session(&token).await.unwrap().is_none(),
            "a new password ends sessions"
        );
    });
}

#[test]
fn a_tlp_narrower_than_the_audience_is_refused() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        store.ensure_organisation("north").await.unwrap();
        store.ensure_organisation("south").await.unwrap();
        store
            .add_account(person("aiko", Some("north")))
            .await
            .unwrap();
        store
            .add_audience("one", AudienceKind::Organisations, &["north"])
            .await
            .unwrap();
        store
            .add_audience("two", AudienceKind::Organisations, &["north", "south"])
            .await
            .unwrap();
        store
            .add_audience("named", AudienceKind::Accounts, &["aiko"])
            .await
            .unwrap();
        let fits = [
            (Tlp::Clear, ["everyone", "two", "one", "named"].as_slice()),
            (Tlp::Green, &["everyone", "two", "one", "named"]),
            (Tlp::Amber, &["two", "one", "named"]),
            (Tlp::AmberStrict, &["one", "named"]),
            (Tlp::Red, &["named"]),
        ];
        for (tlp, audiences) in fits {
            for audience in ["everyone", "two", "one", "named"] {
                let new = NewSource {
                    tlp,
                    audience: audience.to_owned(),
                    ..new_source(&format!("{}-{audience}", tlp.code()), Mode::Snapshot)
                };
                let kept = store.ensure_source(new).await;
                assert_eq!(
                    kept.is_ok(),
                    audiences.contains(&audience),
                    "{tlp:?} {audience}: {kept:?}"
                );
            }
        }
    });
}

#[test]
fn an_owner_always_reads_and_others_by_audience() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        store.ensure_organisation("north").await.unwrap();
        let aiko = store
            .add_account(person("aiko", Some("north")))
            .await
            .unwrap();
        let ben = store.add_account(person("ben", None)).await.unwrap();
        store
            .add_audience("north", AudienceKind::Organisations, &["north"])
            .await
            .unwrap();
        let new = NewSource {
            audience: "north".to_owned(),
            tlp: Tlp::Amber,
            owner: Some("ben".to_owned()),
            ..new_source("feed", Mode::Snapshot)
        };
        let source = store.ensure_source(new).await.unwrap();
        let carl = store.add_account(person("carl", None)).await.unwrap();
        import(
            &store,
            &source,
            vec![row(domain("evil.example"))],
            Vec::new(),
            &[],
        )
        .await;
        for (account, sees) in [(&aiko, true), (&ben, true), (&carl, false)] {
            let reader = Reader::account(account.id);
            let lookup = store
                .lookup(&reader, &domain("evil.example"))
                .await
                .unwrap();
            assert_eq!(!lookup.listings.is_empty(), sees, "{}", account.name);
            assert_eq!(store.source(&reader, "feed").await.is_ok(), sees);
        }
    });
}

/// While another process writes, whoever reads is let in all the same.
#[test]
fn a_locked_database_keeps_no_reader_out() {
    let target = noroshi_testkit::Target::new(noroshi_testkit::Engine::Sqlite).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = hub::open(&target).await;
        store.add_account(person("aiko", None)).await.unwrap();
        let until = now() + 3_600_000_000;
        let token = store.begin_session("aiko", None, until).await.unwrap();
        let (_, secret) = store.add_key(key("aiko", None)).await.unwrap();

        let other = rusqlite::Connection::open(target.data().join("noroshi.db")).unwrap();
        other.execute("UPDATE session SET seen = 0", []).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let account = store.session(&token).await.unwrap().unwrap();
        assert_eq!(account.name, "aiko");
        let who = store.authenticate(&secret).await.unwrap().unwrap();
        assert_eq!(who.account.name, "aiko");
        assert_eq!(store.note_visit(account.id).await.unwrap(), None);

        other.execute_batch("ROLLBACK").unwrap();
        // A write of our own comes behind those that waited.
        store.add_account(person("ben", None)).await.unwrap();
        assert!(store.sessions("aiko", None).await.unwrap()[0].seen > 0);
        assert!(
            store.keys(Some("aiko")).await.unwrap()[0]
                .last_used
                .is_some()
        );
    });
}
