//! Signing in with a name and a password.

use std::net::IpAddr;
use std::time::Instant;

use noroshi_store::Account;

use super::{Whose, too_many};
use crate::problem::Problem;
use crate::state::AppState;

/// The account, if that is its name and password. A name that nobody has takes as long as any other.
///
/// # Errors
///
/// 429 when too many tries failed lately from this address, or at this account.
pub(crate) async fn check(
    state: &AppState,
    client: IpAddr,
    name: &str,
    password: &str,
) -> Result<Option<Account>, Problem> {
    let at = Instant::now();
    for whose in [Whose::address(client), Whose::account(name)] {
        if let Some(wait) = state.attempts.wait(&whose, at) {
            return Err(too_many("Too many tries failed; wait a little.", wait));
        }
    }
    // A try counts from its beginning, so that many at once are many.
    for whose in [Whose::address(client), Whose::account(name)] {
        state.attempts.failed(whose, at);
    }
    if state.store.check_password(name, password).await? {
        for whose in [Whose::address(client), Whose::account(name)] {
            state.attempts.forgive(&whose);
        }
        return Ok(Some(state.store.account(name).await?));
    }
    refused(state, client, name).await?;
    Ok(None)
}

/// Notes that somebody could not sign in as `name`, as far as the log is not being filled up.
pub(crate) async fn refused(state: &AppState, client: IpAddr, name: &str) -> Result<(), Problem> {
    let at = Instant::now();
    tracing::info!(%client, "a sign-in was refused");
    if state.attempts.wait(&Whose::Told, at).is_none() {
        state.attempts.failed(Whose::Told, at);
        let from = format!("from {client}");
        state.store.audit_refusal(name, &from).await?;
    }
    Ok(())
}
