//! Which engines the tests run on, and a fresh place on each.

use std::path::Path;

use tempfile::TempDir;

use crate::postgres::{Postgres, TestDatabase};

/// The variable that narrows the engines, as a comma-separated list of their names.
const ENGINES: &str = "NOROSHI_TEST_ENGINES";

/// What can keep Noroshi's data.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Engine {
    /// `sqlite` or `postgres`, as `NOROSHI_TEST_ENGINES` and messages name it.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
    }
}

/// The engines this run tests: both, unless `NOROSHI_TEST_ENGINES` names fewer.
///
/// # Panics
/// If the variable names no engine or an unknown one: a misspelling must not quietly test less.
pub fn engines() -> Vec<Engine> {
    let setting = std::env::var(ENGINES).ok();
    named(setting.as_deref()).unwrap_or_else(|reason| panic!("{ENGINES}: {reason}"))
}

fn named(setting: Option<&str>) -> Result<Vec<Engine>, String> {
    let both = [Engine::Sqlite, Engine::Postgres];
    let Some(setting) = setting else {
        return Ok(both.to_vec());
    };
    setting
        .split(',')
        .map(|name| {
            both.into_iter()
                .find(|engine| engine.name() == name.trim())
                .ok_or_else(|| format!("{name:?} is neither sqlite nor postgres"))
        })
        .collect()
}

/// A fresh, empty place for one test's data. Dropping it removes everything in it.
#[derive(Debug)]
pub enum Target {
    /// An empty directory for the database file and all else.
    Sqlite(TempDir),
    /// An empty database, and an empty directory for what stays in files.
    Postgres(TestDatabase, TempDir),
}

impl Target {
    /// An empty place on `engine`; `None` only for PostgreSQL where this run leaves it out.
    ///
    /// # Panics
    /// If PostgreSQL is to be tested and there is none, or no temporary directory can be made.
    pub fn new(engine: Engine) -> Option<Target> {
        let dir = tempfile::Builder::new()
            .prefix("noroshi-test.")
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary directory: {error}"));
        match engine {
            Engine::Sqlite => Some(Target::Sqlite(dir)),
            Engine::Postgres => {
                Postgres::shared().map(|server| Target::Postgres(server.database(), dir))
            }
        }
    }

    /// Which engine it is on.
    pub fn engine(&self) -> Engine {
        match self {
            Target::Sqlite(_) => Engine::Sqlite,
            Target::Postgres(..) => Engine::Postgres,
        }
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        match self {
            Target::Sqlite(dir) | Target::Postgres(_, dir) => dir.path(),
        }
    }

    /// `postgres://…` of the database; `None` on SQLite.
    pub fn url(&self) -> Option<&str> {
        match self {
            Target::Sqlite(_) => None,
            Target::Postgres(database, _) => Some(database.url()),
        }
    }
}

/// A fresh place on every engine of this run.
///
/// # Panics
/// As [`engines`] and [`Target::new`].
pub fn targets() -> Vec<Target> {
    engines().into_iter().filter_map(Target::new).collect()
}

/// Tells `story` once on every engine of this run, each time with a fresh place. The output of a failing test
/// names the engine it failed on.
///
/// # Panics
/// As [`targets`], and where the story does.
pub fn each_engine(story: impl Fn(Target)) {
    for target in targets() {
        announce(&target);
        story(target);
    }
}

/// [`each_engine`] for a story that awaits.
///
/// # Panics
/// As [`targets`], and where the story does.
pub async fn each_engine_async(story: impl AsyncFn(Target)) {
    for target in targets() {
        announce(&target);
        story(target).await;
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the test harness keeps it and shows it on failure"
)]
fn announce(target: &Target) {
    println!("engine: {}", target.engine().name());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_unless_told() {
        assert_eq!(named(None), Ok(vec![Engine::Sqlite, Engine::Postgres]));
        assert_eq!(named(Some("sqlite")), Ok(vec![Engine::Sqlite]));
        assert_eq!(
            named(Some("postgres, sqlite")),
            Ok(vec![Engine::Postgres, Engine::Sqlite])
        );
    }

    #[test]
    fn a_misspelt_engine_is_an_error() {
        for setting in ["", "postgresql", "sqlite,", "SQLite"] {
            assert!(named(Some(setting)).is_err(), "{setting:?}");
        }
    }

    #[test]
    fn every_target_is_empty_and_goes_away() {
        each_engine(|target| {
            let data = target.data().to_owned();
            assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
            assert_eq!(target.url().is_some(), target.engine() == Engine::Postgres);
            drop(target);
            assert!(!data.exists());
        });
    }

    #[tokio::test]
    async fn an_awaiting_story_is_told_on_every_engine() {
        let told = std::sync::Mutex::new(Vec::new());
        each_engine_async(async |target| {
            tokio::task::yield_now().await;
            told.lock().unwrap().push(target.engine());
        })
        .await;
        assert_eq!(told.into_inner().unwrap(), engines());
    }
}
