//! Indicators of publication and citation.

use std::collections::BTreeSet;

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

/// The family.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = citation_indices();
    tools.extend(rates());
    tools.extend(overlaps());
    tools
}

/// Citation counts, highest first; refuses an empty list and negative counts.
fn ranked(citations: &[i64]) -> Result<Vec<i64>, ToolError> {
    if citations.is_empty() {
        return Err(ToolError::bad("The list of citation counts is empty."));
    }
    if citations.iter().any(|c| *c < 0) {
        return Err(ToolError::bad("Citation counts must not be negative."));
    }
    let mut sorted = citations.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    Ok(sorted)
}

/// Hirsch's h for counts in descending order.
fn hirsch(sorted: &[i64]) -> usize {
    sorted.iter().zip(1..).take_while(|(c, rank)| *c >= rank).count()
}

fn citation_indices() -> Vec<NativeTool> {
    vec![
        // Hirsch 2005, PNAS 102:16569: h papers with at least h citations each.
        native(
            "academic.bibliometrics.h_index",
            Processing,
            "Hirsch's h-index of a list of citation counts: the largest h such that h papers have at least h citations each.",
        )
        .param("citations", "list(count:citation)", "Citation counts of the papers.")
        .field("h_index", "level:h_index", "h-index")
        .plural("h-indices")
        .tail("computed from {citations}")
        .tail("based on {citations}")
        .example(json!({"citations": [25, 8, 5, 3, 3]}), "/h_index", 3.0)
        .example(json!({"citations": [4, 10, 5, 8, 3]}), "/h_index", 4.0)
        .example_error(json!({"citations": []}))
        .run(|citations: Vec<i64>| Ok(json!({"h_index": hirsch(&ranked(&citations)?)}))),
        // Egghe 2006, Scientometrics 69:131: the top g papers have together at least g squared citations.
        native(
            "academic.bibliometrics.g_index",
            Processing,
            "Egghe's g-index of a list of citation counts: the largest g, at most the number of papers, such that the g most cited papers have together at least g squared citations.",
        )
        .param("citations", "list(count:citation)", "Citation counts of the papers.")
        .field("g_index", "level:g_index", "g-index")
        .plural("g-indices")
        .tail("computed from {citations}")
        .tail("based on {citations}")
        .example(json!({"citations": [10, 8, 5, 4, 3]}), "/g_index", 5.0)
        .example(json!({"citations": [6, 1, 1, 0]}), "/g_index", 2.0)
        .example_error(json!({"citations": [3, -1]}))
        .run(|citations: Vec<i64>| {
            let mut total = 0;
            let sums = ranked(&citations)?.into_iter().map(move |c| {
                total += c;
                total
            });
            Ok(json!({"g_index": sums.zip(1_i64..).take_while(|(sum, g)| *sum >= g * g).count()}))
        }),
        // The count that citation databases call i10: papers with ten citations or more.
        native(
            "academic.bibliometrics.i10_index",
            Processing,
            "The i10-index of a list of citation counts: how many papers have ten citations or more.",
        )
        .param("citations", "list(count:citation)", "Citation counts of the papers.")
        .field("i10_index", "level:i10_index", "i10-index")
        .plural("i10-indices")
        .tail("computed from {citations}")
        .tail("based on {citations}")
        .example(json!({"citations": [10, 8, 25, 4, 3]}), "/i10_index", 2.0)
        .example(json!({"citations": [0]}), "/i10_index", 0.0)
        .run(|citations: Vec<i64>| {
            Ok(json!({"i10_index": ranked(&citations)?.into_iter().filter(|c| *c >= 10).count()}))
        }),
        // Jin, Liang, Rousseau & Egghe 2007, Chinese Science Bulletin 52:855: root of the h-core's citations per year.
        native(
            "academic.bibliometrics.ar_index",
            Processing,
            "The age-dependent AR-index: square root of the sum, over the papers of the h-core, of citations divided by age; a paper of the reference year has age 1.",
        )
        .param("citations", "list(count:citation)", "Citation counts of the papers.")
        .param("years", "list(year:publication)", "Publication years of the same papers, in the same order.")
        .param("reference_year", "year:evaluation", "Year in which the index is taken.")
        .range(1950.0, 2100.0)
        .sample_of([2025])
        .group("author", "publication_record", &["citations", "years"])
        .subject("author")
        .field("ar_index", "level:ar_index", "AR-index")
        .plural("AR-indices")
        .tail("with {=reference_year} as the reference year")
        // h = 2: 12 / 4 + 9 / 9 = 4.
        .example(json!({"citations": [1, 12, 9], "years": [2020, 2022, 2017], "reference_year": 2025}), "/ar_index", 2.0)
        .example_error(json!({"citations": [3], "years": [2026], "reference_year": 2025}))
        .example_error(json!({"citations": [3], "years": [], "reference_year": 2025}))
        .run(|citations: Vec<i64>, years: Vec<i64>, reference: i64| {
            let h = hirsch(&ranked(&citations)?);
            if citations.len() != years.len() {
                return Err(ToolError::bad("There must be one publication year for each citation count."));
            }
            if years.iter().any(|y| *y > reference) {
                return Err(ToolError::bad("A publication year lies after the reference year."));
            }
            let mut papers: Vec<(i64, i64)> = citations.into_iter().zip(years).collect();
            // Of equally cited papers at the edge of the core the older ones count.
            papers.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            let sum: f64 = papers.iter().take(h).map(|(c, y)| *c as f64 / (reference - y + 1) as f64).sum();
            Ok(json!({"ar_index": sum.sqrt()}))
        }),
        // Hirsch 2005: m = h / n, n being the years since the first publication.
        native(
            "academic.bibliometrics.m_quotient",
            Processing,
            "Hirsch's m-quotient: h-index divided by the number of years since the first publication.",
        )
        .param("h_index", "level:h_index", "The h-index.")
        .label("Hirsch h-index")
        .range(0.0, 300.0)
        .sample(3.0, 40.0, 1.0)
        .param("first_publication", "year:first_publication", "Year of the first publication.")
        .label("first publication year")
        .range(1900.0, 2100.0)
        .sample(1990.0, 2019.0, 1.0)
        .param("reference_year", "year:evaluation", "Year in which the quotient is taken.")
        .range(1900.0, 2100.0)
        .sample_of([2025])
        .field("m_quotient", "level:m_quotient", "m-quotient")
        .tail("for {h_index} and {first_publication}, taken in {=reference_year}")
        .example(json!({"h_index": 12, "first_publication": 2005, "reference_year": 2025}), "/m_quotient", 0.6)
        .example(json!({"h_index": 9, "first_publication": 2019, "reference_year": 2025}), "/m_quotient", 1.5)
        .example_error(json!({"h_index": 9, "first_publication": 2025, "reference_year": 2025}))
        .run(|h: f64, first: i64, reference: i64| {
            if first >= reference {
                return Err(ToolError::bad("The first publication must lie before the reference year."));
            }
            Ok(json!({"m_quotient": h / (reference - first) as f64}))
        }),
    ]
}

