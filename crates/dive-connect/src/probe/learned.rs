//! What was learned about tools, as a file that a person can read and correct.

use std::collections::BTreeMap;

use dive_core::sem::Sem;
use dive_core::tool::{Choice, Field, Param, Phrases, Rows, Sample, ToolSpec};
use dive_tools::EntityType;
use dive_tools::entities::Naming;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::reading::Reading;

const HEAD: &str = "\
# What `dive tools probe` learned about tools whose manifests say nothing about meanings: which values one tool returns
# and another accepts, how results are read, and words for questions. `dive synth` uses it. Edit freely; probing again
# writes it anew.

";

/// What was learned about tools.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Learned {
    /// Kinds of things that tools take or name.
    #[serde(rename = "entity", skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Things>,
    /// What one tool returns and another takes.
    #[serde(rename = "link", skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Tools, by id.
    #[serde(rename = "tool", skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, Lesson>,
}

/// A kind of things.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Things {
    /// As in `entity:city`.
    pub name: String,
    /// How one is called.
    pub noun: String,
    /// How several are called.
    pub plural: String,
    /// Their domain.
    pub domain: String,
    /// Names that were accepted; tasks start from them.
    pub names: Vec<String>,
}

/// An output that feeds a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Id of the tool that returns the values.
    pub from: String,
    /// Path in its result.
    pub path: String,
    /// Id of the tool that takes them.
    pub to: String,
    /// Its parameter.
    pub param: String,
    /// How many of the values that were tried it accepted.
    pub accepted: usize,
    /// How many were tried.
    pub tried: usize,
    /// A made-up value was refused, so that being accepted says something.
    pub selective: bool,
    /// Some that it accepted.
    pub examples: Vec<String>,
}

/// What was learned about one tool.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lesson {
    /// Of the manifest's entry: where it has changed, nothing of this holds.
    pub fingerprint: String,
    /// Why the tool was not used, when it was not.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unused: String,
    /// Other than asked for twice, the same arguments gave another result.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub volatile: bool,
    /// Nothing says that the result is a page or a part of something longer.
    pub complete: bool,
    /// How its text is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// What the result is an attribute of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Words after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tails: Vec<String>,
    /// Parameters, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Taken>,
    /// Scalars of the result.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// The list in the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Rows>,
}

/// What was learned about a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// Its meaning.
    pub sem: Sem,
    /// What a constant is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Words that it accepts, when these are few and known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Constants that were accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample: Vec<Value>,
}

impl Learned {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Learned, String> {
        toml::from_str(text).map_err(|e| e.to_string().trim_end().to_string())
    }

    /// The file.
    ///
    /// # Errors
    /// A value that TOML cannot write.
    pub fn text(&self) -> Result<String, String> {
        Ok(format!("{HEAD}{}", toml::to_string(self).map_err(|e| e.to_string())?))
    }

    /// The things as entities of a pool. Their names come from strangers' systems and stand in quotation marks.
    pub fn entities(&self) -> impl Iterator<Item = EntityType> {
        self.entities.iter().map(|t| EntityType {
            name: t.name.clone(),
            noun: t.noun.clone(),
            plural: t.plural.clone(),
            domain: t.domain.clone(),
            naming: Naming::Title,
            article: false,
            names: t.names.clone(),
        })
    }

    /// The lesson about a tool, if it is about this version of it.
    pub(crate) fn lesson(&self, id: &str, fingerprint: &str) -> Option<&Lesson> {
        self.tools.get(id).filter(|l| l.fingerprint == fingerprint)
    }
}

impl Lesson {
    /// Adds what was learned to what the manifest says.
    pub(crate) fn apply(&self, spec: &mut ToolSpec) {
        if !self.unused.is_empty() {
            return;
        }
        for param in &mut spec.params {
            if let Some(taken) = self.params.get(&param.name) {
                taken.apply(param);
            }
        }
        spec.output.fields.clone_from(&self.fields);
        spec.output.rows.clone_from(&self.rows);
        spec.output.complete = self.complete && !self.volatile;
        spec.phrases = Phrases { subject: self.subject.clone(), tails: self.tails.clone(), past: spec.phrases.past };
    }
}

impl Taken {
    fn apply(&self, param: &mut Param) {
        param.sem = self.sem.clone();
        param.label.clone_from(&self.label);
        if !self.sample.is_empty() {
            param.sample = Some(Sample::Of(self.sample.clone()));
        }
        if param.choices.is_empty() {
            let plain = |v: &str| v.bytes().all(|b| b.is_ascii_lowercase());
            let phrase = |v: &str| if plain(v) { String::new() } else { format!("“{v}”") };
            let choice = |value: &String| Choice { value: value.clone(), phrase: phrase(value) };
            param.choices = self.choices.iter().map(choice).collect();
        }
    }
}
