//! The one place that starts processes. They get a clean environment: what a manifest names, and what a program needs
//! to find itself.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

/// Variables that every process gets: none of them holds a secret.
const ALWAYS: &[&str] =
    &["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "SYSTEMROOT", "APPDATA", "LOCALAPPDATA"];

/// What is started, where, and with which variables.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) argv: Vec<String>,
    pub(crate) dir: PathBuf,
    pub(crate) env: Vec<String>,
}

impl Launch {
    /// Starts it with pipes to all its streams; it dies with its handle.
    #[expect(clippy::disallowed_methods, reason = "the owner of processes")]
    pub(crate) fn spawn(&self) -> Result<Child, String> {
        let (program, args) = self.argv.split_first().ok_or("there is no command")?;
        let mut command = Command::new(self.program(program));
        command.args(args).current_dir(&self.dir).env_clear();
        for name in ALWAYS.iter().copied().chain(self.env.iter().map(String::as_str)) {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command.spawn().map_err(|e| format!("`{program}` could not be started: {e}"))
    }

    /// A program given by a relative path lies beside the manifest.
    fn program(&self, program: &str) -> PathBuf {
        let path = Path::new(program);
        if path.components().count() > 1 && path.is_relative() { self.dir.join(path) } else { path.into() }
    }
}

/// Reads a stream to its end, at most `limit` bytes; `None` when there are more.
pub(crate) async fn read_up_to(stream: impl AsyncRead + Unpin, limit: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(limit as u64 + 1).read_to_end(&mut bytes).await?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// Reads a stream to its end and keeps the last part of it: what a program says before it dies.
pub(crate) async fn last_words(mut stream: impl AsyncRead + Unpin) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut chunk).await {
        kept.extend_from_slice(chunk.get(..n).unwrap_or_default());
        let surplus = kept.len().saturating_sub(2000);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
