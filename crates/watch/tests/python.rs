//! Patterns against Python itself: every pattern on every text gives what `re.findall` gives.

use std::io::Write;
use std::process::{Command, Stdio};

use noroshi_watch::Pattern;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const PATTERNS: &[&str] = &[
    "hello",
    ".*",
    ".+",
    "",
    "x*",
    r"\w+",
    r"\W+",
    r"\d+",
    r"\D+",
    r"\s+",
    r"\S+",
    r"\b",
    r"\b\w",
    r"\w\B\w",
    r"(\w+)",
    r"(\w+)=(\w+)?",
    r"(?P<key>\w+)=(?P<value>\w+)",
    "(a)|(b)|c",
    "(?:a)(b)?",
    "a|",
    "|a",
    "a??",
    "a*?",
    "(a*)(b*)",
    "(a??)(b?)",
    r"\b|\w+",
    "(?:|a)b?",
    "$",
    "^",
    "^.*$",
    r".*$",
    r"\w+$",
    r"(\w*$)",
    r"$\n",
    r"\n?$",
    r"[^x]$",
    r"\s*$",
    r"$|\n",
    r"(?:$\n)?$",
    r"\Z",
    r"\A\w",
    r"a\Z|b$",
    "(?m)^",
    "(?m)$",
    "(?m)^.*$",
    r"(?m)^(\w+)$",
    "(?s).+",
    "(?s)l.*o",
    "(?i)HELLO",
    "(?i)[h-l]+",
    "(?i)[^h]+",
    "(?i)k|é|ſ",
    "(?im)^h",
    "(?i:H)ello",
    "(?x) h e  # comment\n  llo",
    r"(?x)a\ b | [ ]b",
    "(?s-i:.)x",
    "h(?#comment)e",
    "l{2}",
    "l{,1}o",
    "l{1,}?",
    "l{,}",
    "a{2",
    "a{x}",
    "{}",
    "a{,2}b{1}",
    r"\x41|\u3042|\101|\0|\07",
    r"\-\/\_\.\@\ \#",
    r"[]a]+",
    r"[^]a]+",
    r"[a\]\-]+",
    r"[a-]+",
    r"[--/]+",
    r"[&&a]+",
    r"[a&&b~~c||&--d]+",
    r"[[a]+",
    r"[\[\w]+",
    r"[\w.-]+@[\w.-]+",
    r"[\b\x41\101]",
    r"[^\W\d]+",
    r"[\s\S]",
    r"https?://[^\s<>]+",
    r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})",
    r"\d{1,3}(?:\.\d{1,3}){3}",
    r"@(\w+)\s+(https?://\S+)",
    r"#(\S+)",
    r"[ぁ-んァ-ヶ]+",
    r"攻撃(者|元)?",
    r"(?:(a)|b)*",
    r"(?:(a)|(b))+",
    r"((a)|b)+?",
    r"(a|ab)(c|bcd)(d*)",
    r"(?:a*)*",
    r"(?:a*)+b",
    r"(?:\w*\.)*\w+",
    r"(?:a?){3}",
    r"(a*)?",
    r"(?:\s*\w+)*",
    r"\\n",
    r"<b>.*?</b>",
    r"(?a)\w",
    r"\B",
    r"é\B",
];

const TEXTS: &[&str] = &[
    "a",
    "hello",
    "hello hello",
    "hello B\nline2",
    "hello B\nline2\n",
    "\n",
    "\n\n",
    "a\n\nb\n\n",
    "a=b c=",
    "abcd",
    "aab abb aaabbb",
    "axbc",
    "Hello HELLO hé éK ſ K kK",
    "10.0.0.1 and 192.168.1.2, 999.1.1.1",
    "@is_a_phish http://evil.example/a?b=c <b>x</b> <b></b>",
    "#タグ 攻撃者は攻撃元 あいうア ABC é",
    "mail: a.b@c-d.example; [x] {} a{2 a{x} &&~~--/ a]-",
    "tabs\tand\x0bspaces\x0c\r\n",
    "\0\x07\x08A日本\u{3000}語\u{a0}\u{2028}x",
    "a\\nb -/_.@ # a b",
    "aé🦀b",
];

/// What Python says of every pattern on every text.
fn python(patterns: &[String], texts: &[String]) -> Vec<Vec<Value>> {
    const PROGRAM: &str = "
import json, re, sys
asked = json.load(sys.stdin)
out = []
for pattern in asked['patterns']:
    try:
        ready = re.compile(pattern, re.ASCII)
    except re.error:
        out.append([])
        continue
    out.append([ready.findall(text) or None for text in asked['texts']])
json.dump(out, sys.stdout)
";
    let mut child = Command::new("python3")
        .args(["-W", "ignore", "-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed for this test");
    let asked = json!({"patterns": patterns, "texts": texts}).to_string();
    let mut input = child.stdin.take().expect("a pipe");
    let writer =
        std::thread::spawn(move || input.write_all(asked.as_bytes()).expect("Python reads"));
    let output = child.wait_with_output().expect("Python ends");
    writer.join().expect("all is written");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("Python writes JSON")
}

fn compare(patterns: &[String], texts: &[String]) {
    let mut wrong = Vec::new();
    for (pattern, answers) in patterns.iter().zip(python(patterns, texts)) {
        let ready = Pattern::python(pattern).expect(pattern);
        assert_eq!(answers.len(), texts.len(), "Python refuses {pattern:?}");
        for (text, wanted) in texts.iter().zip(answers) {
            if text.is_empty() && pattern.contains("\\B") {
                // The known difference.
                continue;
            }
            let found = json!(ready.findall(text));
            if found != wanted || ready.is_match(text) == wanted.is_null() {
                wrong.push(format!(
                    "{pattern:?} on {text:?}: {found}, but Python {wanted}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn every_pattern_finds_what_python_finds() {
    compare(&owned(PATTERNS), &owned(TEXTS));
}

/// Patterns of all that can be combined.
fn pattern() -> impl Strategy<Value = String> {
    let atom = prop::sample::select(vec![
        "a", "b", "ab", "é", "[ab]", "[^a]", ".", "\\w", "\\W", "\\n", "^", "$", "\\b", "\\B",
        "\\Z", "", "\\s",
    ]);
    let part = atom.prop_map(str::to_owned).prop_recursive(4, 12, 3, |inner| {
        let repeat = prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{,2}", "{1,}?"]);
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(|all| all.concat()),
            1 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("(?:{})", all.join("|"))),
            1 => inner.clone().prop_map(|inner| format!("({inner})")),
            2 => (inner, repeat).prop_map(|(inner, repeat)| format!("(?:{inner}){repeat}")),
        ]
    });
    let flags = prop::sample::select(vec!["", "", "", "(?m)", "(?s)", "(?i)"]);
    (flags, part).prop_map(|(flags, part)| format!("{flags}{part}"))
}

/// Whatever is not refused finds what Python finds.
#[test]
fn combinations_find_what_python_finds() {
    let mut runner = TestRunner::deterministic();
    let mut draw = || {
        pattern()
            .new_tree(&mut runner)
            .expect("a pattern")
            .current()
    };
    let drawn: Vec<String> = (0..COUNT).map(|_| draw()).collect();
    let patterns: Vec<String> = drawn
        .into_iter()
        .filter(|one| Pattern::python(one).is_ok())
        .collect();
    assert!(patterns.len() > COUNT / 2, "{} can be used", patterns.len());
    let texts = owned(&[
        "", "a", "ab", "aab\n", "ba\n\nab", "éaBb\n", "\n", "abbaab a",
    ]);
    compare(&patterns, &texts);
}

const COUNT: usize = 1500;
