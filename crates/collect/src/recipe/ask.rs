//! The `[request]`, `[pages]`, `[since]`, `[stream]`, `[drive]` and `[parameters]` tables: how a service is asked that
//! does not keep one body at one place.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::{Bilingual, de};

/// What goes along with the URL. Texts may hold variables; a parameter one of whose variables has no value is left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Parameters behind the URL's `?`.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// `Accept`.
    pub accept: Option<String>,
    /// What is sent, as JSON. Without it nothing is, and the request is a GET.
    pub json: Option<toml::Table>,
    /// Where an answer without rows says `0`, if it leaves out the list.
    pub count: Option<String>,
    /// What has to be asked first.
    pub before: Option<Before>,
    /// The page only lists what is then asked for one by one.
    pub each: Option<Each>,
    /// Between two requests.
    #[serde(default, deserialize_with = "de::duration")]
    pub pause: Duration,
}

/// A question whose answer gives variables.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Where.
    pub url: String,
    /// What is sent, as JSON.
    pub json: Option<toml::Table>,
    /// Variable to path in the answer. All of them have to be there.
    pub take: BTreeMap<String, String>,
}

/// What a page lists, to be asked for one by one as `{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// Where in a page the ids are.
    pub id: String,
    /// Where each is.
    pub url: String,
}

/// How a service hands out its pages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// What tells one page from the next.
    pub by: By,
    /// The parameter that asks for a page; not by link.
    pub parameter: Option<String>,
    /// by offset and number: that of the first page.
    #[serde(default)]
    pub start: u64,
    /// by offset and number: rows of a full page.
    pub size: Option<u64>,
    /// by offset and number: where a page says how many rows there are in all.
    pub total: Option<String>,
    /// by cursor: where a page has the next page's cursor. Of several values the last counts.
    pub next: Option<String>,
    /// Pages of one run at most.
    #[serde(default = "de::most_pages")]
    pub most: u32,
}

/// What tells one page from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// How many rows come before it.
    Offset,
    /// Its number.
    Number,
    /// A text that the page before gave.
    Cursor,
    /// The link `next` of the header `Link` (RFC 8288).
    Link,
}

/// What is asked for is newer than what the last complete run had come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The part of a row that grows, its id or time: the greatest is remembered as `{since}`. Without it the time of
    /// the run is: it asks for what changed between `{from}` and `{to}`.
    pub of: Option<String>,
    /// How far back a first run goes.
    #[serde(default, deserialize_with = "de::optional_duration")]
    pub first: Option<Duration>,
    /// The longest time that may be asked for at once.
    #[serde(default, deserialize_with = "de::optional_duration")]
    pub window: Option<Duration>,
}

/// A connection that stays open and brings what is new at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamKeys {
    /// How it speaks.
    pub speaks: Speaks,
    /// Where. If the recipe has a `url` besides, that is asked for what was missed.
    pub url: String,
    /// Parameters behind the URL's `?`, as those of `[request]`.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
}

/// How a stream speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaks {
    /// Server-sent events whose `update` and `status.update` hold a row (Mastodon).
    Mastodon,
    /// Bluesky's Jetstream over a WebSocket, asked from a time on.
    Jetstream,
}

/// What is asked for is what the hunts look for that drive the source: `{drive}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriveKeys {
    /// In which words.
    pub language: Dialect,
    /// Questions of one run at most.
    #[serde(default = "de::most_questions")]
    pub most: usize,
}

/// The language of a service's searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// X's recent search: words, `"phrases"`, `#tags`, `OR`, groups; 512 characters.
    X,
    /// Bluesky's search: words, `"phrases"`, `#tags`, all of which have to be there.
    Bluesky,
    /// One tag without `#` a question: Mastodon, Misskey.
    Tag,
    /// Everything comes, and is looked through here.
    Local,
}

/// What whoever adds the source has to say.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What people call it.
    pub title: Bilingual,
    /// What it has to be.
    #[serde(default)]
    pub is: ParameterKind,
    /// An example.
    #[serde(default)]
    pub example: String,
}

/// What a parameter has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// Any line of text.
    #[default]
    Text,
    /// The name of a host, with or without a port.
    Host,
    /// A whole http(s) address.
    Url,
}
