//! What a command of the user starts goes with it.

use std::process::{Command, Stdio};

/// A process group that goes when this is dropped: after its command's end, at its time-out, or when whoever waits is
/// stopped. There is no signal to send without unsafe code, but the shell's own `kill` can.
pub struct ProcessGroup(Option<u32>);

impl ProcessGroup {
    /// The group of a command that was started as the leader of one.
    pub fn of(leader: Option<u32>) -> ProcessGroup {
        ProcessGroup(leader)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        let Some(leader) = self.0 else { return };
        let killed = Command::new("/bin/sh")
            .args(["-c", "kill -s KILL -- \"-$1\" 2>/dev/null", "kill"])
            .arg(leader.to_string())
            .stdin(Stdio::null())
            .status();
        if let Err(error) = killed {
            tracing::warn!(%error, "what a command started may still run");
        }
    }
}
