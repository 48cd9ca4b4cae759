//! What a recipe has to keep to beyond its keys and types.

use std::path::Path;
use std::time::Duration;

use noroshi_exchange::{Format, Layout};
use noroshi_indicator::Tlp;

use super::error::Wrong;
use super::{Auth, Data, Recipe};

/// No feed here is worth asking more often, and publishers block those who do.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(5 * 60);
const LONGEST_NAME: usize = 40;
/// Furthest month to go back.
const MONTHS: u8 = 24;

impl Recipe {
    pub(super) fn check(&self, file: &str) -> Result<(), Wrong> {
        self.check_words(file)?;
        self.check_origin()?;
        if self.interval < SHORTEST_INTERVAL {
            return Err(Wrong::new("interval", "the shortest interval is 5m"));
        }
        if self.expiry.is_some_and(|expiry| expiry < self.interval) {
            return Err(Wrong::new(
                "expiry",
                "rows would expire before they are collected again",
            ));
        }
        if self.audience.trim().is_empty() {
            return Err(Wrong::new(
                "audience",
                "the name of an audience, such as `everyone`",
            ));
        }
        if self.audience == noroshi_store::EVERYONE && self.tlp > Tlp::Green {
            return Err(Wrong::new(
                "tlp",
                format!(
                    "tlp `{}` does not go with the audience `everyone`",
                    self.tlp
                ),
            ));
        }
        if self
            .constant
            .confidence
            .is_some_and(|confidence| confidence > 100)
        {
            return Err(Wrong::new(
                "constant.confidence",
                "a confidence is 0 to 100",
            ));
        }
        Ok(())
    }

    fn check_words(&self, file: &str) -> Result<(), Wrong> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > LONGEST_NAME || !self.name.chars().all(fits) {
            return Err(Wrong::new(
                "name",
                "a name is 1 to 40 lower-case letters, digits and hyphens",
            ));
        }
        if Path::new(file)
            .file_stem()
            .is_some_and(|stem| stem != self.name.as_str())
        {
            return Err(Wrong::new(
                "name",
                format!("the recipe is called `{}`, its file is not", self.name),
            ));
        }
        for (key, text) in [
            ("title.en", &self.title.en),
            ("title.ja", &self.title.ja),
            ("description.en", &self.description.en),
            ("description.ja", &self.description.ja),
            ("licence", &self.licence),
        ] {
            if text.trim().is_empty() {
                return Err(Wrong::new(key, "a text is missing"));
            }
        }
        for (key, link) in [
            ("homepage", Some(&self.homepage)),
            ("terms", self.terms.as_ref()),
        ] {
            if link.is_some_and(|link| !is_web(link)) && !self.is_template() {
                return Err(Wrong::new(key, "a link starts with https:// or http://"));
            }
        }
        Ok(())
    }

    fn check_origin(&self) -> Result<(), Wrong> {
        let url = match (&self.url, &self.command) {
            (Some(url), None) => url,
            (None, None) if self.stream.is_some() => return self.check_rows(),
            (None, Some(command)) => return self.check_command(command),
            (Some(_), Some(_)) => {
                return Err(Wrong::new(
                    "command",
                    "a recipe has a `url` or a `command`, not both",
                ));
            }
            (None, None) => return Err(Wrong::new("url", "a recipe needs a `url` or a `command`")),
        };
        if !is_web(url) && !self.is_template() {
            return Err(Wrong::new("url", "a URL starts with https:// or http://"));
        }
        if url.contains("{key}") != (self.auth == Auth::Url) {
            return Err(Wrong::new(
                "url",
                "`{key}` in the URL and auth = \"url\" go together",
            ));
        }
        if super::variable::has_other_braces(url)
            || url.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(Wrong::new(
                "url",
                "only variables such as {key}, {yyyy} and {mm} may stand in braces, and no spaces",
            ));
        }
        if !self.months_back.is_empty() && !url.contains("{mm}") {
            return Err(Wrong::new("months_back", "there is no {mm} in the URL"));
        }
        if self.months_back.iter().any(|months| *months > MONTHS) {
            return Err(Wrong::new("months_back", "two years back at most"));
        }
        if let Auth::Header(name) = &self.auth
            && (name.is_empty()
                || !name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        {
            return Err(Wrong::new(
                "auth",
                "a header's name is letters, digits and hyphens",
            ));
        }
        self.check_rows()
    }

    fn check_rows(&self) -> Result<(), Wrong> {
        let format = self
            .format
            .as_ref()
            .ok_or_else(|| Wrong::new("format", "how is the body laid out?"))?;
        self.check_tables(format)?;
        format
            .check()
            .map_err(|wrong| Wrong::new(format!("format.{}", wrong.key), wrong.message))
    }

    /// One of `[fields]`, `[item]` and `[score]`, and the one that goes with the data.
    fn check_tables(&self, format: &Format) -> Result<(), Wrong> {
        let is_feed = format.layout == Layout::Feed && self.data.form().is_some();
        let tables = [
            ("fields", self.fields.is_some()),
            ("item", self.item.is_some()),
            ("score", self.score.is_some()),
        ];
        let mut given = tables.iter().filter(|(_, is_there)| *is_there);
        let table = given.next().map(|(table, _)| *table);
        if let Some((further, _)) = given.next() {
            return Err(Wrong::new(
                *further,
                "a row is one thing: [fields], [item] or [score]",
            ));
        }
        let fits = match (table, self.data) {
            (Some("score"), data) => data == Data::Score,
            (Some("item"), data) => data.form().is_some(),
            (Some(_), data) => matches!(data, Data::Reputation | Data::Vulnerability),
            (None, Data::Reputation) => {
                return Err(Wrong::new("fields", "what do the columns mean?"));
            }
            (None, Data::Score) => return Err(Wrong::new("score", "what do the columns mean?")),
            (None, _) if is_feed => true,
            (None, _) => return Err(Wrong::new("item", "what do the columns mean?")),
        };
        if !fits {
            return Err(Wrong::new(
                "data",
                "it does not go with the table of columns",
            ));
        }
        if self.facts.is_some() && !matches!(self.data, Data::Vulnerability | Data::Exploit) {
            return Err(Wrong::new(
                "facts",
                "only vulnerabilities and exploits have facts",
            ));
        }
        Ok(())
    }

    fn check_command(&self, command: &[String]) -> Result<(), Wrong> {
        if command
            .first()
            .is_none_or(|program| program.trim().is_empty())
        {
            return Err(Wrong::new("command", "the program is missing"));
        }
        for (key, is_there) in [
            ("format", self.format.is_some()),
            ("fields", self.fields.is_some()),
            ("item", self.item.is_some()),
            ("facts", self.facts.is_some()),
            ("score", self.score.is_some()),
        ] {
            if is_there {
                return Err(Wrong::new(
                    key,
                    "a command prints JSON lines whose keys are fixed",
                ));
            }
        }
        if self.data == Data::Score {
            return Err(Wrong::new("data", "a command brings no scores"));
        }
        if self.auth != Auth::None || !self.months_back.is_empty() {
            return Err(Wrong::new("auth", "a command brings its own key and dates"));
        }
        Ok(())
    }
}

pub(super) fn is_web(link: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        link.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    })
}
