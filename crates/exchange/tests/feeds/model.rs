//! Random small documents, written in random ways, against the tree that they were written from.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{Pieces, feed, read, read_stream};

/// An element as a person would think of it.
#[derive(Clone, Debug)]
struct Tree {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    inside: Vec<Inside>,
}

#[derive(Clone, Debug)]
enum Inside {
    Text(String, u8),
    Tree(Tree),
    /// A comment, or an instruction.
    Noise(bool),
}

/// How a character of a text is written: 0 as it is, 1 as a number, 2 in CDATA.
fn write_text(text: &str, how: u8, out: &mut String) {
    match how % 3 {
        2 if !text.contains("]]>") => {
            out.push_str("<![CDATA[");
            out.push_str(text);
            out.push_str("]]>");
        }
        1 => out.extend(text.chars().map(|c| format!("&#x{:x};", u32::from(c)))),
        _ => out.push_str(
            &text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        ),
    }
}

impl Tree {
    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(
                "\n {name} = \"{}\"",
                value
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('"', "&quot;")
            ));
        }
        if self.inside.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for inside in &self.inside {
            match inside {
                Inside::Text(text, how) => write_text(text, *how, out),
                Inside::Tree(tree) => tree.write(out),
                Inside::Noise(true) => out.push_str("<!-- <row>no</row> -->"),
                Inside::Noise(false) => out.push_str("<?php <row> ?>"),
            }
        }
        out.push_str(&format!("</{}>", self.name));
    }

    /// What the reader has to make of it, by the book.
    fn value(&self) -> Value {
        let text: String = self
            .inside
            .iter()
            .map(|inside| match inside {
                Inside::Text(text, _) => text.as_str(),
                _ => "",
            })
            .collect();
        let trees: Vec<&Tree> = self
            .inside
            .iter()
            .filter_map(|inside| match inside {
                Inside::Tree(tree) => Some(tree),
                _ => None,
            })
            .collect();
        if self.attributes.is_empty() && trees.is_empty() {
            return json!(text.trim());
        }
        let mut members = Map::new();
        for (name, value) in &self.attributes {
            members.insert(format!("@{name}"), json!(value));
        }
        for name in ["b", "c", "dc:d"] {
            let mut values: Vec<Value> = trees
                .iter()
                .filter(|tree| tree.name == name)
                .map(|tree| tree.value())
                .collect();
            match values.len() {
                0 => {}
                1 => drop(members.insert(name.to_owned(), values.remove(0))),
                _ => drop(members.insert(name.to_owned(), Value::Array(values))),
            }
        }
        if !text.trim().is_empty() {
            members.insert("#text".to_owned(), json!(text.trim()));
        }
        Value::Object(members)
    }
}

fn text() -> impl Strategy<Value = String> {
    "[ -~]{0,12}|[あ-ん漢字&<>\"' ]{0,6}|\\]\\]|[a-z\n\t]{1,8}"
}

fn tree(name: &'static str) -> impl Strategy<Value = Tree> {
    let names = prop::sample::select(vec!["b", "c", "dc:d"]);
    let attributes = prop::collection::btree_map(
        prop::sample::select(vec!["x", "y", "xml:lang"]),
        "[ -~あ-ん]{0,8}",
        0..3,
    )
    .prop_map(|map| map.into_iter().collect::<Vec<_>>());
    let inside = |tree: BoxedStrategy<Tree>| {
        prop_oneof![
            (text(), any::<u8>()).prop_map(|(text, how)| Inside::Text(text, how)),
            any::<bool>().prop_map(Inside::Noise),
            tree.prop_map(Inside::Tree),
        ]
    };
    let leaf = (names.clone(), attributes.clone(), text(), any::<u8>()).prop_map(
        |(name, attributes, text, how)| Tree {
            name,
            attributes,
            inside: vec![Inside::Text(text, how)],
        },
    );
    let deep = leaf.prop_recursive(4, 12, 4, move |below| {
        (
            names.clone(),
            attributes.clone(),
            prop::collection::vec(inside(below.boxed()), 0..4),
        )
            .prop_map(|(name, attributes, inside)| Tree {
                name,
                attributes,
                inside,
            })
    });
    prop::collection::vec(deep, 0..4).prop_map(move |trees| Tree {
        name,
        attributes: Vec::new(),
        inside: trees.into_iter().map(Inside::Tree).collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows_are_what_was_written(rows in prop::collection::vec(tree("row"), 1..5), piece in 1..40_usize) {
        let mut body = String::from("<list xmlns:dc=\"http://purl.org/dc/elements/1.1/\">");
        for row in &rows {
            row.write(&mut body);
            body.push('\n');
        }
        body.push_str("</list>");
        let whole = read(&body, "type = 'xml'\npath = 'row'");
        let expected: Vec<Value> = rows.iter().map(Tree::value).collect();
        prop_assert_eq!(&whole.items, &expected, "{}", body);
        prop_assert!(whole.end.is_ok());
        let pieces = read_stream(Pieces(body.as_bytes(), piece), "type = 'xml'\npath = 'row'");
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn a_feed_cut_anywhere_gives_its_first_items(titles in prop::collection::vec("[a-zあ-ん]{1,8}", 1..6), cut in any::<prop::sample::Index>()) {
        let items: String = titles.iter().map(|title| format!("<item><title>{title}</title><link>https://a.example/{title}</link></item>\n")).collect();
        let body = crate::rss(&items);
        let at = body.floor_char_boundary(cut.index(body.len()));
        let part = feed(&body[..at]);
        let whole = body[..at].matches("</item>").count();
        let read = part.texts("title");
        prop_assert_eq!(read, &titles[..whole]);
        prop_assert!(part.end.is_err());
    }

    #[test]
    fn nothing_breaks_it(body in "(<|</|<!|<!\\[CDATA\\[|\\]\\]>|&|;|item|rss|channel|entry|feed|title| a='b'|>|/>|\\PC|\n|&#x|<\\?xml|<!DOCTYPE|\\{|\"items\":){0,60}", piece in 1..9_usize) {
        let whole = feed(&body);
        prop_assert_eq!(&whole, &read_stream(Pieces(body.as_bytes(), piece), "type = 'feed'"));
        for item in &whole.items {
            if let Some(link) = item.get("link").and_then(Value::as_str) {
                let link = link.to_ascii_lowercase();
                prop_assert!(link.starts_with("http://") || link.starts_with("https://"));
            }
        }
    }
}
