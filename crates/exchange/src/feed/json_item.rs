//! An item of JSON Feed (versions 1 and 1.1) as columns.

use serde_json::{Map, Value};

use super::link;
use crate::text::{html_text, tidy, title};

/// The columns of an item; none if it says nothing.
pub(super) fn value(item: &Value) -> Option<Value> {
    let text = |name: &str| {
        let text = match item.get(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    };
    let heading = text("title").map(|text| title(&text));
    let summary = text("summary").map(|text| tidy(&text));
    let content = text("content_text").map(|text| tidy(&text));
    let content = content.or_else(|| text("content_html").map(|html| html_text(&html)));
    let page = ["url", "external_url"]
        .iter()
        .find_map(|name| link::web(&text(name)?, None));
    if heading.is_none() && summary.is_none() && content.is_none() && page.is_none() {
        return None;
    }
    let author = item
        .get("authors")
        .and_then(|authors| authors.get(0))
        .or_else(|| item.get("author"));
    let of_author = |name: &str| {
        author
            .and_then(|author| author.get(name))
            .and_then(Value::as_str)
    };
    let id = text("id").or_else(|| page.clone()).map(|id| link::id(&id));
    let id = id.or_else(|| heading.clone()).or_else(|| summary.clone());
    let mut members = Map::new();
    let published = text("date_published").or_else(|| text("date_modified"));
    for (name, text) in [
        ("id", id),
        ("title", heading),
        ("link", page),
        ("text", content.clone().or_else(|| summary.clone())),
        ("summary", summary),
        ("content", content),
        ("author", of_author("name").map(title)),
        (
            "author_url",
            of_author("url").and_then(|url| link::web(url, None)),
        ),
        ("published", published),
        ("updated", text("date_modified")),
        ("language", text("language")),
    ] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            members.insert(name.to_owned(), Value::String(text));
        }
    }
    let tags = item.get("tags").and_then(Value::as_array);
    let tags: Vec<Value> = tags
        .into_iter()
        .flatten()
        .filter(|tag| tag.is_string())
        .take(100)
        .cloned()
        .collect();
    if !tags.is_empty() {
        members.insert("categories".to_owned(), Value::Array(tags));
    }
    Some(Value::Object(members))
}
