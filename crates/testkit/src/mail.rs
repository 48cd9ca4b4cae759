//! A mail server that is none of ours (aiosmtpd), for as long as a test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Program;

const SCRIPT: &str = include_str!("mail.py");

/// A mail server on loopback. Recipients called `nobody` do not exist, and one called `later` is to be tried again.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    folder: TempDir,
    _program: Program,
}

/// A mail that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenMail {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Whether it came over STARTTLS.
    pub secure: bool,
    /// The mail as it came.
    pub bytes: Vec<u8>,
}

impl TakenMail {
    /// The mail as text; what is no text is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl MailServer {
    /// Starts one that speaks in the clear.
    pub fn start() -> MailServer {
        MailServer::start_with(&[])
    }

    /// Starts one with a certificate: `way` is `tls` (from the start) or `starttls` (demanded). With `auth`, the user
    /// `noroshi` has the password `päss word`.
    pub fn start_secure(way: &str, certificate: &Path, key: &Path, auth: bool) -> MailServer {
        let (certificate, key) = (certificate.to_string_lossy(), key.to_string_lossy());
        let mut options = vec![way, &certificate, &key];
        options.extend(auth.then_some("auth"));
        MailServer::start_with(&options)
    }

    fn start_with(options: &[&str]) -> MailServer {
        let folder = TempDir::new().unwrap_or_else(|error| panic!("no folder: {error}"));
        let mut command = Command::new(python());
        command
            .arg("-c")
            .arg(SCRIPT)
            .arg(folder.path())
            .args(options);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = Program::start(&mut command);
        let mut line = String::new();
        if let Some(out) = program.stdout() {
            let read = BufReader::new(out).read_line(&mut line);
            read.unwrap_or_else(|error| panic!("the mail server says nothing: {error}"));
        }
        let port = line.trim().parse();
        let port = port.unwrap_or_else(|_| panic!("the mail server did not start: {line:?}"));
        MailServer {
            port,
            folder,
            _program: program,
        }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it took so far, in order.
    pub fn taken(&self) -> Vec<TakenMail> {
        let entries = std::fs::read_dir(self.folder.path()).map(|all| all.flatten().collect());
        let entries: Vec<_> = entries.unwrap_or_else(|error| panic!("no folder: {error}"));
        let mut paths: Vec<_> = entries.iter().map(std::fs::DirEntry::path).collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "mail")
        });
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    }
}

fn read(path: &Path) -> TakenMail {
    let kept = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = kept.splitn(4, |byte| *byte == b'\n');
    let mut line = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (from, to, way) = (line(), line(), line());
    TakenMail {
        from,
        to: to.split(',').map(str::to_owned).collect(),
        secure: way == "tls",
        bytes: lines.next().unwrap_or_default().to_vec(),
    }
}

/// A Python that has aiosmtpd: the system's may have it where the first on the path has not.
fn python() -> &'static str {
    let has = |python: &&str| {
        let asked = Command::new(python)
            .args(["-c", "import aiosmtpd"])
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    };
    ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(has)
        .unwrap_or_else(|| panic!("no Python has aiosmtpd: install python3-aiosmtpd"))
}
