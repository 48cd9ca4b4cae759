//! Rows of JSON whose parts stand elsewhere in the same document: authors, pictures, other posts (X API v2).
//!
//! The whole document is in memory, since what belongs to a row may stand behind it.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read};

use serde::Deserialize;
use serde_json::Value;

use crate::format::Format;
use crate::json::Place;
use crate::{BadRow, BodyError};

/// The largest document, in bytes.
const DOCUMENT: u64 = 32 << 20;

/// What stands in a list of its own, and is put into the rows that name it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Path of the list in the document.
    pub list: String,
    /// The member of its objects by which they are named.
    pub key: String,
    /// Path in a row to the names; through lists.
    pub by: String,
    /// What the row gets: a list of the objects that it names, in its order.
    pub name: String,
}

/// The rows of a document.
pub(crate) struct Joined<B> {
    input: Option<B>,
    path: String,
    joins: Vec<Join>,
    expand: BTreeMap<String, String>,
    rows: std::vec::IntoIter<Value>,
    error: Option<BodyError>,
}

impl<B: BufRead> Joined<B> {
    pub(crate) fn new(input: B, format: &Format) -> Self {
        Self {
            input: Some(input),
            path: format.path.clone().unwrap_or_default(),
            joins: format.join.clone(),
            expand: format.expand.clone(),
            rows: Vec::new().into_iter(),
            error: None,
        }
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.error.as_ref()
    }

    pub(crate) fn next(&mut self) -> Option<Result<(Value, Place), BadRow>> {
        if let Some(input) = self.input.take() {
            match self.document(input) {
                Ok(rows) => self.rows = rows.into_iter(),
                Err(error) => self.error = Some(error),
            }
        }
        let row = self.rows.next()?;
        Some(Ok((row, Place { line: 1, lines: 1 })))
    }

    fn document(&self, input: B) -> Result<Vec<Value>, BodyError> {
        let mut text = Vec::new();
        let read = input.take(DOCUMENT + 1).read_to_end(&mut text);
        read.map_err(BodyError::from_io)?;
        if text.len() as u64 > DOCUMENT {
            return Err(BodyError::TooLarge { limit: DOCUMENT });
        }
        let document: Value = serde_json::from_slice(&text).map_err(|error| BodyError::Json {
            line: error.line() as u64,
            reason: error.to_string(),
        })?;
        drop(text);
        let lists: Vec<HashMap<&str, &Value>> = self
            .joins
            .iter()
            .map(|join| by_key(&document, join))
            .collect();
        let rows = at(&document, &self.path).and_then(Value::as_array);
        let rows = rows.ok_or_else(|| BodyError::Path {
            path: self.path.clone(),
        })?;
        let whole = |row: &Value| {
            let mut row = row.clone();
            for (join, list) in self.joins.iter().zip(&lists) {
                let mut names = Vec::new();
                texts(&row, &join.by, &mut names);
                let named = names.iter().filter_map(|name| list.get(name.as_str()));
                let named: Vec<Value> = named.map(|found| (*found).clone()).collect();
                if let Value::Object(members) = &mut row
                    && !named.is_empty()
                {
                    members.insert(join.name.clone(), Value::Array(named));
                }
            }
            for (text, urls) in &self.expand {
                expand(&mut row, text, urls);
            }
            row
        };
        Ok(rows.iter().map(whole).collect())
    }
}

fn by_key<'d>(document: &'d Value, join: &Join) -> HashMap<&'d str, &'d Value> {
    let list = at(document, &join.list).and_then(Value::as_array);
    let members = list.into_iter().flatten();
    let named = members.filter_map(|member| Some((member.get(&join.key)?.as_str()?, member)));
    named.collect()
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut steps = path.split('.').filter(|step| !step.is_empty());
    steps.try_fold(value, |value, step| value.get(step))
}

/// The texts at a path, through lists.
fn texts(value: &Value, path: &str, to: &mut Vec<String>) {
    match (value, path.split_once('.')) {
        (Value::Array(members), _) => members.iter().for_each(|member| texts(member, path, to)),
        (Value::String(text), _) if path.is_empty() => to.push(text.clone()),
        (Value::Object(members), step) => {
            let (step, rest) = step.unwrap_or((path, ""));
            if let Some(value) = members.get(step) {
                texts(value, rest, to);
            }
        }
        _ => {}
    }
}

/// Puts the addresses that shortened ones lead to in their places.
fn expand(row: &mut Value, text: &str, urls: &str) {
    let mut long = Vec::new();
    for url in at(row, urls)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let of = |name: &str| url.get(name).and_then(Value::as_str);
        if let (Some(short), Some(expanded)) = (of("url"), of("expanded_url"))
            && !short.is_empty()
        {
            long.push((short.to_owned(), expanded.to_owned()));
        }
    }
    let mut steps = text.split('.');
    let Some(Value::String(text)) = steps.try_fold(row, |value, step| value.get_mut(step)) else {
        return;
    };
    // As many as a post can have; each costs a pass over it.
    for (short, expanded) in long.iter().take(100) {
        *text = text.replace(short.as_str(), expanded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layout, Limits, RawRow, rows};
    use serde_json::json;

    fn format() -> Format {
        let join = |list: &str, key: &str, by: &str, name: &str| Join {
            list: list.into(),
            key: key.into(),
            by: by.into(),
            name: name.into(),
        };
        Format {
            path: Some("data".into()),
            join: vec![
                join("includes.users", "id", "author_id", "author"),
                join("includes.tweets", "id", "referenced_tweets.id", "about"),
            ],
            expand: [("text".to_owned(), "entities.urls".to_owned())].into(),
            ..Format::new(Layout::Json)
        }
    }

    fn read(body: &str) -> (Vec<Value>, Option<BodyError>) {
        let body = std::io::Cursor::new(body.to_owned());
        let mut rows = rows(body, &format(), &[], &[], Limits::default()).unwrap();
        let mut row = RawRow::default();
        let read = std::iter::from_fn(|| rows.read_value(&mut row));
        let read: Vec<Value> = read.map(Result::unwrap).collect();
        (read, rows.finish().err())
    }

    #[test]
    fn rows_get_what_belongs_to_them() {
        let body = json!({
            "data": [
                { "id": "1", "author_id": "7", "text": "see https://t.co/a",
                  "referenced_tweets": [{ "type": "quoted", "id": "9" }, { "type": "x", "id": "8" }],
                  "entities": { "urls": [{ "url": "https://t.co/a", "expanded_url": "https://evil.example/x" }] } },
                { "id": "2", "author_id": "6" },
            ],
            "includes": { "users": [{ "id": "7", "username": "alice" }], "tweets": [{ "id": "9", "text": "old" }] },
        });
        let (rows, error) = read(&body.to_string());
        assert_eq!(error, None);
        assert_eq!(
            rows[0]["author"],
            json!([{ "id": "7", "username": "alice" }])
        );
        assert_eq!(rows[0]["about"], json!([{ "id": "9", "text": "old" }]));
        assert_eq!(rows[0]["text"], "see https://evil.example/x");
        assert_eq!(rows[1], json!({ "id": "2", "author_id": "6" }));
    }

    #[test]
    fn what_is_no_such_document() {
        assert!(matches!(
            read("{\"data\":[").1,
            Some(BodyError::Json { .. })
        ));
        assert!(matches!(
            read("{\"meta\":{}}").1,
            Some(BodyError::Path { .. })
        ));
        let odd = r#"{"data":[1,"x",{"author_id":7,"text":null}],"includes":{"users":{}}}"#;
        assert_eq!(read(odd).0.len(), 3);
    }
}
