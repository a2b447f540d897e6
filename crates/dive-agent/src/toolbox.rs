//! Whether a call is well-formed: the tool exists for this task, the arguments parse and satisfy its schema.
//!
//! This is a statement about the model, so it rests on the schemas that the model was shown and on nothing that a
//! backend may do. A name that no entity has is a well-formed call with a failed result.

use std::collections::HashMap;

use dive_core::tool::ToolSpec;
use jsonschema::Validator;
use serde_json::{Map, Value};

/// The schemas of tools, compiled.
pub struct Toolbox {
    validators: HashMap<String, Validator>,
}

/// Why a call is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCall {
    /// Not one of the tools that were offered.
    #[error("there is no tool `{0}`")]
    UnknownTool(String),
    /// The arguments are no JSON object.
    #[error("the arguments are not a JSON object")]
    NotAnObject,
    /// The arguments do not satisfy the schema.
    #[error("{0}")]
    Invalid(String),
}

impl Toolbox {
    /// The schemas of `specs`.
    ///
    /// # Errors
    /// A sentence naming the tool whose schema is invalid.
    pub fn new<'a>(specs: impl IntoIterator<Item = &'a ToolSpec>) -> Result<Toolbox, String> {
        let mut validators = HashMap::new();
        for spec in specs {
            let validator = jsonschema::validator_for(&spec.input_schema())
                .map_err(|e| format!("tool `{}`: the schema is invalid: {e}", spec.name))?;
            validators.insert(spec.name.clone(), validator);
        }
        Ok(Toolbox { validators })
    }

    /// The arguments of a call of a tool of `toolset`. A null stands for an optional argument that is left out.
    ///
    /// # Errors
    /// The call is not well-formed.
    pub fn parse(&self, toolset: &[String], name: &str, arguments: &str) -> Result<Map<String, Value>, BadCall> {
        let validator = self.validators.get(name).filter(|_| toolset.iter().any(|t| t == name));
        let validator = validator.ok_or_else(|| BadCall::UnknownTool(name.into()))?;
        let Ok(Value::Object(mut args)) = serde_json::from_str(arguments) else {
            return Err(BadCall::NotAnObject);
        };
        args.retain(|_, v| !v.is_null());
        let object = Value::Object(args);
        if let Some(error) = validator.iter_errors(&object).next() {
            return Err(BadCall::Invalid(error.to_string()));
        }
        match object {
            Value::Object(args) => Ok(args),
            _ => Err(BadCall::NotAnObject),
        }
    }
}
