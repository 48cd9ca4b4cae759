//! What a checked URL looks like afterwards; what is refused is in the table
//! of hostile URLs under `tests/`.

use super::*;
use crate::purpose::Purpose;

fn parse(text: &str) -> Result<Target, EgressError> {
    Target::parse(text, &Policy::of(Purpose::Feed), &Redactor::default())
}

fn url(text: &str) -> String {
    parse(text).unwrap().url().to_string()
}

#[test]
fn keeps_ordinary_urls() {
    for text in [
        "https://feeds.example/list.csv?since=2026&x=%5C",
        "http://feeds.example:8080/a%2Fb",
        "https://feeds.example/@handle/feed.xml",
        "https://1.1.1.1/list",
        "https://[2606:4700::1111]/list",
        "https://a_b.example/",
    ] {
        assert_eq!(url(text), text);
    }
}

#[test]
fn spells_hosts_one_way() {
    assert_eq!(
        url(" HTTPS://Feeds.EXAMPLE.:443/x#part "),
        "https://feeds.example/x"
    );
    assert_eq!(
        url("https://食べ物.example/"),
        "https://xn--59j689q5dya.example/"
    );
    assert_eq!(url("https:feeds.example"), "https://feeds.example/");
    assert_eq!(url("https://@feeds.example/"), "https://feeds.example/");
}

#[test]
fn follows_relative_locations() {
    let from = parse("https://feeds.example/a/b?c").unwrap();
    let follow = |to: &str| {
        let policy = Policy::of(Purpose::Feed);
        from.follow(to, &policy, &Redactor::default())
            .map(|t| t.url().to_string())
    };
    assert_eq!(follow("d").unwrap(), "https://feeds.example/a/d");
    assert_eq!(follow("/d").unwrap(), "https://feeds.example/d");
    assert_eq!(
        follow("//other.example/d").unwrap(),
        "https://other.example/d"
    );
    assert_eq!(follow("?d").unwrap(), "https://feeds.example/a/b?d");
    assert!(follow("//10.0.0.5/").is_err());
    assert!(follow("/\\10.0.0.5/").is_err());
    assert!(follow("file:///etc/passwd").is_err());
}

#[test]
fn http_is_refused_for_sign_in_unless_the_host_is_listed() {
    let mut policy = Policy::of(Purpose::SignIn);
    let parse = |policy: &Policy, text| Target::parse(text, policy, &Redactor::default());
    let refused = parse(&policy, "http://login.example:8080/")
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        refused,
        "http://login.example:8080/: the scheme `http` is not open for sign-in; \
         use https, or allow the host and port under [egress] sign_in"
    );
    policy.private.push("login.example:8080".parse().unwrap());
    assert!(parse(&policy, "http://login.example:8080/").is_ok());
    policy.private = vec!["10.0.0.0/8:8080".parse().unwrap()];
    assert!(parse(&policy, "http://login.example:8080/").is_err());
    assert!(parse(&policy, "http://10.1.2.3:8080/").is_ok());
}

#[test]
fn special_names_open_by_name() {
    let mut policy = Policy::of(Purpose::Feed);
    policy.private.push("127.0.0.1:8080".parse().unwrap());
    let parse =
        |policy: &Policy| Target::parse("http://localhost:8080/", policy, &Redactor::default());
    assert!(matches!(parse(&policy), Err(EgressError::Name { .. })));
    policy.private.push("localhost:8080".parse().unwrap());
    assert!(parse(&policy).is_ok());
}

#[test]
fn messages_hide_secrets_in_hosts() {
    let redactor = Redactor::new(["S3cret".to_owned()]);
    let policy = Policy::of(Purpose::Feed);
    let error = Target::parse("http://s3cret.zone.example:22/", &policy, &redactor)
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "port 22 of ***.zone.example is not open for feed; \
         allow `***.zone.example:22` under [egress] feed if that is meant"
    );
}

mod readings {
    //! The HTTP client reads the checked URL once more, with another parser.

    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static ANY_PORT: LazyLock<Policy> = LazyLock::new(|| Policy {
        ports: (1..=u16::MAX).collect(),
        ..Policy::of(Purpose::Feed)
    });

    /// Text in the shape of a URL, full of what parsers disagree about.
    fn url_like() -> impl Strategy<Value = String> {
        let authority = r"[a-z0-9.@:%\[\]/?#_\-~!$&'()*+,;= |^`{}<>１。]{0,24}";
        let rest = r#"[ -~é１]{0,24}"#;
        (
            prop_oneof!["http://", "https://", "http:", "//"],
            prop_oneof![Just(""), Just("feeds.example")],
            authority,
            rest,
        )
            .prop_map(|(scheme, host, authority, rest)| format!("{scheme}{host}{authority}/{rest}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn agree_on_where_to_go(text in url_like()) {
            if let Ok(target) = Target::parse(&text, &ANY_PORT, &Redactor::default()) {
                let read: http::Uri = target.url().as_str().parse().unwrap();
                prop_assert_eq!(read.host(), target.url().host_str());
                prop_assert_eq!(read.port_u16(), target.url().port());
                prop_assert_eq!(read.scheme_str(), Some(target.url().scheme()));
            }
        }
    }
}
