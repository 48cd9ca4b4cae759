//! The two engines' schemas name the same tables and columns.

use std::collections::BTreeSet;

use crate::hub;

const SQLITE: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_core.sql"),
    include_str!("../../migrations/sqlite/0002_people.sql"),
    include_str!("../../migrations/sqlite/0003_parts.sql"),
    include_str!("../../migrations/sqlite/0004_posts.sql"),
    include_str!("../../migrations/sqlite/0005_items.sql"),
    include_str!("../../migrations/sqlite/0006_hunts.sql"),
    include_str!("../../migrations/sqlite/0007_deliveries.sql"),
    include_str!("../../migrations/sqlite/0008_annotations.sql"),
    include_str!("../../migrations/sqlite/0009_exist.sql"),
];
const POSTGRES: &[&str] = &[
    include_str!("../../migrations/postgres/0001_core.sql"),
    include_str!("../../migrations/postgres/0002_people.sql"),
    include_str!("../../migrations/postgres/0003_parts.sql"),
    include_str!("../../migrations/postgres/0004_posts.sql"),
    include_str!("../../migrations/postgres/0005_items.sql"),
    include_str!("../../migrations/postgres/0006_hunts.sql"),
    include_str!("../../migrations/postgres/0007_deliveries.sql"),
    include_str!("../../migrations/postgres/0008_annotations.sql"),
    include_str!("../../migrations/postgres/0009_exist.sql"),
];

/// `table.column` of every CREATE TABLE, read from the text.
fn columns(migrations: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut table = None;
    for line in migrations.iter().flat_map(|sql| sql.lines()) {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.split_whitespace().next().map(str::to_owned);
        } else if line.starts_with(')') {
            table = None;
        } else if let (Some(table), Some(word)) = (&table, line.split_whitespace().next())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        {
            found.insert(format!("{table}.{word}"));
        }
    }
    found
}

#[test]
fn both_engines_have_the_same_columns() {
    let (sqlite, mut postgres) = (columns(SQLITE), columns(POSTGRES));
    assert!(sqlite.len() > 95, "{sqlite:?}");
    // PostgreSQL keeps the words of a context or a post beside it; SQLite in FTS5 tables of their own.
    assert!(postgres.remove("context.tokens"));
    assert!(postgres.remove("post.tokens"));
    assert_eq!(sqlite, postgres);
}

#[test]
fn a_store_opens_twice() {
    hub::on_each_engine(async |target| {
        hub::open(&target)
            .await
            .add_audience("a", noroshi_store::AudienceKind::Accounts, &[])
            .await
            .unwrap();
        let again = hub::open(&target).await;
        assert_eq!(again.audience("a").await.unwrap().name, "a");
    });
}

#[test]
fn a_newer_schema_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("noroshi.db");
    let conn = rusqlite::Connection::open(file).unwrap();
    conn.execute_batch(
        "CREATE TABLE schema_version (version BIGINT); INSERT INTO schema_version VALUES (99)",
    )
    .unwrap();
    drop(conn);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let target = noroshi_store::Target::Directory(directory.path().to_owned());
    let Err(error) = runtime.block_on(noroshi_store::Store::open(&target)) else {
        panic!("opened a database of the future");
    };
    assert!(error.to_string().contains("schema 99"), "{error}");
}

#[test]
fn an_older_database_is_upgraded_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let conn = rusqlite::Connection::open(directory.path().join("noroshi.db")).unwrap();
    conn.execute_batch(SQLITE[0]).unwrap();
    conn.execute_batch(
        "CREATE TABLE schema_version (version BIGINT NOT NULL);
        INSERT INTO schema_version VALUES (1);
        INSERT INTO secret (name, value) VALUES ('cursor', x'00');
        INSERT INTO account (name, kind, role, created) VALUES ('aiko', 1, 1, 0);
        INSERT INTO session (hash, account, created, seen, expires) VALUES (x'00', 1, 0, 0, 1);
        INSERT INTO audit (at, account, action, object) VALUES (7, 1, 'key.add', '1');",
    )
    .unwrap();
    drop(conn);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let target = noroshi_store::Target::Directory(directory.path().to_owned());
    runtime.block_on(async {
        let store = noroshi_store::Store::open(&target).await.unwrap();
        assert_eq!(store.accounts().await.unwrap().len(), 1);
        // Who was signed in signs in again.
        assert!(store.sessions("aiko", None).await.unwrap().is_empty());
        let all = noroshi_store::AuditFilter::default();
        let log = store.audit_log(&all, 9).await.unwrap();
        assert_eq!(log[0].action, "key.add");
    });
    let copies = std::fs::read_dir(directory.path()).unwrap();
    let mut copies = copies.map(|entry| entry.unwrap().file_name());
    assert!(copies.any(|name| name.to_string_lossy().contains("schema-1")));
}

/// Statements of a database of the first schema, for either engine: a source that lists 5,000 names.
const OLD: &str = "
    CREATE TABLE schema_version (version BIGINT NOT NULL);
    INSERT INTO schema_version VALUES (1);
    INSERT INTO account (id, name, kind, role, created) VALUES (7, 'feed', 3, 4, 0);
    INSERT INTO source (id, account, name, enabled, mode, audience, tlp, created)
        VALUES (7, 7, 'feed', 1, 1, 1, 1, 0);
    INSERT INTO batch (id, source, state, actor, started) VALUES (7, 7, 2, 'test', 0);
    INSERT INTO chunk (id, batch, at, new, changed, delisted) VALUES (7, 7, 0, 5000, 0, 0);
    INSERT INTO observable (id, key, kind, value)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        SELECT i, i, 4, 'n-' || i || '.example' FROM n;
    INSERT INTO listing (observable, source, item, state, first_seen, context, chunk)
        SELECT id, 7, 0, 1, 0, 0, 7 FROM observable;";

#[test]
fn what_an_older_database_holds_is_found_by_its_parts() {
    hub::on_each_engine(async |target| {
        match target.url() {
            None => {
                let file = target.data().join("noroshi.db");
                let conn = rusqlite::Connection::open(file).unwrap();
                conn.execute_batch(SQLITE[0]).unwrap();
                conn.execute_batch(OLD).unwrap();
            }
            Some(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                    .await
                    .unwrap();
                tokio::spawn(connection);
                client.batch_execute(POSTGRES[0]).await.unwrap();
                client.batch_execute(OLD).await.unwrap();
            }
        }
        let store = hub::open(&target).await;
        // In a block of the index, behind the last one, and behind what comes in now.
        let source = store
            .source(&noroshi_store::Reader::operator(), "feed")
            .await
            .unwrap();
        let new = vec![hub::row(hub::domain("n-5001.example"))];
        hub::import(&store, &source, new, Vec::new(), &[]).await;
        for text in ["n-77.", "n-4999.", "n-5001."] {
            let query = noroshi_query::parse(text, 0, &noroshi_query::TimeZone::UTC).unwrap();
            let reader = noroshi_store::Reader::operator();
            let options = noroshi_store::SearchOptions {
                budget: std::time::Duration::from_secs(60),
                ..Default::default()
            };
            let page = store.search(&reader, &query, options).await.unwrap();
            let found: Vec<&str> = page
                .found
                .iter()
                .map(|found| found.observable.value())
                .collect();
            assert_eq!(found, [format!("{text}example")], "{text}");
        }
    });
}
