//! SIGINT and SIGTERM: the first asks to stop in order, the second ends at once.

use noroshi_collect::Stopper;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a shell reports of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// Asks to stop when a signal comes.
///
/// # Errors
/// If the system takes no handlers.
pub(crate) fn stop_on(stopper: Stopper) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        stopper.ask();
        either(&mut interrupt, &mut terminate).await;
        std::process::exit(INTERRUPTED);
    });
    Ok(())
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
