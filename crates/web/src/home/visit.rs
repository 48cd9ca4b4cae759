//! Since when things are new to a reader: two times in a cookie.

use axum::http::HeaderMap;

use crate::frame::cookie;

/// A visit goes on while the page is asked for at least this often, in microseconds.
const PAUSE: i64 = 30 * 60 * 1_000_000;

/// The last visit, and this one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Visit {
    /// When the last visit ended, in microseconds since the epoch: what came later is new.
    pub(super) since: Option<i64>,
    at: i64,
}

impl Visit {
    /// As the cookie has it; whatever it holds, the page is shown.
    pub(super) fn of(headers: &HeaderMap, now: i64) -> Visit {
        let kept = cookie(headers, "visit").and_then(Visit::read);
        let since = kept.and_then(|kept| match now.saturating_sub(kept.at) > PAUSE {
            // After a pause it is another visit, and all that was shown in the last one is old.
            true => Some(kept.at),
            false => kept.since,
        });
        Visit {
            since: since.filter(|since| (0..=now).contains(since)),
            at: now,
        }
    }

    fn read(cookie: &str) -> Option<Visit> {
        let (since, at) = cookie.split_once('.')?;
        Some(Visit {
            since: since.parse().ok(),
            at: at.parse().ok()?,
        })
    }

    /// For `Set-Cookie`.
    pub(super) fn cookie(self) -> String {
        let since = self.since.map(|since| since.to_string());
        let (since, at) = (since.unwrap_or_default(), self.at);
        format!("visit={since}.{at}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn with(cookie: &str) -> HeaderMap {
        let value = HeaderValue::from_str(cookie.split(';').next().unwrap()).unwrap();
        HeaderMap::from_iter([(header::COOKIE, value)])
    }

    #[test]
    fn what_came_after_the_last_visit_is_new() {
        let first = Visit::of(&HeaderMap::new(), MINUTE);
        assert_eq!(first.since, None);
        let again = Visit::of(&with(&first.cookie()), 20 * MINUTE);
        assert_eq!(again.since, None, "the same visit goes on");
        let next_day = Visit::of(&with(&again.cookie()), 1_440 * MINUTE);
        assert_eq!(next_day.since, Some(20 * MINUTE));
        let reload = Visit::of(&with(&next_day.cookie()), 1_441 * MINUTE);
        assert_eq!(reload.since, Some(20 * MINUTE));
    }

    #[test]
    fn a_strange_cookie_is_no_visit() {
        for cookie in [
            "visit=",
            "visit=1",
            "visit=a.b",
            "visit=1.2.3",
            "visit=.",
            "x",
        ] {
            assert_eq!(Visit::of(&with(cookie), 5).since, None, "{cookie}");
        }
        for at in [i64::MIN, i64::MAX] {
            let visit = Visit::of(&with(&format!("visit={at}.{at}")), 5);
            assert_eq!(visit.since, None);
        }
    }
}
