//! What the demo's people and bots say to each other, and the digests of its sources.

use noroshi_store::{AccountKind, NewAccount, NewPost, Post, Reader, Role, Store};

use super::cast::KNOWN_NAME;

/// Who speaks beside the reader.
pub(super) const SPEAKERS: [(&str, AccountKind); 2] = [
    ("mika", AccountKind::Person),
    ("dga-watch", AccountKind::Bot),
];

/// Sources that tell what they brought.
const DIGESTS: usize = 3;

/// Lets everybody speak, once.
pub(super) async fn add(store: &Store, reader: &str) -> anyhow::Result<()> {
    let me = store.account(reader).await?.id;
    for (name, kind) in SPEAKERS {
        let role = match kind {
            AccountKind::Bot => Role::Bot,
            _ => Role::Analyst,
        };
        if store.account(name).await.is_err() {
            let new = NewAccount {
                name: name.to_owned(),
                kind,
                role,
                organisation: None,
            };
            store.add_account(new).await?;
        }
    }
    for source in store
        .sources(&Reader::operator())
        .await?
        .iter()
        .take(DIGESTS)
    {
        store.post_digest(source.id).await?;
    }
    let mika = store.account("mika").await?.id;
    let bot = store.account("dga-watch").await?.id;
    let seen = format!(
        "A new page of the **login-kaisha** kit is up: hxxp://{}/ja/otp.php asks for the one-time \
        code now. The mails come from `192.0.2.44`. #phishing #緊急\n\n@{reader} did your proxies see it?",
        KNOWN_NAME.replace('.', "[.]")
    );
    let first = say(store, mika, &seen, None).await?;
    let answer = "Two clients since this morning, both blocked. The kit is the one of last week:\n\n\
        | file | SHA-256 |\n|---|---|\n\
        | otp.php | 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 |\n";
    let second = say(store, me, answer, Some(first.id)).await?;
    let thanks = "ありがとう。同じ網段の 192.0.2.0/24 も見ておきます。";
    say(store, mika, thanks, Some(second.id)).await?;
    let found = "3 generated names in the last hour, all from one client: \
        kq3vz7w1xj[.]example, zz0q8vh2ml[.]example, x9r4tbn7wq[.]example #dga";
    let found = say(store, bot, found, None).await?;
    store.star_post(me, first.id, true).await?;
    store.star_post(mika, second.id, true).await?;
    store.repost_post(mika, found.id, true).await?;
    store.follow_account(me, "mika", true).await?;
    store.follow_tag(me, "dga", true).await?;
    Ok(())
}

async fn say(
    store: &Store,
    account: i64,
    text: &str,
    reply_to: Option<i64>,
) -> anyhow::Result<Post> {
    let new = NewPost {
        text: text.to_owned(),
        reply_to,
        ..NewPost::default()
    };
    Ok(store.add_post(account, new).await?)
}
