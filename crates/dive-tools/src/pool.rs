//! All tools known to a run, and the runtime around them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use dive_core::canon;
use dive_core::evidence::Outcome;
use dive_core::sem::Sem;
use dive_core::tool::{ToolError, ToolSpec};
use jsonschema::Validator;
use serde_json::{Map, Value};

use crate::cap;
use crate::entities::{Entities, EntityType};

/// What executes a tool.
pub trait Backend: Send + Sync {
    /// Runs a call whose arguments already satisfy the tool's schema.
    ///
    /// # Errors
    /// A typed error with a sentence that a model can act on.
    fn call(&self, args: &Map<String, Value>) -> Result<Value, ToolError>;
}

/// A tool of the pool, ready to run.
pub struct Tool {
    /// What it is.
    pub spec: ToolSpec,
    backend: Box<dyn Backend>,
    validator: Validator,
}

/// All tools known to a run.
pub struct ToolPool {
    tools: Vec<Tool>,
    by_name: HashMap<String, usize>,
    entities: Entities,
}

/// Schemas may be a stranger's: nothing is fetched, patterns run in linear time.
fn validator(schema: &Value) -> Result<Validator, String> {
    let options = jsonschema::options().with_pattern_options(jsonschema::PatternOptions::regex());
    options.build(schema).map_err(|e| e.to_string())
}

/// Whether a pattern of a schema can be checked in linear time, which excludes looking around and back.
pub fn checkable(pattern: &str) -> bool {
    validator(&serde_json::json!({ "pattern": pattern })).is_ok()
}

impl ToolPool {
    /// A pool of these tools, in order of id.
    ///
    /// # Errors
    /// Every complaint of the [lint](dive_core::lint), one a line.
    pub fn new(
        tools: impl IntoIterator<Item = (ToolSpec, Box<dyn Backend>)>,
        entities: Entities,
    ) -> Result<ToolPool, String> {
        ToolPool { tools: Vec::new(), by_name: HashMap::new(), entities }.with(tools, [])
    }

    /// This pool with more tools and with more entities that they know.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(
        self,
        tools: impl IntoIterator<Item = (ToolSpec, Box<dyn Backend>)>,
        entities: impl IntoIterator<Item = EntityType>,
    ) -> Result<ToolPool, String> {
        let entities = self.entities.and(entities);
        let mut built = self.tools;
        for (spec, backend) in tools {
            let validator = validator(&spec.input_schema())
                .map_err(|e| format!("tool `{}`: the schema is invalid: {e}", spec.id))?;
            built.push(Tool { spec, backend, validator });
        }
        built.sort_by(|a, b| a.spec.id.cmp(&b.spec.id));
        let specs: Vec<&ToolSpec> = built.iter().map(|t| &t.spec).collect();
        let complaints = dive_core::lint::lint(&specs);
        if !complaints.is_empty() {
            return Err(complaints.join("\n"));
        }
        Ok(ToolPool::indexed(built, entities))
    }

    /// This pool less the tools of these names.
    #[must_use]
    pub fn without(mut self, names: &BTreeSet<String>) -> ToolPool {
        self.tools.retain(|t| !names.contains(&t.spec.name));
        ToolPool::indexed(self.tools, self.entities)
    }

    fn indexed(tools: Vec<Tool>, entities: Entities) -> ToolPool {
        let by_name = tools.iter().enumerate().map(|(i, t)| (t.spec.name.clone(), i)).collect();
        ToolPool { tools, by_name, entities }
    }

    /// The specifications, in order of id.
    pub fn specs(&self) -> impl ExactSizeIterator<Item = &ToolSpec> {
        self.tools.iter().map(|t| &t.spec)
    }

    /// The specification of that name.
    pub fn spec(&self, name: &str) -> Option<&ToolSpec> {
        self.by_name.get(name).and_then(|i| self.tools.get(*i)).map(|t| &t.spec)
    }

    /// The entities that tools accept by name.
    pub fn entities(&self) -> &Entities {
        &self.entities
    }

    /// Changes whenever anything about the tools changes.
    pub fn fingerprint(&self) -> String {
        canon::fingerprint(&self.specs().collect::<Vec<_>>())
    }

    /// Calls a tool: arguments are validated first, results are capped, and every failure is typed.
    pub fn call(&self, name: &str, args: &Map<String, Value>) -> Outcome {
        match self.try_call(name, args) {
            Ok((value, complete)) => Outcome::Value { value, complete },
            Err(error) => Outcome::Error { error },
        }
    }

    /// The arguments as a backend gets them: null for an optional parameter means absent, and what is left fits the
    /// schema. For callers that run the backend themselves; [`call`](Self::call) does this too.
    ///
    /// # Errors
    /// There is no such tool, or the arguments do not fit.
    pub fn admit<'a>(
        &self,
        name: &str,
        args: &'a Map<String, Value>,
    ) -> Result<Cow<'a, Map<String, Value>>, ToolError> {
        let tool = self.tool(name)?;
        let args = if args.values().any(Value::is_null) {
            Cow::Owned(args.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect())
        } else {
            Cow::Borrowed(args)
        };
        self.validate(tool, &args)?;
        Ok(args)
    }

    /// A backend's result as callers get it: cut to the cap, and whether it is everything there is.
    ///
    /// # Errors
    /// There is no such tool, or the result is too long and has nothing that can be cut.
    pub fn deliver(&self, name: &str, value: Value) -> Result<(Value, bool), ToolError> {
        cap::cap(&self.tool(name)?.spec, value)
    }

    fn tool(&self, name: &str) -> Result<&Tool, ToolError> {
        let tool = self.by_name.get(name).and_then(|i| self.tools.get(*i));
        tool.ok_or_else(|| ToolError::not_found(format!("There is no tool `{name}`.")))
    }

    fn try_call(&self, name: &str, args: &Map<String, Value>) -> Result<(Value, bool), ToolError> {
        let args = self.admit(name, args)?;
        let tool = self.tool(name)?;
        cap::cap(&tool.spec, tool.backend.call(&args)?)
    }

    fn validate(&self, tool: &Tool, args: &Map<String, Value>) -> Result<(), ToolError> {
        let object = Value::Object(args.clone());
        if let Some(error) = tool.validator.iter_errors(&object).next() {
            let place = error.instance_path().to_string();
            let place = if place.is_empty() { String::new() } else { format!("`{}`: ", place.trim_start_matches('/')) };
            return Err(ToolError::bad(format!("{place}{error}.")));
        }
        for param in &tool.spec.params {
            if let Some(complaint) = args.get(&param.name).and_then(|value| param.complaint(value)) {
                return Err(ToolError::bad(complaint));
            }
            let (Sem::Entity(entity), Some(Value::String(name))) = (&param.sem, args.get(&param.name)) else {
                continue;
            };
            if self.entities.contains(entity, name) == Some(false) {
                let near = self.entities.nearest(entity, name);
                let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", near.join(", ")) };
                let noun = self.entities.get(entity).map_or(entity.as_str(), |t| t.noun.as_str());
                return Err(ToolError::not_found(format!("There is no {noun} named `{name}`.{hint}")));
            }
        }
        Ok(())
    }
}
