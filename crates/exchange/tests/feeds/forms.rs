//! The forms that feeds have.

use serde_json::json;

use crate::{feed, read, rss};

#[test]
fn rss_of_the_netscape_age() {
    let body = r#"<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Old</title><link>https://old.example/</link><language>en</language>
<item><title>First</title><link>/1.html</link><description>One &amp; more</description></item>
<item><title>Second</title><link>https://old.example/2.html</link></item>
</channel></rss>"#;
    let read = feed(body);
    assert_eq!(read.texts("title"), ["First", "Second"]);
    assert_eq!(
        read.texts("link"),
        ["https://old.example/1.html", "https://old.example/2.html"]
    );
    assert_eq!(
        read.texts("id"),
        ["https://old.example/1.html", "https://old.example/2.html"]
    );
    assert_eq!(read.texts("text"), ["One & more", "-"]);
    assert_eq!(read.texts("language"), ["en", "en"]);
    assert_eq!(read.end.unwrap().rows, 2);
}

#[test]
fn rdf_with_odd_prefixes() {
    let body = r#"<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://purl.org/rss/1.0/"
 xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:s="http://jvn.jp/rss/mod_sec/3.0/" xml:lang="ja">
<x:channel r:about="https://jvn.example/"><x:title>c</x:title></x:channel>
<x:item r:about="https://jvn.example/1"><x:title>題</x:title><x:link>https://jvn.example/1</x:link>
<d:date>2026-08-01T10:00:00+09:00</d:date><d:creator>JVN</d:creator><d:subject>a</d:subject><d:subject>b</d:subject>
<s:identifier>JVN#1</s:identifier><s:references source="CVE" id="CVE-2026-0001">https://cve.example/</s:references>
<s:references source="CVE" id="CVE-2026-0002"/></x:item></r:RDF>"#;
    let read = feed(body);
    assert_eq!(
        read.items[0],
        json!({
            "id": "https://jvn.example/1", "title": "題", "link": "https://jvn.example/1", "author": "JVN",
            "published": "2026-08-01T10:00:00+09:00", "language": "ja", "categories": ["a", "b"],
            "dc:date": "2026-08-01T10:00:00+09:00", "sec:identifier": "JVN#1",
            "sec:references": [
                { "@source": "CVE", "@id": "CVE-2026-0001", "#text": "https://cve.example/" },
                { "@source": "CVE", "@id": "CVE-2026-0002" },
            ],
        })
    );
}

#[test]
fn atom_of_both_versions() {
    let body = r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="en">
<title>Old Atom</title><link rel="alternate" type="text/html" href="https://atom.example/"/>
<entry><title mode="escaped" type="text/html">A &amp;amp; B</title><link rel="alternate" href="/1"/><id>tag:1</id>
<issued>2026-08-01T00:00:00Z</issued><modified>2026-08-02T00:00:00Z</modified>
<author><name>N</name><url>https://atom.example/n</url></author>
<content type="text/html" mode="escaped">&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</content></entry></feed>"#;
    let old = feed(body);
    assert_eq!(old.texts("title"), ["A & B"]);
    assert_eq!(old.texts("link"), ["https://atom.example/1"]);
    assert_eq!(old.texts("text"), ["one\n\ntwo"]);
    assert_eq!(old.texts("author_url"), ["https://atom.example/n"]);
    assert_eq!(
        (old.texts("published"), old.texts("updated")),
        (vec!["2026-08-01T00:00:00Z"], vec!["2026-08-02T00:00:00Z"])
    );

    let body = r#"<a:feed xmlns:a="http://www.w3.org/2005/Atom" xmlns:h="http://www.w3.org/1999/xhtml">
<a:title>New</a:title>
<a:entry xml:lang="de"><a:title type="text">&lt;b&gt; is a tag</a:title><a:id>urn:uuid:1</a:id>
<a:link rel="self" href="https://self.example/"/><a:link rel="enclosure" href="https://atom.example/x.mp3"/>
<a:link href="https://atom.example/2"/><a:updated>2026-08-01T00:00:00Z</a:updated>
<a:category term="t" label="Label"/><a:category term="u"/>
<a:content type="xhtml"><h:div><h:p>eins</h:p><h:script>no()</h:script><h:ul><h:li>zwei &lt; drei</h:li></h:ul></h:div></a:content>
</a:entry>
<a:entry><a:id>urn:uuid:2</a:id><a:title/><a:content type="image/png">aGFsbG8=</a:content><a:summary>text</a:summary></a:entry></a:feed>"#;
    let new = feed(body);
    assert_eq!(new.texts("title"), ["<b> is a tag", "-"]);
    assert_eq!(new.texts("link"), ["https://atom.example/2", "-"]);
    assert_eq!(new.texts("text"), ["eins\n\n- zwei < drei", "text"]);
    assert_eq!(new.texts("language"), ["de", "-"]);
    assert_eq!(new.items[0]["categories"], json!(["Label", "u"]));
    assert_eq!(
        new.items[0]["enclosures"],
        json!(["https://atom.example/x.mp3"])
    );
}

