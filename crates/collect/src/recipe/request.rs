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
    /// The recipe is a stream.
    #[error("the source is a stream, which only `noroshi serve` follows")]
    Stream,
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
        let missing = match self.stream {
            Some(_) => RequestError::Stream,
            None => RequestError::Command,
        };
        let template = self.url.as_deref().ok_or(missing)?;
        let credential = self.credential(key)?;
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
                url: url.replace("{key}", credential.in_url()),
                header: credential.header(),
                secret: credential.secret(),
            })
            .collect())
    }
}

/// The user's key on its way to where the recipe wants it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    None,
    Header(String, String),
    Url(String),
    Body(String, String),
    /// Address of the service, account and password.
    Session(String, String, String),
}

impl Recipe {
    /// The key, as far as there is one, if it can be sent.
    ///
    /// # Errors
    /// If the feed needs a key and has none, or one that cannot be sent.
    pub(crate) fn credential(&self, key: Option<&str>) -> Result<Credential, RequestError> {
        let key = key.map(str::trim).filter(|key| !key.is_empty());
        let key = match (&self.auth, key) {
            (Auth::None, _) => return Ok(Credential::None),
            (_, None) if self.key_optional => return Ok(Credential::None),
            (_, None) => return Err(RequestError::NoKey),
            (_, Some(key)) => key,
        };
        let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if !matches!(self.auth, Auth::Body(_)) && !key.bytes().all(printable) {
            return Err(RequestError::BadKey("a header takes printable ASCII"));
        }
        match &self.auth {
            Auth::None => Ok(Credential::None),
            Auth::Header(name) => Ok(Credential::Header(name.clone(), key.to_owned())),
            Auth::Bearer => {
                let name = http::header::AUTHORIZATION.to_string();
                Ok(Credential::Header(name, format!("Bearer {key}")))
            }
            Auth::Body(name) => Ok(Credential::Body(name.clone(), key.to_owned())),
            Auth::Session(place) => {
                let (account, password) = key
                    .rsplit_once(':')
                    .ok_or(RequestError::BadKey("write account:app-password"))?;
                let (account, password) = (account.to_owned(), password.to_owned());
                Ok(Credential::Session(place.clone(), account, password))
            }
            Auth::Url => {
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
                if !key.bytes().all(fits) {
                    return Err(RequestError::BadKey(
                        "a URL takes letters, digits, and -._~",
                    ));
                }
                Ok(Credential::Url(key.to_owned()))
            }
        }
    }
}

impl Credential {
    /// What stands for `{key}`.
    pub(crate) fn in_url(&self) -> &str {
        match self {
            Credential::Url(key) => key,
            _ => "",
        }
    }

    /// The header that carries it.
    pub(crate) fn header(&self) -> Option<(String, String)> {
        match self {
            Credential::Header(name, value) => Some((name.clone(), value.clone())),
            _ => None,
        }
    }

    /// What must never be shown.
    pub(crate) fn secret(&self) -> Option<String> {
        match self {
            Credential::None => None,
            Credential::Header(_, key) | Credential::Url(key) | Credential::Body(_, key) => {
                let bare = key.strip_prefix("Bearer ").unwrap_or(key);
                Some(bare.to_owned())
            }
            Credential::Session(_, _, password) => Some(password.clone()),
        }
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
