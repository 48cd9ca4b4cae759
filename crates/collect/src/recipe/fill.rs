//! Templates: recipes with parameters, which become a source once whoever adds it has given them.

use std::collections::BTreeMap;

use super::ask::{Parameter, ParameterKind};
use super::error::Wrong;
use super::item_keys::AuthorText;
use super::variable::{Variables, encoded};
use super::{Recipe, RecipeError};

/// The longest value.
const LONGEST: usize = 400;

impl Recipe {
    /// Whether it has parameters that nobody has given yet: it is no source, but becomes one.
    pub fn is_template(&self) -> bool {
        !self.parameters.is_empty() && self.values.is_empty()
    }

    /// The text of a recipe of another name in which this template's parameters have these values.
    ///
    /// # Errors
    /// A name or a value that cannot be.
    pub fn filled(
        &self,
        name: &str,
        values: &BTreeMap<String, String>,
    ) -> Result<String, RecipeError> {
        let old = format!("name = {:?}", self.name);
        let new = format!("name = {}", toml::Value::from(name));
        let text = self.text.lines().map(|line| match line.trim() == old {
            true => new.as_str(),
            false => line,
        });
        let mut text = text.collect::<Vec<_>>().join("\n");
        text.push_str("\n\n[values]\n");
        for (key, value) in values {
            let (key, value) = (
                toml::Value::from(key.as_str()),
                toml::Value::from(value.trim()),
            );
            text.push_str(&format!("{key} = {value}\n"));
        }
        Recipe::parse(&format!("{name}.toml"), &text)?;
        Ok(text)
    }

    /// Puts the values in their places.
    pub(super) fn fill(&mut self) -> Result<(), Wrong> {
        if self.values.is_empty() {
            return Ok(());
        }
        for key in self.values.keys() {
            if !self.parameters.contains_key(key) {
                return Err(Wrong::new(
                    format!("values.{key}"),
                    "there is no such parameter",
                ));
            }
        }
        // In a URL a text is encoded; a host or a whole address is not.
        let (mut coded, mut plain) = (Variables::default(), Variables::default());
        for (key, parameter) in &self.parameters {
            let value = self.values.get(key).map(|value| value.trim());
            let value = value.filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| {
                Wrong::new(format!("values.{key}"), "this parameter needs a value")
            })?;
            check(parameter, value).map_err(|why| Wrong::new(format!("values.{key}"), why))?;
            plain.text(key, value);
            coded.text(
                key,
                match parameter.is {
                    ParameterKind::Text => encoded(value),
                    ParameterKind::Host | ParameterKind::Url => value.to_owned(),
                },
            );
        }
        let names: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
        let put = |text: &mut String, values: &Variables| {
            *text = values.fill_known(text, &names);
        };
        for text in [
            &mut self.title.en,
            &mut self.title.ja,
            &mut self.description.en,
            &mut self.description.ja,
        ] {
            put(text, &plain);
        }
        put(&mut self.homepage, &coded);
        if let Some(url) = &mut self.url {
            put(url, &coded);
        }
        if let Some(stream) = &mut self.stream {
            put(&mut stream.url, &coded);
            stream.query.values_mut().for_each(|text| put(text, &plain));
        }
        if let Some(ask) = &mut self.request {
            ask.query.values_mut().for_each(|text| put(text, &plain));
            ask.headers.values_mut().for_each(|text| put(text, &plain));
            if let Some(json) = &mut ask.json {
                strings(json, &mut |text| put(text, &plain));
            }
            if let Some(before) = &mut ask.before {
                put(&mut before.url, &coded);
                if let Some(json) = &mut before.json {
                    strings(json, &mut |text| put(text, &plain));
                }
            }
            if let Some(each) = &mut ask.each {
                put(&mut each.url, &coded);
            }
        }
        if let Some(item) = &mut self.item {
            let author = match &mut item.author {
                Some(AuthorText::Keys(keys)) => {
                    [&mut keys.name, &mut keys.handle, &mut keys.url].map(Option::as_mut)
                }
                Some(AuthorText::Name(name)) => [Some(name), None, None],
                None => [None, None, None],
            };
            let own = [item.key.as_mut(), item.url.as_mut()];
            for text in own.into_iter().chain(author).flatten() {
                put(text, &coded);
            }
        }
        if let super::Auth::Session(place) = &mut self.auth {
            put(place, &coded);
        }
        Ok(())
    }
}

/// Every text in a table.
fn strings(table: &mut toml::Table, change: &mut dyn FnMut(&mut String)) {
    for (_, value) in table.iter_mut() {
        match value {
            toml::Value::String(text) => change(text),
            toml::Value::Table(inner) => strings(inner, change),
            _ => {}
        }
    }
}

fn check(parameter: &Parameter, value: &str) -> Result<(), &'static str> {
    let odd = |c: char| c.is_control() || matches!(c, '{' | '}');
    if value.len() > LONGEST || value.chars().any(odd) {
        return Err("a value is one line of 400 bytes at most, without braces");
    }
    match parameter.is {
        ParameterKind::Text => Ok(()),
        ParameterKind::Host if is_host(value) => Ok(()),
        ParameterKind::Host => Err("a host's name, such as `mastodon.example`"),
        ParameterKind::Url if is_url(value) => Ok(()),
        ParameterKind::Url => Err("an address that starts with https:// or http://"),
    }
}

/// A name or address, with or without a port; whether it may be reached is decided on the way out.
fn is_host(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') && text.chars().all(fits)
}

fn is_url(text: &str) -> bool {
    super::validate::is_web(text) && !text.contains(char::is_whitespace)
}
