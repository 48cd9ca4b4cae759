//! Runs the command of `--exec` on one post.
//!
//! Nothing that a stranger wrote is ever in the command line: the text is on standard input, and only the number of
//! the post and the name of its account, of which the characters are known, are in the environment.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use noroshi_collect::ProcessGroup;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// The longest a command may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The most that is taken of its standard output, and of what it says on standard error, in bytes.
const OUTPUT: u64 = 64 << 10;
const SAID: u64 = 2_000;

/// Why there is nothing to reply.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// The system did not start it, or took its pipes.
    #[error("the command: {0}")]
    Io(#[from] std::io::Error),
    /// It ran too long.
    #[error("the command ran over {} s and was killed", TIMEOUT.as_secs())]
    TooLong,
    /// It printed too much.
    #[error("the command printed more than {OUTPUT} bytes")]
    TooMuch,
    /// It printed something else than text.
    #[error("what the command printed is not UTF-8")]
    NotText,
    /// It failed.
    #[error("the command: {0}{1}")]
    Status(ExitStatus, String),
}

/// Runs it, and answers what it printed, without the line breaks at its end; nothing if its output is not taken, and
/// goes where ours goes.
pub(super) async fn run(
    command: &str,
    id: i64,
    from: &str,
    post: Vec<u8>,
    takes_output: bool,
) -> Result<String, Failed> {
    let output = match takes_output {
        true => Stdio::piped(),
        false => Stdio::inherit(),
    };
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .env("NOROSHI_POST_ID", id.to_string())
        .env("NOROSHI_POST_FROM", from)
        .stdin(Stdio::piped())
        .stdout(output)
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let group = ProcessGroup::of(child.id());
    let ended = tokio::time::timeout(TIMEOUT, attend(&mut child, post)).await;
    drop(group);
    let (status, printed, said) = ended.map_err(|_| Failed::TooLong)??;
    let said = text(&said);
    if !status.success() {
        return Err(Failed::Status(status, said));
    }
    if !said.is_empty() {
        crate::outcome::tell(&format!("post {id}{said}"));
    }
    if printed.len() as u64 > OUTPUT {
        return Err(Failed::TooMuch);
    }
    let printed = String::from_utf8(printed).map_err(|_| Failed::NotText)?;
    Ok(printed.trim_end().to_owned())
}

/// Feeds it and takes what it prints until it ends.
async fn attend(
    child: &mut Child,
    post: Vec<u8>,
) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feeding = async {
        if let Some(mut stdin) = stdin {
            // A command that does not want its input is no failure.
            let _ = stdin.write_all(&post).await;
        }
        Ok(())
    };
    let ((), printed, said) =
        tokio::try_join!(feeding, head(stdout, OUTPUT + 1), head(stderr, SAID))?;
    Ok((child.wait().await?, printed, said))
}

/// The first bytes; the rest is read and forgotten, so that the command is not kept waiting.
async fn head(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut from) = from else {
        return Ok(kept);
    };
    (&mut from).take(most).read_to_end(&mut kept).await?;
    tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    Ok(kept)
}

/// What it said, behind a colon, fit for one line of a log.
fn text(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    match said.trim() {
        "" => String::new(),
        said => format!(": {}", crate::print::safe(&said.replace('\n', " | "))),
    }
}
