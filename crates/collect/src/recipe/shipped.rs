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
    "blocklist-de",
    "blocklist-de-bruteforcelogin",
    "blocklist-de-mail",
    "blocklist-de-ssh",
    "bluesky-author",
    "bluesky-hunts",
    "bluesky-jetstream",
    "bluesky-search",
    "bruteforceblocker",
    "c2-tracker",
    "cert-pl",
    "cins-army",
    "dataplane-sshclient",
    "dataplane-sshpwauth",
    "dataplane-telnetlogin",
    "dshield-block",
    "et-block-ips",
    "et-compromised",
    "feed",
    "feodo-tracker",
    "greensnow",
    "ipsum",
    "isc-intelfeed",
    "jpcert-phishurl",
    "kev",
    "kev-csv",
    "malshare",
    "maltrail-emotet",
    "maltrail-lodeinfo",
    "maltrail-plugx",
    "maltrail-static",
    "malwarebazaar",
    "mastodon-account",
    "mastodon-hunts",
    "mastodon-stream",
    "mastodon-tag",
    "misskey-account",
    "misskey-tag",
    "openphish",
    "otx",
    "phishing-database-ips",
    "phishing-database-links",
    "phishtank",
    "spamhaus-asndrop",
    "spamhaus-drop-v4",
    "spamhaus-drop-v6",
    "sslbl",
    "threatfox",
    "tor-exits",
    "tweetfeed",
    "urlhaus",
    "viriback",
    "vxvault",
    "x-hunts",
    "x-search",
    "x-user",
}

/// The shipped recipes, by name. (A test reads them all, so none is left out at run time.)
pub fn shipped() -> Vec<Recipe> {
    SHIPPED
        .iter()
        .filter_map(|(file, text)| Recipe::parse(file, text).ok())
        .collect()
}
