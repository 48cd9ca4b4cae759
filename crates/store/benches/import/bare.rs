//! What the engine itself can do: the same rows into the same tables, by its fastest ordinary way.

use std::time::{Duration, Instant};

use noroshi_indicator::Observable;
use noroshi_store::Target;

use super::synthetic;

const CHUNK: usize = 1_000_000;

/// A row with everything that is derived from it.
struct Derived {
    id: i64,
    observable: Observable,
    name: Option<String>,
    address: Option<[u8; 16]>,
}

fn derived(id: usize) -> Derived {
    let observable = synthetic::row(id).observable;
    Derived {
        id: id as i64 + 1,
        name: observable.reversed_name(),
        address: observable.address_range().map(|(first, _)| first),
        observable,
    }
}

/// The index of parts of values as it was made: blocks, and their pages.
pub(crate) struct Pages {
    blocks: Vec<(i64, i64)>,
    pages: Vec<(i64, i64, Vec<u8>)>,
}

const BLOCKS: &str = "SELECT first, size FROM part_block";
const PAGES: &str = "SELECT block, trigram, postings FROM observable_part ORDER BY block, trigram";

/// Reads the index of a filled store.
pub(crate) async fn pages(place: &Target) -> Pages {
    match place {
        Target::Directory(directory) => {
            let conn = rusqlite::Connection::open(directory.join("noroshi.db")).expect("a file");
            let mut blocks = conn.prepare(BLOCKS).expect("blocks");
            let mut pages = conn.prepare(PAGES).expect("pages");
            let block = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?));
            let page = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            let blocks = blocks.query_map([], block).expect("blocks");
            let pages = pages.query_map([], page).expect("pages");
            Pages {
                blocks: blocks.collect::<Result<_, _>>().expect("blocks"),
                pages: pages.collect::<Result<_, _>>().expect("pages"),
            }
        }
        Target::Postgres { url, .. } => {
            let client = connect(url).await;
            let blocks = client.query(BLOCKS, &[]).await.expect("blocks");
            let pages = client.query(PAGES, &[]).await.expect("pages");
            let page = |row: &tokio_postgres::Row| (row.get(0), row.get(1), row.get(2));
            Pages {
                blocks: blocks.iter().map(|row| (row.get(0), row.get(1))).collect(),
                pages: pages.iter().map(page).collect(),
            }
        }
    }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    client
}

/// Rows a second, of the engine's work alone.
pub(crate) async fn load(place: &Target, rows: usize, pages: &Pages) -> f64 {
    let mut took = Duration::ZERO;
    match place {
        Target::Directory(directory) => {
            let mut conn =
                rusqlite::Connection::open(directory.join("noroshi.db")).expect("a file");
            conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -524288; PRAGMA wal_autocheckpoint = 65536;")
                .expect("pragmas");
            for from in (0..rows).step_by(CHUNK) {
                let chunk: Vec<Derived> = (from..rows.min(from + CHUNK)).map(derived).collect();
                let began = Instant::now();
                sqlite(&mut conn, &chunk).expect("a chunk");
                took += began.elapsed();
            }
            let began = Instant::now();
            sqlite_pages(&mut conn, pages).expect("pages");
            took += began.elapsed();
        }
        Target::Postgres { url, .. } => {
            let client = connect(url).await;
            for from in (0..rows).step_by(CHUNK) {
                let chunk: Vec<Derived> = (from..rows.min(from + CHUNK)).map(derived).collect();
                let began = Instant::now();
                postgres(&client, &chunk).await.expect("a chunk");
                took += began.elapsed();
            }
            let began = Instant::now();
            postgres_pages(&client, pages).await.expect("pages");
            took += began.elapsed();
        }
    }
    rows as f64 / took.as_secs_f64()
}

fn sqlite(conn: &mut rusqlite::Connection, rows: &[Derived]) -> rusqlite::Result<()> {
    let tx = conn.transaction()?;
    {
        let mut observable =
            tx.prepare("INSERT INTO observable (id, key, kind, value) VALUES (?1, ?2, ?3, ?4)")?;
        let mut name =
            tx.prepare("INSERT INTO observable_name (name, observable) VALUES (?1, ?2)")?;
        let mut address =
            tx.prepare("INSERT INTO observable_address (address, observable) VALUES (?1, ?2)")?;
        let mut listing = tx.prepare(
            "INSERT INTO listing (observable, source, item, state, first_seen, context, confidence, chunk)
            VALUES (?1, 1, 0, 1, 1780000000000000, ?2, 75, 1)",
        )?;
        for row in rows {
            let kind = row.observable.kind();
            observable.execute((
                row.id,
                row.observable.key(),
                kind.code(),
                row.observable.value(),
            ))?;
            if let Some(text) = &row.name {
                name.execute((text, row.id))?;
            }
            if let Some(bytes) = &row.address {
                address.execute((bytes, row.id))?;
            }
            listing.execute((row.id, row.id % 600))?;
        }
    }
    tx.commit()
}

