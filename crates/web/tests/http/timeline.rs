//! The pages of the timeline: what is posted, by forms alone.

use std::time::Duration;

use noroshi_store::{AudienceKind, EVERYONE, NewList, NewPost, Role};
use noroshi_testkit::each_engine_async;

use crate::common::{Answer, Hub, import, row};
use crate::reader::Browser;

/// How long a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn new(text: &str) -> NewPost {
    NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    }
}

/// A post as its form sends it.
async fn post(browser: &Browser<'_>, text: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("text", text), ("next", "/timeline/everyone")];
    fields.extend_from_slice(more);
    browser.send_parts("/post", &fields).await
}

/// The numbers of the posts of a page, in order.
fn posts(page: &str) -> Vec<i64> {
    let parts = page.split("data-row=\"").skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().parse().unwrap())
        .collect()
}

#[tokio::test]
async fn what_is_posted_is_read_answered_and_changed() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        let ben = Browser::with_role(&hub, "ben", Role::Analyst).await;
        let sent = post(
            &ann,
            "seen evil[.]example #phish @ben",
            &[("audience", EVERYONE)],
        )
        .await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert_eq!(sent.header("location"), "/timeline/everyone");

        let page = ben.page("/timeline/everyone").await;
        let [id] = posts(&page)[..] else {
            panic!("{page}")
        };
        for part in [
            "data-defanged=\"evil[.]example\"",
            "href=\"/tag/phish\"",
            "href=\"/account/ben\"",
            "TLP:GREEN",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        for path in [
            "/timeline/mentions",
            "/tag/Phish",
            "/account/ann",
            "/search?q=in:post%20tag:phish",
        ] {
            assert_eq!(posts(&ben.page(path).await), [id], "{path}");
        }
        // Who follows nobody is told so, and sees nothing of others.
        let home = ben.page("/timeline").await;
        assert!(
            posts(&home).is_empty() && home.contains("You follow nobody yet"),
            "{home}"
        );
        let followed = ben
            .send_form(
                "/account/ann/follow",
                &[("on", "true"), ("next", "/timeline")],
            )
            .await;
        assert_eq!(
            (followed.status.as_u16(), followed.header("location")),
            (303, "/timeline")
        );
        assert_eq!(posts(&ben.page("/timeline").await), [id]);

        // An answer, a star and a repost, each once.
        let sent = post(&ben, "so did I", &[("reply_to", &id.to_string())]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        for act in ["star", "repost", "star"] {
            let done = ben
                .send_form(
                    &format!("/post/{id}/{act}"),
                    &[("on", "true"), ("next", "//evil.example")],
                )
                .await;
            assert_eq!((done.status.as_u16(), done.header("location")), (303, "/"));
        }
        let thread = ann.page(&format!("/post/{id}")).await;
        assert_eq!(posts(&thread).len(), 2);
        assert!(
            thread.contains("Starred by") && thread.contains("Reposted by"),
            "{thread}"
        );
        let notices = ann.page("/notifications").await;
        for told in [
            "answers you",
            "starred your post",
            "reposted your post",
            "follows you",
        ] {
            assert!(notices.contains(told), "{told}: {notices}");
        }
        assert!(notices.contains("data-fresh>4</span>"), "{notices}");
        let newest = notices.split("name=\"newest\" value=\"").nth(1).unwrap();
        let newest = newest.split('"').next().unwrap();
        ann.send_form("/notifications/seen", &[("newest", newest)])
            .await;
        assert!(ann.page("/").await.contains("data-fresh hidden>0</span>"));

        // Only its author edits it, and all see the history.
        let path = format!("/post/{id}/edit");
        assert_eq!(ben.get(&path).await.status, 403);
        assert_eq!(ben.send_form(&path, &[("text", "mine")]).await.status, 403);
        assert_eq!(ann.send_form(&path, &[("text", " ")]).await.status, 400);
        let edited = ann.send_form(&path, &[("text", "seen good.example")]).await;
        assert_eq!(edited.status, 303, "{}", edited.text);
        let history = ben.page(&format!("/post/{id}/history")).await;
        let (now, before) = (
            history.find("data-value=\"good.example\"").unwrap(),
            history.find("data-value=\"evil.example\"").unwrap(),
        );
        assert!(now < before, "{history}");

        // Deleted, it keeps its place and nothing else.
        let path = format!("/post/{id}/delete");
        assert_eq!(ben.send_form(&path, &[]).await.status, 403);
        assert_eq!(ann.send_form(&path, &[]).await.status, 303);
        let thread = ben.page(&format!("/post/{id}")).await;
        assert!(
            thread.contains("This post was deleted") && !thread.contains("good[.]example"),
            "{thread}"
        );
        assert_eq!(ann.get(&format!("/post/{id}/edit")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_refused_post_keeps_what_was_written() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        let wide = post(
            &ann,
            "for few <b>",
            &[("audience", EVERYONE), ("tlp", "red")],
        )
        .await;
        assert_eq!(wide.status, 400);
        for part in [
            "for few &#60;b&#62;",
            "choose a narrower audience",
            "value=\"red\" selected",
        ] {
            assert!(wide.text.contains(part), "{part}: {}", wide.text);
        }
        for (text, more, told) in [
            ("  ", ("tlp", ""), "Write something first"),
            ("a\u{1b}", ("tlp", ""), "Line 1, column 2"),
            ("b", ("audience", "nobody"), "there is no audience"),
            ("c", ("reply_to", "999999"), "there is no post"),
        ] {
            let answer = post(&ann, text, &[more]).await;
            assert!(answer.status.is_client_error(), "{text:?}");
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        // Whoever only reads has no form, and cannot do without.
        let ben = Browser::new(&hub, "ben").await;
        assert!(!ben.page("/timeline").await.contains("<textarea"));
        assert_eq!(post(&ben, "x", &[]).await.status, 403);
        assert!(posts(&ann.page("/timeline/everyone").await).is_empty());
        let preview = ben
            .send_form("/post/preview", &[("text", "**evil.example** <i>x</i>")])
            .await;
        assert!(
            preview.text.contains("<strong>") && !preview.text.contains("<i>"),
            "{}",
            preview.text
        );
    })
    .await;
}

#[tokio::test]
async fn files_are_what_they_are_and_run_nothing() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        hub.store.ensure_organisation("red").await.unwrap();
        hub.store.add_audience("red", AudienceKind::Accounts, &["ann"]).await.unwrap();
        let file = |name: &str, content: &str| {
            format!("--part\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: image/png\r\n\r\n{content}\r\n")
        };
        let field = |name: &str, text: &str| {
            format!("--part\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let send = async |body: String| {
            let request = ann.request("POST", "/post").header("content-type", "multipart/form-data; boundary=part");
            Answer::of(request.body(body + "--part--\r\n").send().await.unwrap()).await
        };
        let body = field("text", "evidence") + &field("audience", "red")
            + &file("../a\u{8a3c}.svg", "<svg onload=alert(1)>") + &file("b.gif", "GIF89a...");
        let sent = send(body).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let page = ann.get("/timeline/everyone").await.text;
        assert!(page.contains("<img src=\"/attachment/2/b.gif\" alt=\"b.gif\""), "{page}");
        let svg = ann.get("/attachment/1/x").await;
        assert_eq!(svg.header("content-type"), "application/octet-stream");
        assert_eq!(
            svg.header("content-disposition"),
            "attachment; filename=\"a_.svg\"; filename*=UTF-8''a%E8%A8%BC.svg"
        );
        let gif = ann.get("/attachment/2/b.gif").await;
        assert_eq!((gif.header("content-type"), gif.text.as_str()), ("image/gif", "GIF89a..."));
        for answer in [&svg, &gif] {
            assert_eq!(answer.header("content-security-policy"), "sandbox; default-src 'none'");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        let ben = Browser::with_role(&hub, "ben", Role::Analyst).await;
        for path in ["/attachment/1/x", "/attachment/2/b.gif", "/attachment/999/x"] {
            assert_eq!(ben.get(path).await.status, 404, "{path}");
        }
        // Too many: the text comes back, and the files that were kept already.
        let many: String = (0..5).map(|n| file(&format!("{n}.txt"), "x")).collect();
        let refused = send(field("text", "too many") + &many).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("too many"), "{}", refused.text);
        assert_eq!(refused.text.matches("name=\"attached\"").count(), 4);
        let kept = refused.text.split("name=\"attached\" value=\"").nth(1).unwrap();
        let kept = kept.split('"').next().unwrap();
        let sent = send(field("text", "one is enough") + &field("attached", kept)).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert!(ann.get("/timeline/everyone").await.text.contains("0.txt"));
    })
    .await;
}

