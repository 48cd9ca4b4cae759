//! Which RDAP server answers for which top-level domain: what is configured, IANA's list, or a few that are known.

use std::collections::BTreeMap;

use serde_json::Value;

/// Where IANA publishes its list (RFC 9224).
pub(super) const IANA: &str = "https://data.iana.org/rdap/dns.json";
/// The most bytes of it.
pub(super) const LARGEST: u64 = 2 << 20;
/// Endings that are read of it.
const MOST: usize = 20_000;

/// Until IANA's list was read.
const KNOWN: [(&str, &str); 3] = [
    ("com", "https://rdap.verisign.com/com/v1/"),
    ("net", "https://rdap.verisign.com/net/v1/"),
    ("org", "https://rdap.publicinterestregistry.org/rdap/"),
];

/// Base addresses by ending; `*` stands for all others.
#[derive(Clone, Debug)]
pub(super) struct Bases {
    configured: BTreeMap<String, String>,
    listed: BTreeMap<String, String>,
}

impl Bases {
    /// `configured` are `ENDING=ADDRESS`.
    ///
    /// # Errors
    ///
    /// The first that is not so written.
    pub(super) fn new(configured: &[String]) -> Result<Bases, String> {
        let mut bases = BTreeMap::new();
        for one in configured {
            let pair = one.split_once('=').filter(|(ending, address)| {
                !ending.is_empty()
                    && (address.starts_with("https://") || address.starts_with("http://"))
            });
            let (ending, address) = pair.ok_or_else(|| {
                format!("{one:?} names no RDAP server: write it as jp=https://rdap.example/")
            })?;
            bases.insert(
                ending.trim_start_matches('.').to_ascii_lowercase(),
                address.to_owned(),
            );
        }
        let known = KNOWN
            .iter()
            .map(|(ending, base)| ((*ending).to_owned(), (*base).to_owned()));
        Ok(Bases {
            configured: bases,
            listed: known.collect(),
        })
    }

    /// Takes IANA's list over; what is no such list changes nothing.
    pub(super) fn read(&mut self, body: &[u8]) -> bool {
        let Ok(list) = serde_json::from_slice::<Value>(body) else {
            return false;
        };
        let mut listed = BTreeMap::new();
        for service in list["services"].as_array().into_iter().flatten() {
            let addresses = service[1].as_array().into_iter().flatten();
            let secure = addresses
                .filter_map(Value::as_str)
                .find(|address| address.starts_with("https://"));
            let Some(address) = secure else { continue };
            for ending in service[0]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                if listed.len() < MOST {
                    listed.insert(ending.to_ascii_lowercase(), address.to_owned());
                }
            }
        }
        let any = !listed.is_empty();
        if any {
            self.listed = listed;
        }
        any
    }

    /// Where a domain is asked about.
    pub(super) fn address(&self, domain: &str) -> Option<String> {
        let ending = domain.rsplit('.').next()?;
        let of = |bases: &BTreeMap<String, String>, key: &str| bases.get(key).cloned();
        let base = of(&self.configured, ending)
            .or_else(|| of(&self.listed, ending))
            .or_else(|| of(&self.configured, "*"))?;
        Some(format!("{}/domain/{domain}", base.trim_end_matches('/')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_configured_comes_first_and_iana_s_list_takes_the_place_of_what_is_known() {
        let mut bases = Bases::new(&["jp=https://rdap.example/jp/".to_owned()]).unwrap();
        let jp = bases.address("example.co.jp").unwrap();
        assert_eq!(jp, "https://rdap.example/jp/domain/example.co.jp");
        assert!(
            bases
                .address("example.com")
                .unwrap()
                .starts_with("https://rdap.verisign.com/")
        );
        assert_eq!(bases.address("example.test"), None);
        // After RFC 9224, section 4.
        let list = br#"{"version":"1.0","publication":"2024-01-07T10:11:12Z","description":"x","services":[
            [["net","com"],["http://r.example/","https://registry.example.com/myrdap/"]],
            [["jp"],["https://other.example/"]], [["odd"],[7]], 5]}"#;
        assert!(bases.read(list));
        assert_eq!(
            bases.address("a.net").unwrap(),
            "https://registry.example.com/myrdap/domain/a.net"
        );
        assert!(
            bases
                .address("a.jp")
                .unwrap()
                .starts_with("https://rdap.example/jp/")
        );
        assert_eq!(bases.address("a.odd"), None);
        assert!(!bases.read(b"<html>") && !bases.read(b"{}"));
        assert!(bases.address("a.com").is_some());
    }

    #[test]
    fn one_server_may_stand_for_all_others() {
        let bases = Bases::new(&["*=http://127.0.0.1:8/".to_owned()]).unwrap();
        assert_eq!(
            bases.address("a.test").unwrap(),
            "http://127.0.0.1:8/domain/a.test"
        );
        for bad in ["jp", "=https://a", "jp=ftp://a"] {
            assert!(Bases::new(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
