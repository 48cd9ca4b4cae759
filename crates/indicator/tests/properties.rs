//! What holds for every value and every text.

use noroshi_indicator::extract::{Confidence, derived, extract, unique};
use noroshi_indicator::{Kind, Observable};
use proptest::prelude::*;

/// Texts that are values of a kind, most of them canonical.
fn value(kind: Kind) -> BoxedStrategy<String> {
    let label = "[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?";
    let domain = format!("({label}\\.){{1,4}}(example|com|co\\.jp|test|xn--q9jyb4c)");
    let hex = |digits: usize| format!("[0-9a-f]{{{digits}}}").spelled();
    match kind {
        Kind::Ipv4 => any::<std::net::Ipv4Addr>()
            .prop_map(|a| a.to_string())
            .boxed(),
        Kind::Ipv6 => any::<std::net::Ipv6Addr>()
            .prop_map(|a| a.to_string())
            .boxed(),
        Kind::Cidr => prop_oneof![
            (any::<std::net::Ipv4Addr>(), 0..=32_u8).prop_map(|(a, p)| format!("{a}/{p}")),
            (any::<std::net::Ipv6Addr>(), 0..=128_u8).prop_map(|(a, p)| format!("{a}/{p}")),
        ]
        .boxed(),
        Kind::Domain => domain.spelled(),
        Kind::Url => (
            prop_oneof!["https?", "s?ftps?", "tcp", "udp", "wss?"],
            prop_oneof![
                domain.spelled(),
                value(Kind::Ipv4),
                value(Kind::Ipv6).prop_map(|a| format!("[{a}]"))
            ],
            "(:[1-9][0-9]{1,3})?",
            "(/[!-~]{0,20})?([?][!-~]{0,10})?",
        )
            .prop_map(|(scheme, host, port, tail)| {
                format!("{}://{host}{port}{tail}", scheme.replace("ftps", "ftp"))
            })
            .boxed(),
        Kind::Email => (r"[a-z0-9_]([a-z0-9.+_-]{0,10}[a-z0-9])?", domain.spelled())
            .prop_map(|(local, domain)| format!("{local}@{domain}"))
            .boxed(),
        Kind::Md5 | Kind::Imphash => hex(32),
        Kind::Sha1 => hex(40),
        Kind::Sha224 => hex(56),
        Kind::Sha256 => hex(64),
        Kind::Sha384 => hex(96),
        Kind::Sha512 => hex(128),
        Kind::Ssdeep => (0..12_u32, "[A-Za-z0-9/+]{6,60}:[A-Za-z0-9/+]{3,30}")
            .prop_map(|(power, parts)| format!("{}:{parts}", 3 << power))
            .boxed(),
        Kind::Tlsh => "T1[0-9A-F]{70}".spelled(),
        Kind::Cve => "CVE-20[0-9]{2}-[0-9]{4,7}".spelled(),
        Kind::Asn => any::<u32>().prop_map(|n| format!("AS{n}")).boxed(),
        Kind::Mac => "([0-9a-f]{2}:){5}[0-9a-f]{2}".spelled(),
        Kind::Filename | Kind::Mutex | Kind::UserAgent => "[!-~][ -~あ-ん]{0,30}[!-~]".spelled(),
        Kind::RegistryKey => {
            r"HKEY_(LOCAL_MACHINE|CURRENT_USER)(\\[A-Za-z0-9]([A-Za-z0-9 ]{0,8}[A-Za-z0-9])?){1,5}"
                .spelled()
        }
        Kind::Btc => (any::<[u8; 20]>(), any::<bool>())
            .prop_map(|(hash, script)| {
                let payload: Vec<u8> = [if script { 5 } else { 0 }]
                    .into_iter()
                    .chain(hash)
                    .collect();
                bs58::encode(payload).with_check().into_string()
            })
            .boxed(),
        Kind::Eth => "0x[0-9a-f]{40}".spelled(),
        Kind::Xmr => "[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}"
            .prop_filter("base58 has no 0", |text: &String| !text.contains('0'))
            .boxed(),
        Kind::AttackTechnique => "T1[0-9]{3}(\\.[0-9]{3})?".spelled(),
    }
}

