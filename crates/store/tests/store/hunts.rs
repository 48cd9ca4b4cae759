//! Hunts: who sees which, what they found, what is done about it, and what happens only once.

use noroshi_indicator::Tlp;
use noroshi_query::Rules;
use noroshi_store::{
    AccountKind, AudienceKind, Brought, Error, Hit, HitAction, HitFilter, HitState, Hunt, HuntForm,
    JobFound, JobState, Mode, NewAccount, NewHit, NewHunt, NewPost, NewSource, NotificationKind,
    Reader, Role, Said, Store,
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

fn query(name: &str, words: &str) -> NewHunt {
    NewHunt {
        name: name.to_owned(),
        words: words.to_owned(),
        enabled: true,
        ..NewHunt::default()
    }
}

fn shared(hunt: NewHunt, audience: &str) -> NewHunt {
    NewHunt {
        audience: Some(audience.to_owned()),
        ..hunt
    }
}

async fn post(store: &Store, account: i64, text: &str, audience: &str) -> i64 {
    let new = NewPost {
        text: text.to_owned(),
        audience: Some(audience.to_owned()),
        ..NewPost::default()
    };
    store.add_post(account, new).await.unwrap().id
}

/// Everything that is new becomes a hit of each of the hunts.
async fn hit_all(store: &Store, hunts: &[i64]) -> usize {
    let from = store.hunt_place().await.unwrap();
    let (news, next) = store.news(from.seq, 1_000).await.unwrap();
    let mut found = Vec::new();
    for one in &news {
        match &one.brought {
            Brought::Items(_) => {}
            Brought::Entry(entry, _) => {
                found.extend(hunts.iter().map(|hunt| NewHit::entry(*hunt, entry)));
            }
            Brought::Chunk(chunk) => {
                let (listings, _) = store.chunk_listings(*chunk, 0).await.unwrap();
                for (observable, listing) in &listings {
                    let hit = |hunt: &i64| NewHit::listing(*hunt, *chunk, *observable, listing);
                    found.extend(hunts.iter().map(hit));
                }
            }
        }
    }
    let recorded = store.record_hits(from, (next, 0), found).await.unwrap();
    recorded.unwrap().new
}

async fn hits(store: &Store, reader: i64, hunt: i64) -> Vec<Hit> {
    let filter = HitFilter {
        hunt: Some(hunt),
        ..HitFilter::default()
    };
    let reader = Reader::account(reader);
    store
        .hit_page(&reader, filter, None, 100)
        .await
        .unwrap()
        .hits
}

fn words(hits: &[Hit]) -> Vec<String> {
    let said = hits.iter().map(|hit| match hit.said.as_ref().unwrap() {
        Said::Post(post) => post.text.clone(),
        Said::Listing(listing) => listing.observable.value().to_owned(),
    });
    said.collect()
}

#[test]
fn a_hunt_is_read_by_its_audience_and_changed_by_its_owner() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let own = store.add_hunt(aiko, query("own", "evil")).await.unwrap();
        let open = store
            .add_hunt(aiko, shared(query("open", "tag:c2 last:7d"), "everyone"))
            .await
            .unwrap();
        assert_eq!(open.queries, ["tag:c2 last:7d"], "as it was typed");
        let ids = |hunts: Vec<Hunt>| hunts.iter().map(|hunt| hunt.id).collect::<Vec<_>>();
        let (reader, other) = (Reader::account(aiko), Reader::account(ben));
        assert_eq!(
            ids(store.hunts(&reader, None, None, 9).await.unwrap()),
            [open.id, own.id]
        );
        assert_eq!(
            ids(store.hunts(&other, None, None, 9).await.unwrap()),
            [open.id]
        );
        assert!(
            store
                .hunts(&other, Some(ben), None, 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(matches!(
            store.hunt(&other, own.id).await,
            Err(Error::NotFound { .. })
        ));
        let change = store.change_hunt(&other, open.id, query("mine", "x")).await;
        assert!(matches!(change, Err(Error::Forbidden(_))), "{change:?}");
        let gone = store.delete_hunt(&other, own.id).await;
        assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
        let changed = store
            .change_hunt(
                &reader,
                own.id,
                shared(query("renamed", "a, b"), "everyone"),
            )
            .await
            .unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.audience.as_deref()),
            ("renamed", Some("everyone"))
        );
        let taken = store.add_hunt(aiko, query("renamed", "x")).await;
        assert!(matches!(taken, Err(Error::Conflict(_))), "{taken:?}");
        store.delete_hunt(&reader, own.id).await.unwrap();
        assert!(store.hunt(&reader, own.id).await.is_err());
        store.add_hunt(aiko, query("renamed", "x")).await.unwrap();
    });
}

