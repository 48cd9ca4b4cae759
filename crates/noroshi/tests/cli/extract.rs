//! `noroshi extract`, which needs no data.

use serde_json::Value;

use crate::hub::{end, program};

const TEXT: &str =
    "連絡: hxxp://evil[.]example/a と 192.0.2.7、再び 192[.]0[.]2[.]7。\nMail info@mail.example\n";

fn extract(args: &[&str], text: &str) -> String {
    let ended = end(program().arg("extract").args(args), text);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

fn values(json: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = json
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|line| (text(&line["kind"]), text(&line["value"])))
        .collect()
}

#[test]
fn json_tells_what_stood_where() {
    let printed = extract(&["--json"], TEXT);
    for line in printed.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let at = |key: &str| usize::try_from(line[key].as_u64().unwrap()).unwrap();
        assert_eq!(&TEXT[at("start")..at("end")], line["text"], "{line}");
        assert!(line.get("from").is_none());
    }
    let found = values(&printed);
    let kinds: Vec<&str> = found.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["url", "ipv4", "ipv4", "email"]);
    assert_eq!(found[0].1, "http://evil.example/a");
    assert!(
        printed
            .lines()
            .nth(2)
            .unwrap()
            .contains("\"confidence\":\"defanged\""),
        "{printed}"
    );
    assert_eq!(extract(&["-", "--format", "json"], TEXT), printed);
}

#[test]
fn each_once_and_what_follows_from_it() {
    let found = values(&extract(&["--json", "--unique"], TEXT));
    assert_eq!(found.len(), 3, "{found:?}");
    let printed = extract(&["--json", "--derived"], TEXT);
    let derived: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line.get("from").is_some())
        .collect();
    let told: Vec<(&str, &str)> = derived
        .iter()
        .map(|line| {
            (
                line["value"].as_str().unwrap(),
                line["from"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("evil.example", "url"), ("mail.example", "email")]);
}

#[test]
fn text_and_csv() {
    assert_eq!(
        extract(&["--unique"], TEXT),
        "hxxp://evil[.]example/a\n192[.]0[.]2[.]7\ninfo[@]mail[.]example\n"
    );
    let csv = extract(
        &["--format", "csv"],
        "http://evil.example/?a=1,2\"x 192.0.2.7",
    );
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("kind,value,text,start,end,confidence"));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2, "{csv}");
    assert_eq!(&rows[1][1], "192.0.2.7");
}

#[test]
fn a_long_text_is_read_in_pieces() {
    let line = "x".repeat(990);
    let mut text = String::new();
    for n in 0..4_000 {
        text.push_str(&format!("{line} host{n}.evil.example\n"));
    }
    let printed = extract(&["--json"], &text);
    assert_eq!(printed.lines().count(), 4_000);
    let last: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    let start = usize::try_from(last["start"].as_u64().unwrap()).unwrap();
    assert!(text[start..].starts_with("host3999.evil.example"));
}

#[test]
fn a_file_that_is_not_there() {
    let ended = end(program().args(["extract", "/nowhere/report.txt"]), "");
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("/nowhere/report.txt"),
        "{}",
        ended.stderr
    );
}
