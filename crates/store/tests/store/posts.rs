//! Posts: who sees what, threads, stars, reposts, history, files, lists, notifications, stories, digests.

use std::io::Write;

use noroshi_indicator::Tlp;
use noroshi_store::{
    AccountKind, AudienceKind, ChangeKind, DigestRule, Error, Mode, NewAccount, NewAttachment,
    NewList, NewPost, NotificationKind, Part, Post, Reader, Role, Store, StoryDraft, Timeline,
};

use crate::hub;

async fn person(store: &Store, name: &str) -> i64 {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role: Role::Analyst,
        organisation: None,
    };
    store.add_account(new).await.unwrap().id
}

fn text(text: &str) -> NewPost {
    NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    }
}

fn answer(to: &Post, words: &str) -> NewPost {
    NewPost {
        reply_to: Some(to.id),
        ..text(words)
    }
}

fn to_audience(audience: &str, words: &str) -> NewPost {
    NewPost {
        audience: Some(audience.to_owned()),
        ..text(words)
    }
}

async fn ids(store: &Store, reader: i64, timeline: Timeline) -> Vec<i64> {
    let reader = Reader::account(reader);
    let page = store.timeline(&reader, &timeline, None, 50).await.unwrap();
    assert_eq!(page.next, None);
    page.entries.iter().map(|entry| entry.id).collect()
}

#[test]
fn a_post_is_found_by_all_that_it_names() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let words = "See hxxps://evil[.]example/a and 192.0.2.7 #Phishing #標的型 @ben";
        let post = store.add_post(aiko, text(words)).await.unwrap();
        assert_eq!(post.text, words);
        assert_eq!(post.tags, ["Phishing", "標的型"]);
        assert_eq!(post.to, ["ben"]);
        let named: Vec<&str> = post.observables.iter().map(|one| one.value()).collect();
        assert_eq!(named, ["192.0.2.7", "https://evil.example/a"]);
        assert_eq!((post.tlp, post.audience.as_str()), (Tlp::Green, "everyone"));
        for timeline in [
            Timeline::Everyone,
            Timeline::To(ben),
            Timeline::Tag("phishing".to_owned()),
            Timeline::Tag("標的型".to_owned()),
            Timeline::Account("aiko".to_owned()),
            Timeline::Home(aiko),
        ] {
            assert_eq!(
                ids(&store, ben, timeline.clone()).await,
                [post.id],
                "{timeline:?}"
            );
        }
        assert!(ids(&store, ben, Timeline::Home(ben)).await.is_empty());
        assert!(store.follow_tag(ben, "#phishing", true).await.unwrap());
        assert_eq!(ids(&store, ben, Timeline::Home(ben)).await, [post.id]);
        let seen = store
            .lookup(&Reader::account(ben), &post.observables[0])
            .await
            .unwrap();
        assert_eq!(seen.posts.len(), 1);
        let (changes, _) = store.changes(&Reader::account(ben), 0, 10).await.unwrap();
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.kind, change.post))
            .collect();
        assert_eq!(told, [(ChangeKind::Posted, Some(post.id))]);
    });
}

#[test]
fn whoever_may_not_read_a_post_learns_nothing_of_it() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let chie = person(&store, "chie").await;
        store
            .add_audience("two", AudienceKind::Accounts, &["aiko", "ben"])
            .await
            .unwrap();
        let secret = store
            .add_post(
                aiko,
                to_audience("two", "203.0.113.9 is ours @chie #secret"),
            )
            .await
            .unwrap();
        assert_eq!(secret.tlp, Tlp::Amber);
        let open = NewPost {
            audience: Some("everyone".to_owned()),
            ..answer(&secret, "an open answer")
        };
        let open = store.add_post(ben, open).await.unwrap();
        assert_eq!((open.reply_to, open.thread), (Some(secret.id), secret.id));
        let reader = Reader::account(chie);
        let seen = store.post(&reader, open.id).await.unwrap();
        assert_eq!((seen.reply_to, seen.thread), (None, open.id));
        assert!(matches!(
            store.post(&reader, secret.id).await,
            Err(Error::NotFound { .. })
        ));
        assert_eq!(ids(&store, chie, Timeline::Everyone).await, [open.id]);
        assert!(ids(&store, chie, Timeline::To(chie)).await.is_empty());
        assert!(
            store
                .notifications(chie, None, 10)
                .await
                .unwrap()
                .is_empty()
        );
        let observable = &secret.observables[0];
        assert!(
            store
                .lookup(&reader, observable)
                .await
                .unwrap()
                .posts
                .is_empty()
        );
        let unseen = |result: noroshi_store::Result<Post>| {
            let missing = Error::not_found("post", secret.id.to_string()).to_string();
            assert_eq!(result.unwrap_err().to_string(), missing);
        };
        unseen(store.add_post(chie, answer(&secret, "hello?")).await);
        unseen(store.edit_post(chie, secret.id, "mine").await);
        assert!(store.star_post(chie, secret.id, true).await.is_err());
        assert!(store.repost_post(chie, secret.id, true).await.is_err());
        assert!(store.delete_post(chie, secret.id).await.is_err());
        let unknown = store.add_post(chie, to_audience("two", "let me in")).await;
        assert!(matches!(unknown, Err(Error::NotFound { .. })));
        // A repost reaches those whom the post reaches, and nobody else.
        assert!(store.repost_post(ben, secret.id, true).await.unwrap());
        assert_eq!(
            ids(&store, chie, Timeline::Account("ben".to_owned())).await,
            [open.id]
        );
        assert_eq!(
            ids(&store, aiko, Timeline::Account("ben".to_owned()))
                .await
                .len(),
            2
        );
    });
}

