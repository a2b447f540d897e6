//! The words that realiser and reader share: phrases of tools, names of entities, fixed expressions. Neither knows
//! anything of the other beyond this.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use dive_core::expr::{Cmp, End, Op};
use dive_core::form::{Form, FormCall};
use dive_core::sem::{Scale, Sem};
use dive_core::tool::{Field, Param, Rows, ToolSpec};
use dive_tools::ToolPool;
use dive_tools::entities::{EntityType, Naming};

/// A phrase with slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// The slots it has.
    pub slots: BTreeSet<String>,
}

/// A part of a phrase.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Fixed words.
    Text(String),
    /// An argument; `bare` constants carry no label.
    Slot {
        /// Parameter or group.
        name: String,
        /// Written without the parameter's label.
        bare: bool,
        /// Words that introduce a name ("the drug ") and are left out before a description ("the drug studied in …").
        title: String,
    },
}

impl Template {
    fn parse(text: &str) -> Template {
        let mut parts = Vec::new();
        for (i, piece) in text.split('{').enumerate() {
            let (slot, words) =
                if i == 0 { (None, piece) } else { piece.split_once('}').map_or((None, piece), |(s, w)| (Some(s), w)) };
            if let Some(slot) = slot {
                let (name, bare) = (slot.trim_start_matches('=').to_string(), slot.starts_with('='));
                parts.push(Part::Slot { name, bare, title: String::new() });
            }
            if !words.is_empty() {
                parts.push(Part::Text(words.into()));
            }
        }
        let slots =
            parts.iter().filter_map(|p| if let Part::Slot { name, .. } = p { Some(name.clone()) } else { None });
        Template { slots: slots.collect(), parts }
    }

    /// Moves the words that only fit a name from the text before a slot into the slot; `noun` is what the slot's entity
    /// is called.
    fn titled(self, noun: &dyn Fn(&str) -> Option<String>) -> Template {
        let mut parts: Vec<Part> = Vec::new();
        for part in self.parts {
            let moved = match (&part, parts.last_mut()) {
                (Part::Slot { name, bare, .. }, Some(Part::Text(before))) => noun(name).and_then(|noun| {
                    let title = [format!("the {noun} "), format!("{noun} ")].into_iter().find(|t| {
                        before.strip_suffix(t.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
                    })?;
                    before.truncate(before.len() - title.len());
                    Some(Part::Slot { name: name.clone(), bare: *bare, title })
                }),
                _ => None,
            };
            if matches!(parts.last(), Some(Part::Text(t)) if t.is_empty()) {
                parts.pop();
            }
            parts.push(moved.unwrap_or(part));
        }
        Template { parts, slots: self.slots }
    }
}

/// A tool's phrases, ready to use.
#[derive(Debug)]
pub struct Entry {
    /// The tool.
    pub spec: ToolSpec,
    /// Tails, by the slots they need.
    pub tails: Vec<Template>,
    /// Complete phrases: path of the field, template.
    pub phrases: Vec<(String, Template)>,
}

impl Entry {
    /// The slots that a phrase must have when these parameters are given, without the subject.
    pub fn slots<'a>(&'a self, given: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
        given.map(|p| self.slot_of(p)).filter(|s| self.subject() != Some(s)).collect()
    }

    /// The slot that a parameter is written in: its group's, or its own.
    pub fn slot_of<'a>(&'a self, param: &'a str) -> &'a str {
        let group = self.spec.groups.iter().find(|g| g.params.iter().any(|p| p == param));
        group.map_or(param, |g| g.slot.as_str())
    }

    /// The slot of the subject.
    pub fn subject(&self) -> Option<&str> {
        self.spec.phrases.subject.as_deref()
    }

    /// The rows of the result.
    pub fn rows(&self) -> Option<&Rows> {
        self.spec.output.rows.as_ref()
    }

    /// Path of a column.
    pub fn column(&self, field: &Field) -> String {
        format!("{}/*{}", self.rows().map_or("", |r| r.pointer.as_str()), field.pointer)
    }

