//! Diversity of communities, and sizes and metabolism of animals and their populations.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

/// Counts of the species that occur, with their sum.
fn community(counts: &[i64]) -> Result<(Vec<f64>, f64), ToolError> {
    if counts.iter().any(|n| *n < 0) {
        return Err(ToolError::bad("Counts of individuals are not negative."));
    }
    let present: Vec<f64> = counts.iter().filter(|n| **n > 0).map(|n| *n as f64).collect();
    let total: f64 = present.iter().sum();
    if present.is_empty() {
        return Err(ToolError::bad("At least one species with an individual is needed."));
    }
    Ok((present, total))
}

/// Shannon entropy in nats.
fn shannon(present: &[f64], total: f64) -> f64 {
    present.iter().map(|n| -(n / total) * libm::log(n / total)).sum::<f64>().max(0.0)
}

fn on_counts(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("counts", "list(count:individual)", "Number of individuals of each species.")
        .tail("over {counts}")
}

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = diversity();
    tools.extend(similarity());
    tools.extend(animals());
    tools
}

fn diversity() -> Vec<NativeTool> {
    vec![
        on_counts(
            "biological.ecology.shannon_diversity",
            "Shannon diversity index of a community, with natural logarithm.",
        )
        .field("shannon", "level:diversity.shannon", "Shannon diversity index")
        .plural("Shannon diversity indices")
        .example(json!({"counts": [10, 10, 10, 10]}), "/shannon", 1.386_294_36)
        .example(json!({"counts": [60, 30, 10]}), "/shannon", 0.8979457249)
        .example_error(json!({"counts": []}))
        .run(|counts: Vec<i64>| {
            let (present, total) = community(&counts)?;
            Ok(json!({"shannon": shannon(&present, total)}))
        }),
        // Simpson (1949), in the Gini-Simpson form; the inverse is the effective number of species of order two.
        on_counts(
            "biological.ecology.simpson_diversity",
            "Gini-Simpson diversity 1 - sum p² and inverse Simpson index 1 / sum p².",
        )
        .field("simpson", "level:diversity.simpson", "Gini–Simpson diversity index")
        .plural("Gini–Simpson diversity indices")
        .field("inverse_simpson", "level:effective_species", "inverse Simpson index")
        .plural("inverse Simpson indices")
        .example(json!({"counts": [60, 30, 10]}), "/simpson", 0.54)
        .example(json!({"counts": [5, 5]}), "/inverse_simpson", 2.0)
        .example_error(json!({"counts": [0, 0]}))
        .run(|counts: Vec<i64>| {
            let (present, total) = community(&counts)?;
            let sum: f64 = present.iter().map(|n| n * n / (total * total)).sum();
            Ok(json!({"simpson": 1.0 - sum, "inverse_simpson": 1.0 / sum}))
        }),
        // Pielou, J Theor Biol 13:131 (1966): H / ln S.
        on_counts(
            "biological.ecology.pielou_evenness",
            "Pielou evenness: Shannon index over its maximum for the species present.",
        )
        .field("evenness", "level:evenness", "Pielou evenness")
        .plural("Pielou evenness values")
        .example(json!({"counts": [7, 7, 7]}), "/evenness", 1.0)
        .example(json!({"counts": [60, 30, 10]}), "/evenness", 0.8173454221)
        .example_error(json!({"counts": [12]}))
        .run(|counts: Vec<i64>| {
            let (present, total) = community(&counts)?;
            if present.len() < 2 {
                return Err(ToolError::bad("Evenness needs at least two species."));
            }
            Ok(json!({"evenness": shannon(&present, total) / libm::log(present.len() as f64)}))
        }),
        // Chao, Scand J Statist 11:265 (1984), bias-corrected: S + F1 (F1 - 1) / (2 (F2 + 1)).
        on_counts(
            "biological.ecology.chao1_richness",
            "Bias-corrected Chao1 estimate of species richness from counts of individuals.",
        )
        .field("chao1", "level:richness.chao1", "Chao1 richness estimate")
        .example(json!({"counts": [1, 1, 1, 2, 9, 14]}), "/chao1", 7.5)
        .example(json!({"counts": [5, 6, 7]}), "/chao1", 3.0)
        .example_error(json!({"counts": [-1, 4]}))
        .run(|counts: Vec<i64>| {
            let (present, _) = community(&counts)?;
            let seen = |times: f64| present.iter().filter(|n| **n == times).count() as f64;
            let (once, twice) = (seen(1.0), seen(2.0));
            Ok(json!({"chao1": present.len() as f64 + once * (once - 1.0) / (2.0 * (twice + 1.0))}))
        }),
        // Berger & Parker, Science 168:1345 (1970).
        on_counts(
            "biological.ecology.berger_parker_dominance",
            "Berger-Parker dominance: share of the most abundant species.",
        )
        .field("dominance", "level:dominance", "Berger–Parker dominance")
        .plural("Berger–Parker dominance values")
        .example(json!({"counts": [60, 30, 10]}), "/dominance", 0.6)
        .example(json!({"counts": [4, 4]}), "/dominance", 0.5)
        .example_error(json!({"counts": []}))
        .run(|counts: Vec<i64>| {
            let (present, total) = community(&counts)?;
            Ok(json!({"dominance": present.iter().copied().fold(0.0, f64::max) / total}))
        }),
    ]
}