#[test]
fn threads_keep_their_shape_and_edits_their_history() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let reader = Reader::account(ben);
        let first = store
            .add_post(aiko, text("one evil.example"))
            .await
            .unwrap();
        let second = store.add_post(ben, answer(&first, "two")).await.unwrap();
        let third = store
            .add_post(aiko, answer(&second, "three"))
            .await
            .unwrap();
        store.delete_post(ben, second.id).await.unwrap();
        let thread = store.thread(&reader, third.id).await.unwrap();
        let shape: Vec<_> = thread
            .iter()
            .map(|post| (post.id, post.reply_to, post.deleted.is_some()))
            .collect();
        assert_eq!(
            shape,
            [
                (first.id, None, false),
                (second.id, Some(first.id), true),
                (third.id, Some(second.id), false)
            ]
        );
        assert_eq!(thread[1].text, "");
        assert_eq!(
            ids(&store, ben, Timeline::Everyone).await,
            [third.id, first.id]
        );
        let parents = store.post_parents(&reader, third.id).await.unwrap();
        assert_eq!(
            parents.iter().map(|post| post.id).collect::<Vec<_>>(),
            [first.id, second.id]
        );
        let answers = store.post_answers(&reader, first.id).await.unwrap();
        assert_eq!(
            answers.iter().map(|post| post.id).collect::<Vec<_>>(),
            [second.id, third.id]
        );

        let edited = store
            .edit_post(aiko, first.id, "uno other.example #new")
            .await
            .unwrap();
        assert_eq!(
            (edited.revision, edited.tags.as_slice()),
            (1, ["new".to_owned()].as_slice())
        );
        let history = store.post_history(&reader, first.id).await.unwrap();
        let texts: Vec<&str> = history.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["uno other.example #new", "one evil.example"]);
        let old = store.lookup(&reader, &first.observables[0]).await.unwrap();
        assert!(old.posts.is_empty(), "found by what it says no more");
        let forbidden = store.edit_post(ben, first.id, "mine now").await;
        assert!(matches!(forbidden, Err(Error::Forbidden(_))));
    });
}