fn rates() -> Vec<NativeTool> {
    vec![
        // Garfield 1972, Science 178:471: citations of a year to the items of the two years before, per item.
        native(
            "academic.bibliometrics.impact_factor",
            Processing,
            "Two-year journal impact factor: citations of a year to papers of the two preceding years, divided by the number of those papers.",
        )
        .param("citations", "count:window_citation", "Citations received in the year by papers of the two preceding years.")
        .range(0.0, 1e7)
        .param("items", "count:window_item", "Papers published in the two preceding years.")
        .range(1.0, 1e6)
        .group("journal", "impact_counts", &["citations", "items"])
        .subject("journal")
        // The counts come with the journal only for 2024.
        .field("impact_factor", "level:impact_factor", "2024 two-year impact factor")
        .example(json!({"citations": 210, "items": 84}), "/impact_factor", 2.5)
        .example(json!({"citations": 0, "items": 3}), "/impact_factor", 0.0)
        .example_error(json!({"citations": 5, "items": 0}))
        .run(|citations: i64, items: i64| Ok(json!({"impact_factor": citations as f64 / items as f64}))),
        // Schubert & Braun 1986, Scientometrics 9:281: observed over expected citations.
        native(
            "academic.bibliometrics.relative_citation_rate",
            Processing,
            "Relative citation rate of a paper: its citations divided by the mean citations of a reference set of papers.",
        )
        .param("citations", "count:citation", "Citations of the paper.")
        .label("citation count")
        .range(0.0, 1e7)
        .sample(4.0, 60.0, 1.0)
        .param("reference_set", "list(count:citation)", "Citation counts of the papers it is compared with.")
        .field("relative_rate", "level:relative_citation_rate", "relative citation rate")
        .tail("of {citations} measured against {reference_set}")
        .example(json!({"citations": 12, "reference_set": [3, 5, 10]}), "/relative_rate", 2.0)
        .example(json!({"citations": 0, "reference_set": [3]}), "/relative_rate", 0.0)
        .example_error(json!({"citations": 4, "reference_set": [0, 0]}))
        .run(|citations: i64, set: Vec<i64>| {
            let total: i64 = ranked(&set)?.iter().sum();
            if total == 0 {
                return Err(ToolError::bad("The papers of the reference set have no citations, so that the rate is undefined."));
            }
            Ok(json!({"relative_rate": citations as f64 * set.len() as f64 / total as f64}))
        }),
        // Price 1970: share of references not older than five years; median age as in citation half-life analyses.
        native(
            "academic.bibliometrics.reference_age",
            Processing,
            "Age of a reference list: Price's index (share of references at most five years old) and median age in years.",
        )
        .param("years", "list(year:reference)", "Publication years of the references.")
        .param("reference_year", "year:evaluation", "Year from which ages are counted, usually that of the citing paper.")
        .range(1900.0, 2025.0)
        .sample_of([2025])
        .field("price_index", "level:price_index[%]", "Price index")
        .plural("Price indices")
        .field("median_age", "level:reference_age[years]", "median reference age")
        .tail("for {years}, counting ages back from {=reference_year}")
        .example(json!({"years": [2018, 2021, 2010, 2017], "reference_year": 2022}), "/price_index", 75.0)
        .example(json!({"years": [2018, 2021, 2010, 2017], "reference_year": 2022}), "/median_age", 4.5)
        .example_error(json!({"years": [2018], "reference_year": 2010}))
        .run(|years: Vec<i64>, reference: i64| {
            let mut ages: Vec<i64> = years.iter().map(|y| reference - y).collect();
            ages.sort_unstable();
            let Some((first, n)) = ages.first().map(|a| (*a, ages.len())) else {
                return Err(ToolError::bad("The list of years is empty."));
            };
            if first < 0 {
                return Err(ToolError::bad("A reference is dated after the reference year."));
            }
            let recent = ages.iter().filter(|a| **a <= 5).count();
            let middle: Vec<f64> = ages.iter().skip((n - 1) / 2).take(2 - n % 2).map(|a| *a as f64).collect();
            let median = middle.iter().sum::<f64>() / middle.len() as f64;
            Ok(json!({"price_index": 100.0 * recent as f64 / n as f64, "median_age": median}))
        }),
        // Hagen 2008, PLoS ONE 3:e4021: the i-th of N authors gets (1/i) / (1 + 1/2 + ... + 1/N).
        native(
            "academic.bibliometrics.harmonic_authorship_credit",
            Processing,
            "Harmonic authorship credit of one author of a paper, from the place in the byline and the number of authors.",
        )
        .param("position", "position:byline", "Place in the byline, from 1.")
        .range(1.0, 500.0)
        .sample(1.0, 3.0, 1.0)
        .param("authors", "count:author", "Number of authors of the paper.")
        .label("byline length")
        .range(1.0, 500.0)
        .sample(3.0, 9.0, 1.0)
        .field("credit", "level:authorship_credit", "harmonic authorship credit")
        .tail("at byline position {=position}, given {authors}")
        .example(json!({"position": 1, "authors": 3}), "/credit", 6.0 / 11.0)
        .example(json!({"position": 3, "authors": 3}), "/credit", 2.0 / 11.0)
        .example_error(json!({"position": 4, "authors": 3}))
        .run(|position: i64, authors: i64| {
            if position > authors {
                return Err(ToolError::bad("The byline position exceeds the number of authors."));
            }
            let total: f64 = (1..=authors).map(|i| 1.0 / i as f64).sum();
            Ok(json!({"credit": 1.0 / position as f64 / total}))
        }),
        // Plain division over the Julian year's mean month, 365.25 / 12 days.
        native(
            "academic.bibliometrics.grant_spending_rate",
            Processing,
            "Grant money in euros per team member and month of a research project; a month is 30.4375 days.",
        )
        .param("amount", "amount:money.grant[k EUR]", "Grant amount in thousand euros.")
        .range(0.0, 1e7)
        .param("members", "count:team_member", "Team size.")
        .range(1.0, 10_000.0)
        .param("start", "date:project_start", "First day, ISO 8601.")
        .param("end", "date:project_end", "Last day, ISO 8601.")
        .group("project", "project_budget", &["amount", "members", "start", "end"])
        .field("rate", "level:money_rate.grant[EUR/month]", "monthly grant spending per team member")
        .subject("project")
        // 1461 days are 48 months.
        .example(json!({"amount": 960.0, "members": 5, "start": "2020-01-01", "end": "2024-01-01"}), "/rate", 4000.0)
        .example_error(json!({"amount": 960.0, "members": 5, "start": "2024-01-01", "end": "2020-01-01"}))
        .run(|amount: f64, members: i64, start: String, end: String| {
            let day = |text: &str| {
                text.parse::<jiff::civil::Date>().map_err(|_| ToolError::bad(format!("`{text}` is not an ISO 8601 date.")))
            };
            let days = day(&start)?.until(day(&end)?).map_err(ToolError::bad)?.get_days();
            if days <= 0 {
                return Err(ToolError::bad("The project must end after it starts."));
            }
            Ok(json!({"rate": 1000.0 * amount / members as f64 / (f64::from(days) / 30.4375)}))
        }),
    ]
}

