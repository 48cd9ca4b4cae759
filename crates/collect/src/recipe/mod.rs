//! Recipes: what a feed is called, where it is, how it is laid out, and what its columns mean.
//!
//! A recipe is one TOML file of `sources/`, compiled in, or one of the user's `sources/` folder in the data directory,
//! which replaces a shipped one of the same name. `sources/README.md` describes every key.

mod add;
mod ask;
mod clean;
mod command;
mod date;
mod de;
mod error;
mod fact_mapping;
mod feed;
mod fields;
mod fill;
mod item_keys;
mod item_mapping;
mod items;
mod listings;
mod load;
mod mapping;
mod path;
mod request;
mod scores;
mod shipped;
mod template;
mod text;
mod time;
mod validate;
mod variable;
mod variables;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use noroshi_exchange::{Format, Layout};
use noroshi_indicator::Tlp;
use noroshi_store::{Form, Mode};
use serde::Deserialize;

pub use add::{AddError, add};
pub use ask::{
    Ask, Before, By, Dialect, DriveKeys, Each, Pages, Parameter, ParameterKind, Since, Speaks,
    StreamKeys,
};
pub use error::RecipeError;
pub use fields::{ColumnText, Constant, Fields, KindColumn, KindText, TagColumn, TagText};
pub use item_keys::{
    AuthorKeys, AuthorText, CvssKeys, ExploitKeys, FactKeys, ItemKeys, KindName, ProductKeys,
    ReferenceKeys, ScoreKeys, Texts,
};
pub use items::Items;
pub use listings::Listings;
pub use load::{Recipes, load, load_lenient};
pub(crate) use request::Credential;
pub use request::{FeedRequest, RequestError};
pub use scores::Scores;
pub use shipped::shipped;
pub(crate) use variable::{Value, Variables, encoded};

use error::Wrong;
use item_mapping::ItemMapping;
use mapping::Mapping;
use scores::ScoreMapping;

/// How a feed is collected and read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the file, of the source and of its account: lower-case letters, digits and hyphens.
    pub name: String,
    /// What people call it.
    pub title: Bilingual,
    /// What it holds, in a sentence or two.
    pub description: Bilingual,
    /// The publisher's page about it.
    pub homepage: String,
    /// SPDX identifier, or the publisher's terms in a few words.
    pub licence: String,
    /// Link to the terms.
    pub terms: Option<String>,
    /// What has to be said where the data is shown.
    pub attribution: Option<String>,
    /// Where the body is. `{key}` is the user's key, `{yyyy}` and `{mm}` are the year and month.
    pub url: Option<String>,
    /// Months to go back for `{yyyy}` and `{mm}`, in the order to try.
    #[serde(default)]
    pub months_back: Vec<u8>,
    /// Instead of a URL: the user's program and its arguments. It prints JSON lines.
    pub command: Option<Vec<String>>,
    /// Where the user's key goes.
    #[serde(default)]
    pub auth: Auth,
    /// It can be asked without a key, too.
    #[serde(default)]
    pub key_optional: bool,
    /// What goes along with the URL.
    pub request: Option<Ask>,
    /// How a service hands out its pages.
    pub pages: Option<Pages>,
    /// What is asked for is newer than what the last complete run had come to.
    pub since: Option<Since>,
    /// A connection that stays open.
    pub stream: Option<StreamKeys>,
    /// What is asked for comes from hunts.
    pub drive: Option<DriveKeys>,
    /// What whoever adds the source has to say; with any, this is a template.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// What they said.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// What the rows are about.
    pub data: Data,
    /// Whether a new installation collects it.
    pub enabled: bool,
    /// Time between two collections.
    #[serde(deserialize_with = "de::duration")]
    pub interval: Duration,
    /// What a body means for the rows that are not in it.
    #[serde(deserialize_with = "de::mode")]
    pub mode: Mode,
    /// How long a row counts after it was last seen.
    #[serde(default, deserialize_with = "de::optional_duration")]
    pub expiry: Option<Duration>,
    /// Name of the audience that may read it.
    #[serde(default = "de::everyone")]
    pub audience: String,
    /// The marking of its rows.
    #[serde(default = "de::clear")]
    pub tlp: Tlp,
    /// When it says on the timeline what it brought.
    #[serde(default)]
    pub digest: DigestKeys,
    /// How the body is laid out. Not with a command.
    pub format: Option<Format>,
    /// What the columns mean, where a row is a listing. Not with a command.
    pub fields: Option<Fields>,
    /// What the columns mean, where a row is a text. Not with a command.
    pub item: Option<ItemKeys>,
    /// What the columns of records of vulnerabilities and exploits mean.
    pub facts: Option<FactKeys>,
    /// What the columns mean, where a row is a score.
    pub score: Option<ScoreKeys>,
    /// What is true of every row.
    #[serde(default)]
    pub constant: Constant,
    /// The file as it was written.
    #[serde(skip)]
    pub text: Arc<str>,
    /// What the tables come to; made by [`Recipe::parse`].
    #[serde(skip)]
    statements: Statements,
}

