//! What the demo's people and programs say to each other about the values that its sources list.

use noroshi_indicator::Observable;
use noroshi_store::{
    AccountChange, AccountKind, Error, NewAccount, NewList, NewPost, Part, Reader, Role, Store,
    StoryDraft, Timeline,
};

use super::cast::{Campaign, Cast, KNOWN_NAME};
use super::{ACCOUNT, ORGANISATION};

/// Who speaks, beside the demo's reader and its sources.
pub(super) const SPEAKERS: [(&str, AccountKind); 6] = [
    ("aiko", AccountKind::Person),
    ("ben", AccountKind::Person),
    ("chie", AccountKind::Person),
    ("daiki", AccountKind::Person),
    ("dga-watcher", AccountKind::Bot),
    ("phish-judge", AccountKind::Bot),
];

/// What the bots are for.
const BOTS: [(&str, &str); 2] = [
    (
        "dga-watcher",
        "DNSログから自動生成らしい名前を見つけて投稿 / posts names that look generated",
    ),
    (
        "phish-judge",
        "@phish-judge URL に答えて判定と理由を返信 / judges URLs, with reasons",
    ),
];

/// Sources that say what they brought.
const SPEAKING: [&str; 2] = ["demo-phishing", "demo-malware-urls"];

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

/// One post.
struct Line {
    from: &'static str,
    /// Minutes before now.
    ago: i64,
    /// The place of what it answers in the list.
    answers: Option<usize>,
    /// Only for the demo's organisation.
    restricted: bool,
    text: String,
}

/// Fills the timeline, unless something was said already.
pub(super) async fn fill(store: &Store, cast: &Cast) -> anyhow::Result<()> {
    let (operator, everyone) = (Reader::operator(), Timeline::Everyone);
    let said = store.timeline(&operator, &everyone, None, 1).await?;
    if !said.entries.is_empty() {
        return Ok(());
    }
    for (name, kind) in SPEAKERS {
        add_speaker(store, name, kind).await?;
    }
    let mut posts: Vec<i64> = Vec::new();
    for line in lines(cast) {
        let restricted = line.restricted.then(|| ORGANISATION.to_owned());
        let new = NewPost {
            text: line.text,
            reply_to: line.answers.and_then(|at| posts.get(at).copied()),
            audience: restricted,
            ..NewPost::default()
        };
        let account = store.person(line.from).await?.id;
        let at = Some(cast.now - line.ago * MINUTE);
        posts.push(store.add_dated_post(account, new, at).await?.id);
    }
    applaud(store, &posts).await?;
    curate(store, &posts).await?;
    for name in SPEAKING {
        let source = store.source(&operator, name).await?;
        store.post_digest(source.id).await?;
    }
    Ok(())
}