fn sqlite_pages(conn: &mut rusqlite::Connection, pages: &Pages) -> rusqlite::Result<()> {
    let tx = conn.transaction()?;
    {
        let mut block = tx.prepare("INSERT INTO part_block (first, size) VALUES (?1, ?2)")?;
        for row in &pages.blocks {
            block.execute(*row)?;
        }
        let sql = "INSERT INTO observable_part (block, trigram, postings) VALUES (?1, ?2, ?3)";
        let mut page = tx.prepare(sql)?;
        for (block, trigram, postings) in &pages.pages {
            page.execute((block, trigram, postings))?;
        }
    }
    tx.commit()
}

async fn postgres_pages(
    client: &tokio_postgres::Client,
    pages: &Pages,
) -> Result<(), tokio_postgres::Error> {
    use tokio_postgres::binary_copy::BinaryCopyInWriter;
    use tokio_postgres::types::Type;
    client.batch_execute("BEGIN").await?;
    let sink = client
        .copy_in("COPY part_block (first, size) FROM STDIN (FORMAT binary)")
        .await?;
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &[Type::INT8, Type::INT8]));
    for (first, size) in &pages.blocks {
        writer.as_mut().write(&[first, size]).await?;
    }
    writer.finish().await?;
    let sink = client
        .copy_in("COPY observable_part (block, trigram, postings) FROM STDIN (FORMAT binary)")
        .await?;
    let types = [Type::INT8, Type::INT8, Type::BYTEA];
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
    for (block, trigram, postings) in &pages.pages {
        writer.as_mut().write(&[block, trigram, postings]).await?;
    }
    writer.finish().await?;
    client.batch_execute("COMMIT").await
}

async fn postgres(
    client: &tokio_postgres::Client,
    rows: &[Derived],
) -> Result<(), tokio_postgres::Error> {
    use tokio_postgres::binary_copy::BinaryCopyInWriter;
    use tokio_postgres::types::Type;
    client.batch_execute("BEGIN").await?;
    let sink = client
        .copy_in("COPY observable (id, key, kind, value) FROM STDIN (FORMAT binary)")
        .await?;
    let writer = BinaryCopyInWriter::new(sink, &[Type::INT8, Type::INT8, Type::INT2, Type::TEXT]);
    let mut writer = std::pin::pin!(writer);
    for row in rows {
        let kind = row.observable.kind().code();
        writer
            .as_mut()
            .write(&[
                &row.id,
                &row.observable.key(),
                &kind,
                &row.observable.value(),
            ])
            .await?;
    }
    writer.finish().await?;

    let sink = client
        .copy_in("COPY observable_name (name, observable) FROM STDIN (FORMAT binary)")
        .await?;
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &[Type::TEXT, Type::INT8]));
    for row in rows {
        if let Some(name) = &row.name {
            writer.as_mut().write(&[name, &row.id]).await?;
        }
    }
    writer.finish().await?;

    let sink = client
        .copy_in("COPY observable_address (address, observable) FROM STDIN (FORMAT binary)")
        .await?;
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &[Type::BYTEA, Type::INT8]));
    for row in rows {
        if let Some(address) = &row.address {
            writer
                .as_mut()
                .write(&[&address.as_slice(), &row.id])
                .await?;
        }
    }
    writer.finish().await?;

    let sink = client
        .copy_in(
            "COPY listing (observable, source, item, state, first_seen, context, confidence, chunk)
            FROM STDIN (FORMAT binary)",
        )
        .await?;
    let types = [
        Type::INT8,
        Type::INT8,
        Type::INT8,
        Type::INT2,
        Type::INT8,
        Type::INT8,
        Type::INT2,
        Type::INT8,
    ];
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
    for row in rows {
        let context = row.id % 600;
        writer
            .as_mut()
            .write(&[
                &row.id,
                &1i64,
                &0i64,
                &1i16,
                &1_780_000_000_000_000i64,
                &context,
                &75i16,
                &1i64,
            ])
            .await?;
    }
    writer.finish().await?;
    client.batch_execute("COMMIT").await
}

/// Bytes.
pub(crate) async fn database_size(url: &str) -> f64 {
    let row = connect(url)
        .await
        .query_one("SELECT pg_database_size(current_database())", &[])
        .await
        .expect("a size");
    row.get::<_, i64>(0) as f64
}
