//! Communities compared, and populations that grow by their life tables.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = communities();
    tools.push(life_table());
    tools
}

/// Counts that are not negative, with their sum above zero.
fn community(counts: &[i64]) -> Result<(Vec<f64>, f64), ToolError> {
    if counts.iter().any(|n| *n < 0) || counts.iter().all(|n| *n == 0) {
        return Err(ToolError::bad("Counts of individuals must not be negative, nor all zero."));
    }
    let counts: Vec<f64> = counts.iter().map(|n| *n as f64).collect();
    let total = counts.iter().sum();
    Ok((counts, total))
}

fn communities() -> Vec<NativeTool> {
    vec![
        // Bray & Curtis, Ecol Monogr 27:325 (1957); Morisita (1959) as simplified by Horn, Am Nat 100:419 (1966). Hand-computed:
        // |6 - 4| + |4 - 0| + |0 - 6| = 12 of 20; 2 x 24 / ((0.52 + 0.52) x 100).
        native(
            "biological.ecology.community_change",
            Processing,
            "Bray-Curtis dissimilarity and Morisita-Horn similarity of two communities from the numbers of individuals of the same species in both.",
        )
        .param("first_counts", "list(count:individual_first)", "Individuals of each species in the first community.")
        .param("last_counts", "list(count:individual_last)", "Individuals of the same species in the second community.")
        .group("site", "first_and_last", &["first_counts", "last_counts"])
        .field("bray_curtis", "level:dissimilarity.bray_curtis", "Bray–Curtis dissimilarity")
        .plural("Bray–Curtis dissimilarities")
        .field("morisita_horn", "level:similarity.morisita_horn", "Morisita–Horn similarity")
        .plural("Morisita–Horn similarities")
        .subject("site")
        .tail("between the 2021 and 2024 surveys")
        .example(json!({"first_counts": [6, 4, 0], "last_counts": [4, 0, 6]}), "/bray_curtis", 0.6)
        .example(json!({"first_counts": [6, 4, 0], "last_counts": [4, 0, 6]}), "/morisita_horn", 0.461_538_46)
        .example_error(json!({"first_counts": [6, 4, 0], "last_counts": [4, 0]}))
        .run(|first: Vec<i64>, last: Vec<i64>| {
            if first.len() != last.len() {
                return Err(ToolError::bad("Both lists must count the same species."));
            }
            let ((first, m), (last, n)) = (community(&first)?, community(&last)?);
            let apart: f64 = first.iter().zip(&last).map(|(a, b)| (a - b).abs()).sum();
            let shared: f64 = first.iter().zip(&last).map(|(a, b)| a * b).sum();
            let dominance = |counts: &[f64], total: f64| counts.iter().map(|x| x * x).sum::<f64>() / (total * total);
            let horn = 2.0 * shared / ((dominance(&first, m) + dominance(&last, n)) * m * n);
            Ok(json!({"bray_curtis": apart / (m + n), "morisita_horn": horn}))
        }),
        // Hill, Ecology 54:427 (1973): (sum p^q)^(1/(1-q)), and exp of the Shannon entropy for q = 1. Hand-computed: 1 / 0.46.
        native(
            "biological.ecology.hill_number",
            Processing,
            "Hill number of a community: the effective number of species of an order q (0 counts all alike, 2 mostly the common ones).",
        )
        .param("counts", "list(count:individual)", "Number of individuals of each species.")
        .param("order", "position:hill_order", "Order q, 0 to 10.")
        .label("order")
        .range(0.0, 10.0)
        .sample_of([0.5, 1.0, 1.5, 2.0, 3.0])
        .field("hill_number", "level:effective_species.hill", "Hill number")
        .tail("of {order} over {counts}")
        .example(json!({"counts": [60, 30, 10], "order": 2}), "/hill_number", 2.173_913_04)
        .example(json!({"counts": [60, 30, 10], "order": 1}), "/hill_number", 2.454_554_91)
        .example_error(json!({"counts": [0, 0], "order": 2}))
        .run(|counts: Vec<i64>, order: f64| {
            let (counts, total) = community(&counts)?;
            let shares = || counts.iter().filter(|n| **n > 0.0).map(|n| n / total);
            let number = if (order - 1.0).abs() < 1e-9 {
                libm::exp(-shares().map(|p| p * libm::log(p)).sum::<f64>())
            } else {
                libm::pow(shares().map(|p| libm::pow(p, order)).sum::<f64>(), 1.0 / (1.0 - order))
            };
            Ok(json!({"hill_number": number}))
        }),
        // Hurlbert, Ecology 52:577 (1971): each species is missed by a draw without replacement. Hand-computed: of 2 and 2, two
        // draws have 2 x (1 - 1/6) species.
        native(
            "biological.ecology.rarefied_richness",
            Processing,
            "Expected number of species in a random draw of so many individuals from a community, without replacement (Hurlbert rarefaction).",
        )
        .param("counts", "list(count:individual)", "Number of individuals of each species.")
        .param("draw", "count:individual_drawn", "Individuals drawn; at most as many as there are.")
        .label("subsample size")
        .range(1.0, 1_000_000.0)
        .sample_of([5, 8, 10, 12, 15])
        .field("richness", "level:richness.rarefied", "rarefied species richness")
        .plural("rarefied species richness values")
        .tail("at {draw} over {counts}")
        .example(json!({"counts": [2, 2], "draw": 2}), "/richness", 1.666_666_67)
        .example(json!({"counts": [5, 3, 1], "draw": 9}), "/richness", 3.0)
        .example_error(json!({"counts": [2, 2], "draw": 5}))
        .run(|counts: Vec<i64>, draw: i64| {
            let (counts, total) = community(&counts)?;
            let draw = draw as f64;
            if draw > total {
                return Err(ToolError::bad("No more individuals can be drawn than the community has."));
            }
            let choices = |n: f64, k: f64| libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
            let missed = |n: f64| {
                if total - n < draw { 0.0 } else { libm::exp(choices(total - n, draw) - choices(total, draw)) }
            };
            Ok(json!({"richness": counts.iter().filter(|n| **n > 0.0).map(|n| 1.0 - missed(*n)).sum::<f64>()}))
        }),
    ]
}