    /// The row field that a column path addresses.
    pub fn column_field(&self, path: &str) -> Option<&Field> {
        let rows = self.rows()?;
        let inner = path.strip_prefix(rows.pointer.as_str())?.strip_prefix("/*")?;
        rows.fields.iter().find(|f| f.pointer == inner)
    }
}

/// What a noun names.
#[derive(Debug, Clone)]
pub struct Noun {
    /// The words.
    pub words: String,
    /// The tool.
    pub tool: Arc<Entry>,
    /// Path of the field, a column's with `*`; empty for the rows themselves.
    pub path: String,
    /// What it is.
    pub role: Role,
}

/// What a noun stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A scalar of the result.
    Scalar,
    /// A scalar, in the plural: the same one of several things.
    Scalars,
    /// A column, in the singular.
    Column,
    /// A column, in the plural.
    Columns,
    /// The rows, in the singular.
    Row,
    /// The rows, in the plural.
    Rows,
}

/// All words of a pool.
pub struct Lexicon {
    tools: HashMap<String, Arc<Entry>>,
    nouns: HashMap<String, Vec<Noun>>,
    phrases: HashMap<String, Vec<(Arc<Entry>, String, Template)>>,
    names: HashMap<String, Vec<(String, Sem)>>,
    /// (entity type, bundle) → (tool, subject parameter, pointers).
    bundles: HashMap<(String, String), (String, String, Vec<String>)>,
    entities: HashMap<String, EntityType>,
    documents: Vec<Arc<Entry>>,
}

impl Lexicon {
    /// The words of a pool.
    pub fn new(pool: &ToolPool) -> Lexicon {
        let mut lexicon = Lexicon {
            tools: HashMap::new(),
            nouns: HashMap::new(),
            phrases: HashMap::new(),
            names: HashMap::new(),
            bundles: HashMap::new(),
            entities: HashMap::new(),
            documents: Vec::new(),
        };
        let mut categories: BTreeSet<(String, String)> = BTreeSet::new();
        for spec in pool.specs() {
            let noun = |slot: &str| {
                let entity = spec.param(slot)?.sem.entity()?.to_string();
                pool.entities().get(&entity).map(|t| t.noun.clone())
            };
            let template = |text: &str| Template::parse(text).titled(&noun);
            let tails = match spec.phrases.tails.as_slice() {
                [] => vec![template("")],
                tails => tails.iter().map(|t| template(t)).collect(),
            };
            let fields = spec.output.fields.iter();
            let phrases = fields.flat_map(|f| f.phrases.iter().map(|p| (f.pointer.clone(), template(p)))).collect();
            let entry = Arc::new(Entry { spec: spec.clone(), tails, phrases });
            lexicon.add_tool(&entry);
            for p in &spec.params {
                if let Sem::Category(vocabulary) = &p.sem {
                    categories.extend(p.choices.iter().map(|c| (vocabulary.clone(), c.value.clone())));
                }
            }
        }
        for entity in pool.entities().types() {
            lexicon.entities.insert(entity.name.clone(), EntityType { names: Vec::new(), ..entity.clone() });
            for name in &entity.names {
                lexicon.add_name(name, name, Sem::Entity(entity.name.clone()));
            }
        }
        for (vocabulary, value) in categories {
            lexicon.add_name(&value.replace('_', " "), &value, Sem::Category(vocabulary));
        }
        lexicon
    }

