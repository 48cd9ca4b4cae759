//! `serve` is reached by IPv4 and by IPv6: bots name `[::1]`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use noroshi_testkit::{Engine, Program, Target};

use crate::hub::{Hub, get};

#[test]
fn a_bot_reaches_the_server_by_either_address() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let hub = Hub::new(&target);
    let mut command = hub.command(&["serve", "--listen", "127.0.0.1:0,[::1]:0"]);
    command.env("NOROSHI_COLLECT", "false");
    let mut program = Program::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
    let mut lines = BufReader::new(program.stdout().unwrap()).lines();
    for begins in ["127.0.0.1:", "[::1]:"] {
        let line = lines.next().unwrap().unwrap();
        let address = line.strip_prefix("Noroshi is on http://").unwrap();
        assert!(address.starts_with(begins), "{line}");
        let (status, told) = get(address, "/user_name_list.json", "");
        assert_eq!((status, &told["result"]), (401, &"error".into()), "{told}");
    }
}
