//! Nothing that a test starts is left behind: not by a test that passes, not by one that is killed.
#![expect(clippy::unwrap_used, reason = "all of it is tests")]

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use noroshi_testkit::{Postgres, Program};

/// Set in the copy of this test program that gets killed.
const VICTIM: &str = "NOROSHI_TESTKIT_VICTIM";

#[test]
fn a_dropped_program_takes_its_children_along() {
    let (program, child) = parent_and_child();
    let parent = program.id();
    assert!(runs(parent) && runs(child));
    drop(program);
    gone("the program", || !runs(parent));
    gone("its child", || !runs(child));
}

#[test]
fn a_killed_program_says_so() {
    use std::os::unix::process::ExitStatusExt;
    let (program, child) = parent_and_child();
    assert_eq!(program.kill().signal(), Some(9));
    gone("its child", || !runs(child));
}

#[test]
fn a_program_can_be_asked_to_end() {
    let mut program = Program::start(
        Command::new("sh")
            .args([
                "-c",
                "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done",
            ])
            .stdout(Stdio::piped()),
    );
    let mut lines = BufReader::new(program.stdout().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "ready");
    program.terminate();
    assert_eq!(program.wait().code(), Some(7));
}

#[test]
fn a_killed_test_leaves_no_program_behind() {
    if victim() {
        let (program, child) = parent_and_child();
        println!("\nstarted {} {child}", program.id());
        std::thread::sleep(Duration::from_secs(600));
    }
    let started = kill_victim("a_killed_test_leaves_no_program_behind");
    for pid in started.split(' ').map(|pid| pid.parse().unwrap()) {
        gone("a program", || !runs(pid));
    }
}

#[test]
fn a_killed_test_leaves_no_postgres_behind() {
    if Postgres::shared().is_none() {
        return;
    }
    if victim() {
        let server = Postgres::start().unwrap();
        println!("\nstarted {}", server.url());
        std::thread::sleep(Duration::from_secs(600));
    }
    let url = kill_victim("a_killed_test_leaves_no_postgres_behind");
    let port = url.rsplit([':', '/']).nth(1).unwrap().parse().unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    gone("the server", || TcpStream::connect(address).is_err());
}

fn victim() -> bool {
    std::env::var_os(VICTIM).is_some()
}

/// Runs `test` in a copy of this program, kills the copy once it says what it started, and returns that.
fn kill_victim(test: &str) -> String {
    let mut copy = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(VICTIM, "")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let started = BufReader::new(copy.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| Some(line.strip_prefix("started ")?.to_owned()));
    copy.kill().unwrap();
    copy.wait().unwrap();
    started.expect("the copy ended before it started anything")
}

/// A shell that waits for a child of its own, and the child's process id.
fn parent_and_child() -> (Program, u32) {
    let mut program = Program::start(
        Command::new("sh")
            .args(["-c", "sleep 600 & echo $!; wait"])
            .stdout(Stdio::piped()),
    );
    let mut line = String::new();
    BufReader::new(program.stdout().unwrap())
        .read_line(&mut line)
        .unwrap();
    (program, line.trim_end().parse().unwrap())
}

/// Whether the process is there and more than a zombie that waits for its parent.
fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().starts_with(" Z"))
}

/// Waits for `happened`; a generous limit, so that a busy machine fails nothing.
fn gone(what: &str, happened: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < limit, "{what} is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}
