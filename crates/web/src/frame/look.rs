//! What a page knows of its reader without knowing who it is: language, theme, address.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::{Language, Theme, Words, asset};

/// How a page is to be shown, for pages that anybody may see.
#[derive(Clone)]
pub(crate) struct Look {
    pub(crate) language: Language,
    pub(crate) words: &'static Words,
    pub(crate) theme: Theme,
    /// The path and query that were asked for.
    pub(crate) address: String,
}

impl Look {
    pub(crate) fn new(headers: &HeaderMap, address: &str) -> Look {
        let language = Language::of(headers);
        Look {
            language,
            words: language.words(),
            theme: Theme::of(headers),
            address: address.to_owned(),
        }
    }

    /// The themes to choose from: name, word, whether it is this one.
    pub(crate) fn themes(&self) -> [(&'static str, &'static str, bool); 4] {
        Theme::ALL.map(|theme| (theme.name(), theme.word(self.words), theme == self.theme))
    }

    /// The languages to choose from: tag, own name, whether it is this one.
    pub(crate) fn languages(&self) -> [(&'static str, &'static str, bool); 2] {
        Language::ALL.map(|one| (one.tag(), one.own_name(), one == self.language))
    }

    pub(crate) fn style(&self) -> &'static str {
        asset::STYLE.url
    }

    pub(crate) fn script(&self) -> &'static str {
        asset::SCRIPT.url
    }

    pub(crate) fn flame(&self) -> &'static str {
        asset::FLAME.url
    }

    pub(crate) fn icons(&self) -> &'static str {
        asset::ICONS.url
    }
}

impl<S: Sync> FromRequestParts<S> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Look, Infallible> {
        let address = parts
            .uri
            .path_and_query()
            .map_or("/", |address| address.as_str());
        Ok(Look::new(&parts.headers, address))
    }
}