#[test]
fn each_form_is_read_and_what_is_wrong_with_it_told() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let form = |name: &str, form, words: &str| NewHunt {
            form,
            rules: Rules::TYPO,
            ..query(name, words)
        };
        let words = form("words", HuntForm::Words, "lockbit japan,emotet");
        let words = store.add_hunt(aiko, words).await.unwrap();
        assert_eq!(words.queries, ["/(?i)lockbit/ /(?i)japan/ OR /(?i)emotet/"]);
        let many: Vec<String> = (0..1_000).map(|n| format!("own{n}.example")).collect();
        let list = form("list", HuntForm::Watchlist, &many.join("\n"));
        let list = store.add_hunt(aiko, list).await.unwrap();
        assert!(list.queries.len() > 9, "{}", list.queries.len());
        assert_eq!(
            (list.rules, list.words.lines().count()),
            (Rules::TYPO, 1_000)
        );
        for (form, words, says) in [
            (HuntForm::Query, "tag:", "column 1"),
            (HuntForm::Query, "evil hunt:words", "hits of hunts"),
            (HuntForm::Words, " , ", "no word"),
            (HuntForm::Watchlist, "ok\nx", "line 2"),
        ] {
            let new = NewHunt {
                form,
                ..query("bad", words)
            };
            let error = store.add_hunt(aiko, new).await.unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
        for name in ["", "a/b", " a", "a\n", &"a".repeat(101)] {
            assert!(
                store.add_hunt(aiko, query(name, "x")).await.is_err(),
                "{name:?}"
            );
        }
    });
}

#[test]
fn a_hit_is_seen_by_who_sees_the_hunt_and_the_statement() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let chie = person(&store, "chie").await;
        store
            .add_audience("two", AudienceKind::Accounts, &["aiko", "ben"])
            .await
            .unwrap();
        let secret = NewSource {
            audience: "two".to_owned(),
            tlp: Tlp::Amber,
            ..hub::new_source("secret", Mode::Snapshot)
        };
        let secret = store.ensure_source(secret).await.unwrap();
        let open = store
            .ensure_source(hub::new_source("open", Mode::Snapshot))
            .await
            .unwrap();
        let hunt = store
            .add_hunt(aiko, shared(query("all", "evil"), "everyone"))
            .await
            .unwrap();
        let own = store.add_hunt(aiko, query("own", "evil")).await.unwrap();
        hub::import(
            &store,
            &secret,
            vec![hub::row(hub::domain("evil.example"))],
            vec![],
            &[],
        )
        .await;
        hub::import(
            &store,
            &open,
            vec![hub::row(hub::domain("evil.test"))],
            vec![],
            &[],
        )
        .await;
        post(&store, aiko, "evil for two", "two").await;
        let gone = post(&store, aiko, "evil for all", "everyone").await;
        // Both imports have an empty last chunk or none; whatever they announced is read.
        assert_eq!(hit_all(&store, &[hunt.id, own.id]).await, 8);
        assert_eq!(
            words(&hits(&store, ben, hunt.id).await),
            ["evil for all", "evil for two", "evil.test", "evil.example"]
        );
        assert_eq!(
            words(&hits(&store, chie, hunt.id).await),
            ["evil for all", "evil.test"]
        );
        assert!(hits(&store, ben, own.id).await.is_empty());
        let counted = async |account: i64| {
            let reader = Reader::account(account);
            let seen = store.hunt(&reader, hunt.id).await.unwrap();
            let days = store
                .hunt_days(&reader, vec![hunt.id, own.id], 30)
                .await
                .unwrap();
            let days: u64 = days.iter().flat_map(|days| &days.days).sum();
            (seen.open, days)
        };
        assert_eq!((counted(aiko).await, counted(ben).await), ((4, 8), (4, 4)));
        assert_eq!(counted(chie).await, (2, 2));
        assert_eq!(store.open_hits(aiko).await.unwrap(), 8);
        assert_eq!(store.open_hits(chie).await.unwrap(), 0);
        let all: Vec<i64> = hits(&store, aiko, hunt.id)
            .await
            .iter()
            .map(|hit| hit.id)
            .collect();
        let some = store
            .hits(&Reader::account(chie), all.clone())
            .await
            .unwrap();
        assert_eq!(some.len(), 2);
        // Who sees only some acts on these alone.
        let done = store
            .act_on_hits(chie, all.clone(), HitAction::Close)
            .await
            .unwrap();
        assert_eq!(done, 2);
        let deeds = store
            .deeds(&Reader::account(chie), all.clone())
            .await
            .unwrap();
        assert_eq!(deeds.len(), 2);
        store.delete_post(aiko, gone).await.unwrap();
        assert_eq!(words(&hits(&store, chie, hunt.id).await), ["evil.test"]);
        assert_eq!(
            store
                .deeds(&Reader::account(chie), all)
                .await
                .unwrap()
                .len(),
            1
        );
    });
}