/// What rows become.
#[derive(Clone, Debug)]
enum Statements {
    Listings(Arc<Mapping>),
    Items(Arc<ItemMapping>),
    Scores(Arc<ScoreMapping>),
}

impl Default for Statements {
    fn default() -> Self {
        Self::Listings(Arc::default())
    }
}

/// When a new source speaks on the timeline; what is left out is as usual. Later the administrator's word counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestKeys {
    /// Whether it speaks at all.
    pub on: Option<bool>,
    /// It is quiet until so many listings are new or changed.
    pub least: Option<u32>,
    /// It is quiet so long after it spoke; the next digest tells of all since.
    #[serde(default, deserialize_with = "de::optional_duration")]
    pub pause: Option<Duration>,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

/// Where the user's key goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// No key is needed.
    #[default]
    None,
    /// Into this request header.
    Header(String),
    /// Into the URL, in the place of `{key}`.
    Url,
    /// Into `Authorization: Bearer`.
    Bearer,
    /// Into the JSON that is sent, under this name.
    Body(String),
    /// It is `account:app-password` of an atproto service at this address, for which there is a session's token.
    Session(String),
}

/// What the rows of a feed are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Data {
    /// Observables with a bad name: addresses, names, URLs, hashes.
    Reputation,
    /// Vulnerabilities.
    Vulnerability,
    /// News and advisories.
    News,
    /// Posts of outside authors.
    Social,
    /// Exploits.
    Exploit,
    /// How likely vulnerabilities are to be exploited.
    Score,
}

impl Data {
    /// The form of its items; none if it has none.
    pub fn form(self) -> Option<Form> {
        match self {
            Self::News => Some(Form::News),
            Self::Social => Some(Form::Social),
            Self::Vulnerability => Some(Form::Vulnerability),
            Self::Exploit => Some(Form::Exploit),
            Self::Reputation | Self::Score => None,
        }
    }
}

/// What a recipe makes of the rows of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    /// Listings: [`Recipe::listings`].
    Listings,
    /// Items: [`Recipe::items`].
    Items,
    /// Scores: [`Recipe::scores`].
    Scores,
}

impl Recipe {
    /// Reads one recipe. `file` is its path as errors show it; the recipe's name has to be the file's.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and key.
    pub fn parse(file: &str, text: &str) -> Result<Self, RecipeError> {
        let mut recipe: Self =
            toml::from_str(text).map_err(|error| RecipeError::toml(file, text, &error))?;
        recipe
            .check_variables()
            .map_err(|wrong| wrong.at(file, text))?;
        recipe.fill().map_err(|wrong| wrong.at(file, text))?;
        recipe.check(file).map_err(|wrong| wrong.at(file, text))?;
        recipe.text = text.into();
        if recipe.makes_texts() && recipe.mode == Mode::Snapshot {
            let why = "a text that is not in the body any more is still said: `increment`";
            return Err(Wrong::new("mode", why).at(file, text));
        }
        recipe.statements = recipe.made().map_err(|wrong| wrong.at(file, text))?;
        Ok(recipe)
    }

    /// Whether rows are items or scores, and no listings.
    fn makes_texts(&self) -> bool {
        self.fields.is_none() && self.data != Data::Reputation
    }

    /// What the tables come to.
    fn made(&self) -> Result<Statements, Wrong> {
        let format = self.format();
        if let Some(keys) = &self.score {
            return Ok(Statements::Scores(Arc::new(ScoreMapping::new(
                &format, keys,
            )?)));
        }
        let form = self.data.form().filter(|_| self.makes_texts());
        let Some(form) = form else {
            let fields = self.fields.clone().unwrap_or_else(command::fields);
            let mapping = Mapping::new(&fields, &self.constant)?;
            return Ok(Statements::Listings(Arc::new(mapping)));
        };
        let (mut keys, mut facts) = (self.item.clone().unwrap_or_default(), self.facts.clone());
        if self.command.is_some() {
            (keys, facts) = command::item();
        } else if format.layout == Layout::Feed {
            feed::fill(&mut keys);
        }
        let mapping = ItemMapping::new(form, &format, &keys, facts.as_ref(), &self.constant)?;
        Ok(Statements::Items(Arc::new(mapping)))
    }

    /// What it makes of the rows of a body.
    pub fn makes(&self) -> Makes {
        match self.statements {
            Statements::Listings(_) => Makes::Listings,
            Statements::Items(_) => Makes::Items,
            Statements::Scores(_) => Makes::Scores,
        }
    }

    /// Whether nothing can be had without a key.
    pub fn needs_key(&self) -> bool {
        self.auth != Auth::None && !self.key_optional
    }

    /// How the body is laid out; JSON lines where a command prints it.
    pub fn format(&self) -> Format {
        match (&self.format, &self.command) {
            (Some(format), None) => format.clone(),
            _ => command::format(),
        }
    }
}
