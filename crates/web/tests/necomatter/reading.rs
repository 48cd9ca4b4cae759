//! Timelines: who wrote and passed on what, in which order, and page by page.

use noroshi_store::{NewList, Preferences};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::Hub;
use crate::person::{Person, ids, refused, texts};

#[tokio::test]
async fn a_user_has_what_that_one_wrote_and_passed_on() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let first = ann.post("one & <two>").await;
        let second = ben.post("by ben").await;
        ben.done(
            "POST",
            &format!("/tweet/{first}/retweet.json"),
            &Value::Null,
        )
        .await;
        ben.done(
            "POST",
            &format!("/tweet/{second}/retweet.json"),
            &Value::Null,
        )
        .await;
        let rows = ben.get("/user/ben.json").await;
        assert_eq!(ids(&rows), [second, first, second]);
        let [own_again, passed, own] = rows.as_array().unwrap().as_slice() else {
            panic!("{rows}");
        };
        // Passing on one's own names nobody.
        assert_eq!(own_again["is_retweet"], true);
        assert_eq!(own_again["retweet_user_name"], Value::Null);
        assert_eq!(passed["retweet_user_name"], "ben");
        assert_eq!(
            (&passed["user_name"], &passed["is_retweet"]),
            (&json!("ann"), &json!(true))
        );
        assert_eq!(passed["own_retweeted"], true);
        assert!(passed["retweet_unix_time"].as_f64() > passed["unix_time"].as_f64());
        assert_eq!(own["is_retweet"], false);
        assert_eq!(own["retweet_unix_time"], own["unix_time"]);
        assert_eq!(own["retweet_time"], own["time"]);
        let members = "icon_url id is_retweet list_name list_owner_name own_retweeted own_stard \
            retweet_time retweet_unix_time retweet_user_name row_id text time unix_time user_name";
        let names: Vec<&String> = passed.as_object().unwrap().keys().collect();
        let mut names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), members);
        assert_eq!(
            (&own["list_name"], &own["list_owner_name"]),
            (&json!("<ForAllUser>"), &Value::Null)
        );
        let ann_sees = ann.get("/user/ann.json").await;
        assert_eq!(texts(&ann_sees), ["one &amp; &lt;two&gt;"]);
        assert_eq!(ann_sees[0]["own_retweeted"], false, "ben did, ann did not");
        assert_eq!(ann.get("/user/nobody.json").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_timeline_is_of_those_whom_its_owner_follows() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let ben = Person::new(&hub, "ben").await;
        let cho = Person::new(&hub, "cho").await;
        let (own, bens, chos) = (
            ann.post("a").await,
            ben.post("b").await,
            cho.post("c").await,
        );
        assert_eq!(ids(&ann.get("/timeline/ann.json").await), [own]);
        ann.done("POST", "/follow.json", &json!({"user_name": "ben"}))
            .await;
        assert_eq!(ids(&ann.get("/timeline/ann.json").await), [bens, own]);
        // Anybody may read anybody's, with their own eyes; and bots with their keys.
        assert_eq!(ids(&cho.get("/timeline/ann.json").await), [bens, own]);
        let limit = json!({"limit": 1});
        let keyed = cho.with_key("/timeline/ann.json", limit).await;
        assert_eq!(ids(&keyed.json()), [bens]);
        assert_eq!(
            ids(&cho.form("/timeline/ann.json", "limit=1").await.json()),
            [bens]
        );
        assert_eq!(
            ids(&ann.get("/alluser/timeline.json").await),
            [chos, bens, own]
        );
        assert_eq!(cho.get("/timeline/nobody.json").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn pages_go_on_without_gap_or_repetition() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let mut posts = Vec::new();
        for n in 0..7 {
            posts.push(ann.post(&format!("post {n}")).await);
        }
        let first = posts[0];
        ann.done(
            "POST",
            &format!("/tweet/{first}/retweet.json"),
            &Value::Null,
        )
        .await;
        posts.push(first);
        posts.reverse();
        for cursor in ["row_id", "retweet_unix_time"] {
            let parameter = if cursor == "row_id" {
                "since_id"
            } else {
                "since_time"
            };
            let (mut read, mut path) = (Vec::new(), "/user/ann.json?limit=3".to_owned());
            loop {
                let rows = ann.get(&path).await;
                let Some(last) = rows.as_array().unwrap().last() else {
                    break;
                };
                path = format!("/user/ann.json?limit=3&{parameter}={}", last[cursor]);
                read.extend(ids(&rows));
            }
            assert_eq!(read, posts, "{cursor}");
        }
        for (query, rows) in [("limit=0", 0), ("limit=2", 2), ("limit=99999999", 8)] {
            let path = format!("/alluser/timeline.json?{query}");
            assert_eq!(
                ann.get(&path).await.as_array().unwrap().len(),
                rows,
                "{query}"
            );
        }
        for query in [
            "limit=x",
            "limit=-1",
            "limit=",
            "since_time=x",
            "since_time=nan",
            "since_id=x",
        ] {
            let path = format!("/alluser/timeline.json?{query}");
            refused(&ann.ask("GET", &path, &Value::Null).await, 400);
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_limit_there_are_fifty() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        for n in 0..52 {
            ann.post(&format!("post {n}")).await;
        }
        let rows = ann.get("/alluser/timeline.json").await;
        assert_eq!(rows.as_array().unwrap().len(), 50);
    })
    .await;
}

#[tokio::test]
async fn a_tag_has_its_posts() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let tagged = ann.post("#ioc 10.0.0.1").await;
        ann.post("ioc without").await;
        let japanese = ann.post("#検体 one").await;
        let rows = ann.get("/tag/ioc.json").await;
        assert_eq!(ids(&rows), [tagged]);
        assert_eq!(rows[0]["retweet_unix_time"], Value::Null);
        assert_eq!(
            ids(&ann.get("/tag/%E6%A4%9C%E4%BD%93.json").await),
            [japanese]
        );
        assert_eq!(
            ids(&ann.with_key("/tag/ioc.json", json!({})).await.json()),
            [tagged]
        );
        assert_eq!(ann.get("/tag/none.json").await, json!([]));
        assert_eq!(ann.get("/tag/ioc.json?limit=0").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_lists_timeline_is_its_owners() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let few = NewList {
            name: "few".to_owned(),
            ..NewList::default()
        };
        hub.store.add_list(ann.id, few).await.unwrap();
        hub.store
            .set_list_member(ann.id, "few", "ben", true)
            .await
            .unwrap();
        ann.post("mine").await;
        let bens = ben.post("his").await;
        assert_eq!(ids(&ann.get("/list_timeline/ann/few.json").await), [bens]);
        assert_eq!(ben.get("/list_timeline/ann/few.json").await, json!([]));
        assert_eq!(ann.get("/list_timeline/ann/none.json").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn times_are_told_in_the_zone_that_the_reader_chose() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        ann.post("a").await;
        let utc = ann.get("/user/ann.json").await;
        let zone = Preferences {
            zone: Some("Asia/Tokyo".to_owned()),
            ..Preferences::default()
        };
        hub.store.set_preferences(ann.id, zone).await.unwrap();
        let tokyo = ann.get("/user/ann.json").await;
        assert_eq!(utc[0]["unix_time"], tokyo[0]["unix_time"]);
        let read = |rows: &Value| {
            let text = rows[0]["time"].as_str().unwrap().to_owned();
            jiff::civil::DateTime::strptime("%Y/%m/%d %H:%M:%S", text).unwrap()
        };
        let ahead = read(&tokyo).duration_since(read(&utc));
        assert_eq!(ahead.as_hours(), 9);
    })
    .await;
}
