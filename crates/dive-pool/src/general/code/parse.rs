//! From tokens to statements, by recursive descent.

use std::rc::Rc;

use super::lex::{SIGNS, Token, tokens};

/// Deepest nesting of brackets and blocks in a program.
const DEEPEST: usize = 60;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    Name(String),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Set(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    Unary(&'static str, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `a < b <= c`.
    Compare(Box<Expr>, Vec<(&'static str, Expr)>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// Condition, value if it holds, value otherwise.
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Function, arguments, arguments by name.
    Call(Box<Expr>, Vec<Expr>, Vec<(String, Expr)>),
    Attribute(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    Slice(Box<Expr>, [Option<Box<Expr>>; 3]),
    Comprehension(Kind, Box<(Expr, Expr)>, Vec<Clause>),
    Lambda(Vec<String>, Rc<Expr>),
}

/// What a comprehension makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    List,
    Set,
    Dict,
}

/// `for target in iterable if … if …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    pub target: Expr,
    pub over: Expr,
    pub conditions: Vec<Expr>,
}

/// A statement with its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub line: usize,
    pub what: What,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Value(Expr),
    /// Targets from left to right, value.
    Assign(Vec<Expr>, Expr),
    Change(Expr, &'static str, Expr),
    If(Expr, Vec<Statement>, Vec<Statement>),
    While(Expr, Vec<Statement>),
    For(Expr, Expr, Vec<Statement>),
    Define(String, Vec<String>, Rc<Vec<Statement>>),
    Return(Option<Expr>),
    Break,
    Continue,
    Pass,
}

/// Why a program cannot be read: the line and a sentence.
pub type Wrong = (usize, String);

/// Reads a program.
pub fn parse(code: &str) -> Result<Vec<Statement>, Wrong> {
    let mut parser = Parser { tokens: tokens(code)?, at: 0, depth: 0 };
    let mut program = Vec::new();
    while *parser.peek() != Token::End {
        parser.statement(&mut program)?;
    }
    Ok(program)
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
}

type Read<T> = Result<T, Wrong>;

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |t| &t.1)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |t| t.0)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn one_of(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        let sign = match self.peek() {
            Token::Sign(s) => signs.iter().copied().find(|x| x == s)?,
            _ => return None,
        };
        self.at += 1;
        Some(sign)
    }

    fn wrong<T>(&self, message: impl Into<String>) -> Read<T> {
        Err((self.line(), message.into()))
    }

    fn want(&mut self, sign: &str) -> Read<()> {
        if self.take(sign) { Ok(()) } else { self.wrong(format!("`{sign}` is expected {}", self.before())) }
    }

    fn before(&self) -> String {
        match self.peek() {
            Token::Name(n) => format!("before `{n}`"),
            Token::Sign(s) => format!("before `{s}`"),
            Token::Int(_) | Token::Float(_) => "before the number".into(),
            Token::Text(_) => "before the text".into(),
            _ => "at the end of the line".into(),
        }
    }

    fn name(&mut self) -> Read<String> {
        match self.next() {
            Token::Name(n) => Ok(n),
            _ => {
                self.at -= 1;
                self.wrong(format!("a name is expected {}", self.before()))
            }
        }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.wrong("the program is nested too deeply");
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn block(&mut self) -> Read<Vec<Statement>> {
        self.want(":")?;
        let mut body = Vec::new();
        if *self.peek() != Token::Line {
            self.simple(&mut body)?;
            return Ok(body);
        }
        self.next();
        if self.next() != Token::Indent {
            self.at -= 1;
            return self.wrong("an indented block is expected");
        }
        while *self.peek() != Token::Dedent && *self.peek() != Token::End {
            self.deeper(|p| p.statement(&mut body))?;
        }
        self.next();
        Ok(body)
    }

    fn statement(&mut self, into: &mut Vec<Statement>) -> Read<()> {
        let line = self.line();
        let what = match self.one_of(&["if", "while", "for", "def"]) {
            Some("if") => self.branches()?,
            Some("while") => What::While(self.expr()?, self.block()?),
            Some("for") => {
                let target = self.targets()?;
                self.want("in")?;
                What::For(target, self.several()?, self.block()?)
            }
            Some(_) => {
                let name = self.name()?;
                self.want("(")?;
                let params = self.params(")")?;
                self.want(")")?;
                What::Define(name, params, Rc::new(self.block()?))
            }
            None if *self.peek() == Token::Indent => return self.wrong("it is indented without a reason"),
            None => return self.simple(into),
        };
        into.push(Statement { line, what });
        Ok(())
    }

    fn branches(&mut self) -> Read<What> {
        let condition = self.expr()?;
        let then = self.block()?;
        let line = self.line();
        let otherwise = if self.take("elif") {
            let what = self.deeper(Self::branches)?;
            vec![Statement { line, what }]
        } else if self.take("else") {
            self.block()?
        } else {
            Vec::new()
        };
        Ok(What::If(condition, then, otherwise))
    }

    fn params(&mut self, end: &str) -> Read<Vec<String>> {
        let mut params = Vec::new();
        while !matches!(self.peek(), Token::Sign(s) if *s == end) {
            params.push(self.name()?);
            if !self.take(",") {
                break;
            }
        }
        Ok(params)
    }

    /// Statements on one line.
    fn simple(&mut self, into: &mut Vec<Statement>) -> Read<()> {
        loop {
            let line = self.line();
            let what = self.small()?;
            into.push(Statement { line, what });
            if !self.take(";") || *self.peek() == Token::Line {
                break;
            }
        }
        match self.next() {
            Token::Line | Token::End => Ok(()),
            _ => {
                self.at -= 1;
                self.wrong(format!("the statement should end {}", self.before()))
            }
        }
    }

    fn small(&mut self) -> Read<What> {
        match self.one_of(&["return", "break", "continue", "pass"]) {
            Some("return") => {
                let empty = matches!(self.peek(), Token::Line | Token::End | Token::Sign(";"));
                return Ok(What::Return(if empty { None } else { Some(self.several()?) }));
            }
            Some("break") => return Ok(What::Break),
            Some("continue") => return Ok(What::Continue),
            Some(_) => return Ok(What::Pass),
            None => {}
        }
        if *self.peek() == Token::Name("import".into()) {
            self.next();
            return if self.name()? == "math" {
                Ok(What::Pass)
            } else {
                self.wrong("only `math` can be imported, and it is there already")
            };
        }
        let first = self.several()?;
        if let Some(op) = self.one_of(&["+=", "-=", "*=", "/=", "//=", "%=", "**="]) {
            self.assignable(&first)?;
            let op = SIGNS.iter().copied().find(|s| op.strip_suffix('=') == Some(s)).unwrap_or("+");
            return Ok(What::Change(first, op, self.several()?));
        }
        let mut targets = vec![first];
        while self.take("=") {
            targets.push(self.several()?);
        }
        match targets.pop() {
            Some(value) if targets.is_empty() => Ok(What::Value(value)),
            Some(value) => {
                targets.iter().try_for_each(|t| self.assignable(t))?;
                Ok(What::Assign(targets, value))
            }
            None => self.wrong("a value is expected"),
        }
    }

    fn assignable(&self, target: &Expr) -> Read<()> {
        match target {
            Expr::Name(_) | Expr::Index(..) => Ok(()),
            Expr::Tuple(items) | Expr::List(items) => items.iter().try_for_each(|t| self.assignable(t)),
            _ => self.wrong("nothing can be assigned to that"),
        }
    }

    /// The names of a `for`, without swallowing its `in`.
    fn targets(&mut self) -> Read<Expr> {
        let mut items = Vec::new();
        loop {
            items.push(if self.take("(") {
                let inner = self.deeper(Self::targets)?;
                self.want(")")?;
                inner
            } else {
                Expr::Name(self.name()?)
            });
            if !self.take(",") {
                break;
            }
        }
        Ok(if items.len() == 1 { items.pop().unwrap_or(Expr::None) } else { Expr::Tuple(items) })
    }

    /// One expression, or a tuple without brackets.
    fn several(&mut self) -> Read<Expr> {
        let first = self.expr()?;
        if !matches!(self.peek(), Token::Sign(",")) {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take(",") {
            if matches!(self.peek(), Token::Line | Token::End | Token::Sign("=" | ")" | "]" | ":" | ";")) {
                break;
            }
            items.push(self.expr()?);
        }
        Ok(Expr::Tuple(items))
    }

    fn expr(&mut self) -> Read<Expr> {
        self.deeper(|p| {
            if p.take("lambda") {
                let params = p.params(":")?;
                p.want(":")?;
                return Ok(Expr::Lambda(params, Rc::new(p.expr()?)));
            }
            let value = p.or()?;
            if !p.take("if") {
                return Ok(value);
            }
            let condition = p.or()?;
            p.want("else")?;
            Ok(Expr::Choice(Box::new(condition), Box::new(value), Box::new(p.expr()?)))
        })
    }

    fn or(&mut self) -> Read<Expr> {
        let mut left = self.and()?;
        while self.take("or") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Read<Expr> {
        let mut left = self.not()?;
        while self.take("and") {
            left = Expr::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Read<Expr> {
        if self.take("not") {
            return self.deeper(|p| Ok(Expr::Unary("not", Box::new(p.not()?))));
        }
        let first = self.binary(0)?;
        let mut rest = Vec::new();
        loop {
            let op = if self.take("not") {
                self.want("in")?;
                "not in"
            } else if self.take("is") {
                if self.take("not") { "is not" } else { "is" }
            } else if let Some(op) = self.one_of(&["==", "!=", "<=", ">=", "<", ">", "in"]) {
                op
            } else {
                break;
            };
            rest.push((op, self.binary(0)?));
        }
        Ok(if rest.is_empty() { first } else { Expr::Compare(Box::new(first), rest) })
    }

    fn binary(&mut self, level: usize) -> Read<Expr> {
        const LEVELS: [&[&str]; 5] = [&["|"], &["^"], &["&"], &["+", "-"], &["*", "/", "//", "%"]];
        let Some(ops) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(op) = self.one_of(ops) {
            left = Expr::Binary(op, Box::new(left), Box::new(self.binary(level + 1)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Read<Expr> {
        if let Some(op) = self.one_of(&["-", "+"]) {
            return self.deeper(|p| Ok(Expr::Unary(op, Box::new(p.unary()?))));
        }
        let base = self.postfix()?;
        if self.take("**") {
            // To the right, and tighter than a sign on the left: -2 ** 2 is -4.
            let exponent = self.deeper(Self::unary)?;
            return Ok(Expr::Binary("**", Box::new(base), Box::new(exponent)));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Read<Expr> {
        let mut value = self.atom()?;
        loop {
            value = match self.one_of(&["(", "[", "."]) {
                Some("(") => self.call(value)?,
                Some("[") => self.index(value)?,
                Some(_) => Expr::Attribute(Box::new(value), self.name()?),
                None => return Ok(value),
            };
        }
    }

    fn call(&mut self, function: Expr) -> Read<Expr> {
        let (mut args, mut named) = (Vec::new(), Vec::new());
        while !self.take(")") {
            let value = self.expr()?;
            match value {
                Expr::Name(name) if self.take("=") => named.push((name, self.expr()?)),
                value if matches!(self.peek(), Token::Sign("for")) => {
                    args.push(self.clauses(Kind::List, value, Expr::None)?)
                }
                value => args.push(value),
            }
            if !self.take(",") {
                self.want(")")?;
                break;
            }
        }
        Ok(Expr::Call(Box::new(function), args, named))
    }

    fn index(&mut self, value: Expr) -> Read<Expr> {
        let mut parts: Vec<Option<Box<Expr>>> = Vec::new();
        loop {
            let empty = matches!(self.peek(), Token::Sign(":" | "]"));
            parts.push(if empty { None } else { Some(Box::new(self.several()?)) });
            if parts.len() == 3 || !self.take(":") {
                break;
            }
        }
        self.want("]")?;
        let sliced = parts.len() > 1;
        let mut parts = parts.into_iter();
        let mut next = || parts.next().flatten();
        if sliced {
            return Ok(Expr::Slice(Box::new(value), [next(), next(), next()]));
        }
        match next() {
            Some(index) => Ok(Expr::Index(Box::new(value), index)),
            None => self.wrong("an index is expected"),
        }
    }

    fn clauses(&mut self, kind: Kind, item: Expr, value: Expr) -> Read<Expr> {
        let mut clauses = Vec::new();
        while self.take("for") {
            let target = self.targets()?;
            self.want("in")?;
            let over = self.or()?;
            let mut conditions = Vec::new();
            while self.take("if") {
                conditions.push(self.or()?);
            }
            clauses.push(Clause { target, over, conditions });
        }
        Ok(Expr::Comprehension(kind, Box::new((item, value)), clauses))
    }

    fn atom(&mut self) -> Read<Expr> {
        let token = self.next();
        Ok(match token {
            Token::Int(i) => Expr::Int(i),
            Token::Float(x) => Expr::Float(x),
            Token::Text(text) => Expr::Text(text),
            Token::Name(name) => Expr::Name(name),
            Token::Sign("None") => Expr::None,
            Token::Sign("True") => Expr::Bool(true),
            Token::Sign("False") => Expr::Bool(false),
            Token::Sign("(") => {
                if self.take(")") {
                    return Ok(Expr::Tuple(Vec::new()));
                }
                let inner = self.several()?;
                let inner = match self.peek() {
                    Token::Sign("for") => self.clauses(Kind::List, inner, Expr::None)?,
                    _ => inner,
                };
                self.want(")")?;
                inner
            }
            Token::Sign("[") => {
                let items = self.items("]")?;
                match (items.len(), self.peek()) {
                    (1, Token::Sign("for")) => {
                        let item = items.into_iter().next().unwrap_or(Expr::None);
                        let made = self.clauses(Kind::List, item, Expr::None)?;
                        self.want("]")?;
                        made
                    }
                    _ => {
                        self.want("]")?;
                        Expr::List(items)
                    }
                }
            }
            Token::Sign("{") => self.braces()?,
            _ => {
                self.at -= 1;
                return self.wrong(format!("a value is expected {}", self.before()));
            }
        })
    }

    fn items(&mut self, end: &str) -> Read<Vec<Expr>> {
        let mut items = Vec::new();
        while !matches!(self.peek(), Token::Sign(s) if *s == end) {
            items.push(self.expr()?);
            if !self.take(",") {
                break;
            }
        }
        Ok(items)
    }

    fn braces(&mut self) -> Read<Expr> {
        if self.take("}") {
            return Ok(Expr::Dict(Vec::new()));
        }
        let first = self.expr()?;
        if !self.take(":") {
            if matches!(self.peek(), Token::Sign("for")) {
                let made = self.clauses(Kind::Set, first, Expr::None)?;
                self.want("}")?;
                return Ok(made);
            }
            let mut items = vec![first];
            if self.take(",") {
                items.extend(self.items("}")?);
            }
            self.want("}")?;
            return Ok(Expr::Set(items));
        }
        let value = self.expr()?;
        if matches!(self.peek(), Token::Sign("for")) {
            let made = self.clauses(Kind::Dict, first, value)?;
            self.want("}")?;
            return Ok(made);
        }
        let mut pairs = vec![(first, value)];
        while self.take(",") && !matches!(self.peek(), Token::Sign("}")) {
            let key = self.expr()?;
            self.want(":")?;
            pairs.push((key, self.expr()?));
        }
        self.want("}")?;
        Ok(Expr::Dict(pairs))
    }
}
