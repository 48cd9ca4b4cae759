//! A post as the face shows it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use noroshi_store::{EVERYONE, Entry, Error, Post, Store};
use serde::Serialize;

use super::avatar;

/// What a post to everyone is seen through.
const FOR_ALL: &str = "<ForAllUser>";

/// The time zone in which somebody reads times.
#[derive(Clone, Debug)]
pub(super) struct Clock(TimeZone);

impl Clock {
    /// That of an account's settings, or UTC.
    pub(super) async fn of(store: &Store, account: i64) -> Result<Clock, Error> {
        let zone = store.preferences(account).await?.zone;
        let zone = zone.and_then(|zone| TimeZone::get(&zone).ok());
        Ok(Clock(zone.unwrap_or(TimeZone::UTC)))
    }

    /// `2026/11/21 22:08:40`.
    pub(super) fn told(&self, micros: i64) -> String {
        let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(self.0.clone())
            .strftime("%Y/%m/%d %H:%M:%S")
            .to_string()
    }
}

/// Seconds since the epoch.
pub(super) fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// As it may stand in HTML, between tags or in an attribute of double quotation marks.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// The list that an audience is, and whose it is; an audience that is no list has no owner.
pub(super) fn list_of(audience: &str) -> (String, Option<String>) {
    match audience.split_once('/') {
        _ if audience == EVERYONE => (FOR_ALL.to_owned(), None),
        Some((owner, name)) => (name.to_owned(), Some(owner.to_owned())),
        None => (audience.to_owned(), None),
    }
}

/// A row, with the members and the spelling of the original.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Mew {
    pub(super) id: i64,
    text: String,
    pub(super) user_name: String,
    icon_url: String,
    time: String,
    unix_time: f64,
    own_stard: bool,
    own_retweeted: bool,
    is_retweet: bool,
    retweet_user_name: Option<String>,
    retweet_unix_time: Option<f64>,
    retweet_time: Option<String>,
    list_name: String,
    list_owner_name: Option<String>,
    /// The number of the row, for `since_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    row_id: Option<i64>,
}

impl Mew {
    /// By itself: in threads, stories and under tags.
    pub(super) fn alone(post: &Post, clock: &Clock) -> Mew {
        let (list_name, list_owner_name) = list_of(&post.audience);
        Mew {
            id: post.id,
            text: escaped(&post.text),
            icon_url: avatar::path(&post.from.name),
            user_name: post.from.name.clone(),
            time: clock.told(post.received),
            unix_time: seconds(post.received),
            own_stard: post.starred,
            own_retweeted: post.reposted,
            is_retweet: false,
            retweet_user_name: None,
            retweet_unix_time: None,
            retweet_time: None,
            list_name,
            list_owner_name,
            row_id: None,
        }
    }

    /// As a row of a timeline, which says when it came there.
    pub(super) fn row(entry: &Entry, clock: &Clock) -> Mew {
        let post = &entry.post;
        let repost = entry.repost.as_ref();
        let at = repost.map_or(post.received, |repost| repost.at);
        // Who passes on a post of their own is not named.
        let by = repost.filter(|repost| repost.by.id != post.from.id);
        Mew {
            is_retweet: repost.is_some(),
            retweet_user_name: by.map(|repost| repost.by.name.clone()),
            retweet_unix_time: Some(seconds(at)),
            retweet_time: Some(clock.told(at)),
            row_id: Some(entry.id),
            ..Mew::alone(post, clock)
        }
    }
}

/// What a post became, for whoever posted it and for whoever watches.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Posted {
    result: &'static str,
    user_name: String,
    id: i64,
    text: String,
    time: String,
    unix_time: f64,
    icon_url: String,
    own_stard: bool,
    own_retweeted: bool,
    is_retweet: bool,
    retweet_user_name: Option<String>,
    retweet_time: Option<String>,
    retweet_unix_time: Option<f64>,
    #[serde(flatten)]
    list: Option<ListNames>,
}

/// Only where a post is not for everyone.
#[derive(Clone, Debug, Serialize)]
struct ListNames {
    list_name: String,
    list_owner_name: Option<String>,
}

impl Posted {
    pub(super) fn of(post: &Post, clock: &Clock) -> Posted {
        let Mew {
            id,
            text,
            user_name,
            icon_url,
            time,
            unix_time,
            list_name,
            list_owner_name,
            ..
        } = Mew::alone(post, clock);
        let list = (post.audience != EVERYONE).then_some(ListNames {
            list_name,
            list_owner_name,
        });
        Posted {
            result: "ok",
            user_name,
            id,
            text,
            time,
            unix_time,
            icon_url,
            own_stard: false,
            own_retweeted: false,
            is_retweet: false,
            retweet_user_name: None,
            retweet_time: None,
            retweet_unix_time: None,
            list,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_the_original_did() {
        assert_eq!(
            escaped("hi <b> \"q\" & 'a' 日本語"),
            "hi &lt;b&gt; &quot;q&quot; &amp; 'a' 日本語"
        );
    }

    #[test]
    fn audiences_have_the_names_of_lists() {
        let own = |name: &str, owner: Option<&str>| (name.to_owned(), owner.map(str::to_owned));
        assert_eq!(list_of("everyone"), own("<ForAllUser>", None));
        assert_eq!(list_of("ann/few"), own("few", Some("ann")));
        assert_eq!(list_of("partners"), own("partners", None));
    }

    #[test]
    fn times_are_local_and_exact() {
        let at = 1_795_298_920_426_029;
        assert_eq!(Clock(TimeZone::UTC).told(at), "2026/11/21 22:08:40");
        assert_eq!(seconds(at).to_string(), "1795298920.426029");
        let ahead = jiff::tz::offset(9);
        assert_eq!(
            Clock(TimeZone::fixed(ahead)).told(at),
            "2026/11/22 07:08:40"
        );
    }
}
