//! An item of RSS or Atom as columns.

use serde_json::{Map, Value};

use super::link;
use crate::text::{html_or_text, html_text, tidy, title};
use crate::xml::{Element, Head, put};

/// Elements that have columns of their own.
const OWN: &[&str] = &[
    "title",
    "link",
    "guid",
    "id",
    "description",
    "summary",
    "content",
    "content:encoded",
    "author",
    "dc:creator",
    "creator",
    "pubDate",
    "published",
    "issued",
    "updated",
    "modified",
    "category",
    "dc:subject",
    "dc:language",
    "language",
    "enclosure",
    "dc:title",
    "dc:description",
    "atom:link",
    "atom:content",
    "atom:author",
    "tagline",
    "body",
];

/// Most members of a list.
const LIST: usize = 100;

/// The columns of an item; none if it says nothing.
pub(super) fn value(item: &Element, head: &Head) -> Option<Value> {
    let base = item
        .attribute("xml:base")
        .or(head.link.as_deref())
        .map(str::to_owned);
    let text_of = |names: &[&str]| {
        names.iter().find_map(|name| {
            item.elements()
                .filter(|e| e.name == *name)
                .map(text)
                .find(|t| !t.is_empty())
        })
    };
    let title = ["title", "dc:title"]
        .iter()
        .find_map(|name| item.child(name))
        .map(heading)
        .filter(|title| !title.is_empty());
    let summary = text_of(&[
        "description",
        "summary",
        "dc:description",
        "media:description",
    ]);
    let content = text_of(&["content:encoded", "content", "atom:content", "body"]);
    let page = page(item, base.as_deref());
    if title.is_none() && summary.is_none() && content.is_none() && page.is_none() {
        return None;
    }
    let plain = |names: &[&str]| {
        names.iter().find_map(|name| {
            let text = item.child(name)?.text().trim().to_owned();
            (!text.is_empty()).then_some(text)
        })
    };
    let published = plain(&[
        "pubDate",
        "published",
        "issued",
        "dcterms:issued",
        "dc:date",
        "date",
        "dcterms:created",
    ]);
    let updated = plain(&["updated", "modified", "atom:updated", "dcterms:modified"]);
    let published = published.or_else(|| updated.clone());
    let own_id = plain(&["guid", "id"]).or_else(|| item.attribute("rdf:about").map(str::to_owned));
    let id = own_id
        .filter(|id| !id.trim().is_empty())
        .or_else(|| page.clone());
    let id = id.map(|id| link::id(&id)).unwrap_or_else(|| {
        // Nothing names the item but what it says.
        let what = title
            .as_deref()
            .or(summary.as_deref())
            .or(content.as_deref());
        let what: String = what.unwrap_or_default().chars().take(200).collect();
        format!("{what} {}", published.as_deref().unwrap_or_default())
            .trim_end()
            .to_owned()
    });
    let longer = match (&content, &summary) {
        (Some(content), Some(summary)) if summary.len() > content.len() => Some(summary.clone()),
        (content, summary) => content.clone().or_else(|| summary.clone()),
    };
    let language = item
        .attribute("xml:lang")
        .map(str::to_owned)
        .or_else(|| plain(&["dc:language", "language"]))
        .or_else(|| head.language.clone());
    let (author, author_url) = author(item);
    let author_url = author_url.and_then(|url| link::web(&url, base.as_deref()));
    let mut members = Map::new();
    for element in item
        .elements()
        .filter(|element| !OWN.contains(&element.name.as_str()))
    {
        put(&mut members, &element.name, element.value());
    }
    for (name, text) in [
        ("id", Some(id)),
        ("title", title),
        ("link", page),
        ("summary", summary),
        ("content", content),
        ("text", longer),
        ("author", author),
        ("author_url", author_url),
        ("published", published),
        ("updated", updated),
        ("language", language),
    ] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            members.insert(name.to_owned(), Value::String(text));
        }
    }
    for (name, list) in [
        ("categories", categories(item)),
        ("enclosures", enclosures(item, base.as_deref())),
    ] {
        if !list.is_empty() {
            let list = list.into_iter().take(LIST).map(Value::String).collect();
            members.insert(name.to_owned(), Value::Array(list));
        }
    }
    Some(Value::Object(members))
}

