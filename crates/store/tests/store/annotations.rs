//! Annotations: kept whole, on the text that they were made on, and read by whoever may read the post.

use noroshi_indicator::Kind;
use noroshi_store::{
    Account, AccountKind, AnnotationOptions, AnnotationPage, AnnotationState, AudienceKind, Error,
    Form, Mode, NewAccount, NewLabel, NewPost, Post, Reader, Role, Span, Store, Timeline,
};

use crate::hub;
use crate::items::{collect, news};

async fn person(store: &Store, name: &str) -> Account {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role: Role::Analyst,
        organisation: None,
    };
    store.add_account(new).await.unwrap()
}

async fn post(store: &Store, by: &Account, text: &str) -> Post {
    let new = NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    };
    store.add_post(by.id, new).await.unwrap()
}

fn label(name: &str, key: Option<u8>) -> NewLabel {
    NewLabel {
        name: name.to_owned(),
        colour: 3,
        key,
        kinds: vec![Kind::Domain, Kind::Ipv4],
    }
}

fn span(start: u32, end: u32, label: &str) -> Span {
    Span {
        start,
        end,
        label: label.to_owned(),
    }
}

async fn list(store: &Store, by: &Account, state: AnnotationState, words: &[&str]) -> Vec<i64> {
    let page = page(store, by, state, words, None, 50).await;
    assert_eq!(page.next, None);
    page.texts.iter().map(|text| text.post.id).collect()
}

async fn page(
    store: &Store,
    by: &Account,
    state: AnnotationState,
    words: &[&str],
    below: Option<i64>,
    limit: usize,
) -> AnnotationPage {
    let options = AnnotationOptions {
        state,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        below,
        limit,
        budget: std::time::Duration::from_secs(60),
    };
    store
        .annotated(&Reader::account(by.id), options)
        .await
        .unwrap()
}

#[test]
fn spans_are_kept_whole_and_in_order() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let ann = person(&store, "ann").await;
        let reader = Reader::account(ann.id);
        store
            .add_label(&reader, label("actor", Some(1)))
            .await
            .unwrap();
        store
            .add_label(&reader, label("<b>tool</b>", None))
            .await
            .unwrap();
        // 攻 is one code point, 🔥 is one too, whatever they are in bytes.
        let post = post(&store, &ann, "攻撃者🔥 used evil.example").await;
        let spans = vec![span(10, 22, "<b>tool</b>"), span(0, 4, "actor")];
        let kept = store.annotate(ann.id, post.id, 0, spans).await.unwrap();
        assert_eq!(
            kept.spans,
            [span(0, 4, "actor"), span(10, 22, "<b>tool</b>")]
        );
        assert_eq!((kept.by.as_str(), kept.revision), ("ann", 0));

        // Refused whole: what was there stays.
        for (bad, why) in [
            (vec![span(0, 4, "actor"), span(3, 5, "actor")], "overlap"),
            (vec![span(4, 4, "actor")], "not within"),
            (vec![span(10, 23, "actor")], "not within"),
            (vec![span(0, u32::MAX, "actor")], "not within"),
            (vec![span(0, 1, "nobody")], "no label nobody"),
        ] {
            let error = store.annotate(ann.id, post.id, 0, bad).await.unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
        assert_eq!(store.annotations(&reader, post.id).await.unwrap(), [kept]);

        // Saving again is in the place of what was there.
        let again = vec![span(5, 9, "actor")];
        store
            .annotate(ann.id, post.id, 0, again.clone())
            .await
            .unwrap();
        assert_eq!(
            store.annotations(&reader, post.id).await.unwrap()[0].spans,
            again
        );
        assert!(store.unannotate(ann.id, post.id).await.unwrap());
        assert!(!store.unannotate(ann.id, post.id).await.unwrap());
        assert_eq!(store.annotations(&reader, post.id).await.unwrap(), []);
    });
}

