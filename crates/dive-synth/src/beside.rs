//! What tables say of the thing that a document is about.

use dive_core::evidence::Source;
use dive_core::expr::Expr;
use dive_core::sem::Sem;
use serde_json::Value;

use crate::episode::{About, Bound, Episode};
use crate::index;

impl Episode<'_> {
    /// What the document is about that a value is quoted from: its type, its name, and where the name came from.
    pub fn document_about(&self, expr: &Expr) -> Option<(String, Value, Source)> {
        let Expr::Quote { quote, .. } = expr else { return None };
        let opened = self.evidence.get(*quote)?;
        let found = opened.sources.values().find_map(|s| match s {
            Source::Derived(Expr::Get { get, .. }) => self.evidence.get(*get),
            _ => None,
        })?;
        let (param, value) = found.args.iter().next()?;
        let source = found.sources.get(param)?;
        let sem = match source {
            Source::Literal(sem) => sem.clone(),
            Source::Derived(expr) => self.sem(expr)?,
        };
        Some((sem.entity()?.to_string(), value.clone(), source.clone()))
    }

    /// The same quantity as a table gives it of the same thing.
    pub fn in_a_table(&mut self, expr: &Expr) -> Option<Expr> {
        let (entity, value, source) = self.document_about(expr)?;
        let sem = Sem::Entity(entity.clone());
        let told = self.sem(expr)?;
        let mut able: Vec<(usize, String, String)> = Vec::new();
        for t in self.members {
            let Some(entry) = self.entry(*t).filter(|e| !index::is_processing(e)) else { continue };
            let Some(param) = entry.subject().and_then(|s| entry.spec.param(s)).filter(|p| p.sem == sem) else {
                continue;
            };
            let fields = entry.spec.output.fields.iter();
            let fields = fields.filter(|f| index::measurable(f) && of_one_quantity(&told, &f.sem));
            able.extend(fields.map(|f| (*t, param.name.clone(), f.pointer.clone())));
        }
        self.rng.shuffle(&mut able);
        able.into_iter().take(2).find_map(|(tool, param, pointer)| {
            let mut about = About::default();
            about.set(&entity, value.clone(), source.clone());
            let call = self.reach(tool, &Bound::from([(param, (value.clone(), source.clone()))]), &mut about, 0)?;
            self.value(call, &pointer)?.as_f64()?;
            self.read(call, &pointer)
        })
    }
}

/// Whether two measures are of one quantity: any two volumes or sums of money can be subtracted, few belong together.
fn of_one_quantity(a: &Sem, b: &Sem) -> bool {
    let same = match (a, b) {
        (Sem::Measure { kind, role, .. }, Sem::Measure { role: other, .. }) => role == other || kind == "elevation",
        _ => false,
    };
    same && a.comparable(b)
}
