//! The recipes that are compiled in. A test fails if a file of `sources/` is missing here.

use super::Recipe;

macro_rules! recipes {
    ($($name:literal),* $(,)?) => {
        /// File and text of every shipped recipe.
        pub(super) const SHIPPED: &[(&str, &str)] = &[$(
            (
                concat!("sources/", $name, ".toml"),
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sources/", $name, ".toml")),
            ),
        )*];
    };
}

recipes! {
    "abuseipdb",
    "abuseipdb-mirror",
    "binarydefense",
    "bleepingcomputer",
    "blocklist-de",
    "blocklist-de-bruteforcelogin",
    "blocklist-de-mail",
    "blocklist-de-ssh",
    "bruteforceblocker",
    "c2-tracker",
    "cert-pl",
    "cins-army",
    "cisa-advisories",
    "cve-list",
    "cxsecurity",
    "cybercrime-tracker",
    "dataplane-dnsrd",
    "dataplane-sipquery",
    "dataplane-smtpgreet",
    "dataplane-sshclient",
    "dataplane-sshpwauth",
    "dataplane-telnetlogin",
    "dataplane-vncrfb",
    "dshield-block",
    "epss",
    "et-block-ips",
    "et-compromised",
    "euvd",
    "euvd-exploited",
    "exploit-db",
    "exploit-db-rss",
    "feodo-tracker",
    "github-advisories",
    "greensnow",
    "ipa",
    "ipsum",
    "isc-intelfeed",
    "jpcert",
    "jpcert-eyes",
    "jpcert-phishurl",
    "jvn",
    "jvndb-new",
    "jvndb-new-en",
    "jvndb-update",
    "jvndb-update-en",
    "kev",
    "kev-csv",
    "kev-records",
    "krebsonsecurity",
    "malshare",
    "maltrail-emotet",
    "maltrail-lodeinfo",
    "maltrail-plugx",
    "maltrail-static",
    "malwarebazaar",
    "mastodon-threatintel",
    "metasploit",
    "myjvn-detail",
    "myjvn-overview",
    "nuclei",
    "nvd",
    "openphish",
    "otx",
    "phishing-database-domains",
    "phishing-database-ips",
    "phishing-database-links",
    "phishtank",
    "poc-in-github",
    "ransomlook",
    "ransomware-live",
    "sans-isc",
    "scannetsecurity",
    "security-next",
    "spamhaus-asndrop",
    "spamhaus-drop-v4",
    "spamhaus-drop-v6",
    "sploitus",
    "sslbl",
    "thehackernews",
    "threatfox",
    "tor-exits",
    "tweetfeed",
    "tweetfeed-posts",
    "urlhaus",
    "viriback",
    "vulnerability-lookup",
    "vxvault",
    "zdi-published",
    "zdi-upcoming",
}

/// The shipped recipes, by name. (A test reads them all, so none is left out at run time.)
pub fn shipped() -> Vec<Recipe> {
    SHIPPED
        .iter()
        .filter_map(|(file, text)| Recipe::parse(file, text).ok())
        .collect()
}
