//! A user's SQLite file: the statements of its manifest, each read-only, with a budget of steps.

use std::sync::Arc;

use dive_core::tool::ErrorKind;
use dive_tools::Backend as _;
use dive_tools::sql::SqlTool;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::failure::{Failure, Retry};
use crate::remote::{Args, Call};

/// One statement.
pub(crate) struct Statement(pub(crate) Arc<SqlTool>);

impl Call for Statement {
    fn call<'a>(&'a self, args: &'a Args) -> BoxFuture<'a, Result<Value, Failure>> {
        let (tool, args) = (Arc::clone(&self.0), args.clone());
        Box::pin(async move {
            let result = tokio::task::spawn_blocking(move || tool.call(&args)).await;
            match result {
                Ok(Ok(value)) => Ok(value),
                // A budget of steps ends the same way each time; a locked file does not.
                Ok(Err(error)) if error.kind == ErrorKind::Provider => Err(Failure { error, retry: Retry::Yes }),
                Ok(Err(error)) if error.kind == ErrorKind::Timeout => {
                    Err(Failure::answer(ErrorKind::TooLarge, error.message))
                }
                Ok(Err(error)) => Err(Failure { error, retry: Retry::No }),
                Err(_) => Err(Failure::passing(ErrorKind::Provider, "The database's thread ended.")),
            }
        })
    }
}
