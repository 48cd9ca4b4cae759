//! Opens a body: gzip and zip are recognised by their first bytes and unpacked within limits.

use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::BodyError;

/// The largest ratio of unpacked to packed bytes that is let through beyond [`RATIO_FREE`]. Deflate reaches 1,032 on
/// zeros; text feeds stay below 20.
const RATIO: u64 = 200;

/// Up to here a high ratio is harmless: small repetitive bodies exist.
const RATIO_FREE: u64 = 10 << 20;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZIP: [u8; 4] = *b"PK\x03\x04";

/// What a body may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that are read from the body once it is unpacked.
    pub output: u64,
}

impl Default for Limits {
    /// 2 GiB.
    fn default() -> Self {
        Self { output: 2 << 30 }
    }
}

/// A body's unpacked bytes; errors carry a [`BodyError`].
pub(crate) type Unpacked<'a> = Box<dyn Read + Send + 'a>;

/// Opens a body that can be read from anywhere (a file, bytes in memory).
pub(crate) fn open<'a, B>(
    mut body: B,
    entry: Option<&str>,
    limits: Limits,
) -> Result<Unpacked<'a>, BodyError>
where
    B: Read + Seek + Send + 'a,
{
    let head = head(&mut body)?;
    body.seek(SeekFrom::Start(0)).map_err(BodyError::from_io)?;
    if head == ZIP {
        return open_zip(body, entry, limits);
    }
    Ok(open_head(&head, body, limits))
}

/// Opens a body that can be read only once (a pipe): everything but zip.
pub(crate) fn open_stream<'a>(
    mut body: impl Read + Send + 'a,
    limits: Limits,
) -> Result<Unpacked<'a>, BodyError> {
    let head = head(&mut body)?;
    if head == ZIP {
        return Err(BodyError::Zip(
            "a zip archive has to be a file, it cannot come from a pipe".into(),
        ));
    }
    Ok(open_head(
        &head.clone(),
        Cursor::new(head).chain(body),
        limits,
    ))
}

fn head(body: &mut impl Read) -> Result<Vec<u8>, BodyError> {
    let mut head = Vec::with_capacity(ZIP.len());
    body.take(ZIP.len() as u64)
        .read_to_end(&mut head)
        .map_err(BodyError::from_io)?;
    Ok(head)
}

fn open_head<'a>(head: &[u8], body: impl Read + Send + 'a, limits: Limits) -> Unpacked<'a> {
    if head.starts_with(&GZIP) {
        let (packed, taken) = Counted::new(body);
        // A feed may be several gzip members on end (RFC 1952, 2.2).
        Box::new(Guarded::new(
            MultiGzDecoder::new(packed),
            Some(("gzip", taken)),
            limits,
        ))
    } else {
        Box::new(Guarded::new(body, None, limits))
    }
}

/// Finds the first entry whose name ends in `entry` (the first file if none is named) and unpacks it ourselves, as the
/// archive's own reader borrows the archive.
fn open_zip<'a, B>(body: B, entry: Option<&str>, limits: Limits) -> Result<Unpacked<'a>, BodyError>
where
    B: Read + Seek + Send + 'a,
{
    let zip = |error: zip::result::ZipError| BodyError::Zip(error.to_string());
    let mut archive = zip::ZipArchive::new(BufReader::new(body)).map_err(zip)?;
    let mut found = None;
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(zip)?;
        let name = file.name().map_err(zip)?;
        if !file.is_file() || entry.is_some_and(|wanted| !name.ends_with(wanted)) {
            continue;
        }
        if file.encrypted() {
            return Err(BodyError::Zip(format!("the entry `{name}` is encrypted")));
        }
        let start = file
            .data_start()
            .ok_or_else(|| BodyError::Zip(format!("the entry `{name}` has no data")))?;
        found = Some((start, file.compressed_size(), file.compression()));
        break;
    }
    let Some((start, size, method)) = found else {
        let wanted = entry.map_or_else(
            || "a file".to_owned(),
            |wanted| format!("an entry ending in `{wanted}`"),
        );
        return Err(BodyError::Zip(format!("it does not hold {wanted}")));
    };
    let mut body = archive.into_inner();
    body.seek(SeekFrom::Start(start))
        .map_err(BodyError::from_io)?;
    let (packed, taken) = Counted::new(body.take(size));
    let from = Some(("zip", taken));
    match method {
        zip::CompressionMethod::Stored => Ok(Box::new(Guarded::new(packed, from, limits))),
        zip::CompressionMethod::Deflated => Ok(Box::new(Guarded::new(
            DeflateDecoder::new(packed),
            from,
            limits,
        ))),
        other => Err(BodyError::Zip(format!(
            "its compression method ({other}) is not supported"
        ))),
    }
}

/// Counts the packed bytes that were taken.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let taken = Arc::new(AtomicU64::new(0));
        (
            Self {
                inner,
                taken: Arc::clone(&taken),
            },
            taken,
        )
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        self.taken.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Keeps to the limits, and says of which packing an error came.
struct Guarded<R> {
    inner: R,
    packed: Option<(&'static str, Arc<AtomicU64>)>,
    given: u64,
    limit: u64,
    over: bool,
}

impl<R> Guarded<R> {
    fn new(inner: R, packed: Option<(&'static str, Arc<AtomicU64>)>, limits: Limits) -> Self {
        Self {
            inner,
            packed,
            given: 0,
            limit: limits.output,
            over: false,
        }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.over {
            return Err(BodyError::TooLarge { limit: self.limit }.into_io());
        }
        let n = match (self.inner.read(out), &self.packed) {
            (Ok(n), _) => n as u64,
            (Err(error), _) if error.kind() == std::io::ErrorKind::Interrupted => {
                return Err(error);
            }
            (Err(error), Some((kind, _))) => {
                let reason = error.to_string();
                return Err(BodyError::Packed {
                    kind,
                    unpacked: self.given,
                    reason,
                }
                .into_io());
            }
            (Err(error), None) => return Err(error),
        };
        let before = self.given;
        self.given += n;
        if let Some((_, taken)) = &self.packed {
            let allowed = RATIO_FREE.max(taken.load(Ordering::Relaxed).saturating_mul(RATIO));
            if self.given > allowed {
                return Err(BodyError::Ratio { ratio: RATIO }.into_io());
            }
        }
        if self.given > self.limit {
            // Exactly the limit is given, so that where a body is cut does not depend on how it is read.
            self.over = true;
            let rest = self.limit.saturating_sub(before);
            if rest == 0 {
                return Err(BodyError::TooLarge { limit: self.limit }.into_io());
            }
            return Ok(rest as usize);
        }
        Ok(n as usize)
    }
}