#[test]
fn an_edit_makes_labels_those_of_a_former_text() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (ann, ben) = (person(&store, "ann").await, person(&store, "ben").await);
        let reader = Reader::account(ann.id);
        store.add_label(&reader, label("x", None)).await.unwrap();
        let post = post(&store, &ann, "one two").await;
        assert!(
            store
                .set_annotation_target(ann.id, post.id, true)
                .await
                .unwrap()
        );
        assert!(
            !store
                .set_annotation_target(ben.id, post.id, true)
                .await
                .unwrap()
        );
        assert_eq!(
            list(&store, &ann, AnnotationState::ToDo, &[]).await,
            [post.id]
        );
        store
            .annotate(ann.id, post.id, 0, vec![span(0, 3, "x")])
            .await
            .unwrap();

        let todo = AnnotationState::ToDo;
        assert_eq!(list(&store, &ann, todo, &[]).await, [0; 0]);
        assert_eq!(list(&store, &ben, todo, &[]).await, [post.id]);
        assert_eq!(
            list(&store, &ann, AnnotationState::Done, &[]).await,
            [post.id]
        );

        store
            .edit_post(ann.id, post.id, "two, and three")
            .await
            .unwrap();
        assert_eq!(list(&store, &ann, todo, &[]).await, [post.id]);
        for state in [AnnotationState::Done, AnnotationState::Labelled] {
            assert_eq!(list(&store, &ann, state, &[]).await, [0; 0]);
        }
        let all = page(&store, &ann, AnnotationState::All, &[], None, 50).await;
        assert_eq!(
            (all.texts[0].sets.len(), all.texts[0].current().count()),
            (1, 0)
        );
        let stale = store
            .annotate(ann.id, post.id, 0, vec![span(0, 3, "x")])
            .await;
        assert!(matches!(stale, Err(Error::Conflict(_))), "{stale:?}");
        store
            .annotate(ann.id, post.id, 1, Vec::new())
            .await
            .unwrap();
        assert_eq!(
            list(&store, &ann, AnnotationState::Done, &[]).await,
            [post.id]
        );

        // With its text, all that was labelled in it goes.
        store.delete_post(ann.id, post.id).await.unwrap();
        assert_eq!(list(&store, &ann, AnnotationState::All, &[]).await, [0; 0]);
        assert!(store.annotations(&reader, post.id).await.is_err());
    });
}

#[test]
fn lists_are_found_by_words_and_read_page_by_page() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let ann = person(&store, "ann").await;
        let mut marked = Vec::new();
        for number in 0..450 {
            let text = format!(
                "text {number} {}",
                if number % 3 == 0 { "ＲＥＤ" } else { "blue" }
            );
            let post = post(&store, &ann, &text).await;
            store
                .set_annotation_target(ann.id, post.id, true)
                .await
                .unwrap();
            marked.push(post.id);
        }
        marked.reverse();
        let (mut seen, mut below) = (Vec::new(), None);
        loop {
            let page = page(&store, &ann, AnnotationState::ToDo, &[], below, 100).await;
            assert!(page.texts.len() <= 100);
            seen.extend(page.texts.iter().map(|text| text.post.id));
            below = page.next;
            if below.is_none() {
                break;
            }
        }
        assert_eq!(seen, marked);
        let red = page(
            &store,
            &ann,
            AnnotationState::All,
            &["red", "text"],
            None,
            1_000,
        )
        .await;
        assert_eq!((red.texts.len(), red.next), (150, None));
        assert_eq!(
            list(&store, &ann, AnnotationState::All, &["nothing"]).await,
            [0; 0]
        );
    });
}

#[test]
fn who_may_not_read_a_post_labels_nothing_in_it() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (ann, ben) = (person(&store, "ann").await, person(&store, "ben").await);
        store
            .add_audience("two", AudienceKind::Accounts, &["ann"])
            .await
            .unwrap();
        let new = NewPost {
            text: "secret".to_owned(),
            audience: Some("two".to_owned()),
            ..NewPost::default()
        };
        let post = store.add_post(ann.id, new).await.unwrap();
        store
            .set_annotation_target(ann.id, post.id, true)
            .await
            .unwrap();
        store
            .annotate(ann.id, post.id, 0, Vec::new())
            .await
            .unwrap();
        let other = Reader::account(ben.id);
        assert!(store.annotations(&other, post.id).await.is_err());
        assert!(
            store
                .annotate(ben.id, post.id, 0, Vec::new())
                .await
                .is_err()
        );
        assert!(store.unannotate(ben.id, post.id).await.is_err());
        assert!(
            store
                .set_annotation_target(ben.id, post.id, false)
                .await
                .is_err()
        );
        assert_eq!(
            store
                .annotation_targets(&other, vec![post.id])
                .await
                .unwrap(),
            [0; 0]
        );
        for state in [
            AnnotationState::All,
            AnnotationState::ToDo,
            AnnotationState::Labelled,
        ] {
            assert_eq!(list(&store, &ben, state, &[]).await, [0; 0]);
        }
        assert_eq!(
            list(&store, &ann, AnnotationState::Labelled, &[]).await,
            [post.id]
        );
    });
}

