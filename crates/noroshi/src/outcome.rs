//! How a command ends: 0 on success, 1 on failure, 2 on bad usage.

use std::io::{self, Write};
use std::process::ExitCode;

/// The caller asked for something that cannot be; exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Something went wrong that was told already; exit code 1.
#[derive(Debug, thiserror::Error)]
#[error("told already")]
pub(crate) struct Told;

/// An error that ends the command with exit code 2.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    Usage(message.into()).into()
}

/// The exit code; the error goes to standard error.
pub(crate) fn exit_code(ended: anyhow::Result<()>) -> ExitCode {
    let Err(error) = ended else {
        return ExitCode::SUCCESS;
    };
    if is_closed_pipe(&error) {
        // `noroshi search … | head` is no failure.
        return ExitCode::SUCCESS;
    }
    if !error.is::<Told>() {
        tell(&format!("{error:#}"));
    }
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

/// One message on standard error. If that is gone, there is nobody to tell.
pub(crate) fn tell(message: &str) {
    let _ = writeln!(io::stderr().lock(), "noroshi: {message}");
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn endings_have_their_codes() {
        let failed = anyhow::anyhow!("broken");
        let pipe = Err(io::Error::from(io::ErrorKind::BrokenPipe)).context("printing");
        for (ended, code) in [
            (Ok(()), ExitCode::SUCCESS),
            (Err(failed), ExitCode::from(1)),
            (Err(Told.into()), ExitCode::from(1)),
            (Err(usage("no")), ExitCode::from(2)),
            (Err(usage("no").context("more")), ExitCode::from(2)),
            (pipe, ExitCode::SUCCESS),
        ] {
            assert_eq!(exit_code(ended), code);
        }
    }
}
