//! Binary COPY: the fast way in.

use bytes::{BufMut, Bytes, BytesMut};
use futures::SinkExt;

use crate::error::{Error, Result};
use crate::sql::{Param, Table, Type};

/// Bytes gathered before they go to the server.
const FLUSH: usize = 256 * 1024;

/// Writes rows by `COPY … FROM STDIN (FORMAT binary)`. The format is described in the PostgreSQL
/// manual, COPY, "Binary Format": a signature, then per tuple a field count and length-prefixed
/// fields, then -1.
pub(super) async fn copy_in<'p, const N: usize>(
    client: &tokio_postgres::Client,
    table: &Table,
    rows: impl Iterator<Item = [Param<'p>; N]>,
) -> Result<()> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let sql = format!(
        "COPY {} ({}) FROM STDIN (FORMAT binary)",
        table.name,
        columns.join(", ")
    );
    let sink = client.copy_in::<_, Bytes>(&sql).await?;
    let mut sink = std::pin::pin!(sink);
    let mut buffer = BytesMut::with_capacity(FLUSH + 64 * 1024);
    buffer.put_slice(b"PGCOPY\n\xff\r\n\0");
    buffer.put_i32(0);
    buffer.put_i32(0);
    for row in rows {
        buffer.put_i16(N as i16);
        for (param, (name, kind)) in row.iter().zip(table.columns) {
            field(&mut buffer, param, *kind)
                .ok_or_else(|| Error::Corrupt(format!("{}.{name} cannot hold it", table.name)))?;
        }
        if buffer.len() >= FLUSH {
            sink.send(buffer.split().freeze()).await?;
        }
    }
    buffer.put_i16(-1);
    sink.send(buffer.freeze()).await?;
    sink.finish().await?;
    Ok(())
}

fn field(buffer: &mut BytesMut, param: &Param, kind: Type) -> Option<()> {
    match (param, kind) {
        (Param::Null, _) => buffer.put_i32(-1),
        (Param::Int(value), Type::Small) => {
            buffer.put_i32(2);
            buffer.put_i16(i16::try_from(*value).ok()?);
        }
        (Param::Int(value), Type::Integer) => {
            buffer.put_i32(4);
            buffer.put_i32(i32::try_from(*value).ok()?);
        }
        (Param::Int(value), Type::Big) => {
            buffer.put_i32(8);
            buffer.put_i64(*value);
        }
        (Param::Text(value), Type::Text) => {
            buffer.put_i32(i32::try_from(value.len()).ok()?);
            buffer.put_slice(value.as_bytes());
        }
        (Param::Bytes(value), Type::Bytes) => {
            buffer.put_i32(i32::try_from(value.len()).ok()?);
            buffer.put_slice(value);
        }
        _ => return None,
    }
    Some(())
}
