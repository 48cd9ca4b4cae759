//! The OpenAPI document laid out as the page shows it.

use serde_json::Value;

use crate::frame::Words;

/// Operations that belong together.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) operations: Vec<Operation>,
}

/// One route.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) parameters: Vec<Parameter>,
    /// Whether it only reads, and so can be tried here.
    pub(super) reads: bool,
}

/// What a route takes in its path or behind the `?`.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) example: String,
    pub(super) required: bool,
    pub(super) in_path: bool,
}

/// By tag, in the order of the document.
pub(super) fn sections(document: &Value, words: &'static Words) -> Vec<Section> {
    let tags = [
        ("asking", words.api_asking),
        ("curating", words.nav_stories),
        ("collecting", words.api_collecting),
        ("managing", words.api_managing),
        ("watching", words.api_watching),
        ("", words.api_others),
    ];
    let mut sections = tags.map(|(tag, title)| {
        let section = Section {
            title,
            operations: Vec::new(),
        };
        (tag, section)
    });
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tag = operation.pointer("/tags/0").and_then(Value::as_str);
            let place = sections.iter().position(|(name, _)| Some(*name) == tag);
            let place = place.unwrap_or(sections.len() - 1);
            if let Some((_, section)) = sections.get_mut(place) {
                section
                    .operations
                    .push(Operation::new(method, path, operation));
            }
        }
    }
    let sections = sections.into_iter().map(|(_, section)| section);
    sections
        .filter(|section| !section.operations.is_empty())
        .collect()
}

impl Operation {
    fn new(method: &str, path: &str, operation: &Value) -> Operation {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        Operation {
            id: text(operation, "operationId"),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(operation, "summary"),
            description: text(operation, "description"),
            parameters: parameters
                .into_iter()
                .flatten()
                .map(Parameter::new)
                .collect(),
            reads: method == "get",
        }
    }
}

impl Parameter {
    fn new(parameter: &Value) -> Parameter {
        let example = parameter
            .get("example")
            .or_else(|| parameter.pointer("/schema/default"));
        let example = example.map(|example| match example {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        Parameter {
            name: text(parameter, "name"),
            description: text(parameter, "description"),
            example: example.unwrap_or_default(),
            required: parameter.get("required") == Some(&Value::Bool(true)),
            in_path: parameter.get("in").and_then(Value::as_str) == Some("path"),
        }
    }
}

fn text(of: &Value, member: &str) -> String {
    let text = of.get(member).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}
