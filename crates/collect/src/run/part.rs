//! One answer of a body that was put together from several.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A stretch of a file, read as if it were one. Others may read the file at the same time.
pub(super) struct Stretch {
    file: Arc<File>,
    start: u64,
    length: u64,
    at: u64,
}

impl Stretch {
    pub(super) fn new(file: &Arc<File>, start: u64, length: u64) -> Stretch {
        Stretch {
            file: Arc::clone(file),
            start,
            length,
            at: 0,
        }
    }
}

impl Read for Stretch {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = left.min(out.len());
        let out = out.get_mut(..wanted).unwrap_or_default();
        let read = self.file.read_at(out, self.start.saturating_add(self.at))?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Stretch {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_stretch_is_a_file_of_its_own() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"one\ntwo\nthree\n").unwrap();
        let file = Arc::new(file);
        let mut stretch = Stretch::new(&file, 4, 4);
        let mut text = String::new();
        stretch.read_to_string(&mut text).unwrap();
        assert_eq!(text, "two\n");
        assert_eq!(stretch.seek(SeekFrom::End(-2)).unwrap(), 2);
        text.clear();
        stretch.read_to_string(&mut text).unwrap();
        assert_eq!(text, "o\n");
        assert!(stretch.seek(SeekFrom::Current(-9)).is_err());
        stretch.seek(SeekFrom::Start(99)).unwrap();
        assert_eq!(stretch.read(&mut [0; 4]).unwrap(), 0);
    }
}