#[tokio::test]
async fn lists_are_their_owners() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        let ben = Browser::with_role(&hub, "ben", Role::Analyst).await;
        let made = ann
            .send_form(
                "/lists",
                &[("name", "A b"), ("description", "d"), ("hidden", "1")],
            )
            .await;
        assert_eq!(made.header("location"), "/list/ann/A%20b", "{}", made.text);
        let again = ann.send_form("/lists", &[("name", "A b")]).await;
        assert!(
            again.status == 400 && again.text.contains("already"),
            "{}",
            again.text
        );
        assert_eq!(ben.get("/list/ann/A%20b").await.status, 404);
        let put = async |who: &Browser<'_>, name: &str, on: &str| {
            who.send_form("/list/ann/A%20b/members", &[("member", name), ("on", on)])
                .await
        };
        assert_eq!(put(&ben, "ben", "true").await.status, 404);
        assert_eq!(put(&ann, "@ben", "true").await.status, 303);
        assert_eq!(put(&ann, "nobody", "true").await.status, 400);
        let id = hub
            .store
            .add_post(hub.store.account("ben").await.unwrap().id, new("of ben"))
            .await
            .unwrap()
            .id;
        assert_eq!(posts(&ann.page("/list/ann/A%20b").await), [id]);
        let opened = ann
            .send_form("/list/ann/A%20b", &[("description", "open now")])
            .await;
        assert_eq!(opened.status, 303, "{}", opened.text);
        assert!(ben.page("/list/ann/A%20b").await.contains("open now"));
        assert_eq!(
            ben.send_form("/list/ann/A%20b/delete", &[]).await.status,
            403
        );
        assert_eq!(put(&ann, "ben", "false").await.status, 303);
        assert!(posts(&ann.page("/list/ann/A%20b").await).is_empty());
        assert_eq!(
            ann.send_form("/list/ann/A%20b/delete", &[])
                .await
                .header("location"),
            "/lists"
        );
        assert!(!ann.page("/lists").await.contains("A b"));
        ann.send_form(
            "/tag/%23Phish/follow",
            &[("on", "true"), ("next", "/following")],
        )
        .await;
        ann.send_form(
            "/account/ben/mute",
            &[("on", "true"), ("next", "/following")],
        )
        .await;
        let following = ann.page("/following").await;
        assert!(
            following.contains("#Phish") && following.contains("Unmute: ben"),
            "{following}"
        );
        assert!(posts(&ann.page("/timeline/everyone").await).is_empty());
        assert_eq!(posts(&ann.page("/account/ben").await), [id]);
    })
    .await;
}

