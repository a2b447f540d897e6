//! A pool as an MCP server, over stdio or over HTTP.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use dive_core::evidence::Outcome;
use dive_core::tool::{Effect, ToolSpec};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt as _};
use serde_json::{Map, Value};

use crate::toolbox::Toolbox;

/// Tools of one answer to a listing.
const PAGE: usize = 100;

#[derive(Clone)]
struct Face {
    toolbox: Arc<Toolbox>,
    tools: Arc<Vec<Tool>>,
}

impl Face {
    fn new(toolbox: Arc<Toolbox>) -> Face {
        let mutating = toolbox.mutating();
        let specs = toolbox.pool().specs().filter(|s| mutating || s.effect == Effect::ReadOnly);
        let tools = specs.map(tool).collect();
        Face { tools: Arc::new(tools), toolbox }
    }
}

fn tool(spec: &ToolSpec) -> Tool {
    let schema: Map<String, Value> = match spec.input_schema() {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let read_only = spec.effect == Effect::ReadOnly;
    let hints = ToolAnnotations::new().read_only(read_only).idempotent(read_only).open_world(!spec.deterministic);
    Tool::new(spec.name.clone(), spec.description.clone(), Arc::new(schema)).with_annotations(hints)
}

impl ServerHandler for Face {
    fn get_info(&self) -> ServerConfig {
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = Implementation::new("dive", env!("CARGO_PKG_VERSION"));
        info
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let cursor = request.and_then(|r| r.cursor);
        let start = match cursor.map(|c| c.parse::<usize>()) {
            None => 0,
            Some(Ok(start)) if start <= self.tools.len() => start,
            Some(_) => return Err(ErrorData::invalid_params("the cursor is not one of ours", None)),
        };
        let tools = self.tools.iter().skip(start).take(PAGE).cloned().collect();
        let next_cursor = (start + PAGE < self.tools.len()).then(|| (start + PAGE).to_string());
        Ok(ListToolsResult { tools, next_cursor, ..Default::default() })
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if !self.tools.iter().any(|t| t.name == request.name) {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        }
        let args = request.arguments.unwrap_or_default();
        let result = match self.toolbox.call(&request.name, &args).await {
            Outcome::Value { value, .. } => {
                let mut result = CallToolResult::success(vec![ContentBlock::text(value.to_string())]);
                result.structured_content = value.is_object().then_some(value);
                result
            }
            Outcome::Error { error } => CallToolResult::error(vec![ContentBlock::text(error.message)]),
        };
        Ok(CallToolResponse::Complete(result))
    }
}

/// Serves on stdin and stdout until the client hangs up.
pub(crate) async fn serve_stdio(toolbox: Arc<Toolbox>) -> Result<(), String> {
    let service = Face::new(toolbox).serve(rmcp::transport::stdio()).await.map_err(|e| e.to_string())?;
    service.waiting().await.map(|_| ()).map_err(|e| e.to_string())
}

/// Serves over streamable HTTP under `/mcp` until the process is interrupted; `ready` is told the address.
///
/// Requests must name a host of ours and come from no foreign page; beyond loopback they must carry the token. Served on all
/// addresses, every name is ours.
pub(crate) async fn serve_http(
    toolbox: Arc<Toolbox>,
    address: SocketAddr,
    token: Option<String>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), String> {
    if !address.ip().is_loopback() && token.is_none() {
        return Err(format!("{address} is beyond this machine: that needs a token"));
    }
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|e| format!("{address}: {e}"))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let face = Face::new(toolbox);
    let mut config = StreamableHttpServerConfig::default();
    // Pages in a browser on this machine may not drive the tools, whatever name they resolve to us by.
    config.allowed_origins =
        ["localhost", "127.0.0.1", "[::1]"].iter().map(|h| format!("http://{h}:{}", address.port())).collect();
    if address.ip().is_unspecified() {
        // This machine has names that we do not know; whoever rebinds one still lacks the token.
        config.allowed_hosts = Vec::new();
    } else if !address.ip().is_loopback() {
        config.allowed_hosts = vec![address.to_string(), host(address.ip())];
    }
    let service = StreamableHttpService::new(move || Ok(face.clone()), LocalSessionManager::default().into(), config);
    let router = Router::new()
        .nest_service("/mcp", service)
        .layer(middleware::from_fn_with_state(token.map(Arc::<str>::from), authorised));
    ready(address);
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await.map_err(|e| e.to_string())
}

fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

async fn authorised(State(token): State<Option<Arc<str>>>, request: Request, next: Next) -> Response {
    if let Some(token) = token {
        let given = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        let given = given.and_then(|v| v.strip_prefix("Bearer ")).unwrap_or_default();
        if !same(given.as_bytes(), token.as_bytes()) {
            return (StatusCode::UNAUTHORIZED, "a bearer token is needed").into_response();
        }
    }
    next.run(request).await
}

/// Compares in a time that does not tell how much was right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}