/// Sizes of two different sets and of what they share.
fn sets(a: &[String], b: &[String]) -> Result<(f64, f64, f64), ToolError> {
    if a.is_empty() || b.is_empty() {
        return Err(ToolError::bad("Both lists need at least one member."));
    }
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (a.iter().collect(), b.iter().collect());
    if a == b {
        return Err(ToolError::bad("Both lists have the same members; give two different lists."));
    }
    Ok((a.len() as f64, b.len() as f64, a.intersection(&b).count() as f64))
}

fn overlaps() -> Vec<NativeTool> {
    vec![
        // Jaccard 1901: shared members over members of either.
        native(
            "academic.bibliometrics.jaccard_similarity_of_papers",
            Processing,
            "Jaccard similarity of two lists of papers, such as reference lists: shared papers divided by papers in either list.",
        )
        .param("first", "list(entity:paper)", "Titles of the first list.")
        .param("second", "list(entity:paper)", "Titles of the second list.")
        .field("similarity", "level:similarity.jaccard", "Jaccard similarity")
        .plural("Jaccard similarities")
        .tail("between {first} and {second}")
        .example(json!({"first": ["A", "B", "C"], "second": ["B", "C", "D"]}), "/similarity", 0.5)
        .example(json!({"first": ["A"], "second": ["B"]}), "/similarity", 0.0)
        .example_error(json!({"first": [], "second": ["B"]}))
        .run(|a: Vec<String>, b: Vec<String>| {
            let (a, b, both) = sets(&a, &b)?;
            Ok(json!({"similarity": both / (a + b - both)}))
        }),
        // Kessler 1963 for the coupling; normalised by Salton's cosine as in Glaenzel & Czerwon 1996.
        native(
            "academic.bibliometrics.bibliographic_coupling",
            Processing,
            "Bibliographic coupling of two reference lists: number of shared references, and that number divided by the geometric mean of the lists' lengths (Salton's cosine).",
        )
        .param("first", "list(entity:paper)", "References of the first paper.")
        .param("second", "list(entity:paper)", "References of the second paper.")
        .field("shared", "count:paper", "number of shared entries")
        .plural("numbers of shared entries")
        .field("strength", "level:similarity.salton", "bibliographic coupling strength (Salton cosine)")
        .tail("between {first} and {second}")
        .example(json!({"first": ["A", "B", "C", "D"], "second": ["D"]}), "/strength", 0.5)
        .example(json!({"first": ["A", "B", "C", "D"], "second": ["D"]}), "/shared", 1.0)
        .example_error(json!({"first": ["A"], "second": []}))
        .run(|a: Vec<String>, b: Vec<String>| {
            let (a, b, both) = sets(&a, &b)?;
            Ok(json!({"shared": both as i64, "strength": both / (a * b).sqrt()}))
        }),
        // Szymkiewicz-Simpson: shared members over the smaller set.
        native(
            "academic.bibliometrics.author_overlap",
            Processing,
            "Overlap coefficient (Szymkiewicz-Simpson) of two groups of authors: shared authors divided by the size of the smaller group.",
        )
        .param("first", "list(entity:author)", "Names of the first group.")
        .param("second", "list(entity:author)", "Names of the second group.")
        .field("overlap", "level:similarity.overlap", "overlap coefficient (Szymkiewicz-Simpson)")
        .plural("overlap coefficients (Szymkiewicz-Simpson)")
        .tail("between {first} and {second}")
        .example(json!({"first": ["A", "B", "C"], "second": ["B", "D"]}), "/overlap", 0.5)
        .example(json!({"first": ["A", "B", "C"], "second": ["C", "B"]}), "/overlap", 1.0)
        .example_error(json!({"first": [], "second": []}))
        .run(|a: Vec<String>, b: Vec<String>| {
            let (a, b, both) = sets(&a, &b)?;
            Ok(json!({"overlap": both / a.min(b)}))
        }),
    ]
}