#[tokio::test]
async fn what_one_may_not_know_of_is_not_there() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        hub.account("cat", Role::Analyst).await;
        hub.store.ensure_organisation("red").await.unwrap();
        hub.store
            .add_audience("red", AudienceKind::Organisations, &["red"])
            .await
            .unwrap();
        let source = hub.source_for("hidden", "red").await;
        import(&hub.store, &source, vec![row("192.0.2.1")]).await;
        let cat = hub.store.account("cat").await.unwrap().id;
        let list = NewList {
            name: "few".to_owned(),
            ..NewList::default()
        };
        hub.store.add_list(cat, list).await.unwrap();
        let secret = NewPost {
            audience: Some("cat/few".to_owned()),
            ..new("secret 192.0.2.9 #secret @ann")
        };
        let id = hub.store.add_post(cat, secret).await.unwrap().id;
        for path in [
            format!("/post/{id}"),
            format!("/post/{id}/history"),
            format!("/post/{id}/edit"),
            "/account/hidden".to_owned(),
            "/live?timeline=account:hidden".to_owned(),
        ] {
            assert_eq!(ann.get(&path).await.status, 404, "{path}");
        }
        for path in [
            format!("/post/{id}/star"),
            format!("/post/{id}/repost"),
            "/account/hidden/follow".to_owned(),
        ] {
            assert_eq!(
                ann.send_form(&path, &[("on", "true")]).await.status,
                404,
                "{path}"
            );
        }
        for path in [
            "/timeline/everyone",
            "/timeline/mentions",
            "/tag/secret",
            "/account/cat",
            "/notifications",
            "/search?q=in:post",
            "/search?q=secret",
            "/observable/ipv4/192.0.2.9",
            "/",
        ] {
            let page = ann.page(path).await;
            assert!(
                posts(&page).is_empty() && !page.contains(&format!("/post/{id}")),
                "{path}: {page}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn what_only_posts_name_is_mentioned() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        post(&ann, "look at 192.0.2.77", &[]).await;
        let page = ann.page("/observable/ipv4/192.0.2.77").await;
        assert!(
            page.contains("is-mentioned") && page.contains("look at 192"),
            "{page}"
        );
        let found = ann.page("/search?q=look").await;
        assert!(found.contains("look at 192"), "{found}");
        assert!(
            ann.get("/card/ipv4/192.0.2.77")
                .await
                .text
                .contains("is-mentioned")
        );
        let checked = ann
            .send_parts("/check", &[("text", "192.0.2.77 192.0.2.78")])
            .await
            .text;
        assert_eq!(
            checked.matches("badge is-mentioned").count(),
            1,
            "{checked}"
        );
        let key = hub.with_key(&hub.key("ann", &crate::common::ALL_SCOPES).await);
        let answer = key.json("/api/v1/lookup/192.0.2.77").await;
        assert_eq!(answer["posts"][0]["from"], "ann");
        assert_eq!(
            (&answer["verdict"]["known"], &answer["verdict"]["posts"]),
            (&false.into(), &1.into())
        );
    })
    .await;
}

