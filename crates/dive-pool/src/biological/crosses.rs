//! Mendelian ratios, linkage maps, linkage disequilibrium.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

/// The counts as numbers, and their sum; none of them negative, not all zero.
fn counted<const N: usize>(counts: [i64; N]) -> Result<([f64; N], f64), ToolError> {
    if counts.iter().any(|n| *n < 0) || counts.iter().all(|n| *n == 0) {
        return Err(ToolError::bad("Counts must not be negative, nor all zero."));
    }
    let counts = counts.map(|n| n as f64);
    Ok((counts, counts.iter().sum()))
}

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = crosses();
    tools.push(disequilibrium());
    tools
}

fn crosses() -> Vec<NativeTool> {
    vec![
        // Pearson (1900). The example is Mendel's count of round and wrinkled seeds, 5474 and 1850 (1866); Fisher (1936) has
        // 0.2629.
        native(
            "biological.crosses.mendelian_ratio_test",
            Processing,
            "Chi-square test of the 3:1 ratio in an F2 generation from the numbers of dominant and recessive offspring: statistic (one degree of freedom, no continuity correction) and p-value.",
        )
        .param("dominant", "count:f2_offspring", "Offspring with the dominant phenotype.")
        .param("recessive", "count:f2_offspring", "Offspring with the recessive phenotype.")
        .group("cross", "second_generation", &["dominant", "recessive"])
        .subject("cross")
        .field("chi_square", "level:chi_square.mendelian", "chi-square statistic against a 3:1 ratio")
        .plural("chi-square statistics against a 3:1 ratio")
        .field("p_value", "level:probability.mendelian", "p-value against a 3:1 ratio")
        .plural("p-values against a 3:1 ratio")
        .tail("in the F2 generation")
        .example(json!({"dominant": 5474, "recessive": 1850}), "/chi_square", 0.262_880_03)
        .example(json!({"dominant": 75, "recessive": 25}), "/p_value", 1.0)
        .example_error(json!({"dominant": 0, "recessive": 0}))
        .run(|dominant: i64, recessive: i64| {
            let ([dominant, recessive], total) = counted([dominant, recessive])?;
            let part = |seen: f64, share: f64| (seen - share * total) * (seen - share * total) / (share * total);
            let chi = part(dominant, 0.75) + part(recessive, 0.25);
            Ok(json!({"chi_square": chi, "p_value": libm::erfc((chi / 2.0).sqrt())}))
        }),
        // Haldane, J Genet 8:299 (1919); Kosambi, Ann Eugen 12:172 (1944). Hand-computed: 20 of 200 recombine.
        native(
            "biological.crosses.recombination_map_distance",
            Processing,
            "Recombination frequency in percent from the four classes of a test cross, and map distances in centimorgans by the functions of Haldane (no interference) and Kosambi; undefined from 50 percent on.",
        )
        .param("parental_first", "count:parental_offspring", "Offspring of the first parental class.")
        .param("parental_second", "count:parental_offspring", "Offspring of the second parental class.")
        .param("recombinant_first", "count:recombinant_offspring", "Offspring of the first recombinant class.")
        .param("recombinant_second", "count:recombinant_offspring", "Offspring of the second recombinant class.")
        .group(
            "cross",
            "test_cross",
            &["parental_first", "parental_second", "recombinant_first", "recombinant_second"],
        )
        .subject("cross")
        .field("recombination_percent", "level:fraction.recombination[%]", "recombination frequency")
        .plural("recombination frequencies")
        .field("haldane_cm", "level:map_distance.haldane[cM]", "Haldane map distance")
        .field("kosambi_cm", "level:map_distance.kosambi[cM]", "Kosambi map distance")
        .tail("in the test cross")
        .example(
            json!({"parental_first": 90, "parental_second": 90, "recombinant_first": 12, "recombinant_second": 8}),
            "/haldane_cm",
            11.157_177_6,
        )
        .example(
            json!({"parental_first": 90, "parental_second": 90, "recombinant_first": 12, "recombinant_second": 8}),
            "/kosambi_cm",
            10.136_627_7,
        )
        .example_error(
            json!({"parental_first": 10, "parental_second": 9, "recombinant_first": 12, "recombinant_second": 8}),
        )
        .run(|first: i64, second: i64, third: i64, fourth: i64| {
            let ([_, _, third, fourth], total) = counted([first, second, third, fourth])?;
            let share = (third + fourth) / total;
            if share >= 0.5 {
                return Err(ToolError::bad("Half of the offspring or more recombine: the genes are not linked."));
            }
            let haldane = -50.0 * libm::log1p(-2.0 * share);
            let kosambi = 25.0 * (libm::log1p(2.0 * share) - libm::log1p(-2.0 * share));
            Ok(json!({"recombination_percent": 100.0 * share, "haldane_cm": haldane, "kosambi_cm": kosambi}))
        }),
    ]
}

