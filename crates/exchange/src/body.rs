//! Opens a body: gzip and zip are recognised by their first bytes and unpacked within limits.

use std::io::{BufReader, Cursor, Read, Seek, SeekFrom, Take};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::{BodyError, Format};

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
    entries: &Entries,
    limits: Limits,
) -> Result<Unpacked<'a>, BodyError>
where
    B: Read + Seek + Send + 'a,
{
    let head = head(&mut body)?;
    body.seek(SeekFrom::Start(0)).map_err(BodyError::from_io)?;
    if head == ZIP {
        return open_zip(body, entries, limits);
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

/// Which entries of a zip archive are the body.
pub(crate) struct Entries {
    /// How the name ends; the first file without it.
    ending: Option<String>,
    /// All of them, one after the other.
    every: bool,
}

impl Entries {
    pub(crate) fn of(format: &Format) -> Self {
        Self {
            ending: format.entry.clone(),
            every: format.every_entry == Some(true),
        }
    }
}

/// Where an entry lies in its archive.
struct Entry {
    start: u64,
    size: u64,
    is_deflated: bool,
}

/// Finds the entries and unpacks them ourselves, as the archive's own reader borrows the archive.
fn open_zip<'a, B>(body: B, wanted: &Entries, limits: Limits) -> Result<Unpacked<'a>, BodyError>
where
    B: Read + Seek + Send + 'a,
{
    let zip = |error: zip::result::ZipError| BodyError::Zip(error.to_string());
    let mut archive = zip::ZipArchive::new(BufReader::new(body)).map_err(zip)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(zip)?;
        let name = file.name().map_err(zip)?;
        let ending = wanted.ending.as_deref();
        if !file.is_file() || ending.is_some_and(|ending| !name.ends_with(ending)) {
            continue;
        }
        if file.encrypted() {
            return Err(BodyError::Zip(format!("the entry `{name}` is encrypted")));
        }
        let start = file
            .data_start()
            .ok_or_else(|| BodyError::Zip(format!("the entry `{name}` has no data")))?;
        let is_deflated = match file.compression() {
            zip::CompressionMethod::Stored => false,
            zip::CompressionMethod::Deflated => true,
            other => {
                return Err(BodyError::Zip(format!(
                    "its compression method ({other}) is not supported"
                )));
            }
        };
        found.push(Entry {
            start,
            size: file.compressed_size(),
            is_deflated,
        });
        if !wanted.every {
            break;
        }
    }
    if found.is_empty() {
        let wanted = wanted.ending.as_ref().map_or_else(
            || "a file".to_owned(),
            |ending| format!("an entry ending in `{ending}`"),
        );
        return Err(BodyError::Zip(format!("it does not hold {wanted}")));
    }
    let taken = Arc::new(AtomicU64::new(0));
    let from = Some(("zip", Arc::clone(&taken)));
    found.reverse();
    let entries = EntryReader {
        body: Some(archive.into_inner()),
        left: found,
        open: None,
        taken,
    };
    Ok(Box::new(Guarded::new(entries, from, limits)))
}

/// The unpacked bytes of entries, a line break behind each but the last.
struct EntryReader<B> {
    /// The archive, while no entry is open.
    body: Option<B>,
    /// The entries that are still to come, the next one last.
    left: Vec<Entry>,
    open: Option<Opened<B>>,
    taken: Arc<AtomicU64>,
}

enum Opened<B> {
    Stored(Counted<Take<B>>),
    Deflated(Box<DeflateDecoder<Counted<Take<B>>>>),
}

impl<B: Read> Opened<B> {
    fn new(body: B, entry: &Entry, taken: &Arc<AtomicU64>) -> Self {
        let packed = Counted {
            inner: body.take(entry.size),
            taken: Arc::clone(taken),
        };
        match entry.is_deflated {
            true => Self::Deflated(Box::new(DeflateDecoder::new(packed))),
            false => Self::Stored(packed),
        }
    }

    fn into_body(self) -> B {
        match self {
            Self::Stored(packed) => packed.inner.into_inner(),
            Self::Deflated(decoder) => decoder.into_inner().inner.into_inner(),
        }
    }
}

impl<B: Read + Seek> Read for EntryReader<B> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if let Some(open) = &mut self.open {
                let n = match open {
                    Opened::Stored(packed) => packed.read(out)?,
                    Opened::Deflated(decoder) => decoder.read(out)?,
                };
                if n > 0 || out.is_empty() {
                    return Ok(n);
                }
                self.body = self.open.take().map(Opened::into_body);
                if let (Some(first), false) = (out.first_mut(), self.left.is_empty()) {
                    *first = b'\n';
                    return Ok(1);
                }
            }
            let (Some(mut body), Some(entry)) = (self.body.take(), self.left.pop()) else {
                return Ok(0);
            };
            body.seek(SeekFrom::Start(entry.start))?;
            self.open = Some(Opened::new(body, &entry, &self.taken));
        }
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
