//! The invented world that the demo's sources watch: campaigns, and the servers, names, links and files of each.

use noroshi_indicator::{Kind, Observable};

use super::random::Random;

/// A name that three sources list.
pub(super) const KNOWN_NAME: &str = "login-kaisha.example";

/// What lies around it, and what the examples of the documentation ask for.
const KNOWN_NAMES: [&str; 5] = [
    KNOWN_NAME,
    "www.login-kaisha.example",
    "mail.login-kaisha.example",
    "evil.example",
    "www.evil.example",
];
const KNOWN_LINKS: [&str; 5] = [
    "http://login-kaisha.example/ja/login.php",
    "http://login-kaisha.example/ja/otp.php",
    "https://www.login-kaisha.example/invoice.zip",
    "http://evil.example/login",
    "http://evil.example/update/setup.exe",
];

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// How long ago the first campaign began, in days.
const WEEKS: u64 = 6 * 7;

/// One invented malware family or phishing theme, with its tags.
const FAMILIES: [(&str, &[&str]); 12] = [
    ("KageBot", &["botnet", "c2"]),
    ("YukiStealer", &["c2", "stealer"]),
    ("TanukiLoader", &["loader", "malware"]),
    ("KitsuneRAT", &["c2", "rat"]),
    ("AmeRansom", &["malware", "ransomware"]),
    ("SoraMiner", &["coinminer", "malware"]),
    ("HotaruPhish", &["credential-theft", "phishing"]),
    ("NamiKit", &["phishing", "phishing-kit"]),
    ("IwashiSpy", &["apt", "rat"]),
    ("KumoBackdoor", &["apt", "backdoor"]),
    ("SuzumeDropper", &["dropper", "malware"]),
    ("RaiWorm", &["iot", "worm"]),
];

const FIRST: [&str; 16] = [
    "login", "secure", "mail", "update", "account", "cdn", "portal", "verify", "cloud", "docs",
    "invoice", "vpn", "support", "static", "api", "delivery",
];
const SECOND: [&str; 16] = [
    "kaisha", "ginko", "yubin", "takuhai", "denki", "shop", "pay", "hotel", "news", "games",
    "travel", "tax", "city", "school", "parts", "trade",
];
const FILES: [&str; 8] = [
    "invoice.zip",
    "setup.exe",
    "bin.sh",
    "update.msi",
    "arm7",
    "document.iso",
    "login.php",
    "gate.php",
];

/// Who does what with which things.
pub(super) struct Campaign {
    pub(super) family: &'static str,
    pub(super) tags: &'static [&'static str],
    /// Microseconds since the epoch.
    pub(super) began: i64,
    pub(super) names: Vec<Observable>,
    pub(super) addresses: Vec<Observable>,
    pub(super) links: Vec<Observable>,
    pub(super) files: Vec<Observable>,
}

/// All campaigns, and the noise around them.
pub(super) struct Cast {
    pub(super) now: i64,
    pub(super) campaigns: Vec<Campaign>,
    /// Addresses that try passwords everywhere.
    pub(super) scanners: Vec<Observable>,
}

impl Cast {
    /// The same cast for the same seed; only its dates move with `now`.
    pub(super) fn new(seed: u64, now: i64) -> Cast {
        let mut random = Random::new(seed);
        let campaigns = (0..48)
            .map(|number| Campaign::new(number, now, &mut random))
            .collect();
        let scanners = (0..420).filter_map(|_| address(&mut random, 20)).collect();
        Cast {
            now,
            campaigns,
            scanners,
        }
    }
}

impl Campaign {
    fn new(number: usize, now: i64, random: &mut Random) -> Campaign {
        let (family, tags) = FAMILIES
            .get(number % FAMILIES.len())
            .copied()
            .unwrap_or_default();
        let ago = i64::try_from(random.below(WEEKS * 24)).unwrap_or_default() + 24;
        let mut names: Vec<Observable> = Vec::new();
        if number == 0 {
            names.extend(
                KNOWN_NAMES
                    .iter()
                    .filter_map(|name| value(Kind::Domain, name)),
            );
        }
        names.extend((0..14).filter_map(|_| name(random)));
        let addresses: Vec<_> = (0..10).filter_map(|_| address(random, 30)).collect();
        let mut links: Vec<Observable> = (0..16)
            .filter_map(|_| link(&names, &addresses, random))
            .collect();
        if number == 0 {
            links.extend(KNOWN_LINKS.iter().filter_map(|link| value(Kind::Url, link)));
        }
        let files = (0..18).filter_map(|_| file(random)).collect();
        Campaign {
            family,
            tags,
            began: now - ago * (DAY / 24),
            names,
            addresses,
            links,
            files,
        }
    }
}

fn value(kind: Kind, text: &str) -> Option<Observable> {
    Observable::parse(kind, text).ok()
}

fn name(random: &mut Random) -> Option<Observable> {
    let (first, second) = (random.word(&FIRST), random.word(&SECOND));
    let below = if random.percent(40) { "www." } else { "" };
    let name = match random.below(3) {
        0 => format!("{first}-{second}{}.example", random.below(100)),
        1 => format!("{below}{second}-{first}-{}.example", random.hex(4)),
        _ => format!("{first}.{second}{}.example", random.below(1_000)),
    };
    value(Kind::Domain, &name)
}

/// IPv4, or so many times out of a hundred IPv6.
fn address(random: &mut Random, ipv6: u64) -> Option<Observable> {
    if random.percent(ipv6) {
        let text = format!("2001:db8:{}::{}", random.hex(2), random.hex(3));
        return value(Kind::Ipv6, &text);
    }
    let network = random.word(&["192.0.2", "198.51.100", "203.0.113"]);
    value(Kind::Ipv4, &format!("{network}.{}", 1 + random.below(254)))
}

fn link(names: &[Observable], addresses: &[Observable], random: &mut Random) -> Option<Observable> {
    let hosts = if random.percent(70) { names } else { addresses };
    let host = random.pick(hosts)?;
    let host = match host.kind() {
        Kind::Ipv6 => format!("[{}]", host.value()),
        _ => host.value().to_owned(),
    };
    let (scheme, file) = (random.word(&["http", "https"]), random.word(&FILES));
    value(
        Kind::Url,
        &format!("{scheme}://{host}/{}/{file}", random.hex(6)),
    )
}

fn file(random: &mut Random) -> Option<Observable> {
    match random.below(4) {
        0 => value(Kind::Md5, &random.hex(32)),
        1 => value(Kind::Sha1, &random.hex(40)),
        _ => value(Kind::Sha256, &random.hex(64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_in_documentation_space() {
        let cast = Cast::new(1, 1_795_316_400_000_000);
        let campaigns = cast.campaigns.iter();
        let all: Vec<&Observable> = campaigns
            .flat_map(|c| c.names.iter().chain(&c.addresses).chain(&c.links))
            .chain(&cast.scanners)
            .collect();
        assert!(all.len() > 2_000, "{}", all.len());
        for one in all {
            let host = one.host().unwrap_or_else(|| one.clone());
            let host = host.value();
            let invented = host.ends_with(".example")
                || ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"]
                    .iter()
                    .any(|range| host.starts_with(range));
            assert!(invented, "{host}");
        }
    }

    #[test]
    fn only_the_dates_move() {
        let (one, two) = (Cast::new(1, DAY), Cast::new(1, 3 * DAY));
        for (a, b) in one.campaigns.iter().zip(&two.campaigns) {
            assert_eq!(a.began + 2 * DAY, b.began);
            assert_eq!(
                (&a.names, &a.links, &a.files),
                (&b.names, &b.links, &b.files)
            );
        }
    }
}