/// The text of an element that may hold HTML: as text, escaped, or as elements.
fn text(element: &Element) -> String {
    let kind = element.attribute("type").unwrap_or_default();
    if element.has_elements() {
        return html_text(&element.inner_html());
    }
    // Atom 0.3 and 1.0: in base64, or of a type that is no text.
    let is_text = matches!(kind, "" | "text" | "html" | "xhtml")
        || kind.starts_with("text/")
        || kind.ends_with("xml");
    if !is_text || element.attribute("mode") == Some("base64") {
        return String::new();
    }
    let text = element.text();
    match kind {
        "text" | "text/plain" => tidy(text.trim()),
        "html" | "text/html" | "xhtml" => html_text(&text),
        _ => html_or_text(text.trim()),
    }
}

/// A title: in Atom its type says whether it holds marks, in RSS nothing does.
fn heading(element: &Element) -> String {
    if element.has_elements() {
        return title(&element.inner_html());
    }
    let text = element.text();
    if element.attribute("type") == Some("text") {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    title(&text)
}

/// Where the item is published.
fn page(item: &Element, base: Option<&str>) -> Option<String> {
    let links = || {
        item.elements()
            .filter(|element| element.name == "link" || element.name == "atom:link")
    };
    let alternate = links()
        .filter(|link| link.attribute("rel").is_none_or(|rel| rel == "alternate"))
        .find_map(|element| {
            let address = element
                .attribute("href")
                .map(str::to_owned)
                .unwrap_or_else(|| element.text());
            link::web(&address, base)
        });
    alternate
        .or_else(|| {
            let guid = item.child("guid")?;
            let is_link = guid.attribute("isPermaLink") != Some("false");
            is_link.then(|| link::web(&guid.text(), None))?
        })
        .or_else(|| link::web(item.attribute("rdf:about")?, None))
        .or_else(|| link::web(&item.child("id")?.text(), None))
}

/// Name and page of the first author.
fn author(item: &Element) -> (Option<String>, Option<String>) {
    let element = ["dc:creator", "author", "creator", "atom:author"]
        .iter()
        .find_map(|name| {
            item.child(name)
                .filter(|element| !element.text().trim().is_empty())
        });
    let Some(element) = element else {
        return (None, None);
    };
    let inner = |names: &[&str]| {
        let found = names.iter().find_map(|name| element.child(name))?;
        Some(found.text().trim().to_owned()).filter(|text| !text.is_empty())
    };
    if element.has_elements() {
        let name = inner(&["name", "atom:name", "foaf:name"]).or_else(|| inner(&["email"]));
        return (
            name.map(|name| title(&name)),
            inner(&["uri", "url", "atom:uri"]),
        );
    }
    let text = title(&element.text());
    // RSS 2.0: `mail@vendor.example (Name)`.
    let name = text.split_once('(').filter(|(mail, _)| mail.contains('@'));
    let name = name.map(|(_, name)| name.trim_end_matches(')').trim().to_owned());
    (
        Some(name.filter(|name| !name.is_empty()).unwrap_or(text)),
        None,
    )
}

fn categories(item: &Element) -> Vec<String> {
    let elements = item
        .elements()
        .filter(|element| matches!(element.name.as_str(), "category" | "dc:subject"));
    let texts = elements.map(|element| {
        let text = title(&element.text());
        if !text.is_empty() {
            return text;
        }
        let of = element
            .attribute("label")
            .or_else(|| element.attribute("term"));
        title(of.unwrap_or_default())
    });
    texts.filter(|text| !text.is_empty()).collect()
}

fn enclosures(item: &Element, base: Option<&str>) -> Vec<String> {
    let rss = item
        .elements()
        .filter(|element| element.name == "enclosure")
        .filter_map(|element| element.attribute("url"));
    let atom = item
        .elements()
        .filter(|element| element.name == "link" && element.attribute("rel") == Some("enclosure"))
        .filter_map(|element| element.attribute("href"));
    rss.chain(atom)
        .filter_map(|url| link::web(url, base))
        .collect()
}
