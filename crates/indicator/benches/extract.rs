//! Extraction in megabytes a second, beside a copy and a search for every dot of the same text.
//!
//! `cargo bench -p noroshi-indicator --bench extract`

use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use noroshi_indicator::extract::finder;

fn main() {
    divan::main();
}

/// Prose with a value in every other line, as in a report.
fn report() -> String {
    let page = "The group, first seen in early spring, sent invoices to accountants of small companies.\n\
        The document fetches its second stage from hxxps://cdn.evil[.]example/update/loader.bin and sleeps.\n\
        It then asks the operators for orders every ninety seconds; nothing is written to disk before that.\n\
        SHA-256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 (loader), CVE-2024-12345.\n\
        攻撃者は取引先を装ったメールを送り、添付ファイルを開かせようとする。通信先はevil.exampleである。\n\
        Analysts found version 1.2.3.4 of the tool in setup.py; see README.md for how it was built, e.g. with make.\n";
    page.repeat(1_500)
}

/// A web server's log: addresses, times and user agents in every line.
fn log() -> String {
    let line = "192.0.2.1 - - [01/Aug/2026:12:34:56 +0900] \"GET /index.html?q=1 HTTP/1.1\" 200 5120 \"https://www.corp.example/a\" \
        \"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0\"\n";
    line.repeat(4_000)
}

/// A list of values, one a line.
fn list() -> String {
    (0..60_000_u32)
        .map(|n| format!("host{n}.evil.example\n198.51.100.{}\n", n % 256))
        .collect()
}

/// Running text without any value.
fn prose() -> String {
    "It was the best of times, it was the worst of times; nobody wrote down an address. Then it rained, and so on.\n".repeat(9_000)
}

/// Labels and dots without end: what costs the most a byte.
fn worst() -> String {
    "a.b[.]c:d@e.".repeat(80_000)
}

type Text = (&'static str, fn() -> String);

const TEXTS: &[Text] = &[
    ("report", report),
    ("log", log),
    ("list", list),
    ("prose", prose),
    ("worst", worst),
];

fn names() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(name, _)| *name)
}

fn text(name: &str) -> String {
    TEXTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, make)| make())
        .unwrap_or_default()
}

#[divan::bench(args = names())]
fn extract(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| finder(black_box(&text)).count());
}

#[divan::bench(args = names())]
fn copy(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| black_box(&text).clone());
}

#[divan::bench(args = names())]
fn every_dot(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| memchr::memchr_iter(b'.', black_box(text.as_bytes())).count());
}
