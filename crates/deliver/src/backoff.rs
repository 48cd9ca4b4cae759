//! How long to wait before another try.

use std::time::Duration;

/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_secs(15);
/// The longest wait of our own, and the longest that a service may ask for.
const LONGEST: Duration = Duration::from_secs(3_600);
const LONGEST_ASKED: Duration = Duration::from_secs(6 * 3_600);
/// Tries before a message is given up: more than two hours.
pub(crate) const MOST: i64 = 10;

/// The wait behind an attempt (1 is the first), at least as long as the service asked for. A fifth of it is chance
/// (`dice` of 0 to 255), so that many do not come back at once.
pub(crate) fn wait(attempt: i64, asked: Option<Duration>, dice: u8) -> Duration {
    let doublings = attempt.clamp(1, 17) - 1;
    let own = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let own = own + own.mul_f64(f64::from(dice) / 255.0 / 5.0);
    own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

/// A throw; where there is no randomness, always the same.
pub(crate) fn dice() -> u8 {
    let mut dice = [0u8];
    let _ = getrandom::fill(&mut dice);
    dice[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<u64> = (1..=MOST).map(|n| wait(n, None, 0).as_secs()).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(wait(1, None, 255).as_secs(), 18);
        assert_eq!(wait(i64::MAX, None, 255).as_secs(), 4320);
        assert_eq!(wait(0, None, 0).as_secs(), 15);
    }

    #[test]
    fn a_service_may_ask_for_longer() {
        let asked = |secs| Some(Duration::from_secs(secs));
        assert_eq!(wait(1, asked(100), 0).as_secs(), 100);
        assert_eq!(wait(5, asked(100), 0).as_secs(), 240);
        assert_eq!(wait(1, asked(1_000_000), 0).as_secs(), 6 * 3_600);
    }
}
