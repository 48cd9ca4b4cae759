//! The demo's sources: what each of them sees of the cast, and how it writes about it.

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::NewListing;

use super::cast::{Campaign, Cast, DAY};
use super::random::Random;

/// An invented source.
pub(super) struct Feed {
    pub(super) name: &'static str,
    pub(super) snapshot: bool,
    pub(super) tlp: Tlp,
    /// Whether only the demo's organisation may read it.
    pub(super) restricted: bool,
    /// What it writes of one campaign.
    sees: fn(&Campaign, &mut Random) -> Vec<NewListing>,
    /// What it writes besides.
    besides: fn(&Cast, &mut Random) -> Vec<NewListing>,
    /// Of a hundred things, how many it sees.
    share: u64,
}

/// One of the runs by which the demo's past came in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Counted from the oldest.
    number: u64,
    /// Microseconds since the epoch.
    pub(super) at: i64,
}

/// Nine runs over four weeks, the last one an hour ago, so that some listings have changed and some have
/// gone.
pub(super) fn runs(now: i64) -> impl Iterator<Item = Run> {
    (0..9).map(move |number: u64| Run {
        number,
        at: now - DAY / 24 - (8 - number.cast_signed()) * 27 * DAY / 8,
    })
}

/// All of them.
pub(super) const FEEDS: [Feed; 6] = [
    Feed {
        name: "demo-c2-tracker",
        snapshot: true,
        tlp: Tlp::Clear,
        restricted: false,
        sees: servers,
        besides: nothing,
        share: 70,
    },
    Feed {
        name: "demo-phishing",
        snapshot: true,
        tlp: Tlp::Clear,
        restricted: false,
        sees: phishing,
        besides: nothing,
        share: 80,
    },
    Feed {
        name: "demo-malware-urls",
        snapshot: false,
        tlp: Tlp::Clear,
        restricted: false,
        sees: links,
        besides: nothing,
        share: 85,
    },
    Feed {
        name: "demo-samples",
        snapshot: false,
        tlp: Tlp::Green,
        restricted: false,
        sees: samples,
        besides: nothing,
        share: 90,
    },
    Feed {
        name: "demo-scanners",
        snapshot: true,
        tlp: Tlp::Clear,
        restricted: false,
        sees: |_, _| Vec::new(),
        besides: scanners,
        share: 90,
    },
    Feed {
        name: "demo-csirt-reports",
        snapshot: false,
        tlp: Tlp::Amber,
        restricted: true,
        sees: reports,
        besides: vulnerabilities,
        share: 35,
    },
];

impl Feed {
    /// What it lists in that run, in no order.
    pub(super) fn listings(&self, cast: &Cast, run: Run) -> Vec<NewListing> {
        let mut random = Random::new(xor_of(self.name));
        let campaigns = cast.campaigns.iter();
        let mut rows: Vec<NewListing> = campaigns
            .flat_map(|campaign| (self.sees)(campaign, &mut random.clone_for(campaign)))
            .collect();
        rows.extend((self.besides)(cast, &mut random));
        rows.retain(|row| self.lists(row, run, &mut random));
        for row in &mut rows {
            row.tags.sort();
            row.last_seen = row.last_seen.map(|seen| seen.min(run.at));
            row.first_seen = row.first_seen.min(row.last_seen);
        }
        rows
    }

    /// The known name is in every run of a source that sees names; the rest comes and goes.
    fn lists(&self, row: &NewListing, run: Run, random: &mut Random) -> bool {
        let (share, here) = (random.percent(self.share), random.below(100));
        let missing = (run.number * 8..run.number * 8 + 6).contains(&here);
        let begun = row.first_seen <= Some(run.at);
        row.observable.value() == super::LISTED || (share && begun && !missing)
    }
}

impl Random {
    /// A stream of its own for each campaign, so that sources see it alike.
    fn clone_for(&self, campaign: &Campaign) -> Random {
        Random::new(self.clone().next() ^ xor_of(campaign.family))
    }
}

fn xor_of(name: &str) -> u64 {
    name.bytes()
        .fold(7, |seed, byte| seed.rotate_left(9) ^ u64::from(byte))
}

fn nothing(_: &Cast, _: &mut Random) -> Vec<NewListing> {
    Vec::new()
}

/// A row about something of a campaign, seen for some days since it began.
fn row(observable: &Observable, campaign: &Campaign, random: &mut Random) -> NewListing {
    let hours = |random: &mut Random, most| i64::try_from(random.below(most)).unwrap_or_default();
    let first = campaign.began + hours(random, 20) * (DAY / 24);
    let tags = campaign.tags.iter().map(|tag| (*tag).to_owned()).collect();
    NewListing {
        observable: observable.clone(),
        item: 0,
        first_seen: Some(first),
        last_seen: Some(first + hours(random, 24 * 30) * (DAY / 24)),
        port: None,
        family: Some(campaign.family.to_owned()),
        tags,
        note: None,
        confidence: None,
        reference: None,
    }
}

fn servers(campaign: &Campaign, random: &mut Random) -> Vec<NewListing> {
    let things = campaign.addresses.iter().chain(&campaign.names);
    things
        .map(|one| NewListing {
            port: [443, 8080, 8443, 4444, 1194]
                .get(random.below(5) as usize)
                .copied()
                .filter(|_| one.kind() != Kind::Domain),
            confidence: Some(50 + (random.below(50) as u8)),
            ..row(one, campaign, random)
        })
        .collect()
}