    fn add_tool(&mut self, entry: &Arc<Entry>) {
        let spec = &entry.spec;
        self.tools.insert(spec.name.clone(), Arc::clone(entry));
        if crate::document::called(entry).is_some() {
            self.documents.push(Arc::clone(entry));
        }
        let mut noun = |words: String, path: String, role: Role| {
            if !words.is_empty() {
                let noun = Noun { words, tool: Arc::clone(entry), path, role };
                self.nouns.entry(first_word(&noun.words).into()).or_default().push(noun);
            }
        };
        for f in &spec.output.fields {
            noun(f.noun.clone(), f.pointer.clone(), Role::Scalar);
            if !f.noun.is_empty() && entry.subject().is_some() {
                noun(f.plural(), f.pointer.clone(), Role::Scalars);
            }
        }
        if let Some(rows) = entry.rows() {
            noun(rows.noun.clone(), String::new(), Role::Row);
            noun(rows.plural(), String::new(), Role::Rows);
            for f in rows.fields.iter().filter(|f| f.pointer != rows.key || rows.series) {
                noun(f.noun.clone(), entry.column(f), Role::Column);
                if !f.noun.is_empty() {
                    noun(f.plural(), entry.column(f), Role::Columns);
                }
            }
        }
        for (path, template) in &entry.phrases {
            if let Some(Part::Text(text)) = template.parts.first() {
                let word = first_word(text.strip_prefix("the ").unwrap_or(text)).to_string();
                self.phrases.entry(word).or_default().push((Arc::clone(entry), path.clone(), template.clone()));
            }
        }
        // What a search finds is not an attribute of the words that it was given: such a tool has no subject.
        let only = spec.params.first().filter(|_| spec.params.len() == 1);
        if let Some(param) = entry.subject().and_then(|s| spec.param(s)).or(only) {
            for bundle in &spec.output.bundles {
                let Some(entity) = bundle.entity.as_deref().or(param.sem.entity()) else { continue };
                let key = (entity.to_string(), bundle.of.clone());
                let value = (spec.name.clone(), param.name.clone(), bundle.pointers.clone());
                self.bundles.entry(key).or_insert(value);
            }
        }
    }

    fn add_name(&mut self, words: &str, value: &str, sem: Sem) {
        self.names.entry(first_word(words).into()).or_default().push((value.into(), sem));
    }

    /// The phrases of a tool.
    pub fn tool(&self, name: &str) -> Option<&Arc<Entry>> {
        self.tools.get(name)
    }

