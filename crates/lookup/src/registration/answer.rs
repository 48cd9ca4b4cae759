//! An RDAP answer about a domain (RFC 9083), as far as it is needed.

use noroshi_store::Registration;
use serde_json::Value;

/// Values of a list that are read, and characters of a text.
const MOST: usize = 64;
const LONGEST: usize = 256;

/// A body that is no answer about this domain.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadAnswer {
    /// It is no JSON.
    #[error("this is no JSON: {0}")]
    NoJson(String),
    /// It is about something else.
    #[error("this is no RDAP answer about a domain")]
    NoDomain,
    /// It is about another domain.
    #[error("this is an answer about {0}")]
    Other(String),
}

/// Reads an answer about a domain.
///
/// # Errors
///
/// [`BadAnswer`] if it is none.
pub fn read(domain: &str, body: &[u8]) -> Result<Registration, BadAnswer> {
    let answer: Value =
        serde_json::from_slice(body).map_err(|error| BadAnswer::NoJson(error.to_string()))?;
    if answer["objectClassName"] != "domain" {
        return Err(BadAnswer::NoDomain);
    }
    let name = answer["ldhName"].as_str().unwrap_or_default();
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    if name != domain {
        return Err(BadAnswer::Other(short(&name)));
    }
    Ok(Registration {
        registered: true,
        registrar: list(&answer["entities"]).find_map(registrar),
        servers: sorted(list(&answer["nameservers"]).filter_map(|server| {
            let name = server["ldhName"].as_str()?;
            Some(short(&name.trim_end_matches('.').to_ascii_lowercase()))
        })),
        status: sorted(
            list(&answer["status"])
                .filter_map(|state| Some(short(&state.as_str()?.to_ascii_lowercase()))),
        ),
        expires: list(&answer["events"]).find_map(expiry),
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten().take(MOST)
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// One line of theirs.
fn short(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
}

/// The name of an entity that is the registrar: its formatted name, or else its handle.
fn registrar(entity: &Value) -> Option<String> {
    list(&entity["roles"]).find(|role| **role == "registrar")?;
    let card = list(&entity["vcardArray"][1]);
    let named = card
        .filter(|property| property[0] == "fn")
        .find_map(|property| property[3].as_str());
    let name = named.or_else(|| entity["handle"].as_str())?;
    Some(short(name.trim())).filter(|name| !name.is_empty())
}

fn expiry(event: &Value) -> Option<i64> {
    if event["eventAction"] != "expiration" {
        return None;
    }
    let at: jiff::Timestamp = event["eventDate"].as_str()?.parse().ok()?;
    Some(at.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After the example of RFC 9083, section 5.3.
    const SAMPLE: &str = r#"{
        "rdapConformance": ["rdap_level_0"], "objectClassName": "domain", "handle": "XXXX",
        "ldhName": "EXAMPLE.com", "unicodeName": "example.com",
        "nameservers": [
            {"objectClassName": "nameserver", "handle": "XXXX", "ldhName": "ns2.example.com.", "status": ["active"]},
            {"objectClassName": "nameserver", "handle": "XXXX", "ldhName": "NS1.example.com"}
        ],
        "secureDNS": {"zoneSigned": true, "delegationSigned": true},
        "status": ["locked", "client transfer prohibited"],
        "events": [
            {"eventAction": "registration", "eventDate": "1990-12-31T23:59:59Z"},
            {"eventAction": "expiration", "eventDate": "2016-12-31T23:59:59Z", "eventActor": "joe@example.com"}
        ],
        "entities": [
            {"objectClassName": "entity", "handle": "T", "roles": ["technical"]},
            {"objectClassName": "entity", "handle": "292", "roles": ["registrar"],
             "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Joe's Registrar"]]],
             "publicIds": [{"type": "IANA Registrar ID", "identifier": "1"}]}
        ]
    }"#;

    #[test]
    fn an_answer_is_read() {
        let read = read("example.com", SAMPLE.as_bytes()).unwrap();
        assert_eq!(read.registrar.as_deref(), Some("Joe's Registrar"));
        assert_eq!(read.servers, ["ns1.example.com", "ns2.example.com"]);
        assert_eq!(read.status, ["client transfer prohibited", "locked"]);
        let end: jiff::Timestamp = "2016-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(read.expires, Some(end.as_microsecond()));
    }

    #[test]
    fn whatever_else_comes_is_refused_or_left_out() {
        assert!(matches!(
            read("a.example", b"<html>"),
            Err(BadAnswer::NoJson(_))
        ));
        assert_eq!(read("a.example", b"[]"), Err(BadAnswer::NoDomain));
        let other = br#"{"objectClassName":"domain","ldhName":"b.example"}"#;
        assert_eq!(
            read("a.example", other),
            Err(BadAnswer::Other("b.example".to_owned()))
        );
        let odd = br#"{"objectClassName":"domain","ldhName":"a.example","status":7,"events":[{"eventAction":"expiration","eventDate":"soon"}],"entities":[{"roles":["registrar"],"vcardArray":"x"}],"nameservers":[{},{"ldhName":7}]}"#;
        let odd = read("a.example", odd).unwrap();
        let plain = Registration {
            registered: true,
            ..Registration::default()
        };
        assert_eq!(odd, plain);
    }
}
