//! What a value means.
//!
//! JSON types say how a value is written; a [`Sem`] says what it stands for. Parameters accept values by meaning,
//! arithmetic combines values by meaning, and phrases are chosen by meaning. The alternative, binding by JSON type and
//! name similarity, is how an h-index ends up added to a creatinine clearance.
//!
//! The written form is short because tool authors write hundreds of them:
//!
//! | written | meaning |
//! | --- | --- |
//! | `entity:company` | the name of one company |
//! | `amount:money.net_income[M EUR]` | extensive measure: may be added, subtracted, divided |
//! | `level:price.close[EUR]` | intensive measure: differences and ratios mean something, sums do not |
//! | `position:latitude[deg]` | a place on a scale: only comparison means something |
//! | `count:employee` | an extensive whole number of employees |
//! | `date:founding`, `year:fiscal` | a calendar date (ISO 8601), a year |
//! | `category:sector` | one word of a closed vocabulary |
//! | `text:dna` | text with an alphabet or format of its own; `text:search` takes any name |
//! | `flag:listed` | true or false |
//! | `id:encounter` | an internal identifier: flows between tools, never spoken |
//! | `number` | any measure or count (parameters of generic tools) |
//! | `same:values` | the meaning of the argument `values` (outputs of generic tools) |
//! | `list(S)` | a list of values of meaning `S` |

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a measure may be combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scale {
    /// Extensive: sums, differences and ratios mean something.
    Amount,
    /// Intensive: differences, ratios and averages mean something, sums do not.
    Level,
    /// A place on a scale: only order means something.
    Position,
}

/// The kind of text that a search takes: any name will do.
pub const SEARCH: &str = "search";

/// The meaning of a value. See the [module documentation](self) for the written form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sem {
    /// The name of an entity of this type.
    Entity(String),
    /// A number with a quantity kind, an optional role within it and a unit (empty when dimensionless).
    Measure {
        /// What arithmetic means.
        scale: Scale,
        /// Quantity kind; only equal kinds combine.
        kind: String,
        /// What the quantity is of; only equal roles bind to a parameter that names one.
        role: String,
        /// Unit symbol, empty for none.
        unit: String,
    },
    /// An ISO 8601 calendar date, with its role.
    Date(String),
    /// A calendar or fiscal year, with its role.
    Year(String),
    /// One word of the named closed vocabulary.
    Category(String),
    /// Text with a format of its own.
    Text(String),
    /// A truth value.
    Flag(String),
    /// An internal identifier; it flows between tools and is never spoken.
    Id(String),
    /// Any measure or count.
    Number,
    /// The meaning of the named argument of the same call.
    Same(String),
    /// A list of values of one meaning.
    List(Box<Sem>),
}

impl Sem {
    /// A dimensionless or unit-bearing measure of `kind`.
    pub fn measure(scale: Scale, kind: &str, role: &str, unit: &str) -> Sem {
        Sem::Measure { scale, kind: kind.into(), role: role.into(), unit: unit.into() }
    }

    /// A count of `what`.
    pub fn count(what: &str) -> Sem {
        Sem::measure(Scale::Amount, "count", what, "")
    }

    /// Whether a value of meaning `given` may be passed to a parameter of meaning `self`.
    ///
    /// Kinds, units and roles must agree where the parameter names them: a parameter without a role takes any role of
    /// its kind.
    pub fn accepts(&self, given: &Sem) -> bool {
        match (self, given) {
            (Sem::Number, Sem::Measure { .. } | Sem::Number) => true,
            (Sem::Measure { kind, role, unit, .. }, Sem::Measure { kind: gkind, role: grole, unit: gunit, .. }) => {
                kind == gkind && unit == gunit && (role.is_empty() || role == grole)
            }
            (Sem::Date(role), Sem::Date(given)) | (Sem::Year(role), Sem::Year(given)) => {
                role.is_empty() || role == given
            }
            (Sem::List(inner), Sem::List(given)) => inner.accepts(given),
            // One searches for whatever has a name.
            (Sem::Text(words), Sem::Entity(_)) if words == SEARCH => true,
            _ => self == given,
        }
    }

    /// Whether two values may be compared by size.
    pub fn comparable(&self, other: &Sem) -> bool {
        match (self, other) {
            (Sem::Measure { kind, unit, role, .. }, Sem::Measure { kind: k, unit: u, role: r, .. }) => {
                kind == k && unit == u && (kind != "count" || role == r)
            }
            (Sem::Date(_), Sem::Date(_)) | (Sem::Year(_), Sem::Year(_)) => true,
            _ => false,
        }
    }

    /// Whether the difference or ratio of two values means something.
    pub fn subtractable(&self, other: &Sem) -> bool {
        self.comparable(other) && matches!(self, Sem::Measure { scale: Scale::Amount | Scale::Level, .. })
    }

    /// Whether the sum of two values means something.
    pub fn addable(&self, other: &Sem) -> bool {
        self.comparable(other) && matches!(self, Sem::Measure { scale: Scale::Amount, .. })
    }

    /// The entity type, if this is an entity.
    pub fn entity(&self) -> Option<&str> {
        match self {
            Sem::Entity(t) => Some(t),
            _ => None,
        }
    }

    /// The unit symbol, empty when there is none.
    pub fn unit(&self) -> &str {
        match self {
            Sem::Measure { unit, .. } => unit,
            _ => "",
        }
    }

    /// True for measures and counts.
    pub fn is_measure(&self) -> bool {
        matches!(self, Sem::Measure { .. })
    }

    /// True for counts.
    pub fn is_count(&self) -> bool {
        matches!(self, Sem::Measure { kind, .. } if kind == "count")
    }

