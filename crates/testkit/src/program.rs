//! A program under test that never outlives its test, not even if the test is killed.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

/// A running program and all it starts, such as `noroshi serve`. Dropping this kills them.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// Kills the program's process group when its standard input ends, which it does when we drop it and also
    /// when this process is gone.
    watchdog: Child,
}

impl Program {
    /// Starts `command` in a process group of its own. Where its output goes is the caller's choice.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> Program {
        let child = command
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let watchdog = Command::new("sh")
            .args(["-c", "cat >/dev/null; kill -s KILL -- \"-$1\"", "watchdog"])
            .arg(child.id().to_string())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start sh: {error}"));
        Program { child, watchdog }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input, once, if it was piped.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Its standard output, once, if it was piped.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Its standard error, once, if it was piped.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Asks it to end (SIGTERM).
    ///
    /// # Panics
    /// If the signal cannot be sent.
    pub fn terminate(&self) {
        // The shell's own `kill`: the program of that name is not on every machine.
        let sent = Command::new("sh")
            .args(["-c", "kill -s TERM -- \"$1\"", "terminate"])
            .arg(self.id().to_string())
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "cannot send SIGTERM to {}",
            self.id()
        );
    }

    /// Kills it and all it started at once (SIGKILL), as a crash would.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn kill(mut self) -> ExitStatus {
        self.end()
            .unwrap_or_else(|error| panic!("cannot wait: {error}"))
    }

    /// Waits until it ends by itself; what it left running is killed then.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn wait(mut self) -> ExitStatus {
        self.child
            .wait()
            .unwrap_or_else(|error| panic!("cannot wait: {error}"))
    }

    fn end(&mut self) -> io::Result<ExitStatus> {
        // Waiting closes its standard input first, and that makes the watchdog bite.
        self.watchdog.wait()?;
        // In case somebody had killed the watchdog.
        self.child.kill()?;
        self.child.wait()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
