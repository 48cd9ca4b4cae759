//! Configuration: one optional TOML file, every key of it also an environment variable, which wins.
//!
//! ```toml
//! database_file = "/run/secrets/noroshi-database"  # or database = "postgres://…"
//! listen = ["127.0.0.1:8080", "[::1]:8080"]
//! collect = true       # whether `serve` collects from enabled sources
//! concurrency = 2      # sources collected at once
//! max_body = 2147483648
//! behind_proxy = true  # clients' addresses come in X-Forwarded-For, from a proxy of ours
//! https = true         # that proxy is reached by https only
//! rdap = ["jp=https://rdap.example/"]    # registries that IANA's list has not, by ending
//!
//! [log]
//! level = "info"       # or as tracing's EnvFilter takes it
//! format = "auto"      # text on a terminal, else json
//!
//! [egress]
//! feed = ["misp.internal.example:443"]   # private places that collecting may reach
//! ca_files = ["/etc/noroshi/own-ca.pem"]
//!
//! [source.urlhaus]
//! key_file = "/run/secrets/urlhaus"      # or key = "…"
//! ```

mod environment;
mod error;
mod nearest;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use noroshi_collect::{Keys, MAX_BODY, Secret};
use noroshi_egress::Purpose;
use serde::Deserialize;

use crate::outcome::usage;
pub(crate) use nearest::nearest;

/// The file in the data directory.
const FILE: &str = "noroshi.toml";

/// Sources collected at once where nothing else is said.
const CONCURRENCY: usize = 2;

/// The whole configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    database: Option<String>,
    database_file: Option<PathBuf>,
    /// Where `serve` listens.
    pub(crate) listen: Vec<SocketAddr>,
    collect: Option<bool>,
    concurrency: Option<usize>,
    max_body: Option<u64>,
    /// A proxy of ours stands in front and names the clients.
    pub(crate) behind_proxy: bool,
    /// Browsers reach us by https only.
    pub(crate) https: bool,
    /// RDAP servers by ending, `jp=https://…`.
    pub(crate) rdap: Vec<String>,
    /// `[log]`
    pub(crate) log: Log,
    /// `[egress]`
    pub(crate) egress: EgressSettings,
    source: BTreeMap<String, SourceSettings>,
}

/// `[log]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives by module.
    pub(crate) level: Option<String>,
    /// How lines look.
    pub(crate) format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `[egress]`: what the way out may reach beyond the public Internet.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EgressSettings {
    feed: Vec<String>,
    notice: Vec<String>,
    lookup: Vec<String>,
    capture: Vec<String>,
    sign_in: Vec<String>,
    mail: Vec<String>,
    /// PEM files of own certificate authorities.
    pub(crate) ca_files: Vec<PathBuf>,
    /// How we call ourselves.
    pub(crate) user_agent: Option<String>,
}

impl EgressSettings {
    /// The places that may be private for a purpose.
    pub(crate) fn private(&self, purpose: Purpose) -> &[String] {
        match purpose {
            Purpose::Feed => &self.feed,
            Purpose::Notice => &self.notice,
            Purpose::Lookup => &self.lookup,
            Purpose::Capture => &self.capture,
            Purpose::SignIn => &self.sign_in,
            Purpose::Mail => &self.mail,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SourceSettings {
    key: Option<String>,
    key_file: Option<PathBuf>,
}

impl Config {
    /// Reads the named file, or the one in the data directory if it is there, and the environment over it.
    pub(crate) fn load(file: Option<&Path>, data: &Path) -> anyhow::Result<Config> {
        let (path, must_exist) = match file {
            Some(file) => (file.to_owned(), true),
            None => (data.join(FILE), false),
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => {
                String::new()
            }
            Err(error) => return Err(usage(format!("{}: {error}", path.display()))),
        };
        let name = path.display().to_string();
        Config::read(&name, &text, environment::variables()).map_err(usage)
    }

    fn read(
        file: &str,
        text: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, String> {
        let faulty = |error| error::explain(file, text, &error);
        // Once as it stands, so that errors name its lines.
        toml::from_str::<Config>(text).map_err(faulty)?;
        let mut table: toml::Table = text.parse().map_err(faulty)?;
        environment::apply(&mut table, variables)?;
        let read = Config::deserialize(toml::Value::Table(table));
        read.map_err(|error| format!("environment: {}", error.message()))
    }

    /// The PostgreSQL database, if one is named.
    pub(crate) fn database(&self) -> anyhow::Result<Option<String>> {
        secret(
            self.database.as_deref(),
            self.database_file.as_deref(),
            "database",
        )
        .map(|found| found.map(|secret| secret.reveal().to_owned()))
    }

    /// Whether `serve` collects.
    pub(crate) fn collects(&self) -> bool {
        self.collect.unwrap_or(true)
    }

    /// Sources collected at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.concurrency.unwrap_or(CONCURRENCY).max(1)
    }

    /// The largest body of a feed, in bytes.
    pub(crate) fn max_body(&self) -> u64 {
        self.max_body.unwrap_or(MAX_BODY)
    }

    /// The users' keys for feeds.
    pub(crate) fn keys(&self) -> anyhow::Result<Keys> {
        let keys = self.source.iter().filter_map(|(name, source)| {
            let what = format!("source.{name}.key");
            let found = secret(source.key.as_deref(), source.key_file.as_deref(), &what);
            found.transpose().map(|key| Ok((name.clone(), key?)))
        });
        keys.collect()
    }
}

/// A secret that is written down, or stands in a file.
fn secret(text: Option<&str>, file: Option<&Path>, what: &str) -> anyhow::Result<Option<Secret>> {
    match (text, file) {
        (Some(_), Some(_)) => Err(usage(format!("{what} and {what}_file: only one of them"))),
        (Some(text), None) => Ok(Some(Secret::new(text))),
        (None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(text) => Ok(Some(Secret::new(&text))),
            Err(error) => Err(usage(format!("{what}_file: {}: {error}", file.display()))),
        },
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
