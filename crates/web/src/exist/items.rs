//! Posts of outside authors, exploits and news.

use std::sync::Arc;

use axum::response::Response;
use noroshi_store::{Collected, CollectedFilter, ExistTest, Form, Post};
use serde::Serialize;

use super::refusal::Refusal;
use super::{Asking, answer, dates, envelope};

#[derive(Serialize)]
pub(super) struct Tweet {
    id: i64,
    text: String,
    datetime: String,
    user: String,
    screen_name: String,
}

#[derive(Serialize)]
pub(super) struct Exploit {
    id: String,
    source: String,
    title: String,
    description: Option<String>,
    datetime: String,
    referrer: Option<String>,
    text: String,
}

#[derive(Serialize)]
pub(super) struct News {
    id: String,
    title: String,
    datetime: String,
    referrer: Option<String>,
    content: Option<String>,
    source_title: String,
    source_url: Option<String>,
}

/// The title, or how the text begins.
pub(super) fn title(post: &Post) -> String {
    let title = post.item.as_ref().and_then(|item| item.title.clone());
    title.unwrap_or_else(|| post.line(250))
}

fn url(post: &Post) -> Option<String> {
    post.item.as_ref().and_then(|item| item.url.clone())
}

/// Display name and handle of who wrote it, or the source.
fn author(post: &Post) -> (String, String) {
    let author = post.item.as_ref().and_then(|item| item.author.as_ref());
    let Some(author) = author else {
        return (post.from.name.clone(), post.from.name.clone());
    };
    let handle = author.handle.as_deref().unwrap_or(&author.name);
    let handle = handle.strip_prefix('@').unwrap_or(handle);
    (author.name.clone(), handle.to_owned())
}

pub(super) fn tweet(_: &Asking, row: Collected) -> Tweet {
    let (user, screen_name) = author(&row.post);
    Tweet {
        id: row.post.id,
        datetime: dates::shown(row.post.published),
        text: row.post.text,
        user,
        screen_name,
    }
}

pub(super) fn exploit(asking: &Asking, row: Collected) -> Exploit {
    let exploit = row.facts.and_then(|facts| facts.exploit);
    let about = exploit.map(|exploit| {
        let about = [exploit.platform, exploit.kind, exploit.rank, exploit.path];
        about.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    let source = match row.post.from.name.as_str() {
        name if name.starts_with("exploit-db") || name.starts_with("exploitdb") => {
            "ExploitDB".to_owned()
        }
        name => asking.title(name),
    };
    Exploit {
        id: row.id,
        source,
        title: title(&row.post),
        description: about.filter(|about| !about.is_empty()),
        datetime: dates::shown(row.post.published),
        referrer: url(&row.post),
        text: row.post.body().to_owned(),
    }
}

pub(super) fn news(asking: &Asking, row: Collected) -> News {
    let recipes = asking.state.recipes();
    let recipe = recipes.get(&row.post.from.name);
    News {
        id: row.id,
        title: title(&row.post),
        datetime: dates::shown(row.post.published),
        referrer: url(&row.post),
        content: Some(row.post.body().to_owned()).filter(|text| !text.is_empty()),
        source_title: asking.title(&row.post.from.name),
        source_url: recipe.map(|recipe| recipe.homepage.clone()),
    }
}

/// A collection of one form, as `show` shows its rows.
pub(super) async fn list<T: Serialize>(
    asking: &Asking,
    form: Form,
    show: impl Fn(&Asking, Collected) -> T,
) -> Result<Response, Refusal> {
    let (given, caller) = (&asking.given, &asking.caller);
    let filter = CollectedFilter {
        form,
        tlp: caller.tlp,
        published: given.range("datetime")?,
        updated: (None, None),
        tags: Vec::new(),
        names: None,
    };
    let test = given.words()?.map(|words| -> ExistTest<Collected> {
        Arc::new(move |row| {
            let (user, screen_name) = author(&row.post);
            let text = row.post.text.as_str();
            match form {
                Form::Social => words.are_in(&[text, &user, &screen_name]),
                _ => words.are_in(&[text, &title(&row.post)]),
            }
        })
    });
    let store = &asking.state.store;
    let page = store
        .collected(&caller.reader, filter, given.options(test)?)
        .await?;
    Ok(envelope::page(given, page, |row| show(asking, row)))
}

pub(super) async fn one<T: Serialize>(
    asking: &Asking,
    form: Form,
    id: &str,
    show: impl Fn(&Asking, Collected) -> T,
) -> Result<Response, Refusal> {
    let (store, caller) = (&asking.state.store, &asking.caller);
    let row = store
        .collected_one(&caller.reader, form, id, caller.tlp)
        .await?;
    Ok(answer(&show(asking, row)))
}

/// A post of an outside author, by its number.
pub(super) async fn numbered(asking: &Asking, id: &str) -> Result<Response, Refusal> {
    let (store, caller) = (&asking.state.store, &asking.caller);
    let id: i64 = id.parse().map_err(|_| Refusal::not_found())?;
    let row = store
        .collected_post(&caller.reader, Form::Social, id, caller.tlp)
        .await?;
    Ok(answer(&tweet(asking, row)))
}