fn phishing(campaign: &Campaign, random: &mut Random) -> Vec<NewListing> {
    let pages = campaign
        .links
        .iter()
        .filter(|link| link.value().ends_with(".php"));
    let names = campaign.names.iter().take(9);
    names
        .chain(pages)
        .map(|one| NewListing {
            family: None,
            tags: vec![
                random
                    .word(&["bank", "delivery", "tax", "webmail"])
                    .to_owned(),
                "phishing".to_owned(),
            ],
            note: Some(random.word(&NOTES).to_owned()),
            ..row(one, campaign, random)
        })
        .collect()
}

const NOTES: [&str; 5] = [
    "宅配業者をかたるSMSからの誘導先。不在通知を装う。",
    "銀行のログイン画面を模したページ。ワンタイムパスワードも入力させる。",
    "Page imitates a webmail sign-in; asks for the password twice.",
    "国税の還付金をかたるメールに記載。短縮URLを経由する。",
    "Kit archive left open on the server.",
];

fn links(campaign: &Campaign, random: &mut Random) -> Vec<NewListing> {
    let rows = campaign.links.iter().map(|one| {
        let id = 100_000 + random.below(900_000);
        NewListing {
            note: Some(format!(
                "Reported by {}",
                random.word(&["anna", "ben", "chie", "daiki"])
            )),
            reference: Some(format!("https://urls.demo.example/report/{id}")),
            ..row(one, campaign, random)
        }
    });
    rows.collect()
}

fn samples(campaign: &Campaign, random: &mut Random) -> Vec<NewListing> {
    let rows = campaign.files.iter().map(|one| NewListing {
        note: Some(format!(
            "File name {}",
            random.word(&["invoice.exe", "見積書.scr", "setup.msi", "arm7"])
        )),
        confidence: Some(60 + (random.below(40) as u8)),
        ..row(one, campaign, random)
    });
    rows.collect()
}

fn scanners(cast: &Cast, random: &mut Random) -> Vec<NewListing> {
    let servers = cast
        .campaigns
        .iter()
        .flat_map(|campaign| campaign.addresses.iter().take(2));
    let addresses = cast.scanners.iter().chain(servers).cloned();
    let networks = ["192.0.2.128/26", "198.51.100.0/27", "2001:db8:aa::/48"];
    let networks = networks
        .iter()
        .filter_map(|text| Observable::parse(Kind::Cidr, text).ok());
    addresses
        .chain(networks)
        .map(|observable| {
            let days = i64::try_from(random.below(21)).unwrap_or_default();
            NewListing {
                observable,
                item: 0,
                first_seen: Some(cast.now - (days + 2) * DAY),
                last_seen: Some(cast.now - days * (DAY / 24)),
                port: None,
                family: None,
                tags: vec![
                    "bruteforce".to_owned(),
                    random.word(&["ftp", "rdp", "ssh", "telnet"]).to_owned(),
                ],
                note: None,
                confidence: Some((random.below(100)) as u8),
                reference: None,
            }
        })
        .collect()
}

fn reports(campaign: &Campaign, random: &mut Random) -> Vec<NewListing> {
    let things = campaign.names.iter().take(3);
    let things = things
        .chain(campaign.addresses.iter().take(2))
        .chain(campaign.files.iter().take(2));
    let mut rows: Vec<NewListing> = things
        .map(|one| NewListing {
            note: Some("会員組織からの情報提供。公開しないこと。".to_owned()),
            confidence: Some(90),
            ..row(one, campaign, random)
        })
        .collect();
    if let Some(name) = campaign.names.first() {
        let sender = format!("info@{}", name.value());
        if let Ok(sender) = Observable::parse(Kind::Email, &sender) {
            rows.push(row(&sender, campaign, random));
        }
    }
    rows
}

fn vulnerabilities(cast: &Cast, random: &mut Random) -> Vec<NewListing> {
    let used = cast.campaigns.iter().filter_map(|campaign| {
        let id = format!("CVE-2026-{}", 90_000 + random.below(9_000));
        let cve = Observable::parse(Kind::Cve, &id).ok()?;
        let note = format!("Used by {} to get in", campaign.family);
        Some(NewListing {
            note: Some(note),
            ..row(&cve, campaign, random)
        })
    });
    used.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Names of the sources that list each value.
    fn listed(run: usize) -> BTreeMap<Observable, BTreeSet<&'static str>> {
        let cast = Cast::new(super::super::SEED, 1_795_316_400_000_000);
        let run = runs(cast.now).nth(run).unwrap();
        let mut listed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for feed in &FEEDS {
            for row in feed.listings(&cast, run) {
                assert!(row.last_seen <= Some(run.at), "{row:?}");
                assert!(row.first_seen <= row.last_seen, "{row:?}");
                assert!(row.tags.is_sorted(), "{row:?}");
                listed.entry(row.observable).or_default().insert(feed.name);
            }
        }
        listed
    }

    #[test]
    fn sources_overlap_and_change() {
        let (before, after) = (listed(7), listed(8));
        let count =
            |listed: &BTreeMap<_, BTreeSet<_>>| listed.values().map(BTreeSet::len).sum::<usize>();
        assert!((2_000..9_000).contains(&count(&after)), "{}", count(&after));
        let in_three = after.values().filter(|sources| sources.len() >= 3).count();
        assert!(in_three >= 20, "{in_three}");
        let known = Observable::parse(Kind::Domain, super::super::LISTED).unwrap();
        assert!(after[&known].len() >= 3, "{:?}", after[&known]);
        assert!(before.keys().any(|one| !after.contains_key(one)));
        assert!(after.keys().any(|one| !before.contains_key(one)));
    }

    #[test]
    fn many_kinds_are_there() {
        let kinds: BTreeSet<Kind> = listed(8).keys().map(Observable::kind).collect();
        assert!(kinds.len() >= 9, "{kinds:?}");
    }
}
