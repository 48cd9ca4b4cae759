//! Running the server on its listeners, and ending it in order.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::routes::app;
use crate::state::AppState;

/// How long requests that are being worked on may take when the server ends.
const FAREWELL: Duration = Duration::from_secs(10);

/// Answers on all listeners until `shutdown` is done; then finishes what was begun, for at most
/// ten seconds. Follows what other processes commit to the store, so the caller need not.
///
/// # Errors
///
/// If the store cannot be followed, or a listener fails.
pub async fn serve(
    listeners: Vec<TcpListener>,
    state: AppState,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    state.store.watch_changes().map_err(io::Error::other)?;
    let app = app(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut servers = JoinSet::new();
    for listener in listeners {
        let (app, state) = (app.clone(), state.clone());
        // An answer is written at once; waiting for more to send along costs 40 ms.
        let listener = listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!("TCP_NODELAY: {error}");
            }
        });
        servers.spawn(async move {
            let ended = axum::serve(listener, app);
            ended
                .with_graceful_shutdown(async move { state.closed().await })
                .await
        });
    }
    tokio::select! {
        () = shutdown => {}
        ended = servers.join_next() => {
            // None ends by itself, and without listeners there is nothing to wait for.
            state.close();
            return ended.map_or(Ok(()), |ended| ended.map_err(io::Error::other)?);
        }
    }
    state.close();
    let all = async {
        while let Some(ended) = servers.join_next().await {
            ended.map_err(io::Error::other)??;
        }
        Ok(())
    };
    match tokio::time::timeout(FAREWELL, all).await {
        Ok(ended) => ended,
        Err(_) => {
            tracing::warn!("ended with requests still open");
            Ok(())
        }
    }
}