#[test]
fn hits_are_searched_for_by_the_name_of_their_hunt() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let open = store
            .ensure_source(hub::new_source("open", Mode::Snapshot))
            .await
            .unwrap();
        let rows = |names: &[&str]| {
            names
                .iter()
                .map(|name| hub::row(hub::domain(name)))
                .collect()
        };
        hub::import(&store, &open, rows(&["before.example"]), vec![], &[]).await;
        let own = store.add_hunt(aiko, query("Own names", "x")).await.unwrap();
        let shared = store
            .add_hunt(aiko, shared(query("shared", "x"), "everyone"))
            .await
            .unwrap();
        hit_all(&store, &[]).await;
        hub::import(
            &store,
            &open,
            rows(&["before.example", "hit.example"]),
            vec![],
            &[],
        )
        .await;
        post(&store, ben, "see 192.0.2.7", "everyone").await;
        hit_all(&store, &[own.id, shared.id]).await;
        post(&store, ben, "see 192.0.2.8", "everyone").await;
        let asked = async |account: i64, text: &str| {
            let query = noroshi_query::parse(text, 0, &noroshi_query::TimeZone::UTC).unwrap();
            let reader = Reader::account(account);
            let page = store
                .search(&reader, &query, Default::default())
                .await
                .unwrap();
            let values = page
                .found
                .iter()
                .map(|found| found.observable.value().to_owned());
            let mut values: Vec<String> = values.collect();
            values.sort();
            let posts = store
                .search_posts(&reader, &query, Default::default())
                .await
                .unwrap();
            (values.join(" "), posts.entries.len())
        };
        let all = ("192.0.2.7 hit.example".to_owned(), 1);
        assert_eq!(asked(aiko, "hunt:\"own names\"").await, all);
        assert_eq!(asked(ben, "hunt:\"own names\"").await, (String::new(), 0));
        assert_eq!(asked(ben, "hunt:aiko/shared").await, all);
        assert_eq!(asked(ben, "hunt:ben/shared").await, (String::new(), 0));
        assert_eq!(
            asked(ben, "-hunt:shared -kind:domain").await,
            ("192.0.2.8".to_owned(), 1)
        );
        assert_eq!(
            asked(ben, "hunt:shared kind:domain OR before.example").await,
            ("before.example hit.example".to_owned(), 0)
        );
    });
}

#[test]
fn hits_are_worked_on() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let hunt = store
            .add_hunt(aiko, shared(query("all", "x"), "everyone"))
            .await
            .unwrap();
        post(&store, aiko, "see 192.0.2.7", "everyone").await;
        post(&store, aiko, "no value", "everyone").await;
        assert_eq!(hit_all(&store, &[hunt.id]).await, 2);
        let all = hits(&store, ben, hunt.id).await;
        let (plain, named) = (all[0].id, all[1].id);
        let acts = async |account: i64, id: i64, action: HitAction| {
            store.act_on_hits(account, vec![id], action).await
        };
        assert_eq!(acts(ben, named, HitAction::Acknowledge).await.unwrap(), 1);
        assert_eq!(
            acts(ben, named, HitAction::Acknowledge).await.unwrap(),
            0,
            "it is so already"
        );
        let ben_s = HitAction::Assign(Some("ben".to_owned()));
        assert_eq!(acts(aiko, named, ben_s).await.unwrap(), 1);
        let mine = HitFilter {
            assignee: Some(ben),
            state: Some(HitState::Acknowledged),
            ..HitFilter::default()
        };
        let page = store
            .hit_page(&Reader::account(ben), mine, None, 9)
            .await
            .unwrap();
        assert_eq!(page.hits.len(), 1);
        assert_eq!(page.hits[0].assignee.as_deref(), Some("ben"));
        assert!(
            acts(aiko, named, HitAction::Assign(Some("nobody".to_owned())))
                .await
                .is_err()
        );
        assert!(matches!(
            acts(ben, named, HitAction::Mute(None)).await,
            Err(Error::Forbidden(_))
        ));
        assert!(
            acts(aiko, plain, HitAction::Mute(None)).await.is_err(),
            "it names nothing"
        );
        assert_eq!(acts(aiko, named, HitAction::Mute(None)).await.unwrap(), 1);
        let deeds = store
            .deeds(&Reader::account(aiko), vec![named])
            .await
            .unwrap();
        let done: Vec<&str> = deeds.iter().map(|deed| deed.action.as_str()).collect();
        assert_eq!(done, ["acknowledge", "assign", "mute"]);
        // What is muted is kept, and closed.
        post(&store, aiko, "again 192.0.2.7", "everyone").await;
        post(&store, aiko, "192.0.2.7 and 192.0.2.8", "everyone").await;
        assert_eq!(hit_all(&store, &[hunt.id]).await, 2);
        let states: Vec<HitState> = hits(&store, ben, hunt.id)
            .await
            .iter()
            .map(|hit| hit.state)
            .collect();
        assert_eq!(states[..2], [HitState::Open, HitState::Closed]);
    });
}