#[test]
fn json_feed_of_both_versions() {
    let body = r#"{ "version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
 { "id": 7, "url": "https://j.example/7?utm_source=x", "title": "T &amp; U", "content_html": "<p>a<br>b</p>", "tags": ["x", 1],
   "date_published": "2026-08-01T00:00:00Z", "authors": [{ "name": "N", "url": "https://j.example/n" }], "language": "fr" },
 { "url": "https://j.example/8", "content_text": "plain\n<b>", "author": { "name": "Old" } },
 { "url": "javascript:alert(1)" },
 {broken}, { "id": "9", "title": "last" } ] }"#;
    let read = feed(body);
    assert_eq!(read.texts("id"), ["7", "https://j.example/8", "9"]);
    assert_eq!(read.texts("title"), ["T & U", "-", "last"]);
    assert_eq!(read.texts("text"), ["a\nb", "plain\n<b>", "-"]);
    assert_eq!(read.texts("author"), ["N", "Old", "-"]);
    assert_eq!(read.items[0]["categories"], json!(["x"]));
    let reasons: Vec<_> = read
        .bad
        .iter()
        .map(|bad| (bad.line, &bad.reason[..8]))
        .collect();
    assert_eq!(reasons, [(5, "the item"), (6, "not JSON")]);
    assert!(read.end.is_ok());
}

#[test]
fn what_feeds_leave_out_and_vary() {
    let read = feed(rss(
        "<item><title>no id</title><pubDate>Sat, 01 Aug 2026 00:00:00 GMT</pubDate></item>
<item><guid isPermaLink=\"false\">7</guid><title>with id</title></item>
<item><guid>https://a.example/1?utm_campaign=z&amp;p=1</guid><title>link by guid</title></item>
<item><title>author</title><author>mail@a.example (Some One)</author></item>
<item><description>only text</description></item>
<item/>
<item> <nothing/> </item>",
    ));
    assert_eq!(
        read.texts("id"),
        [
            "no id Sat, 01 Aug 2026 00:00:00 GMT",
            "7",
            "https://a.example/1?p=1",
            "author",
            "only text"
        ]
    );
    assert_eq!(
        read.texts("link")[2],
        "https://a.example/1?utm_campaign=z&p=1"
    );
    assert_eq!(read.texts("author")[3], "Some One");
    assert_eq!(read.bad.len(), 2);
}

#[test]
fn xml_rows_by_path() {
    let body = "<a><list><row n='1'>x<v>1</v><v>2</v></row></list><row n='no'/><list><row n='2'/></list></a>";
    let rows = read(body, "type = 'xml'\npath = 'list.row'");
    assert_eq!(
        rows.items,
        [
            json!({ "@n": "1", "v": ["1", "2"], "#text": "x" }),
            json!({ "@n": "2" })
        ]
    );
    let rows = read(body, "type = 'xml'\npath = 'row'");
    assert_eq!(rows.items.len(), 3);
    let none = read(body, "type = 'xml'\npath = 'a.row.list'");
    assert_eq!(
        none.end.unwrap_err().to_string(),
        "no rows at `a.row.list` in the document"
    );
}

#[test]
fn answers_of_myjvn_say_what_went_wrong() {
    let status = |code: &str, message: &str| {
        format!(
            "<Result xmlns:status='http://jvndb.jvn.jp/myjvn/Status'><status:Status retCd='{code}' errCd='{message}' errMsg='{message}' totalRes='0'/></Result>"
        )
    };
    for layout in ["type = 'feed'", "type = 'xml'\npath = 'Vulinfo'"] {
        let none = read(status("0", ""), layout);
        assert_eq!(
            (none.items.len(), none.end.map(|tally| tally.rows)),
            (0, Ok(0))
        );
        let error = read(status("1", "PE001"), layout)
            .end
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with("the service answers: PE001 PE001"),
            "{error}"
        );
    }
}
