//! Population genetics from genotype counts, and expression across tissues.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

/// Frequencies estimated from the three genotype counts of a biallelic site.
struct Site {
    individuals: f64,
    reference: f64,
    alternate: f64,
    counts: [f64; 3],
}

impl Site {
    fn new(hom_ref: i64, het: i64, hom_alt: i64) -> Result<Site, ToolError> {
        let counts = [hom_ref, het, hom_alt].map(|n| n as f64);
        let individuals: f64 = counts.iter().sum();
        if counts.iter().any(|n| *n < 0.0) || individuals == 0.0 {
            return Err(ToolError::bad("Genotype counts are not negative, and at least one individual is needed."));
        }
        let [_, het, hom_alt] = counts;
        let alternate = (2.0 * hom_alt + het) / (2.0 * individuals);
        Ok(Site { individuals, reference: 1.0 - alternate, alternate, counts })
    }

    /// Genotype counts in Hardy-Weinberg proportions; both alleles must occur.
    fn expected(&self) -> Result<[f64; 3], ToolError> {
        let (p, q) = (self.reference, self.alternate);
        if p <= 0.0 || q <= 0.0 {
            return Err(ToolError::bad("Both alleles must occur; this site does not vary."));
        }
        Ok([p * p, 2.0 * p * q, q * q].map(|share| share * self.individuals))
    }
}

fn on_genotypes(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("hom_ref", "count:genotype_hom_ref", "Number of reference homozygotes.")
        .param("het", "count:genotype_het", "Number of heterozygotes.")
        .param("hom_alt", "count:genotype_hom_alt", "Number of alternate homozygotes.")
        .group("genotypes", "genotype_counts", &["hom_ref", "het", "hom_alt"])
        .tail("from the discovery-cohort genotypes of {genotypes}")
}

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = genotypes();
    tools.extend(frequencies());
    tools.extend(expression());
    tools
}

fn genotypes() -> Vec<NativeTool> {
    vec![
        on_genotypes(
            "biological.genetics.allele_frequencies",
            "Reference allele frequency by gene counting, and observed heterozygosity, from genotype counts.",
        )
        .field("reference_frequency", "level:frequency.allele_ref", "reference allele frequency")
        .plural("reference allele frequencies")
        .field("observed_heterozygosity", "level:heterozygosity.observed", "observed heterozygosity")
        .example(json!({"hom_ref": 50, "het": 40, "hom_alt": 10}), "/reference_frequency", 0.7)
        .example(json!({"hom_ref": 50, "het": 40, "hom_alt": 10}), "/observed_heterozygosity", 0.4)
        .example_error(json!({"hom_ref": 0, "het": 0, "hom_alt": 0}))
        .run(|a: i64, b: i64, c: i64| {
            let site = Site::new(a, b, c)?;
            let [_, het, _] = site.counts;
            Ok(json!({
                "reference_frequency": site.reference,
                "observed_heterozygosity": het / site.individuals,
            }))
        }),
        // Pearson's test with one degree of freedom; the worked example is Ford's scarlet tiger moths (1469, 138, 5).
        on_genotypes(
            "biological.genetics.hardy_weinberg_test",
            "Pearson chi-square test of genotype counts against Hardy-Weinberg proportions, one degree of freedom.",
        )
        .field("chi_square", "position:chi_square", "Hardy–Weinberg chi-square statistic")
        .field("p_value", "position:p_value", "Hardy–Weinberg p-value")
        .field("expected_het", "level:expected_count.het", "Hardy–Weinberg expected number of heterozygotes")
        .plural("Hardy–Weinberg expected numbers of heterozygotes")
        .example(json!({"hom_ref": 1469, "het": 138, "hom_alt": 5}), "/chi_square", 0.8309481891)
        .example(json!({"hom_ref": 1469, "het": 138, "hom_alt": 5}), "/expected_het", 141.2059553)
        .example_error(json!({"hom_ref": 100, "het": 0, "hom_alt": 0}))
        .run(|a: i64, b: i64, c: i64| {
            let site = Site::new(a, b, c)?;
            let expected = site.expected()?;
            let chi: f64 = site.counts.iter().zip(&expected).map(|(o, e)| (o - e) * (o - e) / e).sum();
            let [_, het, _] = expected;
            Ok(json!({"chi_square": chi, "p_value": libm::erfc((chi / 2.0).sqrt()), "expected_het": het}))
        }),
        // Wright: F = 1 - observed / expected heterozygosity.
        on_genotypes(
            "biological.genetics.inbreeding_coefficient",
            "Wright's inbreeding coefficient F, one minus observed over expected heterozygosity.",
        )
        .field("inbreeding", "position:inbreeding", "inbreeding coefficient F")
        .plural("inbreeding coefficients F")
        .example(json!({"hom_ref": 1469, "het": 138, "hom_alt": 5}), "/inbreeding", 0.02270410853)
        .example(json!({"hom_ref": 25, "het": 50, "hom_alt": 25}), "/inbreeding", 0.0)
        .example_error(json!({"hom_ref": 0, "het": 0, "hom_alt": 12}))
        .run(|a: i64, b: i64, c: i64| {
            let site = Site::new(a, b, c)?;
            let ([_, observed, _], [_, expected, _]) = (site.counts, site.expected()?);
            Ok(json!({"inbreeding": 1.0 - observed / expected}))
        }),
    ]
}

