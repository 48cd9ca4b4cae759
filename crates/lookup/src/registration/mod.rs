//! Own names at their registries: what changed, and what will end.
//!
//! A name that lapses is soon somebody else's, who then serves what they like from a place that our pages still trust.
//! Registries are asked by RDAP (RFC 9082, 9083) and found by IANA's list (RFC 9224). Some, such as that of `.jp`,
//! have no RDAP; WHOIS is not spoken here, so of their names nothing is learnt unless a server that speaks RDAP for
//! them is configured.

mod answer;
mod ask;
mod bootstrap;
mod watch;

use noroshi_store::Registration;

pub use answer::{BadAnswer, read};
pub use ask::{AskError, Registries};
pub use watch::watch_domains;

/// Days before the end at which is warned.
const WARNINGS: [i64; 5] = [60, 30, 14, 7, 1];
/// A day in microseconds.
const DAY: i64 = 86_400_000_000;
/// States of a name that is on its way out.
const ENDING: [&str; 3] = ["pending delete", "redemption period", "pending restore"];

/// What is told of a name, and the fewest days before its end that are told of with that.
pub fn news(
    domain: &str,
    before: Option<&Registration>,
    after: &Registration,
    warned: Option<i64>,
    now: i64,
) -> (Vec<String>, Option<i64>) {
    let mut told = Vec::new();
    let known = before.filter(|before| before.registered);
    if !after.registered {
        if before.is_none_or(|before| before.registered) {
            told.push(format!(
                "{domain} is not registered: anybody may register it now. 登録されていません。誰でも登録できる状態です。 #expiry"
            ));
        }
        return (told, None);
    }
    if before.is_some_and(|before| !before.registered) {
        let by = after.registrar.as_deref().unwrap_or("?");
        told.push(format!(
            "{domain} is registered again, by {by}. 再び登録されました。 #registrar"
        ));
    }
    if let Some(before) = known {
        changes(domain, before, after, &mut told);
    }
    let ending = |one: &Registration| one.status.iter().any(|state| ENDING.contains(&&**state));
    if ending(after) && !before.is_some_and(ending) {
        told.push(format!(
            "{domain} is about to be deleted ({}). 削除が予定されています。 #expiry",
            after.status.join(", ")
        ));
    }
    let warned = warning(domain, after, warned, now, &mut told);
    (told, warned)
}

fn changes(domain: &str, before: &Registration, after: &Registration, told: &mut Vec<String>) {
    if let (Some(old), Some(new)) = (&before.registrar, &after.registrar)
        && old != new
    {
        told.push(format!(
            "{domain}: the registrar changed from {old} to {new}. レジストラが変わりました。 #registrar"
        ));
    }
    // An answer without name servers is that of a registry that does not tell them.
    let both = !before.servers.is_empty() && !after.servers.is_empty();
    if both && before.servers != after.servers {
        told.push(format!(
            "{domain}: the name servers changed from {} to {}. ネームサーバーが変わりました。 #nameserver",
            before.servers.join(", "),
            after.servers.join(", ")
        ));
    }
}

/// Warns once at each step. A later end begins anew.
fn warning(
    domain: &str,
    after: &Registration,
    warned: Option<i64>,
    now: i64,
    told: &mut Vec<String>,
) -> Option<i64> {
    let days = after.expires?.saturating_sub(now).div_euclid(DAY);
    let step = WARNINGS.into_iter().filter(|step| days <= *step).min()?;
    if warned.is_some_and(|warned| warned <= step) {
        return warned;
    }
    let date = after
        .expires
        .and_then(|at| jiff::Timestamp::from_microsecond(at).ok());
    let date = date
        .map(|at| at.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default();
    told.push(match days {
        ..0 => format!("{domain} expired on {date}. 有効期限が切れています。 #expiry"),
        days => format!(
            "{domain} expires in {days} days, on {date}. 有効期限まで{days}日です。 #expiry"
        ),
    });
    Some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(registrar: &str, server: &str, days: i64) -> Registration {
        Registration {
            registered: true,
            registrar: Some(registrar.to_owned()),
            servers: vec![server.to_owned()],
            status: vec!["active".to_owned()],
            expires: Some(days * DAY + DAY / 2),
        }
    }

    /// The tags of what is told, and the step.
    fn told(
        before: Option<&Registration>,
        after: &Registration,
        warned: Option<i64>,
    ) -> (Vec<String>, Option<i64>) {
        let (texts, warned) = news("own.example", before, after, warned, 0);
        assert!(
            texts.iter().all(|text| text.starts_with("own.example")),
            "{texts:?}"
        );
        let tag = |text: &String| text.rsplit('#').next().unwrap().to_owned();
        (texts.iter().map(tag).collect(), warned)
    }

    #[test]
    fn what_changed_is_told_and_what_did_not_is_not() {
        let one = registered("A", "ns1.example", 300);
        assert_eq!(told(None, &one, None), (vec![], None));
        assert_eq!(told(Some(&one), &one, None), (vec![], None));
        let other = registered("B", "ns2.example", 300);
        let both = vec!["registrar".to_owned(), "nameserver".to_owned()];
        assert_eq!(told(Some(&one), &other, None), (both, None));
        let silent = Registration {
            registrar: None,
            servers: Vec::new(),
            ..one.clone()
        };
        assert_eq!(
            told(Some(&one), &silent, None),
            (vec![], None),
            "that is no change"
        );
    }

    #[test]
    fn the_end_is_told_step_by_step_and_again_after_a_renewal() {
        let mut warned = None;
        let mut steps = Vec::new();
        for days in (0..90).rev() {
            let one = registered("A", "ns1.example", days);
            let (texts, now_warned) = told(Some(&one), &one, warned);
            steps.extend(texts.iter().map(|_| days));
            warned = now_warned;
        }
        assert_eq!(steps, [60, 30, 14, 7, 1]);
        let renewed = registered("A", "ns1.example", 365);
        assert_eq!(told(Some(&renewed), &renewed, warned), (vec![], None));
        let late = registered("A", "ns1.example", 10);
        assert_eq!(
            told(None, &late, None),
            (vec!["expiry".to_owned()], Some(14))
        );
    }

    #[test]
    fn a_name_that_is_lost_is_told_once() {
        let one = registered("A", "ns1.example", 300);
        let gone = Registration::default();
        let expiry = vec!["expiry".to_owned()];
        assert_eq!(told(Some(&one), &gone, None), (expiry.clone(), None));
        assert_eq!(told(Some(&gone), &gone, None), (vec![], None));
        assert_eq!(told(None, &gone, None), (expiry.clone(), None));
        let again = registered("Stranger", "ns.evil.example", 300);
        assert_eq!(
            told(Some(&gone), &again, None),
            (vec!["registrar".to_owned()], None)
        );
        let ending = Registration {
            status: vec!["pending delete".to_owned()],
            ..one.clone()
        };
        assert_eq!(told(Some(&one), &ending, None), (expiry, None));
        assert_eq!(told(Some(&ending), &ending, None), (vec![], None));
    }
}