    /// The tools that open documents which have a name.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.documents.iter()
    }

    /// Every noun that stands at `pos`, with the place where it ends.
    pub fn nouns_at<'a>(&'a self, text: &'a str, pos: usize) -> impl Iterator<Item = (usize, &'a Noun)> {
        let rest = text.get(pos..).unwrap_or_default();
        self.nouns
            .get(first_word(rest))
            .into_iter()
            .flatten()
            .filter(move |n| rest.starts_with(&n.words) && crate::literal::boundary(rest, n.words.len()))
            .map(move |n| (pos + n.words.len(), n))
    }

    /// Every complete phrase whose first word after "the" stands at `pos`.
    pub fn phrases_at(&self, text: &str, pos: usize) -> impl Iterator<Item = &(Arc<Entry>, String, Template)> {
        let rest = text.get(pos..).unwrap_or_default();
        self.phrases.get(first_word(rest)).into_iter().flatten()
    }

    /// Every name or word of a vocabulary at `pos`: where it ends, its value and meaning.
    pub fn names_at<'a>(&'a self, text: &'a str, pos: usize) -> impl Iterator<Item = (usize, &'a str, &'a Sem)> {
        let rest = text.get(pos..).unwrap_or_default();
        let (quote, rest) = rest.strip_prefix('“').map_or((0, rest), |r| ('“'.len_utf8(), r));
        let with_article = rest.strip_prefix("the ").map(|r| ("the ".len(), r));
        [Some((0, rest)), with_article].into_iter().flatten().flat_map(move |(article, rest)| {
            self.names.get(first_word(rest)).into_iter().flatten().filter_map(move |(value, sem)| {
                let words = if matches!(sem, Sem::Category(_)) { value.replace('_', " ") } else { value.clone() };
                let quoted = self.quoted(sem);
                if !rest.starts_with(&words) || quoted != (quote > 0) || self.article(sem) != (article > 0) {
                    return None;
                }
                let mut end = pos + quote + article + words.len();
                if quoted {
                    end += text.get(end..)?.starts_with('”').then_some('”'.len_utf8())?;
                }
                crate::literal::boundary(text, end).then_some((end, value.as_str(), sem))
            })
        })
    }

    /// A name as it stands in a sentence.
    pub fn in_sentence(&self, name: &str, sem: &Sem) -> String {
        match (self.article(sem), self.quoted(sem)) {
            (true, _) => format!("the {name}"),
            (_, true) => format!("“{name}”"),
            _ => name.to_string(),
        }
    }

    /// Whether names of this meaning stand in quotation marks.
    pub fn quoted(&self, sem: &Sem) -> bool {
        self.naming(sem) == Some(Naming::Title)
    }

    /// What names of this meaning are.
    pub fn naming(&self, sem: &Sem) -> Option<Naming> {
        sem.entity().and_then(|e| self.entities.get(e)).map(|t| t.naming)
    }

    /// Whether names of this meaning stand with the definite article.
    pub fn article(&self, sem: &Sem) -> bool {
        sem.entity().and_then(|e| self.entities.get(e)).is_some_and(|t| t.article)
    }

    /// What one entity of a type is called.
    pub fn entity_noun(&self, entity: &str) -> Option<&str> {
        self.entities.get(entity).map(|t| t.noun.as_str())
    }

    /// The entity types whose plural stands at `pos`.
    pub fn entities_called(&self, text: &str, pos: usize) -> impl Iterator<Item = &str> {
        let rest = text.get(pos..).unwrap_or_default();
        self.entities.iter().filter(move |(_, t)| rest.starts_with(t.plural.as_str())).map(|(t, _)| t.as_str())
    }

    /// What several entities of a type are called.
    pub fn entity_plural(&self, entity: &str) -> Option<&str> {
        self.entities.get(entity).map(|t| t.plural.as_str())
    }

    /// The tool that gives a bundle of an entity: its name, subject parameter and pointers.
    pub fn bundle(&self, entity: &str, of: &str) -> Option<&(String, String, Vec<String>)> {
        self.bundles.get(&(entity.to_string(), of.to_string()))
    }

    /// Whether a tool finds what is described in that way.
    pub fn finds(&self, tool: &str, of: &str) -> bool {
        self.bundles.iter().any(|((_, described), (finder, ..))| described == of && finder == tool)
    }

    /// Words by which a later sentence refers to the value of a form: the entity's noun, or the field's.
    pub fn label(&self, form: &Form) -> Option<String> {
        match self.sem(form)? {
            Sem::Entity(t) => self.entity_noun(&t).map(str::to_string),
            Sem::Text(_) => {
                let Form::Get { call, path } = form else { return None };
                let entry = self.tool(&call.tool)?;
                entry.spec.field(path).map(|f| f.noun.clone()).filter(|n| !n.is_empty() && !n.contains('('))
            }
            _ => None,
        }
    }

    /// The meaning of a form's value.
    pub fn sem(&self, form: &Form) -> Option<Sem> {
        match form {
            Form::Literal { sem, .. } => Some(sem.clone()),
            Form::Item { .. } => None,
            Form::Get { call, path } => {
                let sem = self.field_sem(call, path)?;
                Some(if path.contains('*') { Sem::List(Box::new(sem)) } else { sem })
            }
            Form::Each { call, path, .. } => Some(Sem::List(Box::new(self.field_sem(call, path)?))),
            Form::Apply { op, args } => {
                let arg = |i: usize| args.get(i).and_then(|a| self.sem(a));
                result_sem(op, &args.iter().map(|a| self.sem(a)).collect::<Vec<_>>()).or_else(|| match op {
                    Op::If => arg(1),
                    _ => None,
                })
            }
        }
    }

    fn field_sem(&self, call: &FormCall, path: &str) -> Option<Sem> {
        let entry = self.tool(&call.tool)?;
        let (field, _) = entry.spec.field_at(path)?;
        match &field.sem {
            Sem::Same(param) => {
                let arg = call.args.get(param)?;
                let sem = self.sem(arg)?;
                let declared = entry.spec.param(param);
                // A list argument of a generic tool gives a scalar of its elements' meaning.
                match (sem, declared.map(|p| &p.sem)) {
                    (Sem::List(inner), _) if !path.contains('*') => Some(*inner),
                    (sem, _) => Some(sem),
                }
            }
            sem => Some(sem.clone()),
        }
    }
}