#[test]
fn stars_reposts_and_mentions_notify_once() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let post = store
            .add_post(aiko, text("hello @Ben @aiko"))
            .await
            .unwrap();
        let reply = store
            .add_post(ben, answer(&post, "@aiko yes"))
            .await
            .unwrap();
        assert!(store.star_post(ben, post.id, true).await.unwrap());
        assert!(!store.star_post(ben, post.id, true).await.unwrap());
        assert!(store.repost_post(ben, post.id, true).await.unwrap());
        assert!(!store.repost_post(ben, post.id, true).await.unwrap());
        let told = store.notifications(aiko, None, 10).await.unwrap();
        let kinds: Vec<_> = told
            .iter()
            .map(|one| (one.kind, one.post.as_ref().unwrap().id))
            .collect();
        assert_eq!(
            kinds,
            [
                (NotificationKind::Repost, post.id),
                (NotificationKind::Star, post.id),
                (NotificationKind::Reply, reply.id),
            ]
        );
        assert_eq!(store.fresh_notifications(aiko).await.unwrap(), 3);
        store.see_notifications(aiko, told[0].id).await.unwrap();
        assert_eq!(store.fresh_notifications(aiko).await.unwrap(), 0);
        let mentioned = store.notifications(ben, None, 10).await.unwrap();
        assert_eq!(mentioned.len(), 1);
        assert_eq!(mentioned[0].kind, NotificationKind::Mention);
        let seen = store.post(&Reader::account(ben), post.id).await.unwrap();
        assert_eq!((seen.stars, seen.reposts, seen.replies), (1, 1, 1));
        assert!(seen.starred && seen.reposted);
        let timeline = store
            .timeline(&Reader::account(aiko), &Timeline::Everyone, None, 10)
            .await
            .unwrap();
        assert_eq!(timeline.entries[0].post.id, post.id);
        assert_eq!(timeline.entries[0].repost.as_ref().unwrap().by.name, "ben");
        assert_eq!(
            store
                .starred_by(&Reader::account(aiko), post.id)
                .await
                .unwrap()[0]
                .name,
            "ben"
        );
        assert!(store.repost_post(ben, post.id, false).await.unwrap());
        assert!(store.star_post(ben, post.id, false).await.unwrap());
        assert_eq!(store.notifications(aiko, None, 10).await.unwrap().len(), 1);

        store.mute_account(aiko, "ben", true).await.unwrap();
        store.add_post(ben, text("@aiko again")).await.unwrap();
        assert_eq!(store.notifications(aiko, None, 10).await.unwrap().len(), 1);
        assert_eq!(ids(&store, aiko, Timeline::Everyone).await, [post.id]);
        assert_eq!(
            ids(&store, aiko, Timeline::Account("ben".to_owned()))
                .await
                .len(),
            2
        );
    });
}

#[test]
fn a_list_is_a_timeline_and_an_audience() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let chie = person(&store, "chie").await;
        let new = NewList {
            name: "red team".to_owned(),
            description: "who strikes".to_owned(),
            hidden: true,
        };
        let list = store.add_list(aiko, new.clone()).await.unwrap();
        assert!(matches!(
            store.add_list(aiko, new).await,
            Err(Error::Conflict(_))
        ));
        assert!(
            store
                .set_list_member(aiko, "red team", "ben", true)
                .await
                .unwrap()
        );
        assert!(
            !store
                .set_list_member(aiko, "red team", "ben", true)
                .await
                .unwrap()
        );
        let (eyes, timeline) = (
            Reader::account(chie),
            Timeline::List("aiko".to_owned(), "red team".to_owned()),
        );
        assert!(
            store.timeline(&eyes, &timeline, None, 10).await.is_err(),
            "a hidden list"
        );
        assert!(store.lists(&eyes, "aiko").await.unwrap().is_empty());
        assert!(
            store
                .add_post(chie, to_audience("aiko/red team", "hi"))
                .await
                .is_err()
        );
        // The owner is no member: only the author and the members read it.
        let post = store
            .add_post(ben, to_audience("aiko/red team", "strike"))
            .await
            .unwrap();
        assert!(store.post(&Reader::account(aiko), post.id).await.is_err());
        let own = store
            .add_post(aiko, to_audience("aiko/red team", "orders"))
            .await
            .unwrap();
        assert!(
            ids(&store, aiko, timeline).await.is_empty(),
            "its owner is no member"
        );
        assert_eq!(
            ids(&store, ben, Timeline::Everyone).await,
            [own.id, post.id]
        );
        let open = NewList {
            name: "red team".to_owned(),
            description: String::new(),
            hidden: false,
        };
        store.change_list(aiko, open).await.unwrap();
        assert_eq!(
            store.lists(&eyes, "aiko").await.unwrap()[0].name,
            "red team"
        );
        let tip = store
            .add_post(chie, to_audience("aiko/red team", "a tip"))
            .await
            .unwrap();
        assert!(store.post(&Reader::account(ben), tip.id).await.is_ok());
        assert_eq!(store.list_members(&list).await.unwrap()[0].name, "ben");
        assert!(matches!(
            store.delete_list(aiko, "red team").await,
            Err(Error::Conflict(_))
        ));
        let offered = store.audiences_of(ben).await.unwrap();
        let names: Vec<&str> = offered.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["everyone", "aiko/red team"]);
    });
}