/// Texts that match an expression.
trait Spelled {
    fn spelled(self) -> BoxedStrategy<String>;
}

impl<T: AsRef<str>> Spelled for T {
    fn spelled(self) -> BoxedStrategy<String> {
        proptest::string::string_regex(self.as_ref())
            .expect("a valid expression")
            .boxed()
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL)
}

fn observable() -> impl Strategy<Value = Observable> {
    kind()
        .prop_flat_map(|kind| (Just(kind), value(kind)))
        .prop_filter_map(
            "what begins or ends oddly may be another value",
            |(kind, text)| Observable::parse(kind, &text).ok(),
        )
}

/// Pieces that make extraction look twice.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,6}",
        proptest::sample::select(vec![
            "http",
            "hxxp",
            "://",
            "[:]//",
            "[.]",
            "(dot)",
            " dot ",
            " at ",
            "[at]",
            "@",
            ".",
            "。",
            "・",
            "．",
            "：",
            "／",
            "evil",
            "example",
            "com",
            "jp",
            "みんな",
            "は",
            "192",
            "0",
            "2",
            "1",
            "255",
            "/24",
            ":80",
            "::",
            "2001",
            "db8",
            "[",
            "]",
            "(",
            ")",
            "\\",
            "/",
            "?",
            "#",
            "_",
            "-",
            "\n",
            "\u{0}",
            "CVE-2024-",
            "T1059",
            "AS",
            "0x",
            "HKLM\\",
            "Mutex: ",
            "Mozilla/5.0 (",
            "%2F",
            "\u{3000}",
            "ｅ",
            "d41d8cd98f00b204e9800998ecf8427e",
            "xn--",
            "é",
            "\u{200b}",
            "e.g.",
            "..",
            "&lt;",
            "`",
            "\"",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let mut last = 0;
    for found in extract(text) {
        prop_assert!(
            found.start >= last && found.start < found.end,
            "{:?}",
            found
        );
        prop_assert_eq!(text.get(found.start..found.end), Some(found.text));
        last = found.end;
        let observable = &found.observable;
        let again = Observable::parse(observable.kind(), observable.value());
        prop_assert_eq!(again.as_ref(), Ok(observable));
        let defanged = Observable::parse(observable.kind(), &observable.defanged());
        prop_assert_eq!(defanged.as_ref(), Ok(observable));
    }
    Ok(())
}

proptest! {
    #[test]
    fn defanging_and_parsing_is_the_identity(observable in observable()) {
        let again = Observable::parse(observable.kind(), &observable.defanged());
        prop_assert_eq!(again, Ok(observable));
    }

    #[test]
    fn canonical_forms_stay(observable in observable()) {
        let again = Observable::parse(observable.kind(), observable.value());
        prop_assert_eq!(again, Ok(observable));
    }

    #[test]
    fn any_text_of_any_kind(kind in kind(), text in "\\PC{0,60}") {
        if let Ok(once) = Observable::parse(kind, &text) {
            prop_assert_eq!(Observable::parse(once.kind(), once.value()), Ok(once.clone()));
            prop_assert_eq!(Observable::parse(once.kind(), &once.defanged()), Ok(once.clone()));
        }
    }

    #[test]
    fn detection_agrees_with_parsing(text in prop_oneof![hostile(), observable().prop_map(|o| o.defanged())]) {
        if let Ok(found) = Observable::detect(&text) {
            let once = found.observable;
            prop_assert_eq!(Observable::parse(once.kind(), once.value()), Ok(once.clone()));
        }
    }

    #[test]
    fn places_are_right_in_any_text(text in "\\PC{0,200}") {
        check(&text)?;
    }

    #[test]
    fn places_are_right_in_hostile_texts(text in hostile()) {
        check(&text)?;
    }

    #[test]
    fn relatives_are_canonical(observable in observable()) {
        let mut all = observable.parents();
        all.extend(observable.host());
        all.extend(observable.registered_domain());
        all.extend(observable.networks().into_iter().step_by(7));
        for one in all {
            prop_assert_eq!(Observable::parse(one.kind(), one.value()), Ok(one.clone()));
        }
    }

    #[test]
    fn networks_hold_the_address(address in prop_oneof![value(Kind::Ipv4), value(Kind::Ipv6)]) {
        let found = Observable::detect(&address).expect("an address").observable;
        let (first, last) = found.address_range().expect("a range");
        for network in found.networks() {
            let (low, high) = network.address_range().expect("a range");
            prop_assert!(low <= first && last <= high);
        }
    }

    #[test]
    fn lines_of_values_give_the_values(values in proptest::collection::vec(
        prop_oneof![value(Kind::Ipv4), value(Kind::Sha256), value(Kind::Cve), Just("https://www.evil.example/a".to_owned()), Just("user@evil.example".to_owned()), Just("www.evil.example".to_owned())],
        0..20,
    )) {
        let want: Vec<_> = values
            .iter()
            .filter(|text| !(text.starts_with("0.") && *text != "0.0.0.0"))
            .map(|text| Observable::detect(text).expect("a value").observable)
            .collect();
        for separator in ["\n", ", ", " | ", "\t", "、"] {
            let text = values.join(separator);
            let found: Vec<_> = extract(&text).into_iter().map(|found| found.observable).collect();
            prop_assert_eq!(&found, &want, "{}", text);
        }
    }

    /// Doubling a text must not find more than twice as much and one at the seam: each part of the text
    /// is consumed once.
    #[test]
    fn findings_do_not_overlap_when_texts_are_joined(text in hostile()) {
        let once = extract(&text).len();
        let twice = extract(&format!("{text}\n{text}")).len();
        prop_assert!(twice <= 2 * once + 2, "{} then {}", once, twice);
    }
}

#[test]
fn derived_and_unique() {
    let text =
        "hxxps://www.evil[.]example/a and user@evil.example, www.evil.example, www.evil.example";
    let mut found = extract(text);
    let hosts = derived(&found);
    assert_eq!(
        hosts
            .iter()
            .map(|host| (host.observable.value(), host.from))
            .collect::<Vec<_>>(),
        [
            ("www.evil.example", Some(Kind::Url)),
            ("evil.example", Some(Kind::Email)),
        ]
    );
    found.extend(hosts);
    let folded = unique(found);
    let shown: Vec<_> = folded
        .iter()
        .map(|one| (one.observable.value(), one.from, one.confidence))
        .collect();
    assert_eq!(
        shown,
        [
            ("https://www.evil.example/a", None, Confidence::Defanged),
            ("user@evil.example", None, Confidence::Bare),
            ("www.evil.example", None, Confidence::Defanged),
            ("evil.example", Some(Kind::Email), Confidence::Bare),
        ]
    );
}

#[test]
fn ports_places_and_confidence() {
    let text = "前置き 192.0.2.1:443 hxxp://evil[.]example/ http://evil.example/ ::ffff:c000:201";
    let found = extract(text);
    let shown: Vec<_> = found
        .iter()
        .map(|one| (one.text, one.port, one.confidence))
        .collect();
    assert_eq!(
        shown,
        [
            ("192.0.2.1:443", Some(443), Confidence::Bare),
            ("hxxp://evil[.]example/", None, Confidence::Defanged),
            ("http://evil.example/", None, Confidence::Scheme),
            ("::ffff:c000:201", None, Confidence::Bare),
        ]
    );
}

#[test]
fn a_colon_of_full_width_behind_an_address_is_none_of_it() {
    for (text, found) in [
        ("::192：", vec!["::192"]),
        ("通信先 2001:db8::17：不明", vec!["2001:db8::17"]),
        ("2001：db8：：17： ", vec!["2001：db8：：17"]),
        ("2001:db8::17[:] ", vec!["2001:db8::17"]),
        ("2001:db8::17. ", vec!["2001:db8::17"]),
    ] {
        let shown: Vec<&str> = extract(text).iter().map(|one| one.text).collect();
        assert_eq!(shown, found, "{text}");
    }
}