#[test]
fn a_block_counts_once_and_only_while_no_hunt_changed() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let hunt = store.add_hunt(aiko, query("all", "x")).await.unwrap();
        let id = post(&store, aiko, "one", "everyone").await;
        let from = store.hunt_place().await.unwrap();
        let entry = |news: &[noroshi_store::News]| match &news[0].brought {
            Brought::Entry(entry, _) => NewHit::entry(hunt.id, entry),
            Brought::Chunk(_) | Brought::Items(_) => panic!("a chunk"),
        };
        let (news, next) = store.news(from.seq, 9).await.unwrap();
        let found = vec![entry(&news); 3];
        store.add_hunt(aiko, query("other", "y")).await.unwrap();
        let void = store
            .record_hits(from, (next, 0), found.clone())
            .await
            .unwrap();
        assert_eq!(void, None, "a hunt was made meanwhile");
        let from = store.hunt_place().await.unwrap();
        let done = store
            .record_hits(from, (next, 0), found.clone())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((done.new, done.place.seq), (1, next));
        assert_eq!(
            store
                .record_hits(from, (next, 0), found.clone())
                .await
                .unwrap(),
            None
        );
        let again = store
            .record_hits(done.place, (next, 0), found)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(again.new, 0);
        // Another text of the post is another hit.
        store.edit_post(aiko, id, "two").await.unwrap();
        assert_eq!(hit_all(&store, &[hunt.id]).await, 1);
    });
}

#[test]
fn a_hunt_that_finds_everything_is_stopped_and_its_owner_told() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let hunt = store.add_hunt(aiko, query("all", "")).await.unwrap();
        let calm = store.add_hunt(aiko, query("calm", "x")).await.unwrap();
        let source = store
            .ensure_source(hub::new_source("s", Mode::Snapshot))
            .await
            .unwrap();
        let rows = (0..6_000)
            .map(|n| hub::row(hub::domain(&format!("n{n}.example"))))
            .collect();
        hub::import(&store, &source, rows, vec![], &[]).await;
        let from = store.hunt_place().await.unwrap();
        let (news, next) = store.news(from.seq, 9).await.unwrap();
        let (mut found, mut after) = (Vec::new(), Some(0));
        let Brought::Chunk(chunk) = news[0].brought else {
            panic!("{news:?}")
        };
        while let Some(from) = after {
            let (listings, more) = store.chunk_listings(chunk, from).await.unwrap();
            found.extend(
                listings
                    .iter()
                    .map(|(at, one)| NewHit::listing(hunt.id, chunk, *at, one)),
            );
            after = more;
        }
        let recorded = store
            .record_hits(from, (next, 0), found)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(recorded.new, 5_000);
        assert!(recorded.place.version > from.version);
        let reader = Reader::account(aiko);
        let hunt = store.hunt(&reader, hunt.id).await.unwrap();
        assert!(!hunt.enabled && hunt.paused.is_some());
        assert!(store.hunt(&reader, calm.id).await.unwrap().enabled);
        let told = store.notifications(aiko, None, 9).await.unwrap();
        assert_eq!(told[0].kind, NotificationKind::HuntPaused);
        assert_eq!(told[0].hunt, Some((hunt.id, "all".to_owned())));
        let again = store.switch_hunt(&reader, hunt.id, true).await.unwrap();
        assert!(again.enabled && again.paused.is_none());
        let watched = store
            .watched_hunts(recorded.place.version, 9)
            .await
            .unwrap();
        assert_eq!((watched.len(), watched[0].since), (1, next), "from now on");
    });
}

