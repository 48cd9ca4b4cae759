//! When to ask again.

use std::time::Duration;

use noroshi_egress::RetryAfter;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The first wait after a failure; every further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(5 * 60);

/// The first wait after a stream broke; every further one doubles it, up to the longest.
const FIRST_BREAK: Duration = Duration::from_secs(1);
const LONGEST_BREAK: Duration = Duration::from_secs(5 * 60);

/// The longest wait that we choose.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3_600);

/// The longest wait that a publisher may choose.
const LONGEST_ASKED: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The next run after a good one: the interval, a tenth more or less so that sources do not march in step.
/// Times are in microseconds since the epoch.
pub(crate) fn after_success(now: i64, interval: Duration, name: &str) -> i64 {
    later(now, jittered(interval, now, name))
}

/// The next run after a failure, `failures` having gone before it.
pub(crate) fn after_failure(now: i64, failures: i64, asked: Option<RetryAfter>, name: &str) -> i64 {
    let doublings = u32::try_from(failures.clamp(0, 16)).unwrap_or_default();
    let ours = FIRST_WAIT
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(LONGEST_WAIT);
    let asked = asked.map_or(Duration::ZERO, |asked| asked.wait(now).min(LONGEST_ASKED));
    // Never earlier than asked for.
    later(now, jittered(ours, now, name).max(asked))
}

/// How long to wait before a stream that broke is opened again, `failures` having gone before without one that lasted.
pub(crate) fn after_break(
    now: i64,
    failures: u32,
    asked: Option<RetryAfter>,
    name: &str,
) -> Duration {
    let ours = FIRST_BREAK
        .saturating_mul(2_u32.saturating_pow(failures.min(16)))
        .min(LONGEST_BREAK);
    let asked = asked.map_or(Duration::ZERO, |asked| asked.wait(now).min(LONGEST_ASKED));
    jittered(ours, now, name).max(asked)
}

fn later(now: i64, wait: Duration) -> i64 {
    now.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX))
}

/// Between 90 and 110 per cent. No secret hangs on it, so a hash of the name and the time is random enough.
fn jittered(wait: Duration, now: i64, name: &str) -> Duration {
    let hash = xxh3_64_with_seed(name.as_bytes(), now.cast_unsigned());
    let percent = 90 + u32::try_from(hash % 21).unwrap_or_default();
    wait.saturating_mul(percent) / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000;
    const HOUR: Duration = Duration::from_secs(3_600);

    fn within_a_tenth(wait: i64, seconds: i64) -> bool {
        (seconds * SECOND * 9 / 10..=seconds * SECOND * 11 / 10).contains(&wait)
    }

    #[test]
    fn waits_grow_up_to_a_day() {
        for (failures, seconds) in [
            (0, 300),
            (1, 600),
            (5, 9_600),
            (9, 86_400),
            (i64::MAX, 86_400),
        ] {
            let wait = after_failure(0, failures, None, "a");
            assert!(within_a_tenth(wait, seconds), "{failures}: {wait}");
        }
    }

    #[test]
    fn a_publisher_is_never_asked_earlier_than_it_wants() {
        let in_seconds = |seconds| Some(RetryAfter::After(Duration::from_secs(seconds)));
        assert_eq!(after_failure(0, 0, in_seconds(7_200), "a"), 7_200 * SECOND);
        assert!(within_a_tenth(after_failure(0, 0, in_seconds(1), "a"), 300));
        let week = 7 * 24 * 3_600 * SECOND;
        assert_eq!(after_failure(0, 0, in_seconds(4_000_000_000), "a"), week);
    }

    #[test]
    fn sources_do_not_march_in_step() {
        let times: std::collections::BTreeSet<i64> = (0..100)
            .map(|n| after_success(0, HOUR, &format!("source-{n}")))
            .collect();
        assert!(times.len() > 10, "{times:?}");
    }

    proptest! {
        #[test]
        fn every_wait_is_within_its_bounds(now in 0..i64::MAX / 2, failures in -1..100_i64, name in ".{0,10}") {
            prop_assert!(within_a_tenth(after_success(now, HOUR, &name) - now, 3_600));
            let wait = after_failure(now, failures, None, &name) - now;
            prop_assert!((270 * SECOND..=95_040 * SECOND).contains(&wait));
        }
    }
}
