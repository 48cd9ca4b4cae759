//! Every route that tells of posts tells each reader those that are for that reader.

use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::Hub;
use crate::person::Person;

#[tokio::test]
async fn a_post_to_a_list_is_seen_by_its_author_and_the_members() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let member = Person::new(&hub, "member").await;
        let owner = Person::new(&hub, "owner").await;
        let outside = Person::new(&hub, "outside").await;
        owner
            .done(
                "POST",
                "/list/owner/few.json",
                &json!({"target_user": "member"}),
            )
            .await;
        owner
            .done(
                "POST",
                "/list/owner/anns.json",
                &json!({"target_user": "ann"}),
            )
            .await;
        outside
            .done(
                "POST",
                "/list/outside/anns.json",
                &json!({"target_user": "ann"}),
            )
            .await;
        member
            .done(
                "POST",
                "/list/member/anns.json",
                &json!({"target_user": "ann"}),
            )
            .await;
        for person in [&member, &owner, &outside] {
            person
                .done("POST", "/follow.json", &json!({"user_name": "ann"}))
                .await;
        }
        let root = ann.post("root").await;
        let secret = ann
            .post_with(
                json!({"text": "#tagged xsecretx", "reply_to": root, "target_list": "few",
                "list_owner_name": "owner"}),
            )
            .await;
        // An answer to it goes to whom it went to.
        let answer = member
            .post_with(json!({"text": "re xsecretx", "reply_to": secret}))
            .await;
        let body = json!({"description": "story", "tweet_id_list": [root, secret, answer]});
        let story = member.done("POST", "/matome.json", &body).await["matome_id"].clone();
        member
            .done(
                "POST",
                &format!("/tweet/{secret}/retweet.json"),
                &Value::Null,
            )
            .await;
        for (person, sees) in [
            (&ann, true),
            (&member, true),
            (&owner, false),
            (&outside, false),
        ] {
            let name = &person.name;
            for path in [
                "/user/ann.json".to_owned(),
                format!("/timeline/{name}.json"),
                "/timeline/member.json".to_owned(),
                "/user/member.json".to_owned(),
                "/alluser/timeline.json".to_owned(),
                "/tag/tagged.json".to_owned(),
                "/search.json?search_text=secret".to_owned(),
                format!("/tweet/{secret}.json"),
                format!("/tweet/{root}_child.json"),
                format!("/tweet/{root}_tree.json"),
                format!("/tweet/{secret}_tree.json"),
                format!("/matome/{story}.json"),
                "/n6/query.json?tag=tagged".to_owned(),
            ] {
                let rows = person.get(&path).await.to_string();
                assert_eq!(rows.contains("xsecretx"), sees, "{name} {path}: {rows}");
            }
            let path = format!("/list_timeline/{name}/anns.json");
            let rows = person.get(&path).await.to_string();
            let has_list = name != "ann";
            assert_eq!(
                rows.contains("xsecretx"),
                sees && has_list,
                "{name}: {rows}"
            );
            let count = person.get("/matome.json").await["NEOCMAtome_list"][0]["mew_count"].clone();
            let expected = match name.as_str() {
                "member" => 3,
                "ann" => 2,
                _ => 1,
            };
            assert_eq!(count, expected, "{name}");
            let path = format!("/tweet/{secret}/retweet_user_list.json");
            let told = person.get(&path).await["retweet_user_list"][0]["name"].clone();
            assert_eq!(told == "member", sees, "{name}");
        }
        let row = member.get(&format!("/tweet/{secret}.json")).await;
        assert_eq!(
            (&row[0]["list_name"], &row[0]["list_owner_name"]),
            (&json!("few"), &json!("owner"))
        );
        // Who answers a post sees the answers; ann, who is no member, is its author all the same.
        let parents = ann.get(&format!("/tweet/{answer}_parent.json")).await;
        assert_eq!(parents.as_array().unwrap().len(), 0);
    })
    .await;
}
