//! Which variables a recipe may use, and where.

use super::ask::Pages;
use super::error::Wrong;
use super::variable::{is_format, names};
use super::{By, Recipe};

impl Recipe {
    /// Refuses variables that will never have a value, and keys that do not go together.
    pub(super) fn check_variables(&self) -> Result<(), Wrong> {
        let mut known: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
        if let Some(wrong) = known.iter().find(|name| OURS.contains(name)) {
            let why = "a parameter cannot have this name";
            return Err(Wrong::new(format!("parameters.{wrong}"), why));
        }
        known.extend(["key", "yyyy", "mm"]);
        if let Some(since) = &self.since {
            match since.of {
                Some(_) => known.push("since"),
                None => known.extend(["from", "to"]),
            }
        }
        known.extend(self.drive.iter().map(|_| "drive"));
        let ask = self.request.as_ref();
        let before = ask.and_then(|ask| ask.before.as_ref());
        if let Some(before) = before {
            only("request.before.url", &before.url, &known)?;
            known.extend(before.take.keys().map(String::as_str));
        }
        if let Some(url) = &self.url {
            only("url", url, &known)?;
        }
        if let Some(stream) = &self.stream {
            only("stream.url", &stream.url, &known)?;
            for text in stream.query.values() {
                only("stream.query", text, &known)?;
            }
        }
        if let Some(ask) = ask {
            for text in ask.query.values() {
                only("request.query", text, &known)?;
            }
            for text in ask.headers.values() {
                only("request.headers", text, &known)?;
            }
            if let Some(each) = &ask.each {
                known.push("id");
                only("request.each.url", &each.url, &known)?;
            }
        }
        match &self.pages {
            Some(pages) => check_pages(pages),
            None => Ok(()),
        }
    }
}

/// Variables that the program gives.
const OURS: [&str; 8] = ["key", "yyyy", "mm", "since", "from", "to", "drive", "id"];

fn only(key: &str, text: &str, known: &[&str]) -> Result<(), Wrong> {
    for (name, format) in names(text) {
        if !known.contains(&name) {
            return Err(Wrong::new(
                key,
                format!("there is no variable `{name}` here"),
            ));
        }
        if !format.is_empty() && (!is_format(format) || !["from", "to"].contains(&name)) {
            let why = format!("`{{{name}:{format}}}` cannot be written");
            return Err(Wrong::new(key, why));
        }
    }
    Ok(())
}

fn check_pages(pages: &Pages) -> Result<(), Wrong> {
    let counted = matches!(pages.by, By::Offset | By::Number);
    let needs = |key: &str, is_there: bool, needed: bool| match (is_there, needed) {
        (false, true) => Err(Wrong::new(
            format!("pages.{key}"),
            format!("pages by {:?} need `{key}`", pages.by).to_lowercase(),
        )),
        _ => Ok(()),
    };
    needs("parameter", pages.parameter.is_some(), pages.by != By::Link)?;
    needs("size", pages.size.is_some_and(|size| size > 0), counted)?;
    needs("next", pages.next.is_some(), pages.by == By::Cursor)?;
    if pages.most == 0 {
        return Err(Wrong::new("pages.most", "one page at least"));
    }
    Ok(())
}
