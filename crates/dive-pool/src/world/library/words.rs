//! Fields of research and the words of titles.

use dive_core::rng::Stream;

use super::any;

/// What the papers of a field are about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A gene of the genome part.
    Gene,
    /// A species of the genome part.
    Species,
    /// A drug of the clinic part.
    Drug,
    /// A company of the market part.
    Company,
    /// Something that is not an entity: the field's objects of study.
    Objects(&'static [&'static str]),
}

/// Fields of research.
pub const FIELDS: &[(&str, About)] = &[
    ("marine ecology", About::Species),
    ("molecular genetics", About::Gene),
    ("clinical pharmacology", About::Drug),
    (
        "materials science",
        About::Objects(&[
            "creep in nickel alloys",
            "porous ceramics",
            "thin-film adhesion",
            "fatigue cracks in welds",
            "glass transitions",
            "battery separators",
            "corrosion of rebar",
            "self-healing polymers",
        ]),
    ),
    ("economic history", About::Company),
    (
        "computational linguistics",
        About::Objects(&[
            "morphological segmentation",
            "discourse markers",
            "low-resource parsing",
            "code-switching corpora",
            "word-order variation",
            "speech disfluencies",
            "coreference chains",
            "dialect identification",
        ]),
    ),
    (
        "hydrology",
        About::Objects(&[
            "baseflow recession",
            "snowmelt runoff",
            "peatland drainage",
            "aquifer recharge",
            "flood-plain storage",
            "karst springs",
            "sediment yield",
            "stream temperature",
        ]),
    ),
    ("neuroscience", About::Gene),
    (
        "education research",
        About::Objects(&[
            "classroom dialogue",
            "peer assessment",
            "homework load",
            "reading fluency",
            "teacher turnover",
            "spaced retrieval",
            "school transitions",
            "numeracy interventions",
        ]),
    ),
    (
        "astrophysics",
        About::Objects(&[
            "stellar rotation",
            "dust in debris discs",
            "cluster mass functions",
            "pulsar timing noise",
            "transit light curves",
            "galactic bars",
            "accretion flares",
            "faint dwarf galaxies",
        ]),
    ),
    ("epidemiology", About::Drug),
    ("corporate finance", About::Company),
    ("evolutionary biology", About::Species),
    (
        "organic chemistry",
        About::Objects(&[
            "asymmetric hydrogenation",
            "macrocycle synthesis",
            "photoredox couplings",
            "radical cyclisations",
            "boronic ester transfer",
            "solvent-free esterification",
            "strained alkenes",
            "enzyme-like catalysts",
        ]),
    ),
    (
        "robotics",
        About::Objects(&[
            "legged locomotion",
            "tactile grasping",
            "swarm foraging",
            "cable-driven arms",
            "visual odometry",
            "soft actuators",
            "shared autonomy",
            "underwater docking",
        ]),
    ),
    ("public health", About::Drug),
    (
        "archaeology",
        About::Objects(&[
            "bronze-age harbours",
            "grain storage pits",
            "obsidian trade",
            "burial mounds",
            "kiln technology",
            "early field systems",
            "ship timbers",
            "hilltop settlements",
        ]),
    ),
    (
        "atmospheric science",
        About::Objects(&[
            "boundary-layer clouds",
            "ozone intrusions",
            "urban heat islands",
            "sea-breeze fronts",
            "aerosol ageing",
            "convective downdraughts",
            "methane plumes",
            "fog persistence",
        ]),
    ),
    ("soil science", About::Species),
    (
        "social psychology",
        About::Objects(&[
            "conformity under anonymity",
            "moral licensing",
            "trust repair",
            "queueing norms",
            "collective memory",
            "apology timing",
            "group polarisation",
            "bystander effects",
        ]),
    ),
];

const OPENINGS: &[&str] = &[
    "A comparative study of",
    "Modelling",
    "Measuring",
    "Rethinking",
    "Limits to predicting",
    "New evidence on",
    "Robust indicators of",
    "A survey of",
    "Replicating findings on",
    "Mapping",
    "Sources of bias in research on",
    "Long-term trends in",
];
const SETTINGS: &[&str] = &[
    "with sparse data",
    "under changing conditions",
    "across three decades",
    "at small scales",
    "revisited",
    "with low-cost instruments",
    "and the question of scale",
    "beyond the laboratory",
];

const LIFE: &[&str] = &[
    "Population structure",
    "Seasonal abundance",
    "Thermal tolerance",
    "Dispersal patterns",
    "Habitat use",
    "Genetic diversity",
    "Growth rates",
    "Range shifts",
    "Drought response",
    "Parasite load",
    "Reproductive timing",
    "Long-term decline",
];
const PLACES: &[&str] = &[
    "under warming",
    "across elevation gradients",
    "in fragmented habitats",
    "after flooding",
    "in urban landscapes",
    "along a salinity gradient",
];

const GENETIC: &[&str] = &[
    "Regulation",
    "Alternative splicing",
    "Promoter activity",
    "Loss of function",
    "Overexpression",
    "Epigenetic silencing",
    "Allelic variation",
    "Transcript dynamics",
    "Translational control",
    "Dosage effects",
];
const TISSUES: &[&str] = &[
    "in early development",
    "under heat stress",
    "in cortical neurons",
    "during cell division",
    "in ageing tissue",
    "in response to starvation",
    "in cultured fibroblasts",
    "after axonal injury",
];

const CLINICAL: &[&str] = &[
    "Dose response",
    "Tolerability",
    "Population pharmacokinetics",
    "Long-term safety",
    "Real-world use",
    "Cost-effectiveness",
    "Efficacy",
    "Renal clearance",
    "Early discontinuation",
    "Prescribing patterns",
];
const PATIENTS: &[&str] = &[
    "in older adults",
    "in paediatric care",
    "after surgery",
    "in primary care",
    "in adults with obesity",
    "in rural clinics",
    "in shift workers",
    "in renal impairment",
];

const BUSINESS: &[&str] = &[
    "Capital structure",
    "Board turnover",
    "Supplier concentration",
    "Dividend policy",
    "Wage bargaining",
    "Product diversification",
    "Labour relations",
    "Export strategy",
    "Pension funding",
    "Credit risk",
];
const TIMES: &[&str] = &[
    "after deregulation",
    "during the energy transition",
    "in a volatile market",
    "through three recessions",
    "under new ownership",
    "before and after listing",
];

/// A title of a paper about `topic` (empty when the field studies objects of its own).
pub fn title(rng: &mut Stream, about: About, topic: &str, cities: &[String]) -> String {
    let near = |rng: &mut Stream, settings: &[&str], form: &str| {
        if rng.chance(0.45) { format!("{form} {}", any(rng, cities)) } else { any(rng, settings) }
    };
    match about {
        About::Species => format!("{} of {topic} {}", any(rng, LIFE), near(rng, PLACES, "near")),
        About::Gene => format!("{} of {topic} {}", any(rng, GENETIC), near(rng, TISSUES, "in a cohort from")),
        About::Drug => format!("{} of {topic} {}", any(rng, CLINICAL), near(rng, PATIENTS, "in outpatients from")),
        About::Company => format!("{} at {topic} {}", any(rng, BUSINESS), near(rng, TIMES, "as seen from")),
        About::Objects(objects) => {
            format!("{} {} {}", any(rng, OPENINGS), any(rng, objects), near(rng, SETTINGS, "with data from"))
        }
    }
}
