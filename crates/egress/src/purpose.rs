//! What a request is for. Each purpose has its own policy.

use std::fmt;

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Purpose {
    /// Collecting from a source.
    Feed,
    /// Sending a notice to a chat or a webhook.
    Notice,
    /// Asking an outside provider about an observable.
    Lookup,
    /// Fetching a page for the capture browser.
    Capture,
    /// Talking to an OpenID Connect provider.
    SignIn,
    /// Handing a mail to a server.
    Mail,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 6] = [
        Purpose::Feed,
        Purpose::Notice,
        Purpose::Lookup,
        Purpose::Capture,
        Purpose::SignIn,
        Purpose::Mail,
    ];

    /// The key of this purpose's list under `[egress]` in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Purpose::Feed => "feed",
            Purpose::Notice => "notice",
            Purpose::Lookup => "lookup",
            Purpose::Capture => "capture",
            Purpose::SignIn => "sign_in",
            Purpose::Mail => "mail",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Purpose::SignIn => "sign-in",
            other => other.key(),
        })
    }
}
