//! Ways that nobody would go, although each of their steps makes sense.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::evidence::{Call, CallId, Source};
use dive_core::expr::Expr;
use serde_json::Value;

use crate::episode::Episode;
use crate::grow::offered;
use crate::index;

/// The domain of what belongs to no field.
const GENERAL: &str = "general";

impl Episode<'_> {
    /// Whether the calls of an expression stray:
    ///
    /// - back to a thing that they have been at (the second-longest paper of the first author of a paper may be that paper);
    /// - through the same tool twice (the rival of a rival);
    /// - through a thing of another domain into what is not told of it at home (from an executive to the city where she was
    ///   born, to a patient there; from a paper to the company that it studies, to a trial), or into a third domain at all.
    pub fn strays(&self, expr: &Expr) -> bool {
        let mut visited: Vec<(&Value, &Source)> = Vec::new();
        // The tools that each call rests on, its own included.
        let mut ways: BTreeMap<CallId, BTreeSet<&str>> = BTreeMap::new();
        let calls = self.evidence.path(expr).into_iter().filter_map(|id| self.evidence.get(id));
        for call in calls {
            let mut way: BTreeSet<&str> = BTreeSet::new();
            way.extend(call.inputs().iter().filter_map(|input| ways.get(input)).flatten());
            if !way.insert(&call.tool) {
                return true;
            }
            // Formulas are at home everywhere.
            let domains: BTreeSet<&str> = way.iter().filter_map(|tool| self.domain_of_facts(tool)).collect();
            if domains.len() > 2 || domains.len() > 1 && self.of_general_use(&call.tool) {
                return true;
            }
            ways.insert(call.id, way);
            for (thing, value, source) in self.things(call) {
                if self.detours(call, thing, source) {
                    return true;
                }
                visited.push((value, source));
            }
            // Whatever takes the name goes there, a search for the text about a thing, too.
            let again = call.sources.iter().any(|(param, source)| {
                let known = |s: &Source| s == source || matches!((s, source), (Source::Literal(_), Source::Literal(_)));
                visited.iter().any(|(v, s)| call.args.get(param) == Some(*v) && !known(s))
            });
            if again {
                return true;
            }
        }
        // The last of the ways back: the answer is where it began, and the question did not offer it to choose.
        let back =
            |answer: &Value| answer.is_string() && !offered(expr, answer) && visited.iter().any(|(v, _)| *v == answer);
        self.eval(expr).as_ref().is_some_and(back)
    }

    /// The things that a call is asked about: type, name, source.
    fn things<'c>(&'c self, call: &'c Call) -> impl Iterator<Item = (&'c str, &'c Value, &'c Source)> {
        let params = self.lexicon.tool(&call.tool).map(|e| e.spec.params.as_slice()).unwrap_or_default();
        params.iter().filter_map(|p| Some((p.sem.entity()?, call.args.get(&p.name)?, call.sources.get(&p.name)?)))
    }

    /// Whether a thing that was found in a domain other than its own leads into one other than its own.
    fn detours(&self, call: &Call, thing: &str, source: &Source) -> bool {
        let Source::Derived(from) = source else { return false };
        let Some(own) = self.pool.entities().get(thing).map(|t| t.domain.as_str()) else { return false };
        if self.domain_of_facts(&call.tool).is_none_or(|to| to == own) {
            return false;
        }
        let mut origins = Vec::new();
        from.calls(&mut origins);
        let tools = origins.iter().filter_map(|id| self.evidence.get(*id));
        tools.filter_map(|c| self.domain_of_facts(&c.tool)).any(|from| from != own)
    }

    /// Whether a tool is a formula that belongs to no field: nobody goes through two fields for the Roman numeral of a year.
    fn of_general_use(&self, tool: &str) -> bool {
        self.lexicon.tool(tool).is_some_and(|e| index::is_processing(e) && e.spec.domain == GENERAL)
    }

    /// The domain of a tool that returns facts; none of a formula.
    fn domain_of_facts(&self, tool: &str) -> Option<&str> {
        self.lexicon.tool(tool).filter(|e| !index::is_processing(e)).map(|e| e.spec.domain.as_str())
    }
}