fn life_table() -> NativeTool {
    // Krebs, Ecology, ch. 8: R0 = sum l m, T = sum x l m / R0, life expectancy at birth = sum l - 1/2. Hand-computed: 0.5 x 2 + 0.25
    // x 4 = 2; (1 + 2) / 2 = 1.5; 1.75 - 0.5.
    native(
        "biological.ecology.life_table_parameters",
        Processing,
        "Net reproductive rate (daughters per newborn female), generation time in years, intrinsic rate of increase a year (ln R0 / T), and life expectancy at birth in years (mid-year deaths), from survivorship and fecundity at the ages 0, 1, 2 and so on.",
    )
    .param("survivorship", "list(level:survivorship)", "Share of newborns that reach each age, beginning with 1 at age 0.")
    .param("fecundity", "list(level:fecundity)", "Daughters of a female at each age.")
    .group("species", "life_table", &["survivorship", "fecundity"])
    .subject("species")
    .field("net_reproductive_rate", "level:reproduction.net", "net reproductive rate")
    .field("generation_time", "level:duration.generation[years]", "generation time")
    .field("rate_of_increase", "level:growth_rate.intrinsic[years⁻¹]", "intrinsic rate of increase")
    .plural("intrinsic rates of increase")
    .field("life_expectancy", "level:duration.life_expectancy[years]", "life expectancy at birth")
    .plural("life expectancies at birth")
    .tail("computed from the life table")
    .example(json!({"survivorship": [1, 0.5, 0.25], "fecundity": [0, 2, 4]}), "/net_reproductive_rate", 2.0)
    .example(json!({"survivorship": [1, 0.5, 0.25], "fecundity": [0, 2, 4]}), "/generation_time", 1.5)
    .example(json!({"survivorship": [1, 0.5, 0.25], "fecundity": [0, 2, 4]}), "/life_expectancy", 1.25)
    .example_error(json!({"survivorship": [1, 0.5], "fecundity": [0, 2, 4]}))
    .run(|survivorship: Vec<f64>, fecundity: Vec<f64>| {
        let falling = survivorship.iter().zip(survivorship.iter().skip(1)).all(|(a, b)| a >= b);
        let begins = survivorship.first().is_some_and(|l| (l - 1.0).abs() < 1e-9);
        if survivorship.len() != fecundity.len() || !falling || !begins || survivorship.iter().any(|l| *l < 0.0) {
            return Err(ToolError::bad(
                "Survivorship must begin with 1, never rise or become negative, and have as many values as fecundity.",
            ));
        }
        let born: Vec<f64> = survivorship.iter().zip(&fecundity).map(|(l, m)| l * m).collect();
        let net: f64 = born.iter().sum();
        if fecundity.iter().any(|m| *m < 0.0) || net <= 0.0 {
            return Err(ToolError::bad("Fecundity must not be negative, and some age must have daughters."));
        }
        let time = born.iter().enumerate().map(|(age, b)| age as f64 * b).sum::<f64>() / net;
        if time <= 0.0 {
            return Err(ToolError::bad("Only newborns have daughters here: the generation time is zero."));
        }
        Ok(json!({"net_reproductive_rate": net, "generation_time": time, "rate_of_increase": libm::log(net) / time,
            "life_expectancy": survivorship.iter().sum::<f64>() - 0.5}))
    })
}
