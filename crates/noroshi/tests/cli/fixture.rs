//! Invented sources and bodies.

use std::path::{Path, PathBuf};

/// Writes a recipe for comma-separated rows of value, dates, family, tags and note.
pub(crate) fn recipe(data: &Path, name: &str, mode: &str, url: &str) {
    let text = format!(
        r#"
name = "{name}"
title = {{ en = "Fixture", ja = "試験用" }}
description = {{ en = "Invented rows.", ja = "架空のデータ。" }}
homepage = "https://fixture.example/"
licence = "CC0-1.0"
url = "{url}"
auth = "none"
data = "reputation"
enabled = true
interval = "1h"
mode = "{mode}"

[format]
type = "csv"

[fields]
value = "value"
first_seen = "first"
last_seen = "last"
family = "family"
tags = ["tags"]
tag_separator = " "
note = "note"
"#
    );
    let folder = data.join("sources");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

/// A recipe that is never fetched.
pub(crate) fn offline(data: &Path, name: &str, mode: &str) {
    recipe(data, name, mode, "https://fixture.example/list.csv");
}

/// A body of these rows under its header.
pub(crate) fn body(rows: &[&str]) -> String {
    let mut body = "value,first,last,family,tags,note\n".to_owned();
    for row in rows {
        body.push_str(row);
        body.push('\n');
    }
    body
}

/// Keeps a body as a file.
pub(crate) fn file(data: &Path, name: &str, body: &str) -> PathBuf {
    let path = data.join(name);
    std::fs::write(&path, body).unwrap();
    path
}

/// Rows of many kinds: names, addresses, links and hashes, `rows` of them from the `from`th on. `revision` is in
/// every tenth row's note.
pub(crate) fn many(from: usize, rows: usize, revision: usize) -> String {
    let mut body = body(&[]);
    for n in from..from + rows {
        let value = match n % 4 {
            0 => format!("host{n}.net{}.example", n % 97),
            1 => format!("2001:db8:{:x}:{:x}::1", n >> 16, n & 0xffff),
            2 => format!("http://web{}.example/p/{n}", n % 1_013),
            _ => format!("{n:064x}"),
        };
        let revision = if n % 10 == 0 { revision } else { 0 };
        body.push_str(&format!(
            "{value},2026-11-01 00:00:00,2026-11-{:02} 00:00:00,Family{},a b{},note {revision}\n",
            2 + n % 20,
            n % 7,
            n % 5
        ));
    }
    body
}
