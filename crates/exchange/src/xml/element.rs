//! An element of a document with what is in it, and what recipes see of it.

use serde_json::{Map, Value};

/// An element, its names as [`super::names::Names`] makes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
}

/// What stands in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    Element(Element),
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let (_, value) = attributes.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The elements directly in it.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element of this name directly in it.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    pub(crate) fn has_elements(&self) -> bool {
        self.elements().next().is_some()
    }

    /// All text in it, without marks.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.add_text(&mut text);
        text
    }

    fn add_text(&self, to: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => to.push_str(text),
                Node::Element(element) => element.add_text(to),
            }
        }
    }

    /// What is in it as HTML, for elements that hold markup and not its text.
    pub(crate) fn inner_html(&self) -> String {
        let mut html = String::new();
        self.add_html(&mut html);
        html
    }

    fn add_html(&self, to: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => {
                    for c in text.chars() {
                        match c {
                            '&' => to.push_str("&amp;"),
                            '<' => to.push_str("&lt;"),
                            c => to.push(c),
                        }
                    }
                }
                Node::Element(element) => {
                    to.push('<');
                    to.push_str(&element.name);
                    to.push('>');
                    element.add_html(to);
                    to.push_str("</");
                    to.push_str(&element.name);
                    to.push('>');
                }
            }
        }
    }

    /// As JSON: text alone is a string; else an object of the attributes (`@name`), the elements in it (a list where
    /// there are several of a name) and the text (`#text`).
    pub(crate) fn value(&self) -> Value {
        let text = || {
            let mut text = String::new();
            for node in &self.children {
                if let Node::Text(part) = node {
                    text.push_str(part);
                }
            }
            text.trim().to_owned()
        };
        if self.attributes.is_empty() && !self.has_elements() {
            return Value::String(text());
        }
        let mut members = Map::new();
        for (name, value) in &self.attributes {
            members.insert(format!("@{name}"), Value::String(value.clone()));
        }
        for element in self.elements() {
            put(&mut members, &element.name, element.value());
        }
        let text = text();
        if !text.is_empty() {
            members.insert("#text".to_owned(), Value::String(text));
        }
        Value::Object(members)
    }
}

/// Adds a member; one that is there becomes a list.
pub(crate) fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        None => {
            members.insert(name.to_owned(), value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(single) => {
            let first = single.take();
            *single = Value::Array(vec![first, value]);
        }
    }
}
