//! Values of a running program. Everything that can hold other values lies in one arena, which goes when the program ends;
//! what it takes is counted and never given back, so that the count also bounds the memory.

use std::collections::HashMap;
use std::rc::Rc;

use dive_core::canon;
use serde_json::{Map, Value as Json};

use super::parse::{Expr, Statement};

/// Deepest nesting of a value that is written or compared.
pub const DEEPEST: usize = 50;
/// Whole numbers beyond this are written as text: not every reader of JSON keeps them.
const EXACT: u128 = 1 << 53;

/// A value; what holds others is a number in the arena.
#[derive(Debug, Clone)]
pub enum Value {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Rc<str>),
    Ref(usize),
    Function(Rc<Function>),
    Builtin(&'static str),
}

/// A function that the program defines.
#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub params: Vec<String>,
    pub body: Body,
    /// The names around it when it was defined.
    pub captured: HashMap<String, Value>,
}

#[derive(Debug)]
pub enum Body {
    Block(Rc<Vec<Statement>>),
    Expr(Rc<Expr>),
}

/// What lies in the arena.
#[derive(Debug, Clone)]
pub enum Object {
    List(Vec<Value>),
    Tuple(Vec<Value>),
    Dict(Table),
    Set(Table),
}

/// Pairs in the order in which their keys came.
#[derive(Debug, Clone, Default)]
pub struct Table {
    places: HashMap<Key, usize>,
    pairs: Vec<Option<(Value, Value)>>,
}

/// A key: equal numbers are equal keys, whatever their type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    None,
    Int(i128),
    Float(u64),
    Text(Rc<str>),
    Tuple(Vec<Key>),
}

impl Table {
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.pairs.get(*self.places.get(key)?)?.as_ref().map(|p| &p.1)
    }

    pub fn contains(&self, key: &Key) -> bool {
        self.places.contains_key(key)
    }

    pub fn insert(&mut self, key: Key, name: Value, value: Value) {
        match self.places.get(&key).and_then(|at| self.pairs.get_mut(*at)) {
            Some(Some(pair)) => pair.1 = value,
            _ => {
                self.places.insert(key, self.pairs.len());
                self.pairs.push(Some((name, value)));
            }
        }
    }

    pub fn remove(&mut self, key: &Key) -> Option<Value> {
        let at = self.places.remove(key)?;
        self.pairs.get_mut(at)?.take().map(|p| p.1)
    }

    pub fn pairs(&self) -> impl Iterator<Item = &(Value, Value)> {
        self.pairs.iter().flatten()
    }

    pub fn keys(&self) -> Vec<Value> {
        self.pairs().map(|p| p.0.clone()).collect()
    }
}

/// The arena.
#[derive(Debug, Default)]
pub struct Heap {
    objects: Vec<Object>,
}

impl Heap {
    pub fn put(&mut self, object: Object) -> Value {
        self.objects.push(object);
        Value::Ref(self.objects.len() - 1)
    }

    pub fn get(&self, value: &Value) -> Option<&Object> {
        match value {
            Value::Ref(at) => self.objects.get(*at),
            _ => None,
        }
    }

    pub fn get_mut(&mut self, value: &Value) -> Option<&mut Object> {
        match value {
            Value::Ref(at) => self.objects.get_mut(*at),
            _ => None,
        }
    }

