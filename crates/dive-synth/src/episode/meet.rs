//! Things met in the data: each with a description that resolves to it, for now or for a later round.

use dive_core::evidence::Source;
use dive_core::expr::{End, Expr, Op};
use dive_core::path;
use dive_core::sem::Sem;
use serde_json::Value;

use super::{About, Bound, Episode};

impl Episode<'_> {
    /// An entity met in the data, named for now; how it was met is remembered as its description for a later round.
    pub fn meet(&mut self, sem: &Sem, depth: u32) -> Option<(Value, Source)> {
        let by_tool = self.rng.chance(0.5);
        let found = self.within(|e| {
            (0..2).find_map(|i| {
                if by_tool == (i == 0) {
                    match e.named_by_a_tool(sem, 2) {
                        Some((value, Source::Derived(expr))) => Some((value, expr)),
                        _ => None,
                    }
                } else {
                    e.outstanding(sem, depth.min(1))
                }
            })
        });
        let (value, expr) = found?;
        self.remember(sem.clone(), value.clone(), expr);
        Some((value, Source::Literal(sem.clone())))
    }

    /// Explores for a description: what it names is met in its turn as long as later rounds are left to describe it.
    pub fn within<T>(&mut self, explore: impl FnOnce(&mut Self) -> T) -> T {
        let (grows, links) = (self.grows, self.links);
        self.links = links.saturating_sub(1);
        self.grows = self.links > 0;
        let found = explore(self);
        (self.grows, self.links) = (grows, links);
        found
    }

    /// Remembers how an entity that is named for now was met.
    pub fn remember(&mut self, sem: Sem, value: Value, description: Expr) {
        self.met.push((sem, value, description));
    }

    /// The remembered description of an entity.
    pub fn remembered(&self, sem: &Sem, value: &Value) -> Option<Expr> {
        self.met.iter().find(|(s, v, _)| s == sem && v == value).map(|(_, _, e)| e.clone())
    }

    /// The entity at an end of an order of some list.
    pub fn outstanding(&mut self, sem: &Sem, depth: u32) -> Option<(Value, Expr)> {
        let mut lists: Vec<usize> = Vec::new();
        for t in self.members {
            let Some(entry) = self.entry(*t).filter(|e| e.spec.output.complete) else { continue };
            let fits = entry.rows().is_some_and(|r| {
                !r.series && r.key_field().is_some_and(|k| k.sem == *sem) && r.fields.iter().any(crate::index::orders)
            });
            if fits {
                lists.push(*t);
            }
        }
        self.rng.shuffle(&mut lists);
        lists.truncate(2);
        // Many lists are short for most of their arguments, so each is looked at twice.
        lists.clone().into_iter().chain(lists).find_map(|tool| {
            let entry = self.entry(tool)?;
            let rows = entry.rows()?;
            let deriving = std::mem::replace(&mut self.deriving, false);
            let call = self.reach(tool, &Bound::new(), &mut About::default(), depth);
            self.deriving = deriving;
            let call = call.filter(|c| self.complete(*c))?;
            let keys = Expr::get(call, entry.column(rows.key_field()?));
            if self.eval(&keys)?.as_array()?.len() < 3 {
                return None;
            }
            let columns: Vec<_> =
                rows.fields.iter().filter(|f| crate::index::orders(f) && f.pointer != rows.key).collect();
            let column = self.rng.pick(&columns)?;
            let values = Expr::get(call, entry.column(column));
            let end = if self.rng.chance(0.5) { End::Largest } else { End::Smallest };
            let rank = if self.rng.chance(0.8) { 1 } else { crate::index::ranks(column) };
            let expr = Expr::apply(Op::Pick { end, rank }, [keys, values]);
            Some((self.eval(&expr)?, expr))
        })
    }

    /// An entity that a call to another tool names, as a scalar of its result.
    pub fn named_by_a_tool(&mut self, sem: &Sem, depth: u32) -> Option<(Value, Source)> {
        let mut able: Vec<(usize, String)> = Vec::new();
        for t in self.members {
            let Some(entry) = self.entry(*t) else { continue };
            let fields = entry.spec.output.fields.iter().filter(|f| f.sem == *sem && !f.noun.is_empty());
            able.extend(fields.map(|f| (*t, f.pointer.clone())));
        }
        self.rng.shuffle(&mut able);
        if self.text {
            able.sort_by_key(|(_, pointer)| path::in_text(pointer).is_none());
        }
        able.into_iter().take(2).find_map(|(tool, pointer)| {
            let deriving = std::mem::replace(&mut self.deriving, false);
            let call = self.reach(tool, &Bound::new(), &mut About::default(), depth.saturating_sub(2));
            self.deriving = deriving;
            let call = call?;
            let value = self.value(call, &pointer)?;
            Some((value, Source::Derived(self.read(call, &pointer)?)))
        })
    }
}
