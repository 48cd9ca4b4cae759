//! Warninglists from a directory, as a copy of MISP's repository or as single files.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use noroshi_exchange::warninglist::{Warninglist, Warninglists, builtin, parse};

/// The largest file that is read; the largest list in circulation has a million names.
const FILE_BYTES: u64 = 128 << 20;

/// A file that is not in use, and why.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {reason}", file.display())]
pub struct LoadError {
    /// Which file or directory.
    pub file: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl LoadError {
    fn new(file: &Path, reason: impl ToString) -> LoadError {
        LoadError {
            file: file.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// The [built-in](builtin) lists and those in a directory: every `*.json` in it and the `list.json`
/// of every directory in it, in the order of their names. A bad file is an error beside the others,
/// which are in use all the same.
pub fn load_warninglists(dir: &Path) -> (Warninglists, Vec<LoadError>) {
    let mut errors = Vec::new();
    let files = match files(dir) {
        Ok(files) => files,
        Err(error) => {
            errors.push(LoadError::new(dir, error));
            Vec::new()
        }
    };
    let loaded = files.iter().filter_map(|file| match read(file) {
        Ok(list) => Some(list),
        Err(reason) => {
            errors.push(LoadError::new(file, reason));
            None
        }
    });
    // One file after another: a list is indexed before the next is read.
    let lists = Warninglists::new(builtin().into_iter().chain(loaded));
    (lists, errors)
}

fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            let list = path.join("list.json");
            files.extend(list.is_file().then_some(list));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<Warninglist, String> {
    let mut json = Vec::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(FILE_BYTES + 1)
        .read_to_end(&mut json)
        .map_err(|error| error.to_string())?;
    if json.len() as u64 > FILE_BYTES {
        return Err(format!("larger than {FILE_BYTES} bytes"));
    }
    parse(&json).map_err(|error| error.to_string())
}
