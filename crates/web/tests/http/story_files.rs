//! Stories as files: what stands in them, what stays out, and that nothing in them does anything.

use html5gum::{Token, Tokenizer};
use noroshi_indicator::Tlp;
use noroshi_store::{NewKey, NewPost, Role, Scope};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Client, Hub, import, row};
use crate::people::Visitor;
use crate::stories::{make, only, post};

/// With every time as the same.
fn timeless(text: &str) -> String {
    let mut parts = text.split(" UTC").peekable();
    let mut out = String::new();
    while let Some(part) = parts.next() {
        match parts.peek() {
            Some(_) => {
                out.push_str(&part[..part.len() - "2026-01-01 00:00".len()]);
                out.push_str("YYYY-MM-DD hh:mm UTC");
            }
            None => out.push_str(part),
        }
    }
    out
}

async fn marked(hub: &Hub, from: &str, tlp: Tlp, text: &str) -> i64 {
    let new = NewPost {
        text: text.to_owned(),
        audience: (tlp > Tlp::Green).then(|| "few".to_owned()),
        tlp: Some(tlp),
        ..NewPost::default()
    };
    let account = hub.store.account(from).await.unwrap();
    hub.store.add_post(account.id, new).await.unwrap().id
}

async fn export(client: &Client<'_>, id: i64, format: &str) -> String {
    let path = format!("/api/v1/stories/{id}/export?format={format}");
    let answer = client.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let ending = if format == "markdown" { "md" } else { format };
    let named = format!("attachment; filename=\"story-{id}.{ending}\"");
    assert_eq!(answer.header("content-disposition"), named);
    answer.text
}

#[tokio::test]
async fn a_story_is_exported() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Analyst).await;
        let feed = hub.source("feed").await;
        import(&hub.store, &feed, vec![row("evil.example"), row("192.0.2.7")]).await;
        let text = "C2 at https://evil.example/a, evil.example and 192.0.2.7:443 #C2 @ann\n\n\
            - see [the report](https://vendor.example/r) and [ours](/post/1)\n- `curl evil.example`";
        let first = post(&hub, "ann", text).await;
        let second = post(&hub, "ann", "evil.example again | CVE-2026-0001").await;
        let parts = json!([
            {"note": "What we *know*."},
            {"heading": "Day 1: evil.example"},
            {"post": first.id},
            {"heading": "Day 2"},
            {"post": second.id},
            {"note": "Block `other.example`."},
        ]);
        let id = make(&client, &json!({"title": "The evil.example case", "parts": parts})).await;

        insta::assert_snapshot!("story_markdown", timeless(&export(&client, id, "markdown").await));
        let page = export(&client, id, "html").await;
        assert_dead(&page);
        for text in ["<code>hxxps://evil[.]example/a</code>", "<b>#C2</b>", "Day 1: evil[.]example",
            "<em>know</em>", "TLP:GREEN", "listed"]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        let csv = export(&client, id, "csv").await;
        let lines: Vec<&str> = csv.lines().collect();
        let head = "kind,value,posts,noted,state,sources,families,tags,confidence,tlp,\
            first_seen,last_seen,warninglists";
        assert_eq!((lines.len(), lines[0]), (7, head), "{csv}");
        let evil = format!("domain,evil.example,{} | {},false,listed,feed,", first.id, second.id);
        assert!(lines.iter().any(|line| line.starts_with(&evil)), "{csv}");
        let table: Value = serde_json::from_str(&export(&client, id, "json").await).unwrap();
        assert_eq!(table["observables"], client.json(&format!("/api/v1/stories/{id}")).await["observables"]);
        assert_eq!((&table["left_out"], &table["tlp"]), (&json!(0), &json!("green")));

        // In the reader's language.
        let path = format!("/api/v1/stories/{id}/export?format=html");
        let request = client.request("GET", &path).header("accept-language", "ja");
        let japanese = request.send().await.unwrap().text().await.unwrap();
        assert!(japanese.contains("lang=\"ja\"") && japanese.contains("観測対象"));
        client.get(&format!("/api/v1/stories/{id}/export?format=pdf")).await.problem(400);
        client.get(&format!("/api/v1/stories/{id}/export")).await.problem(400);
    })
    .await;
}

