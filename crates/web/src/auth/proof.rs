//! By what somebody who stays connected is known, so that it can be asked again.

use noroshi_store::Store;

/// By what somebody is known.
pub(crate) enum Proof {
    /// The token of a session.
    Session(String),
    /// The secret of a key.
    Key(String),
}

impl Proof {
    /// Whether it is good still; a database that does not answer takes nobody's rights.
    pub(crate) async fn holds(&self, store: &Store) -> bool {
        match self {
            Proof::Session(token) => !matches!(store.session(token).await, Ok(None)),
            Proof::Key(secret) => !matches!(store.authenticate(secret).await, Ok(None)),
        }
    }
}
