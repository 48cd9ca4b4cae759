//! Parsing of single values, as an import does it millions of times.
//!
//! `cargo bench -p noroshi-indicator --bench parse`

use std::hint::black_box;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use noroshi_indicator::{Kind, Observable};

fn main() {
    divan::main();
}

const COUNT: u32 = 10_000;

fn values(kind: Kind) -> Vec<String> {
    (0..COUNT)
        .map(|n| match kind {
            Kind::Ipv4 => format!("198.51.{}.{}", n / 256 % 256, n % 256),
            Kind::Ipv6 => format!("2001:db8::{n:x}"),
            Kind::Sha256 => format!("{:064x}", u128::from(n) * 0x9e37_79b9_7f4a_7c15),
            Kind::Url => format!("https://www.host{n}.evil.example/path/{n}?q=1"),
            Kind::Email => format!("user{n}@evil.example"),
            _ => format!("www.host{n}.evil.example"),
        })
        .collect()
}

const KINDS: &[Kind] = &[
    Kind::Ipv4,
    Kind::Sha256,
    Kind::Domain,
    Kind::Url,
    Kind::Ipv6,
    Kind::Email,
];

fn measure(bencher: Bencher<'_, '_>, kind: Kind, work: impl Fn(&str) + Sync) {
    let values = values(kind);
    let bytes = values.iter().map(String::len).sum::<usize>();
    bencher
        .counter(ItemsCount::new(values.len()))
        .counter(BytesCount::new(bytes))
        .bench(|| values.iter().for_each(|value| work(black_box(value))));
}

#[divan::bench(args = KINDS)]
fn parse(bencher: Bencher<'_, '_>, kind: Kind) {
    measure(bencher, kind, |value| {
        black_box(Observable::parse(kind, value).ok());
    });
}

#[divan::bench(args = KINDS)]
fn parse_and_key(bencher: Bencher<'_, '_>, kind: Kind) {
    measure(bencher, kind, |value| {
        black_box(
            Observable::parse(kind, value)
                .map(|observable| observable.key())
                .ok(),
        );
    });
}

#[divan::bench(args = KINDS)]
fn detect(bencher: Bencher<'_, '_>, kind: Kind) {
    measure(bencher, kind, |value| {
        black_box(Observable::detect(value).ok());
    });
}

#[divan::bench(args = [Kind::Domain, Kind::Url])]
fn registered_domain_and_reversed_name(bencher: Bencher<'_, '_>, kind: Kind) {
    let values: Vec<_> = values(kind)
        .into_iter()
        .filter_map(|value| Observable::parse(kind, &value).ok())
        .collect();
    bencher.counter(ItemsCount::new(values.len())).bench(|| {
        for value in &values {
            black_box((value.registered_domain(), value.reversed_name()));
        }
    });
}

/// What any parser pays at least: one owned copy.
#[divan::bench(args = KINDS)]
fn copy(bencher: Bencher<'_, '_>, kind: Kind) {
    measure(bencher, kind, |value| {
        black_box(value.to_owned());
    });
}