#[test]
fn a_file_is_read_by_whom_its_post_reaches() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let mut writer = store.blob_writer().unwrap();
        writer.write_all(b"evidence").unwrap();
        let new = NewAttachment {
            body: writer.finish().unwrap(),
            name: "a.txt".to_owned(),
            media: "text/plain".to_owned(),
        };
        let file = store.add_attachment(aiko, new.clone()).await.unwrap();
        let reader = Reader::account(ben);
        assert!(store.attachment(&reader, file.id).await.is_err());
        let with = |files: Vec<i64>| NewPost {
            attachments: files,
            ..text("see the file")
        };
        assert!(
            store.add_post(ben, with(vec![file.id])).await.is_err(),
            "somebody else's"
        );
        let post = store.add_post(aiko, with(vec![file.id])).await.unwrap();
        assert_eq!(post.attachments, std::slice::from_ref(&file));
        assert!(
            store.add_post(aiko, with(vec![file.id])).await.is_err(),
            "twice"
        );
        assert_eq!(store.attachment(&reader, file.id).await.unwrap(), file);
        assert!(store.open_blob(&file.body).is_ok());
        store.delete_post(aiko, post.id).await.unwrap();
        assert!(store.attachment(&reader, file.id).await.is_err());
        assert!(
            store.open_blob(&file.body).is_err(),
            "nothing names its content"
        );
        for name in ["", "a/b", "a\\b", "a\nb"] {
            let odd = NewAttachment {
                name: name.to_owned(),
                ..new.clone()
            };
            assert!(matches!(
                store.add_attachment(aiko, odd).await,
                Err(Error::Invalid(_))
            ));
        }
    });
}

#[test]
fn a_story_shows_each_reader_what_they_may_see() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        store
            .add_audience("own", AudienceKind::Accounts, &["aiko"])
            .await
            .unwrap();
        let open = store.add_post(aiko, text("open")).await.unwrap();
        let secret = store
            .add_post(aiko, to_audience("own", "secret"))
            .await
            .unwrap();
        let later = store.add_post(ben, answer(&open, "later")).await.unwrap();
        let parts = vec![
            Part::Heading("The beginning".to_owned()),
            Part::Post(open.id),
            Part::Note("what *then* happened".to_owned()),
            Part::Post(secret.id),
        ];
        let draft = StoryDraft {
            title: "A story".to_owned(),
            parts: parts.clone(),
            ..StoryDraft::default()
        };
        let story = store.add_story(aiko, draft.clone()).await.unwrap();
        assert_eq!((story.version, &story.parts), (1, &parts));
        let reader = Reader::account(ben);
        assert_eq!(
            store.story(&reader, story.id).await.unwrap().parts,
            parts[..3]
        );
        assert_eq!(store.stories(&reader, None, 10).await.unwrap()[0].posts, 1);
        let offered = store.story_candidates(&reader, story.id).await.unwrap();
        assert_eq!(
            offered.iter().map(|post| post.id).collect::<Vec<_>>(),
            [later.id]
        );
        let more = StoryDraft {
            parts: parts
                .iter()
                .cloned()
                .chain([Part::Post(later.id)])
                .collect(),
            ..draft.clone()
        };
        let saved = store
            .save_story(aiko, story.id, 1, more.clone())
            .await
            .unwrap();
        assert_eq!(saved.version, 2);
        let stale = store.save_story(aiko, story.id, 1, more.clone()).await;
        assert!(matches!(stale, Err(Error::Conflict(_))));
        assert!(matches!(
            store.save_story(ben, story.id, 2, more).await,
            Err(Error::NotFound { .. } | Error::Forbidden(_))
        ));
        let old = store.story_at(&reader, story.id, 1).await.unwrap();
        assert_eq!(old.parts, parts[..3]);
        assert_eq!(
            store.story_versions(&reader, story.id).await.unwrap().len(),
            2
        );
        let private = StoryDraft {
            audience: Some("own".to_owned()),
            ..draft
        };
        store.save_story(aiko, story.id, 2, private).await.unwrap();
        assert!(store.story(&reader, story.id).await.is_err());
        assert!(store.stories(&reader, None, 10).await.unwrap().is_empty());
    });
}

#[test]
fn what_was_saved_for_few_stays_with_them() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        store
            .add_audience("own", AudienceKind::Accounts, &["aiko"])
            .await
            .unwrap();
        let draft = |title: &str, audience: &str| StoryDraft {
            title: title.to_owned(),
            audience: Some(audience.to_owned()),
            ..StoryDraft::default()
        };
        let story = store.add_story(aiko, draft("draft", "own")).await.unwrap();
        let opened = draft("opened", "everyone");
        store.save_story(aiko, story.id, 1, opened).await.unwrap();
        for (who, numbers) in [(aiko, vec![2, 1]), (ben, vec![2])] {
            let reader = Reader::account(who);
            let versions = store.story_versions(&reader, story.id).await.unwrap();
            let seen: Vec<i64> = versions.iter().map(|one| one.version).collect();
            assert_eq!(seen, numbers);
            let first = store.story_at(&reader, story.id, 1).await;
            match numbers.contains(&1) {
                true => {
                    let first = first.unwrap();
                    assert_eq!(
                        (first.title.as_str(), first.audience.as_str()),
                        ("draft", "own")
                    );
                }
                false => assert!(matches!(first, Err(Error::NotFound { .. }))),
            }
        }
        let line = &store
            .stories(&Reader::account(ben), None, 10)
            .await
            .unwrap()[0];
        assert_eq!(
            (line.title.as_str(), line.audience.as_str(), line.tlp.name()),
            ("opened", "everyone", "green")
        );
    });
}

