//! Runs the user's own collector: its standard output is the body.
//!
//! No shell, no standard input, next to nothing of our environment; the data directory is where it runs. It has its own
//! process group, so that what it started goes with it.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use noroshi_store::Blob;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::spool::Spool;
use super::{CollectError, Run};
use crate::ProcessGroup;

/// The longest a command may take.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// What is kept of the end of standard error, in bytes.
const TAIL: usize = 2_000;

/// What it inherits of our environment.
const INHERITED: [&str; 3] = ["PATH", "HOME", "LANG"];

impl Run<'_> {
    pub(super) async fn run_command(&self, command: &[String]) -> Result<Blob, CollectError> {
        let program = command.first().cloned().unwrap_or_default();
        let failed = |reason: String| CollectError::Command {
            program: program.clone(),
            reason,
        };
        let mut child = self
            .start(command)
            .map_err(|error| failed(error.to_string()))?;
        let group = ProcessGroup::of(child.id());
        let spool = Spool::start(self.store, self.options.max_body)?;
        let ended = tokio::time::timeout(TIMEOUT, attend(&mut child, &spool)).await;
        drop(group);
        let (status, said) = match ended {
            Err(_) => return Err(failed(format!("ran over {} s", TIMEOUT.as_secs()))),
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Ok(Ok(ended)) => ended,
        };
        // If the body was too large, that is why the command could not go on.
        let blob = spool.finish().await?;
        if status.success() {
            return Ok(blob);
        }
        Err(failed(format!("{status}{said}")))
    }

    fn start(&self, command: &[String]) -> std::io::Result<Child> {
        let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::NotFound)?;
        let inherited = INHERITED
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(inherited)
            .current_dir(self.store.directory())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }
}

/// Takes what it prints until it ends. Answers how it ended and the end of what it said of it.
async fn attend(child: &mut Child, spool: &Spool) -> std::io::Result<(ExitStatus, String)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let body = async {
        let Some(mut stdout) = stdout else {
            return Ok(());
        };
        while let Some(part) = part(&mut stdout).await? {
            if !spool.add(part).await {
                break;
            }
        }
        Ok::<_, std::io::Error>(())
    };
    let ((), said) = tokio::try_join!(body, tail(stderr))?;
    Ok((child.wait().await?, said))
}

async fn part(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Option<Bytes>> {
    let mut part = BytesMut::with_capacity(1 << 16);
    let read = from.read_buf(&mut part).await?;
    Ok((read > 0).then(|| part.freeze()))
}

async fn tail(stderr: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let Some(mut stderr) = stderr else {
        return Ok(String::new());
    };
    let mut kept: Vec<u8> = Vec::new();
    while let Some(part) = part(&mut stderr).await? {
        kept.extend_from_slice(&part);
        let over = kept.len().saturating_sub(TAIL);
        kept.drain(..over);
    }
    let said = String::from_utf8_lossy(&kept);
    let said = said
        .trim()
        .replace(|c: char| c.is_control() && c != '\n', "");
    Ok(if said.is_empty() {
        said
    } else {
        format!(": {said}")
    })
}
