//! Runs statements. Every step costs fuel and everything made costs room; both end, so every program does.

use std::collections::HashMap;
use std::rc::Rc;

use super::arithmetic;
use super::builtin;
use super::method;
use super::parse::{Clause, Expr, Kind, Statement, What};
use super::value::{Body, Function, Heap, Key, Object, Table, Value};

/// Steps that a program may take.
const FUEL: u64 = 1_000_000;
/// Items and characters that a program may make.
const ROOM: usize = 2_000_000;
/// Deepest nesting of expressions, blocks and calls while running.
const DEEPEST: usize = 220;

/// What went wrong.
pub type Failed = String;
pub type Run<T> = Result<T, Failed>;

/// How a block ended.
enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

/// A running program.
pub struct Machine {
    pub heap: Heap,
    pub printed: String,
    globals: HashMap<String, Value>,
    frames: Vec<Frame>,
    fuel: u64,
    room: usize,
    depth: usize,
    /// The line being run.
    pub line: usize,
}

struct Frame {
    locals: HashMap<String, Value>,
    function: Rc<Function>,
}

impl Machine {
    pub fn new() -> Machine {
        Machine {
            heap: Heap::default(),
            printed: String::new(),
            globals: HashMap::new(),
            frames: Vec::new(),
            fuel: FUEL,
            room: ROOM,
            depth: 0,
            line: 1,
        }
    }

    /// Runs a program; the value of its last statement, if that is an expression, else of `result`, if it has one.
    pub fn program(&mut self, program: &[Statement]) -> Run<Value> {
        let mut last = Value::None;
        for (i, statement) in program.iter().enumerate() {
            if let (What::Value(expr), true) = (&statement.what, i + 1 == program.len()) {
                self.line = statement.line;
                last = self.eval(expr)?;
                break;
            }
            match self.exec(statement)? {
                Flow::Next => {}
                Flow::Return(_) => return Err("`return` stands outside a function".into()),
                Flow::Break | Flow::Continue => return Err("`break` and `continue` belong into a loop".into()),
            }
        }
        match last {
            Value::None => Ok(self.globals.get("result").cloned().unwrap_or(Value::None)),
            value => Ok(value),
        }
    }