#[test]
fn names_and_keys_of_labels_are_taken_once() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let ann = person(&store, "ann").await;
        let reader = Reader::account(ann.id);
        let first = store
            .add_label(&reader, label("first", Some(1)))
            .await
            .unwrap();
        assert_eq!(first.kinds, [Kind::Domain, Kind::Ipv4]);
        for taken in [label("first", None), label("second", Some(1))] {
            let refused = store.add_label(&reader, taken).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        }
        for bad in [
            label("", None),
            label(" x", None),
            label("a\nb", None),
            label(&"x".repeat(65), None),
            label("x", Some(0)),
            label("x", Some(10)),
            NewLabel {
                colour: 11,
                ..label("x", None)
            },
            NewLabel {
                colour: 0,
                ..label("x", None)
            },
        ] {
            assert!(matches!(
                store.add_label(&reader, bad).await,
                Err(Error::Invalid(_))
            ));
        }
        let post = post(&store, &ann, "text").await;
        store
            .annotate(ann.id, post.id, 0, vec![span(0, 4, "first")])
            .await
            .unwrap();
        let refused = store.delete_label(&reader, first.id).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let renamed = NewLabel {
            colour: 7,
            ..label("renamed", Some(1))
        };
        store
            .change_label(&reader, first.id, renamed)
            .await
            .unwrap();
        let sets = store.annotations(&reader, post.id).await.unwrap();
        assert_eq!(sets[0].spans, [span(0, 4, "renamed")]);
        store.unannotate(ann.id, post.id).await.unwrap();
        store.delete_label(&reader, first.id).await.unwrap();
        assert_eq!(store.labels().await.unwrap(), []);
    });
}

#[test]
fn labels_of_items_go_with_their_texts() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let ann = person(&store, "ann").await;
        let reader = Reader::account(ann.id);
        store.add_label(&reader, label("x", None)).await.unwrap();
        let feed = store
            .ensure_source(hub::new_source("feed", Mode::Increment))
            .await
            .unwrap();
        collect(
            &store,
            &feed,
            vec![vec![news("1", "One", "old"), news("2", "Two", "stays")]],
        )
        .await;
        let brought = store.forms_of_sources(&reader).await.unwrap();
        assert_eq!(brought.get(&feed.id), Some(&Form::News));
        let all = Timeline::Account("feed".to_owned());
        let page = store.timeline(&reader, &all, None, 10).await.unwrap();
        let posts: Vec<(i64, String)> = page
            .entries
            .into_iter()
            .map(|entry| (entry.post.id, entry.post.text))
            .collect();
        for (id, _) in &posts {
            let kept = store.annotate(ann.id, *id, 0, vec![span(0, 3, "x")]).await;
            assert_eq!(kept.unwrap().spans.len(), 1);
        }
        // What its publisher changed is a former text; put back as it was, it is not.
        let batch = collect(&store, &feed, vec![vec![news("1", "One", "new")]]).await;
        let done = AnnotationState::Done;
        assert_eq!(list(&store, &ann, done, &[]).await.len(), 1);
        store.roll_back(&reader, batch.id).await.unwrap();
        assert_eq!(list(&store, &ann, done, &[]).await.len(), 2);
        let first = batch.id - 1;
        store.roll_back(&reader, first).await.unwrap();
        assert_eq!(list(&store, &ann, AnnotationState::All, &[]).await, [0; 0]);
        assert!(
            store.delete_label(&reader, 1).await.is_ok(),
            "nothing is labelled with it"
        );
    });
}