    /// What a value is called in messages.
    pub fn kind(&self, value: &Value) -> &'static str {
        match value {
            Value::None => "None",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Text(_) => "str",
            Value::Function(_) | Value::Builtin(_) => "function",
            Value::Ref(_) => match self.get(value) {
                Some(Object::Tuple(_)) => "tuple",
                Some(Object::Dict(_)) => "dict",
                Some(Object::Set(_)) => "set",
                _ => "list",
            },
        }
    }

    pub fn truth(&self, value: &Value) -> bool {
        match value {
            Value::None => false,
            Value::Bool(b) => *b,
            Value::Int(i) => *i != 0,
            Value::Float(x) => *x != 0.0,
            Value::Text(s) => !s.is_empty(),
            Value::Function(_) | Value::Builtin(_) => true,
            Value::Ref(_) => match self.get(value) {
                Some(Object::List(v) | Object::Tuple(v)) => !v.is_empty(),
                Some(Object::Dict(t) | Object::Set(t)) => t.len() > 0,
                None => false,
            },
        }
    }

    /// The key that a value makes, if it can be one.
    pub fn key(&self, value: &Value, depth: usize) -> Option<Key> {
        Some(match value {
            Value::None => Key::None,
            Value::Bool(b) => Key::Int((*b).into()),
            Value::Int(i) => Key::Int(*i),
            Value::Float(x) if x.fract() == 0.0 && x.abs() < 1e30 => Key::Int(*x as i128),
            Value::Float(x) => Key::Float(x.to_bits()),
            Value::Text(s) => Key::Text(Rc::clone(s)),
            Value::Ref(_) => match self.get(value)? {
                Object::Tuple(items) if depth < DEEPEST => {
                    Key::Tuple(items.iter().map(|v| self.key(v, depth + 1)).collect::<Option<_>>()?)
                }
                _ => return None,
            },
            Value::Function(_) | Value::Builtin(_) => return None,
        })
    }

    /// A value as the language writes it; texts in quotes when they stand inside something.
    pub fn write(&self, value: &Value, quoted: bool, depth: usize, out: &mut String) {
        if depth > DEEPEST || out.len() > super::LONGEST_OUTPUT {
            out.push('…');
            return;
        }
        match value {
            Value::None => out.push_str("None"),
            Value::Bool(b) => out.push_str(if *b { "True" } else { "False" }),
            Value::Int(i) => out.push_str(&i.to_string()),
            Value::Float(x) => out.push_str(&float(*x)),
            Value::Text(s) if quoted => {
                let quote = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
                out.push(quote);
                for c in s.chars() {
                    match c {
                        '\n' => out.push_str("\\n"),
                        '\t' => out.push_str("\\t"),
                        '\\' => out.push_str("\\\\"),
                        c if c == quote => out.extend(['\\', c]),
                        c => out.push(c),
                    }
                }
                out.push(quote);
            }
            Value::Text(s) => out.push_str(s),
            Value::Function(f) => out.push_str(&format!("<function {}>", f.name)),
            Value::Builtin(name) => out.push_str(&format!("<function {name}>")),
            Value::Ref(_) => self.write_object(value, depth, out),
        }
    }

    fn write_object(&self, value: &Value, depth: usize, out: &mut String) {
        let (open, close, items, table) = match self.get(value) {
            Some(Object::List(items)) => ("[", "]", items.as_slice(), None),
            Some(Object::Tuple(items)) if items.len() == 1 => ("(", ",)", items.as_slice(), None),
            Some(Object::Tuple(items)) => ("(", ")", items.as_slice(), None),
            Some(Object::Set(t)) if t.len() == 0 => ("set(", ")", &[][..], None),
            Some(Object::Dict(t)) => ("{", "}", &[][..], Some((t, true))),
            Some(Object::Set(t)) => ("{", "}", &[][..], Some((t, false))),
            None => return,
        };
        out.push_str(open);
        let mut first = true;
        let mut comma = |out: &mut String| {
            if !std::mem::take(&mut first) {
                out.push_str(", ");
            }
        };
        for item in items.iter().take(super::LONGEST_OUTPUT) {
            comma(out);
            self.write(item, true, depth + 1, out);
        }
        for (key, item) in table.iter().flat_map(|(t, _)| t.pairs()).take(super::LONGEST_OUTPUT) {
            comma(out);
            self.write(key, true, depth + 1, out);
            if table.is_some_and(|(_, dict)| dict) {
                out.push_str(": ");
                self.write(item, true, depth + 1, out);
            }
        }
        out.push_str(close);
    }

    /// A value as JSON; none for functions, numbers that are not finite, and what is nested too deeply.
    pub fn json(&self, value: &Value, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        let list = |items: &[Value]| items.iter().map(|v| self.json(v, depth + 1)).collect::<Option<Vec<_>>>();
        Some(match value {
            Value::None => "None".into(),
            Value::Bool(b) => (*b).into(),
            Value::Int(i) if i.unsigned_abs() <= EXACT => Json::from(*i as i64),
            Value::Int(i) => i.to_string().into(),
            Value::Float(x) if x.is_finite() => canon::number(*x),
            Value::Text(s) => s.to_string().into(),
            Value::Float(_) | Value::Function(_) | Value::Builtin(_) => return None,
            Value::Ref(_) => match self.get(value)? {
                Object::List(items) | Object::Tuple(items) => list(items)?.into(),
                Object::Set(t) => list(&t.keys())?.into(),
                Object::Dict(t) => {
                    let mut map = Map::new();
                    for (key, item) in t.pairs() {
                        let mut name = String::new();
                        self.write(key, false, depth + 1, &mut name);
                        map.insert(name, self.json(item, depth + 1)?);
                    }
                    map.into()
                }
            },
        })
    }
}

/// A float as Python writes it.
fn float(x: f64) -> String {
    let size = x.abs();
    if x.is_nan() {
        "nan".into()
    } else if x.is_infinite() {
        if x > 0.0 { "inf".into() } else { "-inf".into() }
    } else if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{x:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
    } else if x.fract() == 0.0 {
        format!("{x:.1}")
    } else {
        x.to_string()
    }
}