async fn add_speaker(store: &Store, name: &str, kind: AccountKind) -> anyhow::Result<()> {
    let role = match kind {
        AccountKind::Person => Role::Analyst,
        _ => Role::Bot,
    };
    let new = NewAccount {
        name: name.to_owned(),
        kind,
        role,
        organisation: Some(ORGANISATION.to_owned()),
    };
    match store.add_account(new).await {
        // From a start that was cut short.
        Ok(_) | Err(Error::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    if let Some((_, what)) = BOTS.iter().find(|(bot, _)| *bot == name) {
        let change = AccountChange {
            description: Some(Some((*what).to_owned())),
            owner: Some(Some("daiki".to_owned())),
            ..AccountChange::default()
        };
        store
            .change_account(&Reader::operator(), name, change)
            .await?;
    }
    Ok(())
}

/// Stars, reposts, and whom the demo's reader follows.
async fn applaud(store: &Store, posts: &[i64]) -> anyhow::Result<()> {
    for (name, at) in [
        ("ben", 0),
        ("chie", 0),
        ("daiki", 0),
        (ACCOUNT, 0),
        ("aiko", 2),
        ("aiko", 4),
        ("chie", 7),
    ] {
        if let Some(post) = posts.get(at) {
            let account = store.person(name).await?.id;
            store.star_post(account, *post, true).await?;
        }
    }
    if let Some(post) = posts.first() {
        let account = store.person("daiki").await?.id;
        store.repost_post(account, *post, true).await?;
    }
    let reader = store.person(ACCOUNT).await?.id;
    for name in ["aiko", "ben", "dga-watcher"] {
        store.follow_account(reader, name, true).await?;
    }
    store.follow_tag(reader, "phishing", true).await?;
    Ok(())
}

/// A list and a story of the demo's reader.
async fn curate(store: &Store, posts: &[i64]) -> anyhow::Result<()> {
    let reader = store.person(ACCOUNT).await?.id;
    let list = NewList {
        name: "bots".to_owned(),
        description: "Programs that speak here / ここで話すプログラム".to_owned(),
        hidden: false,
    };
    store.add_list(reader, list).await?;
    for (name, _) in SPEAKERS
        .iter()
        .filter(|(_, kind)| *kind == AccountKind::Bot)
    {
        store.set_list_member(reader, "bots", name, true).await?;
    }
    let post = |at: usize| posts.get(at).copied().map(Part::Post);
    let parts = [
        Some(Part::Heading("発端 / How it began".to_owned())),
        post(0),
        post(1),
        post(2),
        Some(Part::Note(
            "The judge saw it an hour before the first feed did.".to_owned(),
        )),
        Some(Part::Heading("対応 / What we did".to_owned())),
        post(3),
        post(4),
    ];
    let draft = StoryDraft {
        title: format!("{} をかたるフィッシング", KNOWN_NAME.replace('.', "[.]")),
        parts: parts.into_iter().flatten().collect(),
        ..StoryDraft::default()
    };
    store.add_story(reader, draft).await?;
    Ok(())
}

/// What is said, oldest first.
fn lines(cast: &Cast) -> Vec<Line> {
    let of = |number: usize, what: fn(&Campaign) -> &[Observable], at: usize| {
        let campaign = cast.campaigns.get(number);
        let value = campaign.and_then(|campaign| what(campaign).get(at));
        value.map(Observable::defanged).unwrap_or_default()
    };
    let family = |number: usize| {
        let campaign = cast.campaigns.get(number);
        campaign.map(|campaign| campaign.family).unwrap_or_default()
    };
    let (name, address) = (
        |n, at| of(n, |c| &c.names, at),
        |n, at| of(n, |c| &c.addresses, at),
    );
    let (link, file) = (
        |n, at| of(n, |c| &c.links, at),
        |n, at| of(n, |c| &c.files, at),
    );
    let known = KNOWN_NAME.replace('.', "[.]");
    let line = |from, ago, answers, text: String| Line {
        from,
        ago,
        answers,
        restricted: false,
        text,
    };
    let hour = 60;
    vec![
        line(
            "aiko",
            52 * hour,
            None,
            format!(
                "会員から、ログイン画面を模したページの連絡がありました。 hxxp://{known}/ja/login.php #phishing\n\n\
             誘導元はSMSです。 @phish-judge お願いします。"
            ),
        ),
        line(
            "phish-judge",
            52 * hour - 1,
            Some(0),
            format!(
                "**フィッシング**: `hxxp://{known}/ja/login.php`\n- {known} を 3 つのソースが掲載\n- パスが login.php で終わる"
            ),
        ),
        line(
            "ben",
            50 * hour,
            Some(0),
            format!(
                "Same kit on {} and {}: the page asks for the one-time password too.",
                name(0, 5),
                name(0, 6)
            ),
        ),
        line(
            "chie",
            47 * hour,
            Some(0),
            format!(
                "社内のプロキシに {} への通信が 2 件ありました。遮断済みです。 #対応済み",
                address(0, 0)
            ),
        ),
        line(
            "daiki",
            46 * hour,
            Some(3),
            "ありがとうございます。端末の確認に入ります。".to_owned(),
        ),
        line(
            "dga-watcher",
            30 * hour,
            None,
            format!(
                "2 names look generated, asked for by 3 clients. #dga\n\n- {}\n- {}",
                name(4, 0),
                name(4, 1)
            ),
        ),
        line(
            "ben",
            29 * hour,
            Some(5),
            format!(
                "One of them resolves to {}, which is {} if you ask me. #c2",
                address(4, 0),
                family(4)
            ),
        ),
        line(
            "chie",
            21 * hour,
            None,
            format!(
                "請求書を装ったメールの添付。マクロが {} を取りに行きます。\n\n| ファイル | ハッシュ |\n|---|---|\n| `invoice.zip` | {} |\n\n#malspam",
                link(2, 0),
                file(2, 0)
            ),
        ),
        Line {
            restricted: true,
            ..line(
                "aiko",
                9 * hour,
                None,
                format!(
                    "限定共有: 会員組織で {} の感染を確認しました。公開しないでください。 {}",
                    family(8),
                    address(8, 1)
                ),
            )
        },
        line(
            "daiki",
            5 * hour,
            None,
            format!(
                "CVE-2026-90001 is used to get in before {} shows up. Patch first, then look for {}. #vuln",
                family(3),
                address(3, 2)
            ),
        ),
        line(
            "aiko",
            3 * hour,
            Some(9),
            "パッチの適用状況を集計しています。 @analyst 手伝えますか？".to_owned(),
        ),
        line(
            ACCOUNT,
            2 * hour,
            Some(10),
            "はい、午後から入ります。".to_owned(),
        ),
        line(
            "ben",
            40,
            None,
            format!(
                "New panel on {}. Login page says `v3.2`; last week it was `v3.1`. #{}",
                link(1, 1),
                family(1)
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_in_order_and_names_listed_values() {
        let cast = Cast::new(super::super::SEED, 1_795_316_400_000_000);
        let lines = lines(&cast);
        assert!(lines.is_sorted_by(|one, next| one.ago > next.ago));
        for (at, line) in lines.iter().enumerate() {
            assert!(line.answers.is_none_or(|answered| answered < at), "{at}");
            let known = line.from == ACCOUNT || SPEAKERS.iter().any(|(name, _)| *name == line.from);
            assert!(known, "{}", line.from);
            for found in noroshi_indicator::extract::finder(&line.text) {
                let value = found.observable.value();
                let invented = [
                    "example",
                    "192.0.2.",
                    "198.51.100.",
                    "203.0.113.",
                    "2001:db8:",
                ];
                let named = invented.iter().any(|part| value.contains(part));
                assert!(named || found.observable.host().is_none(), "{value}");
            }
        }
        let restricted = lines.iter().filter(|line| line.restricted).count();
        assert_eq!(restricted, 1);
    }
}
