//! A throw-away PostgreSQL, one for a whole test process, with a fresh database for every test.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::NoTls;
use url::Url;

use crate::engine::{Engine, engines};

/// The variable that names a running server to use instead of starting one.
const SERVER: &str = "NOROSHI_TEST_POSTGRES";

/// A server on which databases may be created and dropped.
#[derive(Debug)]
pub struct Postgres {
    url: Url,
    /// The shell that owns the server, where we started it. It ends when its standard input does, and that is
    /// when this process is gone, however it went.
    owner: Option<Child>,
}

impl Postgres {
    /// The server of this test process: the one `NOROSHI_TEST_POSTGRES` names, else one started on first use.
    /// `None` only where `NOROSHI_TEST_ENGINES` leaves PostgreSQL out of this run; a test then has nothing to do.
    ///
    /// # Panics
    /// If PostgreSQL is to be tested and there is none.
    #[expect(
        clippy::print_stdout,
        reason = "the test harness keeps it; --nocapture shows it"
    )]
    pub fn shared() -> Option<&'static Postgres> {
        static SHARED: OnceLock<Result<Postgres, String>> = OnceLock::new();
        if !engines().contains(&Engine::Postgres) {
            println!("skipped: this run leaves PostgreSQL out");
            return None;
        }
        let server = SHARED.get_or_init(|| match std::env::var(SERVER) {
            Ok(url) => Postgres::running(&url),
            Err(_) => Postgres::start(),
        });
        match server {
            Ok(server) => Some(server),
            Err(reason) => panic!(
                "this test needs PostgreSQL: {reason}\n\
                 ./test installs it; ./test --quick (NOROSHI_TEST_ENGINES=sqlite) does without"
            ),
        }
    }

    fn running(url: &str) -> Result<Postgres, String> {
        let url = Url::parse(url).map_err(|error| format!("{SERVER} is not a URL: {error}"))?;
        Ok(Postgres { url, owner: None })
    }

    /// Starts a server of one's own, for a test that stops it or changes its settings. Dropping it stops it.
    ///
    /// # Errors
    /// What kept it from starting, as one message.
    pub fn start() -> Result<Postgres, String> {
        let mut owner = Command::new("sh")
            .args(["-c", include_str!("postgres.sh")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Beyond the reach of Ctrl-C, so that it lives to clean up.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot run sh: {error}"))?;
        let mut line = String::new();
        if let Some(stdout) = owner.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(|error| error.to_string())?;
        }
        match Url::parse(line.trim_end()) {
            Ok(url) => Ok(Postgres {
                url,
                owner: Some(owner),
            }),
            Err(_) => {
                let status = owner.wait().map_err(|error| error.to_string())?;
                Err(format!(
                    "none could be started ({status}; the reason is above)"
                ))
            }
        }
    }

    /// The server's own database, as `postgres://user@host:port/name`; to be used only for what concerns the server.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// A fresh, empty database, UTF-8 with the `C.UTF-8` locale. May be called from async code too; it blocks
    /// for some tens of milliseconds.
    ///
    /// # Panics
    /// If the server cannot be reached or refuses.
    pub fn database(&self) -> TestDatabase {
        let name = unique_name();
        execute(
            &self.url,
            &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"),
        )
        .unwrap_or_else(|error| panic!("cannot create a database on {}: {error}", self.url));
        let mut url = self.url.clone();
        url.set_path(&name);
        TestDatabase {
            name,
            url,
            server: self.url.clone(),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(owner) = &mut self.owner {
            // Closes the pipe, which ends it.
            let _ = owner.wait();
        }
    }
}

/// One test's database; dropped from the server with this value, its connections cut.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: Url,
    server: Url,
}

impl TestDatabase {
    /// `postgres://user@host:port/name`
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // Best effort: the whole server is thrown away later.
        let _ = execute(
            &self.server,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

/// Unique on a server that several test processes share and earlier runs have used.
fn unique_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("noroshi_test_{}_{nanos}_{count}", std::process::id())
}

/// Runs one statement on a thread of its own, because the caller may or may not be inside a runtime.
fn execute(server: &Url, statement: &str) -> Result<(), String> {
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?
            .block_on(async {
                let (client, connection) = tokio_postgres::connect(server.as_str(), NoTls).await?;
                let connection = tokio::spawn(connection);
                client.batch_execute(statement).await?;
                drop(client);
                let _ = connection.await;
                Ok(())
            })
            .map_err(|error: tokio_postgres::Error| match error.as_db_error() {
                Some(said) => said.to_string(),
                None => error.to_string(),
            })
    };
    std::thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| Err("the connection's thread panicked".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a query's first column says, as text.
    fn ask(url: &str, question: &str) -> Result<String, tokio_postgres::Error> {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            Ok(client.query_one(question, &[]).await?.get(0))
        })
    }

    #[test]
    fn every_database_is_fresh_and_dropped() {
        let Some(server) = Postgres::shared() else {
            return;
        };
        let (one, two) = (server.database(), server.database());
        assert_ne!(one.url(), two.url());
        for database in [&one, &two] {
            let name = ask(database.url(), "SELECT current_database()::text").unwrap();
            assert_eq!(name, database.name);
            let ctype = "SELECT datctype FROM pg_database WHERE datname = current_database()";
            assert_eq!(ask(database.url(), ctype).unwrap(), "C.UTF-8");
        }
        let gone = one.url().to_owned();
        drop(one);
        assert!(ask(&gone, "SELECT 'there'").is_err());
        assert_eq!(ask(two.url(), "SELECT 'there'").unwrap(), "there");
    }

    #[tokio::test]
    async fn a_database_can_be_made_inside_a_runtime() {
        let Some(server) = Postgres::shared() else {
            return;
        };
        let database = server.database();
        assert!(database.url().contains(&database.name));
    }

    #[test]
    fn a_server_of_ones_own_stops_with_its_value() {
        if Postgres::shared().is_none() {
            return;
        }
        let server = Postgres::start().unwrap();
        let url = server.url().to_owned();
        assert_eq!(ask(&url, "SHOW listen_addresses").unwrap(), "127.0.0.1");
        drop(server);
        assert!(ask(&url, "SELECT 'there'").is_err());
    }

    #[test]
    fn a_server_that_is_not_there_is_reported() {
        let server = Postgres::running("postgres://nobody@127.0.0.1:1/none").unwrap();
        assert!(execute(&server.url, "SELECT 1").is_err());
        assert!(Postgres::running("not a url").is_err());
    }
}
