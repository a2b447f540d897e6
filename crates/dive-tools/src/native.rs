//! Tools that are typed Rust functions.
//!
//! The JSON schema comes from the function's parameter types; the builder adds what types cannot say: meaning, words,
//! plausible constants and examples. See `docs/adding-a-tool.md`.
//!
//! ```
//! use dive_core::tool::ToolKind::Processing;
//! use dive_tools::native::native;
//! use serde_json::json;
//!
//! let tool = native("general.geometry.circle_area", Processing, "Area of a circle from its radius (pi r squared).")
//!     .param("radius_m", "amount:length.radius[m]", "Radius in metres.")
//!     .label("radius").range(0.0, 1e6).sample(1.0, 50.0, 0.5)
//!     .field("area_m2", "amount:area[m2]", "area")
//!     .tail("of a circle with {radius_m}")
//!     .example(json!({"radius_m": 2.0}), "/area_m2", 12.566370614)
//!     .example_error(json!({"radius_m": -1}))
//!     .run(|radius: f64| Ok(json!({"area_m2": std::f64::consts::PI * radius * radius})));
//! assert_eq!(tool.spec.name, "circle_area");
//! ```

use std::sync::Arc;

use dive_core::sem::Sem;
use dive_core::tool::{
    Bundle, Choice, Effect, ErrorKind, Example, Expect, Field, Group, JsonType, Output, Param, Phrases, Rows, Sample,
    ToolError, ToolKind, ToolSpec,
};
use serde_json::{Map, Value};

use crate::pool::Backend;

/// The arguments of a call.
pub type Args = Map<String, Value>;

/// A native tool: its specification and its function.
pub struct NativeTool {
    /// What it is.
    pub spec: ToolSpec,
    /// What executes it.
    pub backend: Function,
}

type Boxed = Arc<dyn Fn(&Args) -> Result<Value, ToolError> + Send + Sync>;

/// The executable half of a [`NativeTool`].
pub struct Function {
    call: Boxed,
    digits: usize,
}

impl Backend for Function {
    fn call(&self, args: &Args) -> Result<Value, ToolError> {
        // A formula that panics on odd input is a bug of ours, yet it must not take the run down with it.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (self.call)(args)));
        let value =
            result.unwrap_or_else(|_| Err(ToolError::new(ErrorKind::Provider, "The tool failed internally.")))?;
        round_all(value, self.digits)
            .ok_or_else(|| ToolError::bad("The result is not a finite number for these arguments."))
    }
}

/// `value` with every fractional number rounded to `digits` significant digits; `None` when one is not finite.
fn round_all(value: Value, digits: usize) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        Value::Number(n) if n.is_f64() => dive_core::canon::number(dive_core::canon::significant(n.as_f64()?, digits)),
        Value::Array(items) => Value::Array(items.into_iter().map(|v| round_all(v, digits)).collect::<Option<_>>()?),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| Some((k, round_all(v, digits)?))).collect::<Option<_>>()?)
        }
        other => other,
    })
}

/// Starts a tool: `domain.provider.operation`, its kind, and the sentence that models read.
///
/// Malformed meanings are programming errors that the pool's own test meets at once, so this builder panics on them.
pub fn native(id: &str, kind: ToolKind, description: &str) -> Builder {
    let mut parts = id.splitn(3, '.');
    let mut part = || parts.next().unwrap_or_default().to_string();
    let (domain, provider, name) = (part(), part(), part());
    Builder {
        digits: 8,
        spec: ToolSpec {
            id: id.into(),
            name,
            description: description.into(),
            domain,
            provider,
            backend: "native".into(),
            kind,
            effect: Effect::ReadOnly,
            deterministic: true,
            common_knowledge: false,
            params: Vec::new(),
            groups: Vec::new(),
            output: Output { complete: true, ..Output::default() },
            phrases: Phrases::default(),
            examples: Vec::new(),
        },
    }
}

/// A native tool under construction. Modifiers apply to the parameter, field or rows named last.
pub struct Builder {
    spec: ToolSpec,
    digits: usize,
}

#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a malformed embedded tool must fail its first test"
)]
impl Builder {
    /// The name that models see, when the operation alone would not be unique or clear.
    pub fn name(mut self, name: &str) -> Self {
        self.spec.name = name.into();
        self
    }

    /// A parameter: name, meaning (see [`dive_core::sem`]), description. Its JSON type comes from the function.
    pub fn param(mut self, name: &str, sem: &str, description: &str) -> Self {
        self.spec.params.push(Param {
            name: name.into(),
            description: description.into(),
            json: JsonType::String,
            sem: parse(sem),
            required: true,
            label: String::new(),
            choices: Vec::new(),
            minimum: None,
            maximum: None,
            sample: None,
            schema: None,
        });
        self
    }

    fn last(&mut self) -> &mut Param {
        self.spec.params.last_mut().expect("a parameter comes first")
    }

    /// Noun phrase, without article, for a constant of the last parameter.
    pub fn label(mut self, label: &str) -> Self {
        self.last().label = label.into();
        self
    }

