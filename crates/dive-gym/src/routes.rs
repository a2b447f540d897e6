//! The routes.

use std::cell::RefCell;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use dive_agent::{Judge, Verdict, oracle, reward};
use dive_core::answer::Answer;
use dive_core::evidence::Outcome;
use dive_core::rollout::{Graded, Rollout};
use dive_core::tool::{ErrorKind, ToolError};
use serde_json::{Map, Value, json};

use crate::sessions::{self, COOKIE};
use crate::{Episode, Shared, contract, guard};

pub fn router(shared: Arc<Shared>) -> Router {
    let routes = Router::new()
        .route("/", get(about))
        .route("/seed_session", post(seed))
        .route("/verify", post(verify))
        .route("/score", post(score))
        .route("/aggregate_metrics", post(aggregate))
        .route("/reverify_mode", get(async || Json("stateless")))
        .route("/{tool}", post(call));
    // With observability on, Gym's clients put the rollout in front of the path.
    let prefixed = Router::new().nest("/ng-rollout/{rollout}", routes.clone());
    routes
        .merge(prefixed)
        .layer(DefaultBodyLimit::max(shared.limits.body))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::check))
        .with_state(shared)
}

/// An answer that says what was wrong with the request.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

fn object(body: &Bytes) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "the body is not a JSON object".into())),
    }
}

async fn about(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"name": "dive", "tasks": shared.gym.episodes.len(), "sessions": shared.sessions.count()}))
}

async fn seed(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    let row = object(&body)?;
    let (task, _) = episode(&shared, &row, None)?;
    let key = shared.sessions.open(&task).map_err(|e| Refusal(StatusCode::SERVICE_UNAVAILABLE, e))?;
    Ok(with_cookie(Json(json!({})).into_response(), &key))
}

/// The task of a row: by its id, else by the session.
fn episode<'a>(
    shared: &'a Shared,
    row: &Map<String, Value>,
    session: Option<&str>,
) -> Result<(String, &'a Episode), Refusal> {
    let named = row.get("id").and_then(Value::as_str).map(str::to_string);
    let id = named.or_else(|| shared.sessions.task(session?)).ok_or_else(|| {
        Refusal(StatusCode::UNPROCESSABLE_ENTITY, "the row has no `id`, and no session says which task it is".into())
    })?;
    match shared.gym.episodes.get(&id) {
        Some(episode) => Ok((id, episode)),
        None => Err(Refusal(StatusCode::NOT_FOUND, format!("this run has no task `{id}`"))),
    }
}

async fn call(
    State(shared): State<Arc<Shared>>,
    Path(params): Path<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let name = params.into_iter().find(|(key, _)| key == "tool").map(|(_, value)| value).unwrap_or_default();
    let key = session_key(&headers);
    let outcome = match &key {
        // Without a session a call is between caller and tool only; tools are read-only.
        None => run(&shared, name, None, &body).await,
        Some(key) => match shared.sessions.task(key) {
            Some(task) => run(&shared, name, Some(task), &body).await,
            None => {
                let message = "The session is over or was never begun: POST /seed_session first.";
                return failed(&Outcome::Error { error: ToolError::new(ErrorKind::NotFound, message) });
            }
        },
    };
    let response = failed(&outcome);
    match key {
        // Gym's agent keeps only the cookies of the latest answer.
        Some(key) => with_cookie(response, &key),
        None => response,
    }
}

/// What the model sees, with a status that says whether the call failed.
fn failed(outcome: &Outcome) -> Response {
    let status = match outcome {
        Outcome::Value { .. } => StatusCode::OK,
        Outcome::Error { error } => match error.kind {
            ErrorKind::BadArguments => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_GATEWAY,
        },
    };
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], oracle::observation(outcome)).into_response()
}

async fn run(shared: &Arc<Shared>, name: String, task: Option<String>, body: &Bytes) -> Outcome {
    let error = |kind, message: String| Outcome::Error { error: ToolError::new(kind, message) };
    if let Some(episode) = task.and_then(|t| shared.gym.episodes.get(&t))
        && !episode.toolset.contains(&name)
    {
        return error(ErrorKind::NotFound, format!("There is no tool `{name}`."));
    }
    let args = match serde_json::from_slice(body) {
        Ok(Value::Object(args)) => args,
        _ if body.is_empty() => Map::new(),
        _ => return error(ErrorKind::BadArguments, "The arguments are not a JSON object.".into()),
    };
    let work = {
        let shared = Arc::clone(shared);
        move || (shared.gym.call)(&name, &args)
    };
    match blocking(shared, work).await {
        Some(outcome) => outcome,
        None => error(ErrorKind::Timeout, "The call took too long.".into()),
    }
}

/// Runs what blocks, not too many at once and not for too long.
async fn blocking<T: Send + 'static>(shared: &Arc<Shared>, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let permit = Arc::clone(&shared.permits).acquire_owned().await.ok()?;
    let handle = tokio::task::spawn_blocking(move || {
        let result = work();
        // Held by the work itself: a call that is given up on still occupies its thread.
        drop(permit);
        result
    });
    tokio::time::timeout(shared.limits.time, handle).await.ok()?.ok()
}