fn disequilibrium() -> NativeTool {
    // Lewontin, Genetics 49:49 (1964); Hill & Robertson, Theor Appl Genet 38:226 (1968). Hand-computed: frequencies 0.5 and 0.5,
    // D = 0.4 - 0.25 of at most 0.25.
    native(
        "biological.crosses.linkage_disequilibrium",
        Processing,
        "Linkage disequilibrium of two variants from the counts of their four haplotypes: D, Lewontin's D' (absolute value) and r squared.",
    )
    .param("ref_ref", "count:haplotype_ref_ref", "Haplotypes with both reference alleles.")
    .param("ref_alt", "count:haplotype_ref_alt", "Haplotypes with the alternate allele of the second variant only.")
    .param("alt_ref", "count:haplotype_alt_ref", "Haplotypes with the alternate allele of the first variant only.")
    .param("alt_alt", "count:haplotype_alt_alt", "Haplotypes with both alternate alleles.")
    .group("gene", "haplotypes", &["ref_ref", "ref_alt", "alt_ref", "alt_alt"])
    .subject("gene")
    .field("d", "level:disequilibrium.d", "linkage disequilibrium coefficient D")
    .plural("linkage disequilibrium coefficients D")
    .field("d_prime", "level:disequilibrium.d_prime", "normalised linkage disequilibrium D′")
    .plural("normalised linkage disequilibrium D′ values")
    .field("r_squared", "level:disequilibrium.r_squared", "linkage disequilibrium r²")
    .plural("linkage disequilibrium r² values")
    .tail("in the haplotype study")
    .example(json!({"ref_ref": 40, "ref_alt": 10, "alt_ref": 10, "alt_alt": 40}), "/d", 0.15)
    .example(json!({"ref_ref": 40, "ref_alt": 10, "alt_ref": 10, "alt_alt": 40}), "/d_prime", 0.6)
    .example(json!({"ref_ref": 40, "ref_alt": 10, "alt_ref": 10, "alt_alt": 40}), "/r_squared", 0.36)
    .example_error(json!({"ref_ref": 40, "ref_alt": 10, "alt_ref": 0, "alt_alt": 0}))
    .run(|ref_ref: i64, ref_alt: i64, alt_ref: i64, alt_alt: i64| {
        let ([_, ref_alt, alt_ref, alt_alt], total) = counted([ref_ref, ref_alt, alt_ref, alt_alt])?;
        let (p, q) = ((alt_ref + alt_alt) / total, (ref_alt + alt_alt) / total);
        let variance = p * (1.0 - p) * q * (1.0 - q);
        if variance <= 0.0 {
            return Err(ToolError::bad("Both variants must vary: each allele must occur at least once."));
        }
        let d = alt_alt / total - p * q;
        let most = if d < 0.0 { (p * q).min((1.0 - p) * (1.0 - q)) } else { (p * (1.0 - q)).min(q * (1.0 - p)) };
        Ok(json!({"d": d, "d_prime": d.abs() / most, "r_squared": d * d / variance}))
    })
}