    /// Accepted range of the last parameter.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        let p = self.last();
        (p.minimum, p.maximum) = (Some(low), Some(high));
        self
    }

    /// Plausible constants of the last parameter: a grid from `low` to `high`.
    pub fn sample(mut self, low: f64, high: f64, step: f64) -> Self {
        self.last().sample = Some(Sample::Grid(low, high, step));
        self
    }

    /// Plausible constants of the last parameter.
    pub fn sample_of<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.last().sample = Some(Sample::Of(values.into_iter().map(Into::into).collect()));
        self
    }

    /// Closed vocabulary of the last parameter: value and the words for it.
    pub fn choices(mut self, choices: &[(&str, &str)]) -> Self {
        self.last().choices = choices.iter().map(|(v, p)| Choice { value: (*v).into(), phrase: (*p).into() }).collect();
        self
    }

    /// Parameters that together describe one thing.
    pub fn group(mut self, slot: &str, of: &str, params: &[&str]) -> Self {
        let params = params.iter().map(|p| (*p).to_string()).collect();
        self.spec.groups.push(Group { slot: slot.into(), of: of.into(), params });
        self
    }

    /// A scalar of the result (before [`rows`](Self::rows)) or of a row (after it): JSON key, meaning, noun.
    pub fn field(mut self, key: &str, sem: &str, noun: &str) -> Self {
        let field = Field {
            pointer: format!("/{key}"),
            sem: parse(sem),
            noun: noun.into(),
            plural: String::new(),
            quote: None,
            phrases: Vec::new(),
        };
        match &mut self.spec.output.rows {
            Some(rows) => rows.fields.push(field),
            None => self.spec.output.fields.push(field),
        }
        self
    }

    fn last_field(&mut self) -> &mut Field {
        let output = &mut self.spec.output;
        let fields = output.rows.as_mut().map_or(&mut output.fields, |r| &mut r.fields);
        fields.last_mut().expect("a field comes first")
    }

    /// Irregular plural of the last field's noun.
    pub fn plural(mut self, plural: &str) -> Self {
        self.last_field().plural = plural.into();
        self
    }

    /// Another complete phrase for the last field, starting with "the".
    pub fn phrase(mut self, phrase: &str) -> Self {
        self.last_field().phrases.push(phrase.into());
        self
    }

    /// A list in the result: JSON key, noun and plural of one row, key of the identifying field.
    pub fn rows(mut self, key: &str, noun: &str, plural: &str, id: &str) -> Self {
        self.spec.output.rows = Some(Rows {
            pointer: format!("/{key}"),
            noun: noun.into(),
            plural: plural.into(),
            key: format!("/{id}"),
            series: false,
            fields: Vec::new(),
        });
        self
    }

    /// The rows are one thing at several dates or years.
    pub fn series(mut self) -> Self {
        self.spec.output.rows.as_mut().expect("rows come first").series = true;
        self
    }

    /// Fields that together describe one thing.
    pub fn bundle(mut self, of: &str, keys: &[&str]) -> Self {
        let pointers = keys.iter().map(|k| format!("/{k}")).collect();
        self.spec.output.bundles.push(Bundle { of: of.into(), pointers, entity: None });
        self
    }

    /// The parameter or group that the result is an attribute of.
    pub fn subject(mut self, slot: &str) -> Self {
        self.spec.phrases.subject = Some(slot.into());
        self
    }

    /// A way to express the arguments other than the subject.
    pub fn tail(mut self, tail: &str) -> Self {
        self.spec.phrases.tails.push(tail.into());
        self
    }

    /// It returns published facts under real names.
    pub fn common_knowledge(mut self) -> Self {
        self.spec.common_knowledge = true;
        self
    }

    /// Questions say `was`.
    pub fn past(mut self) -> Self {
        self.spec.phrases.past = true;
        self
    }

    /// The result is a page or a sample of something longer.
    pub fn incomplete(mut self) -> Self {
        self.spec.output.complete = false;
        self
    }

    /// Significant digits of fractional results (8 unless said, at most 12).
    pub fn digits(mut self, digits: usize) -> Self {
        self.digits = digits.min(12);
        self
    }

    fn push_example(mut self, args: Value, expect: Expect) -> Self {
        let Value::Object(args) = args else { panic!("example arguments are an object") };
        self.spec.examples.push(Example { args: args.into_iter().collect(), expect });
        self
    }

    /// A call whose number at `pointer` is known.
    pub fn example(self, args: Value, pointer: &str, near: f64) -> Self {
        self.push_example(args, Expect { pointer: pointer.into(), near: Some(near), equals: None, is: None })
    }

    /// A call whose value at `pointer` is known exactly.
    pub fn example_equals(self, args: Value, pointer: &str, value: Value) -> Self {
        self.push_example(args, Expect { pointer: pointer.into(), near: None, equals: Some(value), is: None })
    }

    /// A call whose value at `pointer` has a property, such as `non-empty`.
    pub fn example_is(self, args: Value, pointer: &str, is: &str) -> Self {
        self.push_example(args, Expect { pointer: pointer.into(), near: None, equals: None, is: Some(is.into()) })
    }

    /// A call that must be refused with a typed error.
    pub fn example_error(self, args: Value) -> Self {
        self.example_is(args, "", "error")
    }

    /// Ends the tool with its function; parameter types give the schema, in the order of the declared parameters.
    pub fn run<T, F: NativeFn<T>>(mut self, f: F) -> NativeTool {
        let types = F::types();
        assert_eq!(types.len(), self.spec.params.len(), "{}: parameters and function differ", self.spec.id);
        for (param, (json, required)) in self.spec.params.iter_mut().zip(types) {
            (param.json, param.required) = (json, required);
        }
        let names: Vec<String> = self.spec.params.iter().map(|p| p.name.clone()).collect();
        let digits = self.digits;
        let call: Boxed = Arc::new(move |args| f.invoke(&names, args));
        NativeTool { spec: self.spec, backend: Function { call, digits } }
    }
}