fn frequencies() -> Vec<NativeTool> {
    vec![
        native(
            "biological.genetics.carrier_frequency",
            Processing,
            "Expected share of heterozygous carriers, 2q(1-q), at an alternate allele frequency q.",
        )
        .param("allele_frequency", "level:frequency.allele_alt", "Frequency of the alternate allele, 0 to 1.")
        .label("alternate allele frequency")
        .range(0.0, 1.0)
        .sample(0.01, 0.3, 0.01)
        .field("carriers", "level:frequency.carrier", "expected carrier frequency")
        .plural("expected carrier frequencies")
        .tail("at {allele_frequency}")
        .example(json!({"allele_frequency": 0.02}), "/carriers", 0.0392)
        .example(json!({"allele_frequency": 0.5}), "/carriers", 0.5)
        .example_error(json!({"allele_frequency": 1.2}))
        .run(|q: f64| Ok(json!({"carriers": 2.0 * q * (1.0 - q)}))),
        // Wright: variance of the frequency among populations over its greatest possible value.
        native(
            "biological.genetics.fixation_index",
            Processing,
            "Wright's fixation index F_ST: the variance of an allele's frequency among populations over p(1-p).",
        )
        .param(
            "frequencies",
            "list(level:frequency.allele_alt)",
            "Frequencies of one allele in two or more populations.",
        )
        .field("f_st", "level:fixation_index", "fixation index (FST by the unweighted variance among populations)")
        .plural("fixation indices (FST by the unweighted variance among populations)")
        .tail("across {frequencies}")
        .example(json!({"frequencies": [0.2, 0.4]}), "/f_st", 0.047_619_048)
        .example(json!({"frequencies": [0.0, 1.0]}), "/f_st", 1.0)
        .example_error(json!({"frequencies": [0.3]}))
        .run(|values: Vec<f64>| {
            if values.len() < 2 || values.iter().any(|p| !(0.0..=1.0).contains(p)) {
                return Err(ToolError::bad("Two or more frequencies between 0 and 1 are needed."));
            }
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            if mean <= 0.0 || mean >= 1.0 {
                return Err(ToolError::bad("Both alleles must occur in some population."));
            }
            let variance = values.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / n;
            Ok(json!({"f_st": variance / (mean * (1.0 - mean))}))
        }),
    ]
}

fn expression() -> Vec<NativeTool> {
    vec![
        // Yanai et al., Bioinformatics 21:650 (2005).
        native(
            "biological.expression.tissue_specificity",
            Processing,
            "Tissue-specificity index tau of a gene from its expression in several tissues: 0 is even, 1 is one tissue.",
        )
        .param("expression", "list(level:expression.tpm[TPM])", "Expression in each tissue, in TPM.")
        .field("tau", "level:tissue_specificity", "tissue-specificity index tau")
        .plural("tissue-specificity indices tau")
        .tail("over {expression}")
        // The worked example of the paper: 0, 8, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0 gives 0.95.
        .example(json!({"expression": [0, 8, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0]}), "/tau", 0.954_545_45)
        .example(json!({"expression": [5, 5, 5]}), "/tau", 0.0)
        .example_error(json!({"expression": [0, 0]}))
        .run(|values: Vec<f64>| {
            let most = values.iter().copied().fold(0.0, f64::max);
            if values.len() < 2 || most <= 0.0 || values.iter().any(|x| *x < 0.0) {
                return Err(ToolError::bad("Two or more values are needed, none negative and one above zero."));
            }
            let tau: f64 = values.iter().map(|x| 1.0 - x / most).sum();
            Ok(json!({"tau": tau / (values.len() as f64 - 1.0)}))
        }),
        native(
            "biological.expression.log2_fold_change",
            Processing,
            "Base-2 logarithm of the ratio of two expression levels in TPM, without pseudocount.",
        )
        .param("expression_a", "level:expression[TPM]", "Expression in the condition of interest, in TPM.")
        .param("expression_b", "level:expression[TPM]", "Expression that it is compared with, in TPM.")
        .field("log2_fold_change", "position:fold_change", "log2 expression ratio (first to second)")
        .plural("log2 expression ratios (first to second)")
        .tail("for {expression_a} and {expression_b}")
        .example(json!({"expression_a": 80.0, "expression_b": 10.0}), "/log2_fold_change", 3.0)
        .example(json!({"expression_a": 5.0, "expression_b": 20.0}), "/log2_fold_change", -2.0)
        .example_error(json!({"expression_a": 5.0, "expression_b": 0.0}))
        .run(|a: f64, b: f64| {
            if a <= 0.0 || b <= 0.0 {
                return Err(ToolError::bad("Both expression levels must be above zero."));
            }
            Ok(json!({"log2_fold_change": libm::log2(a / b)}))
        }),
    ]
}
