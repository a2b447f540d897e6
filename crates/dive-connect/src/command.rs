//! Programs as tools: arguments as one JSON object on stdin, the result as one JSON value on stdout.

use std::sync::Arc;

use dive_core::tool::ErrorKind;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use crate::failure::Failure;
use crate::http::{ending, excerpt, object};
use crate::process::{Launch, last_words, read_up_to};
use crate::remote::{Args, Call};

/// One program.
pub(crate) struct CommandTool {
    pub(crate) launch: Launch,
    pub(crate) renamed: Arc<Renamed>,
    pub(crate) max_bytes: usize,
}

/// A provider's own names of parameters.
pub(crate) type Renamed = std::collections::BTreeMap<String, String>;

/// Arguments by the provider's names.
pub(crate) fn rename(args: &Args, renamed: &Renamed) -> Args {
    args.iter().map(|(k, v)| (renamed.get(k).unwrap_or(k).clone(), v.clone())).collect()
}

impl CommandTool {
    async fn run(&self, args: &Args) -> Result<Value, Failure> {
        let spawned = self.launch.spawn();
        let mut child = spawned.map_err(|e| Failure::answer(ErrorKind::Unauthorised, format!("{e}.")))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(Failure::passing(ErrorKind::Transport, "The program's streams could not be opened."));
        };
        let input = Value::Object(rename(args, &self.renamed)).to_string();
        let write = async move {
            // A program that does not read its arguments may still have an answer.
            let _ = stdin.write_all(input.as_bytes()).await;
            let _ = stdin.shutdown().await;
        };
        let (_, output, said) = tokio::join!(write, read_up_to(stdout, self.max_bytes), last_words(stderr));
        let output =
            output.map_err(|e| Failure::passing(ErrorKind::Transport, format!("The program's output: {e}.")))?;
        let Some(output) = output else {
            let message = format!("The output is longer than {} bytes; ask for less.", self.max_bytes);
            return Err(Failure::answer(ErrorKind::TooLarge, message));
        };
        let status = child.wait().await;
        let status = status.map_err(|e| Failure::passing(ErrorKind::Transport, format!("The program: {e}.")))?;
        match status.code() {
            Some(0) => {}
            Some(code) => {
                let message = format!("The program ended with status {code}: {}", ending(&said));
                return Err(Failure::answer(ErrorKind::Provider, message));
            }
            None => return Err(Failure::passing(ErrorKind::Provider, "The program was killed.")),
        }
        let value: Value = serde_json::from_slice(&output).map_err(|e| {
            let text = String::from_utf8_lossy(&output);
            Failure::passing(ErrorKind::Provider, format!("The output is not valid JSON ({e}): {}", excerpt(&text)))
        })?;
        Ok(object(value))
    }
}

impl Call for CommandTool {
    fn call<'a>(&'a self, args: &'a Args) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(self.run(args))
    }
}