#[expect(clippy::panic, reason = "a malformed embedded tool must fail its first test")]
fn parse(sem: &str) -> Sem {
    match sem.parse() {
        Ok(sem) => sem,
        Err(e) => panic!("{e}"),
    }
}

/// A Rust type that can be an argument.
pub trait FromArg: Sized {
    /// Its JSON type.
    fn json() -> JsonType;
    /// Whether the argument must be given.
    const REQUIRED: bool = true;
    /// The argument, if it is there and of the right type.
    fn from_arg(value: Option<&Value>) -> Option<Self>;
}

macro_rules! from_arg {
    ($type:ty, $json:expr, $get:expr) => {
        impl FromArg for $type {
            fn json() -> JsonType {
                $json
            }
            fn from_arg(value: Option<&Value>) -> Option<Self> {
                value.and_then($get)
            }
        }
    };
}
from_arg!(f64, JsonType::Number, Value::as_f64);
// A whole number may be written 5.0: JSON Schema's `integer` admits it.
from_arg!(i64, JsonType::Integer, |v: &Value| v
    .as_i64()
    .or_else(|| v.as_f64().filter(|x| x.fract() == 0.0 && x.abs() < 9e15).map(|x| x as i64)));
from_arg!(bool, JsonType::Boolean, Value::as_bool);
from_arg!(String, JsonType::String, |v: &Value| v.as_str().map(str::to_string));

impl<T: FromArg> FromArg for Vec<T> {
    fn json() -> JsonType {
        JsonType::Array(Box::new(T::json()))
    }
    fn from_arg(value: Option<&Value>) -> Option<Self> {
        value?.as_array()?.iter().map(|v| T::from_arg(Some(v))).collect()
    }
}

impl<T: FromArg> FromArg for Option<T> {
    fn json() -> JsonType {
        T::json()
    }
    const REQUIRED: bool = false;
    fn from_arg(value: Option<&Value>) -> Option<Self> {
        match value {
            None | Some(Value::Null) => Some(None),
            some => T::from_arg(some).map(Some),
        }
    }
}

/// A function that can be a tool.
pub trait NativeFn<T>: Send + Sync + 'static {
    /// JSON type and necessity of each parameter.
    fn types() -> Vec<(JsonType, bool)>;
    /// Calls the function with the named arguments.
    ///
    /// # Errors
    /// A typed error of the function, or `BadArguments` when one is missing or of the wrong type.
    fn invoke(&self, names: &[String], args: &Args) -> Result<Value, ToolError>;
}

macro_rules! native_fn {
    ($($arg:ident),+) => {
        #[allow(non_snake_case)]
        impl<Func, $($arg: FromArg),+> NativeFn<($($arg,)+)> for Func
        where
            Func: Fn($($arg),+) -> Result<Value, ToolError> + Send + Sync + 'static,
        {
            fn types() -> Vec<(JsonType, bool)> {
                vec![$(($arg::json(), $arg::REQUIRED)),+]
            }
            fn invoke(&self, names: &[String], args: &Args) -> Result<Value, ToolError> {
                let mut names = names.iter();
                $(
                    let name = names.next().map(String::as_str).unwrap_or_default();
                    let $arg = $arg::from_arg(args.get(name))
                        .ok_or_else(|| ToolError::bad(format!("The argument `{name}` is missing or of the wrong type.")))?;
                )+
                self($($arg),+)
            }
        }
    };
}
native_fn!(A);
native_fn!(A, B);
native_fn!(A, B, C);
native_fn!(A, B, C, D);
native_fn!(A, B, C, D, E);
native_fn!(A, B, C, D, E, F);
native_fn!(A, B, C, D, E, F, G);
native_fn!(A, B, C, D, E, F, G, H);
native_fn!(A, B, C, D, E, F, G, H, I);
native_fn!(A, B, C, D, E, F, G, H, I, J);
native_fn!(A, B, C, D, E, F, G, H, I, J, K);
native_fn!(A, B, C, D, E, F, G, H, I, J, K, L);
native_fn!(A, B, C, D, E, F, G, H, I, J, K, L, M);
native_fn!(A, B, C, D, E, F, G, H, I, J, K, L, M, N);
native_fn!(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O);
native_fn!(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P);
native_fn!(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q);