/// What is marked too high stays, and the file says that something did.
#[tokio::test]
async fn markings_decide_what_leaves() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Visitor::new(&hub, "ann", Role::Analyst).await;
        only(&hub, "few", "ann").await;
        let mut ids = Vec::new();
        for (tlp, name) in [
            (Tlp::Clear, "clear"),
            (Tlp::Green, "green"),
            (Tlp::Amber, "amber"),
            (Tlp::AmberStrict, "strict"),
            (Tlp::Red, "red"),
        ] {
            let text = format!("{name}mark about {name}.example");
            ids.push(marked(&hub, "ann", tlp, &text).await);
        }
        let every = hub.with_key(&hub.key("ann", &[Scope::Read, Scope::Write]).await);
        let parts: Vec<Value> = ids.iter().map(|id| json!({"post": id})).collect();
        let id = make(
            &every,
            &json!({"title": "All", "tlp": "clear", "parts": parts}),
        )
        .await;
        let key = async |tlp: Tlp| {
            let new = NewKey {
                account: "ann".to_owned(),
                name: tlp.name().replace('+', "-"),
                scopes: vec![Scope::Read],
                tlp,
                expires: None,
            };
            hub.with_key(&hub.store.add_key(new).await.unwrap().1)
        };
        let all = ["clear", "green", "amber", "strict", "red"];
        for (tlp, leave, told) in [
            (Tlp::Clear, 1, "4 posts are left out"),
            (Tlp::Green, 2, "3 posts are left out"),
            (Tlp::Amber, 3, "2 posts are left out"),
            (Tlp::AmberStrict, 4, "1 post is left out"),
            (Tlp::Red, 4, "1 post is left out"),
        ] {
            let client = key(tlp).await;
            for format in ["markdown", "html", "csv", "json"] {
                let text = export(&client, id, format).await;
                for (at, name) in all.iter().enumerate() {
                    assert_eq!(
                        text.contains(&format!("{name}.example"))
                            || text.contains(&format!("{name}[.]example"))
                            || text.contains(&format!("{name}mark")),
                        at < leave,
                        "{tlp} {format} {name}"
                    );
                }
                let said = match format {
                    "json" => format!("\"left_out\": {}", 5 - leave),
                    _ => told.to_owned(),
                };
                assert!(text.contains(&said), "{tlp} {format}: {text}");
                let whole = ["clear", "green", "amber", "amber+strict"][leave - 1];
                let marking = match format {
                    "json" => format!("\"tlp\": \"{whole}\""),
                    "csv" => continue,
                    _ => format!("TLP:{}", whole.to_uppercase()),
                };
                assert!(text.contains(&marking), "{tlp} {format}: {text}");
            }
        }
        let page = ann
            .get(&format!("/story/{id}/export?format=markdown"))
            .await
            .text;
        assert!(
            page.contains("strictmark") && page.contains("1 post is left out"),
            "{page}"
        );

        // A story that is itself marked so does not leave at all.
        let red =
            json!({"version": 1, "title": "All", "audience": "few", "tlp": "red", "parts": []});
        let path = format!("/api/v1/stories/{id}");
        assert_eq!(every.send("PUT", &path, &red).await.status, 200);
        every
            .get(&format!("{path}/export?format=csv"))
            .await
            .problem(403);
        assert_eq!(
            ann.get(&format!("/story/{id}/export?format=csv"))
                .await
                .status,
            403
        );
        let page = ann.get(&format!("/story/{id}")).await.text;
        assert!(
            !page.contains("/export?") && page.contains("TLP:RED is not exported"),
            "{page}"
        );
    })
    .await;
}

/// What a listing says leaves by the marking of its source.
#[tokio::test]
async fn what_is_known_leaves_by_its_own_marking() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Analyst).await;
        hub.source("greenfeed").await;
        only(&hub, "few", "ann").await;
        hub.source_for("redfeed", "few").await;
        hub.store
            .restrict_source("redfeed", "few", Tlp::Red)
            .await
            .unwrap();
        for name in ["greenfeed", "redfeed"] {
            let feed = hub
                .store
                .source(&noroshi_store::Reader::operator(), name)
                .await
                .unwrap();
            import(&hub.store, &feed, vec![row("evil.example")]).await;
        }
        let order = json!({"title": "x", "parts": [{"note": "evil.example"}]});
        let id = make(&client, &order).await;
        let page = client.json(&format!("/api/v1/stories/{id}")).await;
        let sources = &page["observables"][0]["verdict"]["sources"];
        assert_eq!(sources, &json!(["greenfeed", "redfeed"]));
        for format in ["markdown", "html", "csv", "json"] {
            let text = export(&client, id, format).await;
            assert!(
                text.contains("greenfeed") && !text.contains("redfeed"),
                "{format}: {text}"
            );
        }
    })
    .await;
}

