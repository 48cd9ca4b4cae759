//! Logs on standard error: text for a terminal, JSON for what collects logs.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::outcome::usage;

/// Starts logging as the configuration says; `default` is the level where it says nothing.
///
/// # Errors
/// If the level cannot be read.
pub(crate) fn start(log: &Log, default: &str) -> anyhow::Result<()> {
    let level = log.level.as_deref().unwrap_or(default);
    let filter = EnvFilter::try_new(level)
        .map_err(|error| usage(format!("log.level {level:?} cannot be read: {error}")))?;
    let json = match log.format {
        LogFormat::Auto => !io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    // Fails only if logging was started before, which is as good.
    let _ = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.with_target(false).try_init()
    };
    Ok(())
}