    /// Pays for work.
    pub fn spend(&mut self, steps: usize) -> Run<()> {
        match self.fuel.checked_sub(steps as u64) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => Err(format!("the program takes more than {FUEL} steps; do less work")),
        }
    }

    /// Pays for what is made, and for the work of making it.
    pub fn make(&mut self, items: usize) -> Run<()> {
        match self.room.checked_sub(items) {
            Some(left) => {
                self.room = left;
                self.spend(items / 8 + 1)
            }
            None => Err(format!("the program makes more than {ROOM} items and characters; keep less")),
        }
    }

    pub fn text(&mut self, text: impl Into<Rc<str>>) -> Run<Value> {
        let text = text.into();
        self.make(text.len())?;
        Ok(Value::Text(text))
    }

    pub fn list(&mut self, items: Vec<Value>) -> Run<Value> {
        self.make(items.len() + 1)?;
        Ok(self.heap.put(Object::List(items)))
    }

    pub fn tuple(&mut self, items: Vec<Value>) -> Run<Value> {
        self.make(items.len() + 1)?;
        Ok(self.heap.put(Object::Tuple(items)))
    }

    pub fn set(&mut self, items: Vec<Value>) -> Run<Value> {
        self.make(2 * items.len() + 1)?;
        let mut table = Table::default();
        for item in items {
            table.insert(self.key(&item)?, item, Value::None);
        }
        Ok(self.heap.put(Object::Set(table)))
    }

    /// What lies in the arena under a value, copied.
    pub fn copy(&mut self, value: &Value) -> Run<Option<Object>> {
        let length = match self.heap.get(value) {
            Some(Object::List(v) | Object::Tuple(v)) => v.len(),
            Some(Object::Dict(t) | Object::Set(t)) => t.len(),
            None => 0,
        };
        self.spend(length / 4 + 1)?;
        Ok(self.heap.get(value).cloned())
    }

    pub fn key(&mut self, value: &Value) -> Run<Key> {
        self.spend(1)?;
        let kind = self.heap.kind(value);
        self.heap.key(value, 0).ok_or_else(|| format!("a {kind} cannot be a key or a member of a set"))
    }

    /// The items that a value goes through, as they are now.
    pub fn items(&mut self, value: &Value) -> Run<Vec<Value>> {
        let items = match value {
            Value::Text(s) => s.chars().map(|c| Value::Text(c.to_string().into())).collect(),
            _ => match self.heap.get(value) {
                Some(Object::List(items) | Object::Tuple(items)) => items.clone(),
                Some(Object::Dict(t) | Object::Set(t)) => t.keys(),
                None => return Err(format!("a {} has no items to go through", self.heap.kind(value))),
            },
        };
        self.spend(items.len() / 4 + 1)?;
        Ok(items)
    }

    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Run<T>) -> Run<T> {
        self.spend(1)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the program is nested or recurses too deeply".into());
        }
        let result = run(self)?;
        self.depth -= 1;
        Ok(result)
    }

    fn block(&mut self, body: &[Statement]) -> Run<Flow> {
        for statement in body {
            match self.exec(statement)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn exec(&mut self, statement: &Statement) -> Run<Flow> {
        self.line = statement.line;
        self.deeper(|m| match &statement.what {
            What::Value(expr) => m.eval(expr).map(|_| Flow::Next),
            What::Assign(targets, value) => {
                let value = m.eval(value)?;
                targets.iter().try_for_each(|t| m.assign(t, value.clone()))?;
                Ok(Flow::Next)
            }
            What::Change(target, op, value) => {
                let old = m.eval(target)?;
                let by = m.eval(value)?;
                let new = m.changed(op, old, by)?;
                m.assign(target, new)?;
                Ok(Flow::Next)
            }
            What::If(condition, then, otherwise) => {
                let condition = m.eval(condition)?;
                if m.heap.truth(&condition) { m.block(then) } else { m.block(otherwise) }
            }
            What::While(condition, body) => m.repeat(condition, body),
            What::For(target, over, body) => {
                let over = m.eval(over)?;
                for item in m.items(&over)? {
                    m.spend(1)?;
                    m.assign(target, item)?;
                    match m.block(body)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::Next | Flow::Continue => {}
                    }
                }
                Ok(Flow::Next)
            }
            What::Define(name, params, body) => {
                let function = m.function(name, params, Body::Block(Rc::clone(body)))?;
                m.bind(name, function);
                Ok(Flow::Next)
            }
            What::Return(value) => match value {
                Some(value) => m.eval(value).map(Flow::Return),
                None => Ok(Flow::Return(Value::None)),
            },
            What::Break => Ok(Flow::Break),
            What::Continue => Ok(Flow::Continue),
            What::Pass => Ok(Flow::Next),
        })
    }

    fn repeat(&mut self, condition: &Expr, body: &[Statement]) -> Run<Flow> {
        loop {
            let holds = self.eval(condition)?;
            if !self.heap.truth(&holds) {
                return Ok(Flow::Next);
            }
            match self.block(body)? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
    }

    /// `a += b`, which changes a list in place.
    fn changed(&mut self, op: &'static str, old: Value, by: Value) -> Run<Value> {
        if op == "+" && matches!(self.heap.get(&old), Some(Object::List(_))) {
            let more = self.items(&by)?;
            self.make(more.len())?;
            if let Some(Object::List(items)) = self.heap.get_mut(&old) {
                items.extend(more);
            }
            return Ok(old);
        }
        arithmetic::binary(self, op, &old, &by)
    }

    fn function(&mut self, name: &str, params: &[String], body: Body) -> Run<Value> {
        let captured = self.frames.last().map(|f| f.locals.clone()).unwrap_or_default();
        self.make(8 * (captured.len() + params.len() + 1))?;
        Ok(Value::Function(Rc::new(Function { name: name.into(), params: params.to_vec(), body, captured })))
    }

    fn bind(&mut self, name: &str, value: Value) {
        let names = self.frames.last_mut().map_or(&mut self.globals, |f| &mut f.locals);
        names.insert(name.into(), value);
    }

    fn assign(&mut self, target: &Expr, value: Value) -> Run<()> {
        match target {
            Expr::Name(name) => {
                self.bind(name, value);
                Ok(())
            }
            Expr::Tuple(targets) | Expr::List(targets) => {
                let items = self.items(&value)?;
                if items.len() != targets.len() {
                    return Err(format!("{} values cannot be given to {} names", items.len(), targets.len()));
                }
                targets.iter().zip(items).try_for_each(|(t, v)| self.assign(t, v))
            }
            Expr::Index(object, index) => {
                let (object, index) = (self.eval(object)?, self.eval(index)?);
                self.make(1)?;
                if let Some(Object::Dict(_)) = self.heap.get(&object) {
                    let key = self.key(&index)?;
                    if let Some(Object::Dict(table)) = self.heap.get_mut(&object) {
                        table.insert(key, index, value);
                    }
                    return Ok(());
                }
                let kind = self.heap.kind(&object);
                let Some(Object::List(items)) = self.heap.get_mut(&object) else {
                    return Err(format!("items of a {kind} cannot be assigned"));
                };
                let at = arithmetic::place(&index, items.len())?;
                if let Some(slot) = items.get_mut(at) {
                    *slot = value;
                }
                Ok(())
            }
            _ => Err("nothing can be assigned to that".into()),
        }
    }

    fn lookup(&self, name: &str) -> Run<Value> {
        if let Some(frame) = self.frames.last() {
            if let Some(value) = frame.locals.get(name).or_else(|| frame.function.captured.get(name)) {
                return Ok(value.clone());
            }
            if frame.function.name == name {
                return Ok(Value::Function(Rc::clone(&frame.function)));
            }
        }
        let known = self.globals.get(name).cloned().or_else(|| builtin::named(name));
        known.ok_or_else(|| format!("`{name}` is not defined"))
    }

    pub fn eval(&mut self, expr: &Expr) -> Run<Value> {
        match expr {
            Expr::None => Ok(Value::None),
            Expr::Bool(b) => Ok(Value::Bool(*b)),
            Expr::Int(i) => Ok(Value::Int(*i)),
            Expr::Float(x) => Ok(Value::Float(*x)),
            Expr::Text(s) => self.text(s.as_str()),
            Expr::Name(name) => self.lookup(name),
            _ => self.deeper(|m| m.compound(expr)),
        }
    }

    fn all(&mut self, exprs: &[Expr]) -> Run<Vec<Value>> {
        exprs.iter().map(|e| self.eval(e)).collect()
    }

    fn compound(&mut self, expr: &Expr) -> Run<Value> {
        match expr {
            Expr::List(items) => {
                let items = self.all(items)?;
                self.list(items)
            }
            Expr::Tuple(items) => {
                let items = self.all(items)?;
                self.tuple(items)
            }
            Expr::Set(items) => {
                let items = self.all(items)?;
                self.set(items)
            }
            Expr::Dict(pairs) => {
                let mut table = Table::default();
                for (key, value) in pairs {
                    let (name, value) = (self.eval(key)?, self.eval(value)?);
                    table.insert(self.key(&name)?, name, value);
                }
                self.make(2 * table.len() + 1)?;
                Ok(self.heap.put(Object::Dict(table)))
            }
            Expr::Unary(op, value) => {
                let value = self.eval(value)?;
                arithmetic::unary(self, op, &value)
            }
            Expr::Binary(op, a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                arithmetic::binary(self, op, &a, &b)
            }
            Expr::Compare(first, rest) => {
                let mut left = self.eval(first)?;
                for (op, right) in rest {
                    let right = self.eval(right)?;
                    if !arithmetic::holds(self, op, &left, &right)? {
                        return Ok(Value::Bool(false));
                    }
                    left = right;
                }
                Ok(Value::Bool(true))
            }
            Expr::And(a, b) => {
                let a = self.eval(a)?;
                if self.heap.truth(&a) { self.eval(b) } else { Ok(a) }
            }
            Expr::Or(a, b) => {
                let a = self.eval(a)?;
                if self.heap.truth(&a) { Ok(a) } else { self.eval(b) }
            }
            Expr::Choice(condition, then, otherwise) => {
                let condition = self.eval(condition)?;
                if self.heap.truth(&condition) { self.eval(then) } else { self.eval(otherwise) }
            }
            Expr::Call(function, args, named) => self.called(function, args, named),
            Expr::Attribute(object, name) => match object.as_ref() {
                Expr::Name(module) if module == "math" => builtin::of_math(name),
                _ => Err(format!("`.{name}` has to be called")),
            },
            Expr::Index(object, index) => {
                let (object, index) = (self.eval(object)?, self.eval(index)?);
                self.item(&object, &index)
            }
            Expr::Slice(object, [from, to, step]) => {
                let object = self.eval(object)?;
                let mut bound = |e: &Option<Box<Expr>>| e.as_ref().map(|e| self.eval(e)).transpose();
                let bounds = [bound(from)?, bound(to)?, bound(step)?];
                arithmetic::slice(self, &object, bounds)
            }
            Expr::Comprehension(kind, item, clauses) => self.comprehension(*kind, item, clauses),
            Expr::Lambda(params, body) => self.function("lambda", params, Body::Expr(Rc::clone(body))),
            _ => self.eval(expr),
        }
    }

    fn called(&mut self, function: &Expr, args: &[Expr], named: &[(String, Expr)]) -> Run<Value> {
        let receiver = match function {
            Expr::Attribute(object, name) if !matches!(object.as_ref(), Expr::Name(m) if m == "math") => {
                Some((self.eval(object)?, name))
            }
            _ => None,
        };
        let function = if receiver.is_none() { self.eval(function)? } else { Value::None };
        let args = self.all(args)?;
        let mut by_name = Vec::new();
        for (name, value) in named {
            by_name.push((name.clone(), self.eval(value)?));
        }
        match receiver {
            Some((object, name)) => method::call(self, &object, name, &args, &by_name),
            None => self.call(&function, args, by_name),
        }
    }

    /// Calls a function with arguments.
    pub fn call(&mut self, function: &Value, args: Vec<Value>, mut named: Vec<(String, Value)>) -> Run<Value> {
        let function = match function {
            Value::Function(f) => Rc::clone(f),
            Value::Builtin(name) => return builtin::call(self, name, &args, &named),
            other => return Err(format!("a {} cannot be called", self.heap.kind(other))),
        };
        let wrong = || format!("{}() takes {} arguments", function.name, function.params.len());
        if args.len() + named.len() != function.params.len() {
            return Err(wrong());
        }
        let mut locals: HashMap<String, Value> = function.params.iter().cloned().zip(args).collect();
        for (name, value) in named.drain(..) {
            if !function.params.contains(&name) || locals.insert(name, value).is_some() {
                return Err(wrong());
            }
        }
        let line = self.line;
        self.frames.push(Frame { locals, function: Rc::clone(&function) });
        let result = self.deeper(|m| match &function.body {
            Body::Expr(expr) => m.eval(expr),
            Body::Block(body) => match m.block(body)? {
                Flow::Return(value) => Ok(value),
                Flow::Next => Ok(Value::None),
                Flow::Break | Flow::Continue => Err("`break` and `continue` belong into a loop".into()),
            },
        })?;
        self.frames.pop();
        self.line = line;
        Ok(result)
    }

    fn item(&mut self, object: &Value, index: &Value) -> Run<Value> {
        if let Some(Object::Dict(_)) = self.heap.get(object) {
            let key = self.key(index)?;
            let Some(Object::Dict(table)) = self.heap.get(object) else { return Ok(Value::None) };
            return match table.get(&key) {
                Some(value) => Ok(value.clone()),
                None => {
                    let mut name = String::new();
                    self.heap.write(index, true, 0, &mut name);
                    Err(format!("the dict has no key {name}"))
                }
            };
        }
        if let Value::Text(text) = object {
            self.spend(text.len() / 8 + 1)?;
            let at = arithmetic::place(index, text.chars().count())?;
            return Ok(Value::Text(text.chars().nth(at).map(String::from).unwrap_or_default().into()));
        }
        match self.heap.get(object) {
            Some(Object::List(items) | Object::Tuple(items)) => {
                let at = arithmetic::place(index, items.len())?;
                items.get(at).cloned().ok_or_else(|| "the index is out of range".into())
            }
            _ => Err(format!("a {} has no items", self.heap.kind(object))),
        }
    }

    fn comprehension(&mut self, kind: Kind, item: &(Expr, Expr), clauses: &[Clause]) -> Run<Value> {
        let mut made = Vec::new();
        // Its names are its own: what they hid is there again afterwards.
        let before = self.frames.last().map_or(&self.globals, |f| &f.locals).clone();
        self.spend(before.len())?;
        self.clause(kind, item, clauses, &mut made)?;
        *self.frames.last_mut().map_or(&mut self.globals, |f| &mut f.locals) = before;
        match kind {
            Kind::List => self.list(made.into_iter().map(|p| p.0).collect()),
            Kind::Set => self.set(made.into_iter().map(|p| p.0).collect()),
            Kind::Dict => {
                self.make(2 * made.len() + 1)?;
                let mut table = Table::default();
                for (name, value) in made {
                    table.insert(self.key(&name)?, name, value);
                }
                Ok(self.heap.put(Object::Dict(table)))
            }
        }
    }

    fn clause(
        &mut self,
        kind: Kind,
        item: &(Expr, Expr),
        clauses: &[Clause],
        made: &mut Vec<(Value, Value)>,
    ) -> Run<()> {
        let Some((clause, rest)) = clauses.split_first() else {
            let value = if kind == Kind::Dict { self.eval(&item.1)? } else { Value::None };
            made.push((self.eval(&item.0)?, value));
            return self.make(1);
        };
        let over = self.eval(&clause.over)?;
        'items: for value in self.items(&over)? {
            self.spend(1)?;
            self.assign(&clause.target, value)?;
            for condition in &clause.conditions {
                let holds = self.eval(condition)?;
                if !self.heap.truth(&holds) {
                    continue 'items;
                }
            }
            self.deeper(|m| m.clause(kind, item, rest, made))?;
        }
        Ok(())
    }
}
