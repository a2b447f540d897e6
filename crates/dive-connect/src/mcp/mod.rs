//! The Model Context Protocol, both ways: servers as providers, and a pool as a server.

mod client;
mod result;
mod serve;

pub(crate) use client::{McpTool, Server};
pub(crate) use serve::{serve_http, serve_stdio};
