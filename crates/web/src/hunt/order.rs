//! What programs order of hunts.

use noroshi_query::{Rules, TimeZone};
use noroshi_store::{HitAction, HitState, Hunt, HuntForm, NewHunt, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// How a hunt is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = HuntForm)]
pub(super) enum Form {
    /// As a query.
    #[default]
    Query,
    /// As words: a comma is OR, white space is AND, each word anywhere.
    Words,
    /// As a list of one's own names, networks, brands and products, an entry a line.
    Watchlist,
}

impl From<Form> for HuntForm {
    fn from(form: Form) -> HuntForm {
        match form {
            Form::Query => HuntForm::Query,
            Form::Words => HuntForm::Words,
            Form::Watchlist => HuntForm::Watchlist,
        }
    }
}

/// A hunt to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HuntOrder {
    /// 1 to 100 characters, no slash; unique among the caller's.
    pub(super) name: String,
    /// How it is written.
    #[serde(default)]
    pub(super) form: Form,
    /// The query, words or list. Days without a zone are days in the zone of the account.
    #[schema(example = "like:example.co.jp OR domain:example.co.jp")]
    pub(super) words: String,
    /// Which look-alikes a watch-list looks for: `typo`, `glyph`, `word`, `suffix`; all of them unless said.
    pub(super) rules: Option<Vec<String>>,
    /// Name of the audience to share it with, who may see to its hits; nothing keeps it to oneself.
    pub(super) audience: Option<String>,
    /// Whether it watches.
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    /// Numbers of the channels that its notices go to.
    #[serde(default)]
    pub(super) channels: Vec<i64>,
    /// Names of the sources whose search or subscription its words are.
    #[serde(default)]
    pub(super) drives: Vec<String>,
}

fn yes() -> bool {
    true
}

impl HuntOrder {
    pub(super) fn hunt(self) -> Result<NewHunt, Problem> {
        Ok(NewHunt {
            name: self.name,
            form: self.form.into(),
            words: self.words,
            rules: rules(self.rules)?,
            audience: self.audience,
            enabled: self.enabled,
            channels: self.channels,
            drives: self.drives,
        })
    }
}

fn rules(names: Option<Vec<String>>) -> Result<Rules, Problem> {
    let Some(names) = names else {
        return Ok(Rules::default());
    };
    let mut rules = Rules::NONE;
    for name in names {
        let rule = Rules::named(&name).ok_or_else(|| {
            let text = format!("there is no rule {name}; known are typo, glyph, word, suffix");
            Problem::bad_request(text)
        })?;
        rules = rules.and(rule);
    }
    Ok(rules)
}

/// What to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HuntChange {
    /// Another name.
    name: Option<String>,
    /// How it is written; only with `words`.
    form: Option<Form>,
    /// Other words.
    words: Option<String>,
    /// Other rules of look-alikes.
    rules: Option<Vec<String>>,
    /// Another audience; an empty one keeps the hunt to its owner.
    audience: Option<String>,
    /// Whether it watches, from now on.
    enabled: Option<bool>,
    /// Other channels.
    channels: Option<Vec<i64>>,
    /// Other sources.
    drives: Option<Vec<String>>,
}

impl HuntChange {
    pub(super) fn of(self, hunt: Hunt) -> Result<NewHunt, Problem> {
        Ok(NewHunt {
            name: self.name.unwrap_or(hunt.name),
            form: self.form.map_or(hunt.form, HuntForm::from),
            words: self.words.unwrap_or(hunt.words),
            rules: match self.rules {
                Some(names) => rules(Some(names))?,
                None => hunt.rules,
            },
            audience: match self.audience {
                Some(name) => Some(name).filter(|name| !name.is_empty()),
                None => hunt.audience,
            },
            enabled: self.enabled.unwrap_or(hunt.enabled),
            channels: self.channels.unwrap_or(hunt.channels),
            drives: self.drives.unwrap_or(hunt.drives),
        })
    }
}

/// What to do about hits.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HitAct)]
pub(super) enum Act {
    Acknowledge,
    Close,
    FalsePositive,
    Reopen,
    Assign,
    Mute,
}

impl Act {
    pub(super) fn action(self, to: Option<String>, until: Option<i64>) -> HitAction {
        match self {
            Act::Acknowledge => HitAction::Acknowledge,
            Act::Close => HitAction::Close,
            Act::FalsePositive => HitAction::FalsePositive,
            Act::Reopen => HitAction::Reopen,
            Act::Assign => HitAction::Assign(to),
            Act::Mute => HitAction::Mute(until),
        }
    }
}

/// A state of hits.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HitState)]
pub(super) enum State {
    Open,
    Acknowledged,
    Closed,
    FalsePositive,
}

impl From<State> for HitState {
    fn from(state: State) -> HitState {
        match state {
            State::Open => HitState::Open,
            State::Acknowledged => HitState::Acknowledged,
            State::Closed => HitState::Closed,
            State::FalsePositive => HitState::FalsePositive,
        }
    }
}

/// The zone in which an account reads dates.
pub(super) async fn zone(store: &Store, account: i64) -> Result<TimeZone, Problem> {
    let name = store.preferences(account).await?.zone;
    let zone = name.and_then(|name| TimeZone::get(&name).ok());
    Ok(zone.unwrap_or(TimeZone::UTC))
}
