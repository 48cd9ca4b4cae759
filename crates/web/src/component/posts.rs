//! Posts of every look: usual, long, a source's, deleted, and made to deceive.

use noroshi_indicator::Tlp;
use noroshi_indicator::extract::finder;
use noroshi_store::{AccountKind, Author, Digest, EVERYONE, Form, Item, Post, Speaker};

/// When they were posted.
const AT: i64 = 1_795_316_459_000_000;

/// The samples; the first is the reader's own.
pub(super) fn samples(me: i64) -> Vec<Post> {
    let usual = "The kit is up again at hxxp://evil[.]example/login, mails come from **192.0.2.7**. \
        #phishing @somebody\n\n> as last week\n\n- one\n- two\n\n| file | size |\n|---|---|\n| `a.php` | 12 |";
    let hostile = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) \u{202e}gpj.exe \
        <script>alert(1)</script>";
    let long = "word ".repeat(2_000);
    let digest = Digest {
        new: 1_234,
        changed: 12,
        delisted: 3,
        kinds: vec![("url".to_owned(), 1_200), ("domain".to_owned(), 34)],
        items: Vec::new(),
        jp: 7,
        families: vec![("KageBot".to_owned(), 900)],
        tags: vec![("c2".to_owned(), 400), ("<b>".to_owned(), 1)],
        elsewhere: 5,
        sampled: true,
        batch: 1,
    };
    let told = Post {
        digest: Some(digest),
        ..post(2, AccountKind::Source, "")
    };
    vec![
        Post {
            edited: Some(AT),
            stars: 3,
            starred: true,
            replies: 2,
            ..by(me, post(1, AccountKind::Person, usual))
        },
        told.clone(),
        Post {
            id: 3,
            undone: true,
            ..told
        },
        post(4, AccountKind::Bot, hostile),
        Post {
            deleted: Some(AT),
            ..post(5, AccountKind::Person, "")
        },
        post(6, AccountKind::Person, &long),
        outside(
            7,
            Form::Vulnerability,
            "EdgeGate: command injection",
            "Update to 4.2. See CVE-2026-0001.",
        ),
        outside(8, Form::Social, hostile, hostile),
    ]
}

/// What a source collected.
fn outside(id: i64, form: Form, title: &str, text: &str) -> Post {
    let item = Item {
        form,
        title: Some(title.to_owned()),
        url: Some("https://publisher.example/\"onclick=\"alert(1)".to_owned()),
        author: Some(Author {
            name: title.to_owned(),
            handle: Some("@outside".to_owned()),
            url: None,
        }),
        language: None,
        updated: None,
        cvss: Some(98),
        vendors: vec!["Kaisha Networks".to_owned(), title.to_owned()],
        products: vec!["EdgeGate".to_owned(); 5],
        same: vec![1, 2],
    };
    Post {
        item: Some(Box::new(item)),
        ..post(id, AccountKind::Source, &format!("{title}\n\n{text}"))
    }
}

fn by(account: i64, post: Post) -> Post {
    let from = Speaker {
        id: account,
        ..post.from.clone()
    };
    Post { from, ..post }
}

fn post(id: i64, kind: AccountKind, text: &str) -> Post {
    Post {
        id,
        from: Speaker {
            id: -id,
            name: format!("some-{}", kind.name()),
            kind,
        },
        text: text.to_owned(),
        reply_to: None,
        thread: id,
        audience: EVERYONE.to_owned(),
        tlp: Tlp::Green,
        revision: 0,
        batch: None,
        digest: None,
        undone: false,
        observed: None,
        published: AT,
        received: AT,
        edited: None,
        deleted: None,
        item: None,
        tags: Vec::new(),
        to: Vec::new(),
        to_ids: Vec::new(),
        observables: finder(text).map(|found| found.observable).collect(),
        attachments: Vec::new(),
        stars: 0,
        reposts: 0,
        replies: 0,
        starred: false,
        reposted: false,
    }
}
