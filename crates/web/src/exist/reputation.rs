//! Reputation: what sources list now.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use noroshi_indicator::{Kind, Observable};
use noroshi_store::{ExistTest, Listed, ListedFilter};
use serde::Serialize;

use super::refusal::Refusal;
use super::{Asking, answer, dates, envelope};

/// Sources of the original by number, and what ours are called that took their place.
const KNOWN: [(i64, &str, &str); 14] = [
    (201, "MalwareDomainList", ""),
    (211, "abuse.ch Ransomware Tracker", ""),
    (212, "abuse.ch ZeuS Tracker", ""),
    (221, "DShield Low", ""),
    (222, "DShield Medium", ""),
    (223, "DShield High", ""),
    (231, "ThreatExpert", ""),
    (241, "PhishTank", "phishtank"),
    (251, "Bambenek CnC IP", ""),
    (252, "Bambenek CnC Domain", ""),
    (261, "CINS", "cins-army"),
    (271, "CyberCrime Tracker", "cybercrime-tracker"),
    (281, "Malshare", "malshare"),
    (301, "AbuseIPDB", "abuseipdb"),
];
/// Ours have their own number above this.
const OURS: i64 = 1_000;

#[derive(Serialize)]
struct Row {
    id: String,
    source: String,
    ip: Option<String>,
    domain: String,
    url: String,
    description: Option<String>,
    referrer: Option<String>,
    countrycode: &'static str,
    datetime: String,
}

/// What a source is called here.
fn name(asking: &Asking, source: &str) -> String {
    let known = KNOWN.iter().find(|(_, _, ours)| *ours == source);
    known.map_or_else(|| asking.title(source), |(_, name, _)| (*name).to_owned())
}

fn row(asking: &Asking, listed: Listed) -> Row {
    let value = listed.observable.value().to_owned();
    let (mut ip, mut domain, mut url) = (None, String::new(), String::new());
    match listed.observable.kind() {
        Kind::Ipv4 | Kind::Ipv6 => ip = Some(value),
        Kind::Domain => domain = value,
        _ => url = value,
    }
    let about: Vec<String> = [listed.family, listed.note].into_iter().flatten().collect();
    Row {
        id: listed.id,
        source: name(asking, &listed.source),
        ip,
        domain,
        url,
        description: (!about.is_empty()).then(|| about.join(": ")),
        referrer: listed.reference,
        countrycode: "",
        datetime: dates::shown(listed.received),
    }
}

pub(super) async fn list(asking: &Asking) -> Result<Response, Refusal> {
    let (given, caller) = (&asking.given, &asking.caller);
    let mut filter = ListedFilter {
        observable: None,
        source: None,
        tlp: caller.tlp,
    };
    if let Some(number) = given.one("source") {
        match source(asking, number).await? {
            Some(id) => filter.source = Some(id),
            None => return Ok(envelope::empty()),
        }
    }
    for (name, kinds) in [
        ("ip", &[Kind::Ipv4, Kind::Ipv6][..]),
        ("domain", &[Kind::Domain]),
        ("url", &[Kind::Url]),
    ] {
        let Some(text) = given.one(name) else {
            continue;
        };
        let read = kinds
            .iter()
            .find_map(|kind| Observable::parse(*kind, text).ok());
        // No row is about two of them, nor about what is none.
        let one = read.filter(|read| filter.observable.as_ref().is_none_or(|one| one == read));
        match one {
            Some(one) => filter.observable = Some(one),
            None => return Ok(envelope::empty()),
        }
    }
    let test = given.words()?.map(|words| -> ExistTest<Listed> {
        Arc::new(move |listed| words.are_in(&[listed.observable.value()]))
    });
    let store = &asking.state.store;
    let page = store
        .listed(&caller.reader, filter, given.options(test)?)
        .await?;
    Ok(envelope::page(given, page, |listed| row(asking, listed)))
}

pub(super) async fn one(asking: &Asking, id: &str) -> Result<Response, Refusal> {
    let caller = &asking.caller;
    let store = &asking.state.store;
    let listed = store.listed_one(&caller.reader, id, caller.tlp).await?;
    Ok(answer(&row(asking, listed)))
}

/// The numbers of sources, and what they are called.
async fn numbers(asking: &Asking) -> Result<BTreeMap<i64, (String, Option<i64>)>, Refusal> {
    let caller = &asking.caller;
    let store = &asking.state.store;
    let sources = store.listing_sources(&caller.reader, caller.tlp).await?;
    let mut numbers: BTreeMap<i64, (String, Option<i64>)> = KNOWN
        .iter()
        .map(|(number, name, _)| (*number, ((*name).to_owned(), None)))
        .collect();
    for source in sources {
        let known = KNOWN.iter().find(|(_, _, ours)| *ours == source.name);
        let number = known.map_or(OURS + source.id, |(number, _, _)| *number);
        numbers.insert(number, (name(asking, &source.name), Some(source.id)));
    }
    Ok(numbers)
}

/// The source of a number; nothing for one of the original's that is no more.
async fn source(asking: &Asking, number: &str) -> Result<Option<i64>, Refusal> {
    let wrong = || Refusal::choice("source", number);
    let chosen: i64 = number.parse().map_err(|_| wrong())?;
    let numbers = numbers(asking).await?;
    let (_, id) = numbers.get(&chosen).ok_or_else(wrong)?;
    Ok(*id)
}

pub(super) async fn sources(asking: &Asking) -> Result<Response, Refusal> {
    let numbers = numbers(asking).await?.into_iter();
    let named: BTreeMap<i64, String> = numbers.map(|(number, (name, _))| (number, name)).collect();
    Ok(answer(&named))
}