fn similarity() -> Vec<NativeTool> {
    vec![
        native(
            "biological.ecology.species_jaccard_similarity",
            Processing,
            "Jaccard similarity of two species lists: shared species over all species, and their number.",
        )
        .param("species_a", "list(entity:species)", "Species of the first community.")
        .param("species_b", "list(entity:species)", "Species of the second community.")
        .field("jaccard", "level:similarity.jaccard", "Jaccard similarity")
        .plural("Jaccard similarities")
        .field("shared", "count:species", "number of shared species")
        .plural("numbers of shared species")
        .tail("between {species_a} and {species_b}")
        .example(
            json!({"species_a": ["@species:0", "@species:1", "@species:2"], "species_b": ["@species:1", "@species:3"]}),
            "/jaccard",
            0.25,
        )
        .example(json!({"species_a": ["@species:0"], "species_b": ["@species:0"]}), "/shared", 1.0)
        .example_error(json!({"species_a": [], "species_b": []}))
        .run(|a: Vec<String>, b: Vec<String>| {
            let set = |names: Vec<String>| names.into_iter().collect::<std::collections::BTreeSet<_>>();
            let (a, b) = (set(a), set(b));
            let (shared, all) = (a.intersection(&b).count(), a.union(&b).count());
            if all == 0 {
                return Err(ToolError::bad("At least one species is needed."));
            }
            Ok(json!({"jaccard": shared as f64 / all as f64, "shared": shared}))
        }),
    ]
}

fn animals() -> Vec<NativeTool> {
    vec![
        // Kleiber, Hilgardia 6:315 (1932): 70 kcal/day times mass in kg to the power of 3/4.
        native(
            "biological.physiology.kleiber_metabolic_rate",
            Processing,
            "Basal metabolic rate of an animal from its body mass by Kleiber's law, 70 M^0.75 kcal/day.",
        )
        .param("body_mass_kg", "level:mass.adult[kg]", "Body mass in kg.")
        .label("body mass")
        .range(1e-6, 200_000.0)
        .sample_of([0.02, 0.3, 1.2, 4.5, 12.0, 35.0, 80.0, 240.0, 600.0])
        .field("kcal_per_day", "level:power.basal[kcal/day]", "basal metabolic rate by Kleiber's law")
        .plural("basal metabolic rates by Kleiber's law")
        .tail("for {body_mass_kg}")
        .example(json!({"body_mass_kg": 1.0}), "/kcal_per_day", 70.0)
        .example(json!({"body_mass_kg": 16.0}), "/kcal_per_day", 560.0)
        .example_error(json!({"body_mass_kg": 0}))
        .run(|mass: f64| Ok(json!({"kcal_per_day": 70.0 * libm::pow(mass, 0.75)}))),
        native(
            "biological.ecology.species_population_density",
            Processing,
            "Mean density of a population over its range, in individuals per square kilometre.",
        )
        .param("population", "count:animal", "Number of individuals.")
        .param("range_km2", "level:area.range[km2]", "Area of the range in km².")
        .group("species", "species_range", &["population", "range_km2"])
        .field("density", "level:density.population[individuals/km²]", "wild population density")
        .plural("wild population densities")
        .tail("of {species}")
        .example(json!({"population": 5000, "range_km2": 2000}), "/density", 2.5)
        .example(json!({"population": 30, "range_km2": 120}), "/density", 0.25)
        .example_error(json!({"population": 30, "range_km2": 0}))
        .run(|population: i64, area: f64| {
            if area <= 0.0 || population < 0 {
                return Err(ToolError::bad("The area must be above zero and the population not negative."));
            }
            Ok(json!({"density": population as f64 / area}))
        }),
        // Chapman (1951): (M + 1)(C + 1)/(R + 1) - 1.
        native(
            "biological.ecology.chapman_estimate",
            Processing,
            "Population size from a two-visit mark-recapture study by Chapman's estimator.",
        )
        .param("marked", "count:animal_marked", "Animals marked on the first visit.")
        .param("caught", "count:animal_caught", "Animals caught on the second visit.")
        .param("recaptured", "count:animal_recaptured", "Marked animals among those caught on the second visit.")
        .group("study", "mark_recapture", &["marked", "caught", "recaptured"])
        .field("estimate", "level:population_estimate", "Chapman population estimate")
        .tail("from the mark–recapture study at {study}")
        .example(json!({"marked": 100, "caught": 60, "recaptured": 19}), "/estimate", 307.05)
        .example(json!({"marked": 9, "caught": 11, "recaptured": 5}), "/estimate", 19.0)
        .example_error(json!({"marked": 10, "caught": 5, "recaptured": 8}))
        .run(|marked: i64, caught: i64, recaptured: i64| {
            if recaptured < 0 || recaptured > marked.min(caught) {
                return Err(ToolError::bad("No more animals can be recaptured than were marked or caught."));
            }
            let (m, c, r) = (marked as f64, caught as f64, recaptured as f64);
            Ok(json!({"estimate": (m + 1.0) * (c + 1.0) / (r + 1.0) - 1.0}))
        }),
    ]
}