#[test]
fn posts_are_collected_into_a_story() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let first = store.add_post(aiko, text("first")).await.unwrap();
        let second = store.add_post(ben, text("second")).await.unwrap();
        let mut answers = Vec::new();
        for n in 0..2 {
            let new = answer(&first, &format!("answer {n}"));
            answers.push(store.add_post(ben, new).await.unwrap().id);
        }
        let mut story = None;
        for post in [first.id, second.id, answers[0], answers[1], first.id] {
            let into = store
                .collect_post(aiko, post, None, "Untitled")
                .await
                .unwrap();
            assert!(story.is_none_or(|id| id == into.id));
            story = Some(into.id);
        }
        let story = store
            .story(&Reader::account(aiko), story.unwrap())
            .await
            .unwrap();
        assert_eq!((story.title.as_str(), story.version), ("Untitled", 4));
        let order = [first.id, answers[0], answers[1], second.id].map(Part::Post);
        assert_eq!(story.parts, order, "answers stand behind what they answer");

        let named = Some(story.id);
        assert!(matches!(
            store.collect_post(ben, first.id, named, "Untitled").await,
            Err(Error::Forbidden(_))
        ));
        store.delete_post(ben, second.id).await.unwrap();
        let other = store.collect_post(ben, second.id, None, "Untitled").await;
        assert!(matches!(other, Err(Error::NotFound { .. })));
        assert!(
            store
                .stories(&Reader::account(ben), None, 10)
                .await
                .unwrap()
                .len()
                == 1
        );
    });
}

#[test]
fn a_source_speaks_once_and_not_too_often() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let source = store
            .ensure_source(hub::new_source("feed", Mode::Increment))
            .await
            .unwrap();
        let other = store
            .ensure_source(hub::new_source("other", Mode::Increment))
            .await
            .unwrap();
        let row = |name: &str| {
            let mut row = hub::row(hub::domain(name));
            row.family = Some("Emotet".to_owned());
            row.tags = vec!["c2 @aiko".to_owned()];
            row
        };
        hub::import(&store, &other, vec![row("a.jp")], Vec::new(), &[]).await;
        assert_eq!(
            store.post_digest(source.id).await.unwrap(),
            None,
            "nothing to say"
        );
        let batch = hub::import(
            &store,
            &source,
            vec![row("a.jp"), row("b.example")],
            Vec::new(),
            &[1],
        )
        .await;
        let post = store.post_digest(source.id).await.unwrap().unwrap();
        let digest = post.digest.clone().unwrap();
        assert_eq!(
            (digest.new, digest.jp, digest.elsewhere, digest.batch),
            (2, 1, 1, batch.id)
        );
        assert_eq!(digest.families, [("Emotet".to_owned(), 2)]);
        assert!(
            post.text
                .starts_with("**2 new**: domain 2; 1 under .jp; 1 known here before."),
            "{}",
            post.text
        );
        assert_eq!(post.from.name, "feed");
        assert!(
            store
                .notifications(aiko, None, 10)
                .await
                .unwrap()
                .is_empty(),
            "a feed calls nobody"
        );
        hub::import(&store, &source, vec![row("c.example")], Vec::new(), &[]).await;
        assert_eq!(
            store.post_digest(source.id).await.unwrap(),
            None,
            "it just spoke"
        );
        let rule = DigestRule {
            on: true,
            least: 1,
            pause: 0,
        };
        store.set_digest_rule(source.id, rule).await.unwrap();
        assert_eq!(store.digest_rule(source.id).await.unwrap(), rule);
        let next = store.post_digest(source.id).await.unwrap().unwrap();
        assert_eq!(next.digest.unwrap().new, 1);
        assert_eq!(
            store.post_digest(source.id).await.unwrap(),
            None,
            "all is told"
        );
        store
            .roll_back(&Reader::operator(), batch.id)
            .await
            .unwrap();
        assert!(
            store
                .post(&Reader::account(aiko), post.id)
                .await
                .unwrap()
                .undone
        );
    });
}
