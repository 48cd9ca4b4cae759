//! Asking what runs to stop at the next good moment.

use tokio::sync::watch;

/// Asks. Dropping it asks nothing.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Is asked; cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Both ends.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks all holders of the other end to stop, once and for all.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// For what is never asked to stop.
    pub fn never() -> Stop {
        stop().1
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked.
    pub async fn asked(&mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            // Nobody is left to ask.
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[test]
    fn asked_once_is_asked_for_ever() {
        let (stopper, mut stop) = stop();
        assert!(!stop.is_asked());
        assert!(stop.asked().now_or_never().is_none());
        stopper.ask();
        drop(stopper);
        assert!(stop.is_asked());
        assert!(stop.asked().now_or_never().is_some());
        assert!(Stop::never().asked().now_or_never().is_none());
    }
}
