//! Runs the program over one place of data, and speaks to its server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use noroshi_testkit::{Program, Target};
use serde_json::Value;

/// The program over one place.
pub(crate) struct Hub<'t> {
    target: &'t Target,
    /// Further environment.
    pub(crate) env: Vec<(String, String)>,
}

/// How a call ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl<'t> Hub<'t> {
    pub(crate) fn new(target: &'t Target) -> Hub<'t> {
        Hub {
            target,
            env: Vec::new(),
        }
    }

    pub(crate) fn target(&self) -> &'t Target {
        self.target
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.target.data().to_owned()
    }

    /// A call that was not made yet.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.arg("--data").arg(self.target.data());
        if let Some(url) = self.target.url() {
            command.args(["--database", url]);
        }
        command.args(args).envs(self.env.iter().cloned());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        end(&mut self.command(args), "")
    }

    /// Runs with a text on standard input.
    pub(crate) fn run_with(&self, args: &[&str], stdin: &str) -> Ended {
        end(&mut self.command(args), stdin)
    }

    /// What a call that must go well prints.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!(
            ended.code,
            Some(0),
            "{args:?}: {}{}",
            ended.stderr,
            ended.stdout
        );
        ended.stdout
    }

    /// The one JSON document that a call prints.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let printed = self.ok(args);
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }

    /// Starts `serve` on a free port, and waits until it says where. It collects nothing: tests reach no other host.
    pub(crate) fn serve(&self, args: &[&str]) -> Server {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(args);
        let mut command = self.command(&all);
        command.env("NOROSHI_COLLECT", "false");
        let mut program = Program::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
        let mut stdout = BufReader::new(program.stdout().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line
            .trim_end()
            .rsplit_once("http://")
            .map(|(_, address)| address.to_owned());
        let address = address.unwrap_or_else(|| panic!("serve said {line:?}"));
        Server {
            address,
            program,
            stdout,
        }
    }

    /// A key of a new account of that name.
    pub(crate) fn key(&self, account: &str) -> String {
        self.ok(&["account", "add", account, "--role", "analyst"]);
        let key = self.json(&["key", "add", account, "--json"]);
        key["key"].as_str().unwrap().to_owned()
    }

    /// All pages that a query finds.
    pub(crate) fn search_all(&self, query: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut args = vec!["search", query, "--json", "--limit", "1000"];
            if let Some(cursor) = &cursor {
                args.extend(["--cursor", cursor]);
            }
            let mut page = self.json(&args);
            found.append(page["found"].as_array_mut().unwrap());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return found,
            }
        }
    }
}

/// The program, with nothing of our surroundings that would configure it.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_noroshi"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NOROSHI_") {
            command.env_remove(name);
        }
    }
    command
}

pub(crate) fn end(command: &mut Command, stdin: &str) -> Ended {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut pipe, text) = (child.stdin.take().unwrap(), stdin.to_owned());
    // Beside the reading: a program that prints while it reads would wait for us, and we for it.
    let writing = std::thread::spawn(move || {
        // A program that does not want its input is no failure of ours.
        let _ = pipe.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A server that dies with its test.
pub(crate) struct Server {
    /// `127.0.0.1:port`
    pub(crate) address: String,
    pub(crate) program: Program,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Server {
    /// Asks the API with a key. Answers the status and the body.
    pub(crate) fn get(&self, path: &str, key: &str) -> (u16, Value) {
        get(&self.address, path, key)
    }

    /// The lines of its greeting up to the one that holds `text`.
    pub(crate) fn greeting_until(&mut self, text: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert!(
                self.stdout.read_line(&mut line).unwrap() > 0,
                "no {text:?} in {all:?}"
            );
            all.push_str(&line);
            if line.contains(text) {
                return all;
            }
        }
    }
}

/// One HTTP request. HTTP/1.0, so that the body comes in one piece.
pub(crate) fn get(address: &str, path: &str, key: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    let request =
        format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    (status, body)
}

/// A text as one segment of a path.
pub(crate) fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}