#[test]
fn an_account_has_thousands_of_hunts_and_no_more() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        for n in 0..2_000 {
            store
                .add_hunt(aiko, query(&format!("h{n}"), "x"))
                .await
                .unwrap();
        }
        let error = store
            .add_hunt(aiko, query("one more", "x"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("2000 hunts"), "{error}");
        assert_eq!(
            store
                .hunts(&Reader::account(aiko), None, None, 500)
                .await
                .unwrap()
                .len(),
            500
        );
        let (mut after, mut all) = (-1, 0);
        loop {
            let some = store.watched_hunts(after, 300).await.unwrap();
            let Some(last) = some.last() else { break };
            after = last.version;
            all += some.len();
        }
        assert_eq!(all, 2_000);
    });
}

#[test]
fn a_job_goes_on_where_it_was_and_ends() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let aiko = person(&store, "aiko").await;
        let reader = Reader::account(aiko);
        let first = post(&store, aiko, "before the hunt", "everyone").await;
        let hunt = store
            .add_hunt(aiko, query("late", "hunt since:7d"))
            .await
            .unwrap();
        let job = store.hunt_past(&reader, hunt.id, 0).await.unwrap();
        assert_eq!(job.state, JobState::Waiting);
        let job = store.next_job().await.unwrap().unwrap();
        assert!(
            job.query()
                .unwrap()
                .unwrap()
                .to_string()
                .contains("in:listing")
        );
        let on = store
            .advance_job(&job, JobFound::default())
            .await
            .unwrap()
            .unwrap();
        assert!(on.posts && on.state == JobState::Running);
        assert_eq!(
            store.advance_job(&job, JobFound::default()).await.unwrap(),
            None,
            "twice"
        );
        assert_eq!(
            store.next_job().await.unwrap(),
            Some(on.clone()),
            "as after a crash"
        );
        let found = JobFound {
            posts: vec![(first, 0), (first, 0)],
            ..JobFound::default()
        };
        let done = store.advance_job(&on, found).await.unwrap().unwrap();
        assert_eq!((done.state, done.found), (JobState::Done, 1));
        assert_eq!(store.next_job().await.unwrap(), None);
        assert_eq!(hits(&store, aiko, hunt.id).await.len(), 1);
        let job = store.hunt_past(&reader, hunt.id, 0).await.unwrap();
        let other = Reader::account(person(&store, "ben").await);
        assert!(store.cancel_job(&other, job.id).await.is_err());
        assert!(store.jobs(&other, hunt.id).await.unwrap().is_empty());
        assert_eq!(
            store.cancel_job(&reader, job.id).await.unwrap().state,
            JobState::Cancelled
        );
        assert_eq!(store.jobs(&reader, hunt.id).await.unwrap().len(), 2);
    });
}

#[test]
fn a_feed_has_a_secret_and_a_source_is_driven() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let source = store
            .ensure_source(hub::new_source("x", Mode::Increment))
            .await
            .unwrap();
        let new = NewHunt {
            drives: vec!["x".to_owned()],
            ..shared(query("q", "lockbit"), "everyone")
        };
        let hunt = store.add_hunt(aiko, new).await.unwrap();
        assert_eq!(hunt.drives, ["x"]);
        assert_eq!(store.driving(source.id).await.unwrap(), ["lockbit"]);
        let reader = Reader::account(aiko);
        let secret = store
            .set_hunt_feed(&reader, hunt.id, true)
            .await
            .unwrap()
            .unwrap();
        assert!(
            store
                .set_hunt_feed(&Reader::account(ben), hunt.id, true)
                .await
                .is_err()
        );
        let (found, who) = store.hunt_by_feed(&secret).await.unwrap().unwrap();
        assert_eq!((found.id, who, found.feed), (hunt.id, reader.clone(), true));
        assert_eq!(store.hunt_by_feed("other").await.unwrap(), None);
        store.set_hunt_feed(&reader, hunt.id, false).await.unwrap();
        assert_eq!(store.hunt_by_feed(&secret).await.unwrap(), None);
        store.switch_hunt(&reader, hunt.id, false).await.unwrap();
        assert!(store.driving(source.id).await.unwrap().is_empty());
    });
}