/// Meaning of an operator's result from the meanings of its operands; `None` where DESIGN's sanity rules forbid it.
pub fn result_sem(op: &Op, args: &[Option<Sem>]) -> Option<Sem> {
    let arg = |i: usize| args.get(i).cloned().flatten();
    let element = |i: usize| arg(i).and_then(|s| s.element().cloned());
    match op {
        Op::List => {
            let first = arg(0)?;
            args.iter()
                .all(|a| a.as_ref() == Some(&first) || a.as_ref().is_some_and(|a| a.comparable(&first)))
                .then(|| Sem::List(Box::new(first)))
        }
        Op::Subtract | Op::Difference => {
            let (a, b) = (arg(0)?, arg(1)?);
            if matches!((&a, &b), (Sem::Year(_), Sem::Year(_))) {
                return Some(Sem::measure(Scale::Amount, "duration", "", "years"));
            }
            a.subtractable(&b).then(|| points(a))
        }
        Op::Divide => divisible(&arg(0)?, &arg(1)?).then(|| Sem::measure(Scale::Level, "ratio", "", "")),
        Op::PercentOf | Op::PercentChange => {
            divisible(&arg(0)?, &arg(1)?).then(|| Sem::measure(Scale::Level, "percentage", "", "%"))
        }
        Op::Sum => element(0).filter(|s| s.addable(s)),
        Op::Mean | Op::Median => element(0).filter(|s| s.subtractable(s)),
        Op::Range => element(0).filter(|s| s.subtractable(s)).map(points),
        Op::Extreme { .. } => element(0).filter(|s| s.comparable(s)),
        Op::Count => Some(match element(0)? {
            Sem::Entity(t) => Sem::count(&t),
            _ => Sem::count("row"),
        }),
        Op::Pick { .. } => element(1).filter(|s| s.comparable(s)).and_then(|_| element(0)),
        Op::Top { .. } => element(1).filter(|s| s.comparable(s)).and_then(|_| arg(0)),
        Op::Filter { .. } => arg(0),
        Op::Item { .. } => element(0),
        Op::At => element(0),
        Op::Intersect => arg(0).filter(|a| Some(a) == arg(1).as_ref()),
        Op::Greater => arg(0)?.comparable(&arg(1)?).then(|| Sem::Flag("comparison".into())),
        Op::If => None,
        Op::DaysBetween => match (arg(0)?, arg(1)?) {
            (Sem::Date(_), Sem::Date(_)) => Some(Sem::measure(Scale::Amount, "duration", "", "days")),
            _ => None,
        },
        Op::YearOf => matches!(arg(0)?, Sem::Date(_)).then(|| Sem::Year(String::new())),
        Op::Convert { to, .. } => match arg(0)? {
            Sem::Measure { scale, kind, role, .. } => Some(Sem::Measure { scale, kind, role, unit: to.clone() }),
            _ => None,
        },
        Op::Round { .. } => arg(0),
        Op::Mapping { .. } => Some(Sem::Flag("mapping".into())),
    }
}

/// A difference of percentages is in percentage points.
fn points(sem: Sem) -> Sem {
    match sem {
        Sem::Measure { scale, kind, role, unit } if unit == "%" => {
            Sem::Measure { scale, kind, role, unit: "pp".into() }
        }
        other => other,
    }
}

/// Ratios need a zero that means nothing: not degrees Celsius, and not shares of something.
fn divisible(a: &Sem, b: &Sem) -> bool {
    a.subtractable(b) && !matches!(a.unit(), "degC" | "degF" | "%")
}

