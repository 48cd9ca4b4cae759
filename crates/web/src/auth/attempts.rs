//! Failed sign-ins of each client: a bucket of tokens that fills up again slowly.
//!
//! Keys of 256 bits are not guessed; this keeps a client that tries from costing the database a
//! question each time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Failures that a client has at once.
const BURST: u32 = 20;
/// How long one failure takes to be forgotten.
const EACH: Duration = Duration::from_secs(3);
/// Clients that are remembered.
const REMEMBERED: usize = 10_000;

/// What is remembered of the failures of all clients.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// When each client's failures will all be forgotten.
    forgotten: Mutex<HashMap<IpAddr, Instant>>,
}

impl Attempts {
    /// How long the client has to wait before it may try.
    pub(crate) fn wait(&self, client: IpAddr, now: Instant) -> Option<Duration> {
        let forgotten = self.forgotten.lock().ok()?;
        let until = forgotten.get(&network(client))?;
        // Full when one more failure would not fit.
        let full = EACH * (BURST - 1);
        until
            .checked_duration_since(now)?
            .checked_sub(full)
            .filter(|wait| !wait.is_zero())
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, client: IpAddr, now: Instant) {
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
        let until = forgotten.entry(network(client)).or_insert(now);
        *until = (*until).max(now) + EACH;
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

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_client_runs_out_and_gets_one_back_at_a_time() {
        let attempts = Attempts::default();
        let (one, now) = (address("192.0.2.1"), Instant::now());
        for _ in 0..BURST {
            assert_eq!(attempts.wait(one, now), None);
            attempts.failed(one, now);
        }
        assert_eq!(attempts.wait(one, now), Some(EACH));
        assert_eq!(attempts.wait(address("::ffff:192.0.2.1"), now), Some(EACH));
        assert_eq!(attempts.wait(address("192.0.2.2"), now), None);
        let later = now + EACH;
        assert_eq!(attempts.wait(one, later), None);
        attempts.failed(one, later);
        assert_eq!(attempts.wait(one, later), Some(EACH));
        assert_eq!(attempts.wait(one, now + EACH * (BURST + 2)), None);
    }

    #[test]
    fn neighbours_in_a_64_are_one_client() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for host in 0..BURST {
            attempts.failed(address(&format!("2001:db8::{host:x}")), now);
        }
        assert_eq!(attempts.wait(address("2001:db8::ffff"), now), Some(EACH));
        assert_eq!(attempts.wait(address("2001:db8:0:1::"), now), None);
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for client in 0..REMEMBERED as u32 * 2 {
            attempts.failed(IpAddr::V4(client.into()), now);
        }
        assert!(attempts.forgotten.lock().unwrap().len() <= REMEMBERED);
    }
}
