//! The OpenAPI document: as it was agreed on, and whole in itself.

use std::collections::BTreeSet;

use serde_json::Value;

/// What programs rely on. A change here is a change for them: look at it, then accept it.
#[test]
fn the_document_is_as_it_was() {
    insta::assert_snapshot!(noroshi_web::document().to_pretty_json().unwrap());
}

#[test]
fn the_document_is_whole() {
    let document = serde_json::to_value(noroshi_web::document()).unwrap();
    let mut refs = BTreeSet::new();
    collect(&document, &mut refs);
    for reference in refs {
        let pointer = reference.trim_start_matches('#');
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(!path.contains('*'), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(
                operation["summary"].is_string() && operation["description"].is_string(),
                "{what}"
            );
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is the name of two");
            assert!(operation["responses"]["default"].is_object(), "{what}");
            let open = ["/healthz", "/api/v1/openapi.json"].contains(&path.as_str());
            assert_eq!(operation["security"].is_null(), open, "{what}");
            let empty = Vec::new();
            let parameters = operation["parameters"].as_array().unwrap_or(&empty).iter();
            let in_path = parameters.filter(|parameter| parameter["in"] == "path");
            assert_eq!(in_path.count(), path.matches('{').count(), "{what}");
        }
    }
}

fn collect(value: &Value, refs: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let ("$ref", Value::String(reference)) = (name.as_str(), member) {
                    refs.insert(reference.clone());
                }
                collect(member, refs);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, refs)),
        _ => {}
    }
}