/// The words for the two ends of the order of values of one meaning.
struct Order {
    superlatives: [&'static str; 2],
    comparatives: [&'static str; 2],
}

const HIGH: Order = Order { superlatives: ["highest", "lowest"], comparatives: ["higher", "lower"] };
const LATE: Order = Order { superlatives: ["latest", "earliest"], comparatives: ["later", "earlier"] };
const LONG: Order = Order { superlatives: ["longest", "shortest"], comparatives: ["longer", "shorter"] };
const LARGE: Order = Order { superlatives: ["largest", "smallest"], comparatives: ["greater", "smaller"] };
const ORDERS: [Order; 4] = [HIGH, LATE, LONG, LARGE];

/// How people order values of a meaning: times are long, sizes and numbers of things large, everything else is high.
fn order(sem: &Sem) -> &'static Order {
    match sem {
        Sem::Date(_) | Sem::Year(_) => &LATE,
        Sem::Measure { kind, .. } => match kind.as_str() {
            "duration" | "time" | "half_life" | "lifespan" | "turnaround" | "interval" => &LONG,
            "area"
            | "volume"
            | "length"
            | "depth"
            | "mass"
            | "city_distance"
            | "count"
            | "distribution_volume"
            | "census_population"
            | "census_households" => &LARGE,
            _ => &HIGH,
        },
        _ => &HIGH,
    }
}

/// The superlative for an end of the order of values of this meaning.
pub fn superlative(end: End, sem: &Sem) -> &'static str {
    let [most, least] = order(sem).superlatives;
    if end == End::Largest { most } else { least }
}

/// The comparative for an end of the order of values of this meaning.
pub fn comparative(end: End, sem: &Sem) -> &'static str {
    let [more, less] = order(sem).comparatives;
    if end == End::Largest { more } else { less }
}

/// Every superlative, with its end.
pub fn superlatives() -> impl Iterator<Item = (End, &'static str)> {
    ORDERS.iter().flat_map(|o| ends(o.superlatives))
}

/// Every comparative, with its end.
pub fn comparatives() -> impl Iterator<Item = (End, &'static str)> {
    ORDERS.iter().flat_map(|o| ends(o.comparatives))
}

fn ends([most, least]: [&'static str; 2]) -> [(End, &'static str); 2] {
    [(End::Largest, most), (End::Smallest, least)]
}

/// The preposition for a comparison with a threshold of this meaning.
pub fn threshold(cmp: Cmp, sem: &Sem) -> &'static str {
    match (cmp, sem) {
        (Cmp::Above, Sem::Date(_) | Sem::Year(_)) => "after",
        (Cmp::Below, Sem::Date(_) | Sem::Year(_)) => "before",
        (Cmp::Above, _) => "above",
        (Cmp::Below, _) => "below",
        (Cmp::Equals, _) => "",
    }
}

/// What a column counts, when its noun says "number of …".
pub fn counted(field: &Field) -> Option<&str> {
    field.noun.strip_prefix("number of ").filter(|_| field.sem.is_count())
}

/// The verb and comparative of a condition on a number of things.
pub fn more_or_fewer(cmp: Cmp) -> &'static str {
    if cmp == Cmp::Below { " have fewer than " } else { " have more than " }
}

/// Ordinals that precede a superlative, from rank 1.
pub const ORDINALS: [&str; 4] = ["", "second-", "third-", "fourth-"];

/// "a" or "an" for the words that follow.
pub fn article(words: &str) -> &'static str {
    let lower = words.to_lowercase();
    let vowel = lower.starts_with(['a', 'e', 'i', 'o', 'u']);
    let consonant_sound = ["uni", "use", "usu", "eu", "one", "usa"].iter().any(|p| lower.starts_with(p));
    // Letters spoken with a leading vowel: an h-index, an LDL level, an RNA length.
    let initial = words.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let spelled = (initial.len() == 1 || (initial.len() > 1 && initial.chars().all(|c| c.is_ascii_uppercase())))
        && initial.starts_with(['F', 'H', 'L', 'M', 'N', 'R', 'S', 'X', 'f', 'h', 'l', 'm', 'n', 'r', 's', 'x']);
    if (vowel && !consonant_sound) || spelled || lower.starts_with("hour") { "an" } else { "a" }
}

/// The parameter behind a slot, when it is not a group.
pub fn slot_param<'a>(entry: &'a Entry, slot: &str) -> Option<&'a Param> {
    entry.spec.param(slot)
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}
