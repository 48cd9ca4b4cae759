//! Starts an example bot as its users do, as an account of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use noroshi_testkit::Program;

use crate::hub::{Hub, Server};

/// An account that a bot, or a person of the test, speaks for.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) key: String,
}

impl Account {
    /// A bot, made as the guide says.
    pub(crate) fn bot(hub: &Hub, name: &str) -> Account {
        hub.ok(&["account", "add", name, "--role", "bot", "--bot"]);
        Account::with_key(hub, name)
    }

    /// A person.
    pub(crate) fn person(hub: &Hub, name: &str) -> Account {
        hub.ok(&["account", "add", name, "--role", "analyst"]);
        Account::with_key(hub, name)
    }

    fn with_key(hub: &Hub, name: &str) -> Account {
        let key = hub.json(&["key", "add", name, "--scope", "read,write", "--json"]);
        Account {
            name: name.to_owned(),
            key: key["key"].as_str().unwrap().to_owned(),
        }
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A command that knows the hub and the account, and nothing else of our surroundings that would lead it elsewhere.
pub(crate) fn command(program: &str, server: &Server, account: &Account) -> Command {
    let mut command = Command::new(program);
    let folder = root().join("examples/bots");
    let url = format!("http://{}", server.address);
    command
        .current_dir(folder)
        .env("NOROSHI_URL", &url)
        .env("NOROSHI_NAME", &account.name)
        .env("NOROSHI_KEY", &account.key)
        .env("HUB", &url)
        .env("NAME", &account.name)
        .env("KEY", &account.key)
        .env("NO_PROXY", "*")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A call of a bot that was not made yet.
pub(crate) fn python(args: &[&str], server: &Server, account: &Account) -> Command {
    let mut command = command("python3", server, account);
    command.args(args);
    command
}

/// Starts what follows a stream. It dies with the test.
pub(crate) fn start(command: &mut Command) -> Program {
    Program::start(command.stdin(Stdio::null()).stdout(Stdio::null()))
}

/// Starts what says something on its standard output first, and waits for that line.
pub(crate) fn start_saying(command: &mut Command) -> (Program, String) {
    let mut program = Program::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
    let mut line = String::new();
    BufReader::new(program.stdout().unwrap())
        .read_line(&mut line)
        .unwrap();
    (program, line.trim_end().to_owned())
}
