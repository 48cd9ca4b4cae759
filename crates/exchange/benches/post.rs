//! Posts in megabytes a second: their marks, and their HTML.
//!
//! `cargo bench -p noroshi-exchange --bench post`

use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use noroshi_exchange::post;
use noroshi_indicator::extract::finder;

fn main() {
    divan::main();
}

/// A report as people post it, about as long as one may be.
fn report() -> String {
    let page = "## Campaign against accountants #Emotet\n\n\
        @alice and @bob found that the group, first seen in **early spring**, sends invoices as `invoice.docm`.\n\
        The document fetches its second stage from hxxps://cdn.evil[.]example/update/loader.bin and sleeps.\n\n\
        - SHA-256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 (loader)\n\
        - CVE-2024-12345, see [the report](https://vendor.example/reports/12345)\n\n\
        攻撃者は取引先を装ったメールを送り、添付ファイルを開かせようとする。通信先は evil.example である。#標的型攻撃\n\
        本文は *不自然な日本語* で書かれている[^1]。\n\n\
        | host | port |\n|---|---|\n| 198.51.100.7 | 443 |\n| 203.0.113.9 | 8080 |\n\n\
        ```\nGET /update/loader.bin HTTP/1.1\nHost: cdn.evil.example\n```\n\n[^1]: According to @carol.\n\n";
    page.repeat(50)
}

#[divan::bench]
fn marks(bencher: Bencher<'_, '_>) {
    let text = report();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| post::marks(black_box(&text)));
}

#[divan::bench]
fn html(bencher: Bencher<'_, '_>) {
    let text = report();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| post::html(black_box(&text), |_| Some("<span>piece</span>".to_owned())));
}

#[divan::bench]
fn plain(bencher: Bencher<'_, '_>) {
    let text = report();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| post::plain(black_box(&text), 200));
}

/// What extraction alone takes of the above.
#[divan::bench]
fn extract(bencher: Bencher<'_, '_>) {
    let text = report();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| finder(black_box(&text)).count());
}