    /// The element meaning of a list.
    pub fn element(&self) -> Option<&Sem> {
        match self {
            Sem::List(inner) => Some(inner),
            _ => None,
        }
    }
}

impl fmt::Display for Sem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = |f: &mut fmt::Formatter<'_>, head: &str, role: &str| {
            if role.is_empty() { f.write_str(head) } else { write!(f, "{head}:{role}") }
        };
        match self {
            Sem::Entity(t) => write!(f, "entity:{t}"),
            Sem::Measure { kind, role, .. } if kind == "count" => write!(f, "count:{role}"),
            Sem::Measure { scale, kind, role, unit } => {
                let scale = match scale {
                    Scale::Amount => "amount",
                    Scale::Level => "level",
                    Scale::Position => "position",
                };
                write!(f, "{scale}:{kind}")?;
                if !role.is_empty() {
                    write!(f, ".{role}")?;
                }
                if unit.is_empty() { Ok(()) } else { write!(f, "[{unit}]") }
            }
            Sem::Date(r) => role(f, "date", r),
            Sem::Year(r) => role(f, "year", r),
            Sem::Category(v) => write!(f, "category:{v}"),
            Sem::Text(k) => write!(f, "text:{k}"),
            Sem::Flag(n) => write!(f, "flag:{n}"),
            Sem::Id(k) => write!(f, "id:{k}"),
            Sem::Number => f.write_str("number"),
            Sem::Same(p) => write!(f, "same:{p}"),
            Sem::List(inner) => write!(f, "list({inner})"),
        }
    }
}

/// A meaning that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a meaning (expected for example entity:company, amount:length[km], count:patient, date, list(number))"
)]
pub struct SemError(pub String);

impl FromStr for Sem {
    type Err = SemError;

    fn from_str(text: &str) -> Result<Sem, SemError> {
        let fail = || SemError(text.to_string());
        if let Some(inner) = text.strip_prefix("list(").and_then(|t| t.strip_suffix(')')) {
            return Ok(Sem::List(Box::new(inner.parse()?)));
        }
        let (head, rest) = text.split_once(':').unwrap_or((text, ""));
        let word = || {
            let ok =
                !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if ok { Ok(rest.to_string()) } else { Err(fail()) }
        };
        let optional = || {
            if rest.is_empty() { Ok(String::new()) } else { word() }
        };
        let measure = |scale| {
            let (path, unit) = match rest.split_once('[') {
                Some((path, unit)) => (path, unit.strip_suffix(']').ok_or_else(fail)?),
                None => (rest, ""),
            };
            let (kind, role) = path.split_once('.').unwrap_or((path, ""));
            let word = |w: &str| w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if kind.is_empty() || kind == "count" || !word(kind) || !word(role) {
                return Err(fail());
            }
            Ok(Sem::measure(scale, kind, role, unit))
        };
        match head {
            "entity" => Ok(Sem::Entity(word()?)),
            "amount" => measure(Scale::Amount),
            "level" => measure(Scale::Level),
            "position" => measure(Scale::Position),
            "count" => Ok(Sem::count(&word()?)),
            "date" => Ok(Sem::Date(optional()?)),
            "year" => Ok(Sem::Year(optional()?)),
            "category" => Ok(Sem::Category(word()?)),
            "text" => Ok(Sem::Text(word()?)),
            "flag" => Ok(Sem::Flag(word()?)),
            "id" => Ok(Sem::Id(word()?)),
            "number" if rest.is_empty() => Ok(Sem::Number),
            "same" => Ok(Sem::Same(word()?)),
            _ => Err(fail()),
        }
    }
}

impl Serialize for Sem {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sem {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Sem, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sem(text: &str) -> Sem {
        text.parse().unwrap()
    }

    #[test]
    fn written_form_round_trips() {
        for text in [
            "entity:company",
            "amount:money.net_income[M EUR]",
            "level:price[EUR]",
            "position:latitude[deg]",
            "count:employee",
            "date",
            "date:founding",
            "year:fiscal",
            "category:sector",
            "text:dna",
            "flag:listed",
            "id:encounter",
            "number",
            "same:values",
            "list(list(number))",
        ] {
            assert_eq!(sem(text).to_string(), text);
        }
        for text in ["", "entity:", "amount:", "amount:a[", "what:x", "number:x", "entity:Big Co"] {
            assert!(text.parse::<Sem>().is_err(), "{text}");
        }
    }

    #[test]
    fn parameters_accept_by_kind_unit_and_named_role() {
        let any_length = sem("amount:length[km]");
        assert!(any_length.accepts(&sem("amount:length.great_circle[km]")));
        assert!(!any_length.accepts(&sem("amount:length.great_circle[m]")));
        assert!(!sem("amount:mass.body[kg]").accepts(&sem("amount:mass.molecular[kg]")));
        assert!(sem("list(number)").accepts(&sem("list(level:price.close[EUR])")));
        assert!(!sem("entity:city").accepts(&sem("entity:company")));
    }

    #[test]
    fn arithmetic_needs_the_same_kind_and_unit() {
        let income = sem("amount:money.net_income[M EUR]");
        assert!(income.addable(&sem("amount:money.revenue[M EUR]")));
        assert!(!income.subtractable(&sem("amount:money.revenue[k EUR]")));
        assert!(!sem("level:price[EUR]").addable(&sem("level:price[EUR]")));
        assert!(sem("level:price[EUR]").subtractable(&sem("level:price[EUR]")));
        assert!(!sem("position:latitude[deg]").subtractable(&sem("position:latitude[deg]")));
        assert!(!sem("count:employee").comparable(&sem("count:paper")));
    }
}