async fn verify(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let mut row = object(&body)?;
    let key = session_key(&headers);
    let (task, episode) = episode(&shared, &row, key.as_deref())?;
    let response = row.get("response").cloned().unwrap_or_default();
    if !response["output"].is_array() {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "`response.output` is not a list".into()));
    }
    let (graded, failure) = grade(&shared, episode, contract::rollout(&task, episode, &response)).await?;
    if let Some(key) = &key {
        shared.sessions.close(key);
    }
    row.extend(result(&graded));
    // Gym puts such rows aside, to be verified again.
    if let Some(error) = failure {
        row.insert("_ng_failure_class".into(), "judge_failed".into());
        row.insert("_ng_failure_judge_error".into(), error.into());
    }
    Ok(Json(Value::Object(row)).into_response())
}

/// `{id, transcript}`, `{id, response}` (a Responses object) or `{id, answer}` (the last message).
async fn score(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let row = object(&body)?;
    let (task, episode) = episode(&shared, &row, None)?;
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    let rollout = match (row.get("response"), text("transcript"), text("answer")) {
        (Some(response), _, _) => contract::rollout(&task, episode, response),
        (_, Some(whole), _) => contract::transcript(&task, episode, whole),
        (_, _, Some(last)) => contract::answer(&task, episode, last),
        _ => {
            let message = "one of `response`, `transcript` and `answer` is needed";
            return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, message.into()));
        }
    };
    let (graded, _) = grade(&shared, episode, rollout).await?;
    Ok(Json(Value::Object(result(&graded))))
}

/// Verdict and score of an attempt, and why the judge could not be asked, if it could not.
async fn grade(shared: &Arc<Shared>, episode: &Episode, rollout: Rollout) -> Result<(Graded, Option<String>), Refusal> {
    let Episode { question, answer, toolset } = episode.clone();
    let work = {
        let shared = Arc::clone(shared);
        move || {
            let gym = &shared.gym;
            let judge = gym.judge.as_deref().map(|judge| Noting { judge, failure: RefCell::default() });
            let asked: (&str, &Answer) = (&question, &answer);
            let by = judge.as_ref().map(|j| j as &dyn Judge);
            let graded = reward::grade_answer(asked, &toolset, &gym.toolbox, rollout, by, gym.alpha);
            (graded, judge.and_then(|j| j.failure.into_inner()))
        }
    };
    let late = || Refusal(StatusCode::GATEWAY_TIMEOUT, "the verdict took too long".into());
    blocking(shared, work).await.ok_or_else(late)
}

/// A judge whose failure is kept apart from the verdict that it leaves undecided.
struct Noting<'a> {
    judge: &'a (dyn Judge + Send + Sync),
    failure: RefCell<Option<String>>,
}

impl Judge for Noting<'_> {
    fn judge(&self, question: &str, reference: &Answer, response: &str) -> Result<Verdict, String> {
        let decided = self.judge.judge(question, reference, response);
        if let Err(message) = &decided {
            self.failure.replace(Some(message.clone()));
        }
        decided
    }
}

fn result(graded: &Graded) -> Map<String, Value> {
    let score = graded.score;
    let number = |x: Option<f64>| x.unwrap_or(0.0);
    let truncated = if graded.rollout.end.truncated() { 1.0 } else { 0.0 };
    let mut map = Map::new();
    map.insert("reward".into(), number(score.map(|s| s.reward)).into());
    map.insert("correct".into(), number(score.map(|s| s.correct)).into());
    map.insert("format".into(), number(score.map(|s| s.format)).into());
    map.insert("truncated".into(), truncated.into());
    map.insert("tool_calls".into(), graded.rollout.calls().count().into());
    map.insert("end".into(), graded.rollout.end.name().into());
    if let Some(verdict) = &graded.verdict {
        map.insert("label".into(), verdict.label.name().into());
        map.insert("decided_by".into(), verdict.by.clone().into());
        map.insert("reason".into(), verdict.reason.clone().into());
    }
    map
}

/// Means of every number in the verified rows.
async fn aggregate(body: Bytes) -> Result<Json<Value>, Refusal> {
    let row = object(&body)?;
    let rows = row.get("verify_responses").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut means = Map::new();
    for key in ["reward", "correct", "format", "truncated", "tool_calls"] {
        let values: Vec<f64> = rows.iter().filter_map(|r| r[key].as_f64()).collect();
        if !values.is_empty() {
            means.insert(format!("mean/{key}"), (values.iter().sum::<f64>() / values.len() as f64).into());
        }
    }
    let main = means.get("mean/reward").cloned().unwrap_or_default();
    Ok(Json(json!({"group_level_metrics": [], "agent_metrics": means, "key_metrics": {"mean/reward": main}})))
}

fn session_key(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    cookies.filter_map(sessions::key).next().map(str::to_string)
}

fn with_cookie(mut response: Response, key: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("{COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax")) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