const HOSTILE: [&str; 12] = [
    "<script>document.title='ran'</script>",
    "\"><img src=x onerror=alert(1)>",
    "</title></textarea></style><svg onload=alert(1)>",
    "[x](javascript:alert(1)) ![x](https://evil.example/i.png) <https://evil.example/>",
    "[a]: https://evil.example/\n[a] [.] [x][a]\n\n[.]: javascript:alert(1)",
    "<a title=\"`\"> `<script>alert(1)</script>`",
    "```\n<b> evil.example",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
    "a\u{202e}b\u{200b}c\u{2066}d",
    "| a | b |\n|---|---|\n| <script> | `x|y` |",
    "http://localhost/ //evil.example \\\\evil.example\\x file:///etc/passwd",
    "<style>*{display:none}</style>{{ title }}",
];

#[tokio::test]
async fn nothing_in_a_file_does_anything() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Visitor::new(&hub, "ann", Role::Analyst).await;
        let client = hub.with_key(&hub.key("ann", &[Scope::Read, Scope::Write]).await);
        for text in HOSTILE {
            let line: String = text.replace('\n', " ");
            let said = post(&hub, "ann", text).await;
            let parts =
                json!([{"heading": line}, {"note": text}, {"post": said.id}, {"heading": "z"}]);
            let id = make(&client, &json!({"title": line, "parts": parts})).await;
            let page = ann.get(&format!("/story/{id}")).await;
            crate::reader::assert_harmless(&page, text);
            let form = ann.get(&format!("/story/{id}/edit")).await;
            crate::reader::assert_harmless(&form, text);
            for deceives in ['\u{202e}', '\u{200b}', '\u{2066}'] {
                assert!(!page.text.contains(deceives), "{text:?}");
            }

            let page = export(&client, id, "html").await;
            assert_dead(&page);
            let file = export(&client, id, "markdown").await;
            assert!(!file.contains(['\u{202e}', '\u{200b}', '\u{2066}']));
            assert!(
                !file.to_lowercase().contains("http://") && !file.contains("https://"),
                "{file}"
            );
            assert_inert(&file);
            // What comes last is still a heading, whatever was left open before.
            assert!(file.contains("\n## z\n"), "{file}");
        }
    })
    .await;
}

/// An HTML file without script, links, pictures, or anything else that does something, and with a policy.
#[track_caller]
fn assert_dead(page: &str) {
    let allowed = "html head meta title style body header main h1 h2 h3 h4 h5 h6 p bdi span time article \
        div code b em strong del sup pre ul ol li blockquote br hr table thead tbody tr th td";
    let allowed: Vec<&str> = allowed.split_whitespace().collect();
    let attributes = [
        "lang",
        "charset",
        "name",
        "content",
        "http-equiv",
        "class",
        "datetime",
        "scope",
        "start",
    ];
    let (mut policies, mut heads) = (0, 0);
    for token in Tokenizer::new(page) {
        let Ok(Token::StartTag(tag)) = token else {
            continue;
        };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        assert!(allowed.contains(&name.as_str()), "<{name}>: {page}");
        heads += usize::from(name == "style") + usize::from(name == "title");
        for (attribute, value) in &tag.attributes {
            let attribute = String::from_utf8_lossy(attribute).into_owned();
            let value = String::from_utf8_lossy(value);
            assert!(
                attributes.contains(&attribute.as_str()),
                "{name} {attribute}: {page}"
            );
            assert!(!value.contains("http"), "{value}");
            if attribute == "http-equiv" {
                assert_eq!(value, "Content-Security-Policy");
                policies += 1;
            }
        }
    }
    assert_eq!((policies, heads), (1, 2), "{page}");
    assert!(
        page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\"")
            || page.contains(
                "content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;\""
            ),
        "{page}"
    );
    assert!(
        !page.contains("evil.example") && !page.contains("://localhost/\""),
        "{page}"
    );
    assert!(
        !page.contains(['\u{202e}', '\u{200b}', '\u{2066}']),
        "{page}"
    );
}

/// A Markdown file in which a reader with every extension finds no HTML, no link and no picture.
#[track_caller]
fn assert_inert(file: &str) {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    for options in [Options::all(), Options::ENABLE_TABLES, Options::empty()] {
        for event in Parser::new_ext(file, options) {
            let alive = matches!(
                event,
                Event::Html(_)
                    | Event::InlineHtml(_)
                    | Event::Start(Tag::Link { .. } | Tag::Image { .. })
            );
            assert!(!alive, "{event:?}: {file}");
        }
    }
}