#[tokio::test]
async fn an_open_timeline_is_told_its_newest_rows() {
    each_engine_async(async |place| {
        let mut hub = Hub::on(&place).await;
        {
            let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
            let me = hub.store.account("ann").await.unwrap().id;
            let first = hub.store.add_post(me, new("one #a")).await.unwrap().id;
            let mut stream = ann
                .request("GET", "/live?timeline=tag:a")
                .send()
                .await
                .unwrap();
            let told = async |stream: &mut reqwest::Response, rows: String| {
                let mut read = String::new();
                let reading = async {
                    while !read.contains(&rows) {
                        let chunk = stream.chunk().await.unwrap();
                        let chunk = chunk.unwrap_or_else(|| panic!("the stream ended: {read}"));
                        read.push_str(&String::from_utf8_lossy(&chunk));
                    }
                };
                tokio::time::timeout(PATIENCE, reading).await.unwrap();
            };
            // At once how it stands, then whenever something is posted.
            told(&mut stream, format!("\"rows\":[{first}]")).await;
            hub.store.add_post(me, new("another")).await.unwrap();
            let second = hub.store.add_post(me, new("two #a")).await.unwrap().id;
            told(&mut stream, format!("\"rows\":[{second},{first}]")).await;
            for bad in ["/live?timeline=nothing", "/live?timeline=list:ann"] {
                assert_eq!(ann.get(bad).await.status, 400, "{bad}");
            }
            assert_eq!(ann.get("/live?timeline=list:ann/x").await.status, 404);
        }
        hub.stop();
    })
    .await;
}

#[tokio::test]
async fn pages_go_on_where_they_ended() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        let me = hub.store.account("ann").await.unwrap().id;
        let mut all = Vec::new();
        for n in 0..85 {
            all.push(
                hub.store
                    .add_post(me, new(&format!("{n} #many")))
                    .await
                    .unwrap()
                    .id,
            );
        }
        all.reverse();
        for path in [
            "/timeline",
            "/timeline/everyone",
            "/tag/many",
            "/account/ann",
            "/search?q=in:post%20tag:many",
        ] {
            let (mut seen, mut next) = (Vec::new(), path.to_owned());
            loop {
                let page = ann.page(&next).await;
                seen.extend(posts(&page));
                let older = page.split("rel=\"next\" href=\"").nth(1);
                let Some(older) = older else { break };
                next = older.split('"').next().unwrap().replace("&#38;", "&");
            }
            assert_eq!(seen, all, "{path}");
        }
    })
    .await;
}
