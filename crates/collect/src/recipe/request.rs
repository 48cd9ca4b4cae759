//! Where a recipe's body is asked for, with the user's key in it but never in what is printed.

use std::fmt;

use super::{Auth, Recipe, time};

/// Stands where the key was.
const MASK: &str = "***";

/// One request for a feed's body. Printing it, in any way, does not show the key.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedRequest {
    url: String,
    shown: String,
    header: Option<(String, String)>,
    secret: Option<String>,
}

/// Why a recipe cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The recipe runs a command.
    #[error("the recipe has no URL: it runs a command")]
    Command,
    /// The feed needs a key and none was given.
    #[error("the feed needs a key")]
    NoKey,
    /// The key cannot be sent as it is; it is not shown.
    #[error("the key has characters that cannot be sent ({0})")]
    BadKey(&'static str),
}

impl Recipe {
    /// The requests for the body at `now` (microseconds), in the order to try: a later one is for when the one before is
    /// not there (404), as files of a month appear with a delay.
    ///
    /// # Errors
    /// If the feed needs a key and has none, or one that cannot be sent.
    pub fn requests(&self, now: i64, key: Option<&str>) -> Result<Vec<FeedRequest>, RequestError> {
        let template = self.url.as_deref().ok_or(RequestError::Command)?;
        let key = key.map(str::trim).filter(|key| !key.is_empty());
        let (header, in_url) = match (&self.auth, key) {
            (Auth::None, _) => (None, None),
            (Auth::Header(_) | Auth::Url, None) => return Err(RequestError::NoKey),
            (Auth::Header(name), Some(key)) => {
                if !key
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() || byte == b' ')
                {
                    return Err(RequestError::BadKey("a header takes printable ASCII"));
                }
                (Some((name.clone(), key.to_owned())), None)
            }
            (Auth::Url, Some(key)) => {
                if !key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
                {
                    return Err(RequestError::BadKey(
                        "a URL takes letters, digits, and -._~",
                    ));
                }
                (None, Some(key))
            }
        };
        let secret = header
            .as_ref()
            .map(|(_, key)| key.clone())
            .or_else(|| in_url.map(str::to_owned));
        let back: &[u8] = if self.months_back.is_empty() {
            &[0]
        } else {
            &self.months_back
        };
        let dated = back.iter().filter_map(|back| {
            let (year, month) = time::year_and_month(now, *back)?;
            Some(
                template
                    .replace("{yyyy}", &format!("{year:04}"))
                    .replace("{mm}", &format!("{month:02}")),
            )
        });
        Ok(dated
            .map(|url| FeedRequest {
                shown: url.replace("{key}", MASK),
                url: url.replace("{key}", in_url.unwrap_or_default()),
                header: header.clone(),
                secret: secret.clone(),
            })
            .collect())
    }
}

impl FeedRequest {
    /// The URL to ask for, with the key in it where it belongs there. Not for people.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The header that carries the key: name and value.
    pub fn header(&self) -> Option<(&str, &str)> {
        self.header
            .as_ref()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What must not appear in any log or message about the request.
    pub fn secrets(&self) -> Vec<String> {
        self.secret.iter().cloned().collect()
    }
}

impl fmt::Display for FeedRequest {
    /// The URL without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for FeedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.header.as_ref().map(|(name, _)| name);
        f.debug_struct("FeedRequest")
            .field("url", &self.shown)
            .field("header", &header)
            .finish_non_exhaustive()
    }
}
