//! What must not be done too often, failed sign-ins above all: a bucket of tokens that fills up again
//! slowly, for each address and each account.
//!
//! Keys of 256 bits are not guessed; for them this keeps a client that tries from costing the database
//! a question each time. Passwords are guessed, and from many addresses, so that accounts have a
//! bucket too.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Clients and accounts that are remembered.
const REMEMBERED: usize = 10_000;
/// Bytes of an account's name that are remembered: no account has a longer one.
const NAME: usize = 64;

/// Whose failures they are.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Whose {
    /// Those of a client, an IPv6 host with its whole /64.
    Address(IpAddr),
    /// Those at an account, whether it is there or not.
    Account(String),
    /// Those that the audit log tells of: it must not be filled up by strangers.
    Told,
    /// Posts of an account, by its number: no failures, but a flood all the same.
    Writer(i64),
}

impl Whose {
    pub(crate) fn address(client: IpAddr) -> Whose {
        Whose::Address(network(client))
    }

    pub(crate) fn account(name: &str) -> Whose {
        let end = name.floor_char_boundary(NAME);
        Whose::Account(name[..end].to_owned())
    }

    /// Failures that it has at once, and how long one takes to be forgotten.
    fn bucket(&self) -> (u32, Duration) {
        match self {
            Whose::Address(_) => (20, Duration::from_secs(3)),
            Whose::Account(_) => (10, Duration::from_secs(15)),
            Whose::Told => (200, Duration::from_secs(2)),
            Whose::Writer(_) => (120, Duration::from_millis(100)),
        }
    }
}

/// What is remembered of all failures.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// When each one's failures will all be forgotten.
    forgotten: Mutex<HashMap<Whose, Instant>>,
}

impl Attempts {
    /// How long to wait before another try.
    pub(crate) fn wait(&self, whose: &Whose, now: Instant) -> Option<Duration> {
        let forgotten = self.forgotten.lock().ok()?;
        let until = forgotten.get(whose)?;
        let (burst, each) = whose.bucket();
        // Full when one more failure would not fit.
        let full = each * (burst - 1);
        until
            .checked_duration_since(now)?
            .checked_sub(full)
            .filter(|wait| !wait.is_zero())
    }

    /// Takes one failure back: the try went well after all.
    pub(crate) fn forgive(&self, whose: &Whose) {
        let (_, each) = whose.bucket();
        if let Ok(mut forgotten) = self.forgotten.lock()
            && let Some(until) = forgotten.get_mut(whose)
            && let Some(earlier) = until.checked_sub(each)
        {
            *until = earlier;
        }
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, whose: Whose, now: Instant) {
        let Ok(mut forgotten) = self.forgotten.lock() else {
            return;
        };
        if forgotten.len() >= REMEMBERED {
            forgotten.retain(|_, until| *until > now);
        }
        if forgotten.len() >= REMEMBERED {
            // So many at once are one attack; its addresses are worth no more memory.
            forgotten.clear();
        }
        let (_, each) = whose.bucket();
        let until = forgotten.entry(whose).or_insert(now);
        *until = (*until).max(now) + each;
    }
}

/// An IPv6 host has a /64 of addresses to itself.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BURST: u32 = 20;
    const EACH: Duration = Duration::from_secs(3);

    fn address(text: &str) -> Whose {
        Whose::address(text.parse().unwrap())
    }

    #[test]
    fn a_client_runs_out_and_gets_one_back_at_a_time() {
        let attempts = Attempts::default();
        let (one, now) = (address("192.0.2.1"), Instant::now());
        for _ in 0..BURST {
            assert_eq!(attempts.wait(&one, now), None);
            attempts.failed(one.clone(), now);
        }
        assert_eq!(attempts.wait(&one, now), Some(EACH));
        assert_eq!(attempts.wait(&address("::ffff:192.0.2.1"), now), Some(EACH));
        assert_eq!(attempts.wait(&address("192.0.2.2"), now), None);
        let later = now + EACH;
        assert_eq!(attempts.wait(&one, later), None);
        attempts.failed(one.clone(), later);
        assert_eq!(attempts.wait(&one, later), Some(EACH));
        assert_eq!(attempts.wait(&one, now + EACH * (BURST + 2)), None);
    }

    #[test]
    fn neighbours_in_a_64_are_one_client() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for host in 0..BURST {
            attempts.failed(address(&format!("2001:db8::{host:x}")), now);
        }
        assert_eq!(attempts.wait(&address("2001:db8::ffff"), now), Some(EACH));
        assert_eq!(attempts.wait(&address("2001:db8:0:1::"), now), None);
    }

    #[test]
    fn an_account_runs_out_wherever_the_tries_come_from() {
        let attempts = Attempts::default();
        let (ben, now) = (Whose::account("ben"), Instant::now());
        for _ in 0..10 {
            assert_eq!(attempts.wait(&ben, now), None);
            attempts.failed(ben.clone(), now);
        }
        assert!(attempts.wait(&ben, now).is_some());
        assert_eq!(attempts.wait(&Whose::account("aiko"), now), None);
        // However long a name is, little of it is kept.
        let long = "\u{3042}".repeat(10_000);
        assert!(matches!(Whose::account(&long), Whose::Account(kept) if kept.len() <= NAME));
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for client in 0..REMEMBERED as u32 * 2 {
            attempts.failed(Whose::Address(IpAddr::V4(client.into())), now);
        }
        assert!(attempts.forgotten.lock().unwrap().len() <= REMEMBERED);
    }
}
