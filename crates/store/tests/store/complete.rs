//! Completion of labels.

use noroshi_store::{
    AccountKind, AudienceKind, LabelKind, Mode, NewAccount, NewListing, Reader, Role,
};

use crate::hub::{self, domain, import, new_source, row};

#[test]
fn labels_are_completed_from_what_one_may_see() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let account = NewAccount {
            name: "aiko".to_owned(),
            kind: AccountKind::Person,
            role: Role::Reader,
            organisation: None,
        };
        let aiko = Reader::account(store.add_account(account).await.unwrap().id);
        let hidden = store
            .add_audience("hidden", AudienceKind::Accounts, &[])
            .await
            .unwrap();
        let seen = store
            .ensure_source(new_source("seen", Mode::Snapshot))
            .await
            .unwrap();
        let mut closed = new_source("closed", Mode::Snapshot);
        closed.audience = hidden.name;
        let closed = store.ensure_source(closed).await.unwrap();
        let labelled = |name: &str, family: &str, tags: &[&str]| NewListing {
            family: Some(family.to_owned()),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..row(domain(name))
        };
        let rows = vec![
            labelled("a.example", "Emotet", &["Phishing", "フィッシング"]),
            labelled("b.example", "emo-kit", &["phish-kit"]),
        ];
        import(&store, &seen, rows, Vec::new(), &[]).await;
        let rows = vec![labelled("c.example", "Emo-Secret", &["phish-secret"])];
        import(&store, &closed, rows, Vec::new(), &[]).await;

        let all = Reader::operator();
        for (reader, kind, start, expected) in [
            (&aiko, LabelKind::Family, "EMO", vec!["emo-kit", "emotet"]),
            (
                &all,
                LabelKind::Family,
                "emo",
                vec!["emo-kit", "emo-secret", "emotet"],
            ),
            (
                &aiko,
                LabelKind::Tag,
                "phish",
                vec!["phish-kit", "phishing"],
            ),
            (&aiko, LabelKind::Tag, "フィ", vec!["フィッシング"]),
            (&aiko, LabelKind::Tag, "phish-s", vec![]),
            (&aiko, LabelKind::Tag, "%", vec![]),
        ] {
            let found = store.complete(reader, kind, start, 10).await.unwrap();
            assert_eq!(found, expected, "{start}");
        }
        let one = store
            .complete(&all, LabelKind::Family, "", 1)
            .await
            .unwrap();
        assert_eq!(one, ["emo-kit"]);
    });
}
