//! Statistics of lists of numbers.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![
        standard_deviation(),
        coefficient_of_variation(),
        percentile(),
        interquartile_range(),
        geometric_mean(),
        gini(),
        growth("compound_growth_rate", "count:visitor", "year"),
        growth("compound_growth_rate_between_censuses", "level:census_population", "decade"),
        trend(),
        rank_trend(),
        standard_score(),
        correlation(),
        rank_correlation(),
        slope(),
    ]
}

fn over(id: &str, description: &str) -> Builder {
    of("number", id, description)
}

/// A tool over values of one meaning, where others would make no sense: growth needs a series, for one.
fn of(meaning: &str, id: &str, description: &str) -> Builder {
    native(id, Processing, description).param(
        "values",
        &format!("list({meaning})"),
        "The numbers, in their natural order.",
    )
}

/// Refuses lists that are too short to say anything.
fn at_least(n: usize, values: &[f64]) -> Result<(), ToolError> {
    if values.len() < n {
        return Err(ToolError::bad(format!("At least {n} values are needed, {} were given.", values.len())));
    }
    Ok(())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sum of products of deviations from the means.
fn deviations(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum()
}

fn sample_sd(values: &[f64]) -> f64 {
    (deviations(values, values) / (values.len() as f64 - 1.0)).sqrt()
}

/// Linear interpolation between order statistics (Hyndman and Fan 1996, type 7).
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() as f64 - 1.0);
    let at = |i: usize| sorted.get(i).or(sorted.last()).copied().unwrap_or(f64::NAN);
    let low = at(place as usize);
    low + (at(place as usize + 1) - low) * place.fract()
}

fn standard_deviation() -> NativeTool {
    over(
        "general.statistics.sample_standard_deviation",
        "Sample standard deviation (divisor n - 1) of a list of numbers.",
    )
    .field("standard_deviation", "same:values", "sample standard deviation")
    .tail("of {values}")
    .example(json!({"values": [2, 4, 4, 4, 5, 5, 7, 9]}), "/standard_deviation", 2.138089935299395)
    .example_error(json!({"values": [3]}))
    .run(|values: Vec<f64>| {
        at_least(2, &values)?;
        Ok(json!({"standard_deviation": sample_sd(&values)}))
    })
}

fn coefficient_of_variation() -> NativeTool {
    over(
        "general.statistics.coefficient_of_variation",
        "Coefficient of variation in percent: sample standard deviation divided by the mean of a list of positive numbers.",
    )
    .field("percent", "level:variation[%]", "coefficient of variation (sample standard deviation)")
    .plural("coefficients of variation")
    .tail("of {values}")
    .example(json!({"values": [2, 4, 4, 4, 5, 5, 7, 9]}), "/percent", 42.76179870598791)
    .example_error(json!({"values": [-1, 1]}))
    .run(|values: Vec<f64>| {
        at_least(2, &values)?;
        let mean = mean(&values);
        if mean <= 0.0 {
            return Err(ToolError::bad("The mean is not positive, so a coefficient of variation says nothing."));
        }
        Ok(json!({"percent": 100.0 * sample_sd(&values) / mean}))
    })
}

fn percentile() -> NativeTool {
    // The 40th percentile of 15, 20, 35, 40, 50 is 29 by linear interpolation.
    over(
        "general.statistics.percentile",
        "Percentile of a list of numbers, with linear interpolation between order statistics.",
    )
    .param("rank", "category:percentile_rank", "Which percentile.")
    .choices(&[
        ("10", "10th"),
        ("20", "20th"),
        ("30", "30th"),
        ("40", "40th"),
        ("60", "60th"),
        ("70", "70th"),
        ("80", "80th"),
        ("90", "90th"),
        ("95", "95th"),
    ])
    .field("value", "same:values", "linearly interpolated value")
    .tail("at the {rank} percentile of {values}")
    .example(json!({"values": [15, 20, 35, 40, 50], "rank": "40"}), "/value", 29.0)
    .example(json!({"values": [3, 1, 2], "rank": "95"}), "/value", 2.9)
    .example_error(json!({"values": [], "rank": "90"}))
    .run(|values: Vec<f64>, rank: String| {
        at_least(1, &values)?;
        let percent: f64 = rank.parse().map_err(|_| ToolError::bad("The rank must be a number."))?;
        Ok(json!({"value": quantile(&values, percent / 100.0)}))
    })
}

fn interquartile_range() -> NativeTool {
    over(
        "general.statistics.interquartile_range",
        "Interquartile range of a list of numbers: 75th minus 25th percentile, with linear interpolation.",
    )
    .field("range", "same:values", "interquartile range (linear interpolation)")
    .plural("interquartile ranges (linear interpolation)")
    .tail("of {values}")
    .example(json!({"values": [1, 2, 3, 4, 5]}), "/range", 2.0)
    .example(json!({"values": [7, 15, 36, 39, 40, 41]}), "/range", 19.5)
    .run(|values: Vec<f64>| {
        at_least(2, &values)?;
        Ok(json!({"range": quantile(&values, 0.75) - quantile(&values, 0.25)}))
    })
}

fn geometric_mean() -> NativeTool {
    of("count:inhabitant", "general.statistics.geometric_mean", "Geometric mean of a list of positive numbers.")
        .field("geometric_mean", "same:values", "geometric mean")
        .tail("of {values}")
        .example(json!({"values": [2, 8]}), "/geometric_mean", 4.0)
        .example(json!({"values": [1, 10, 100]}), "/geometric_mean", 10.0)
        .example_error(json!({"values": [1, 0]}))
        .run(|values: Vec<f64>| {
            at_least(1, &values)?;
            if values.iter().any(|v| *v <= 0.0) {
                return Err(ToolError::bad("A geometric mean needs positive values."));
            }
            let sum: f64 = values.iter().map(|v| libm::log(*v)).sum();
            Ok(json!({"geometric_mean": libm::exp(sum / values.len() as f64)}))
        })
}

fn gini() -> NativeTool {
    // Gini coefficient from ranks: 2 sum(i x_i) / (n sum x) - (n + 1) / n; 1, 2, 3, 4 give 0.25.
    of(
        "count:inhabitant",
        "general.statistics.gini_coefficient",
        "Gini coefficient (0 equality, towards 1 concentration) of a list of non-negative numbers.",
    )
    .field("gini", "position:gini", "Gini coefficient")
    .tail("of {values}")
    .example(json!({"values": [4, 2, 3, 1]}), "/gini", 0.25)
    .example(json!({"values": [5, 5, 5]}), "/gini", 0.0)
    .example_error(json!({"values": [-1, 2]}))
    .run(|values: Vec<f64>| {
        at_least(2, &values)?;
        let total: f64 = values.iter().sum();
        if total <= 0.0 || values.iter().any(|v| *v < 0.0) {
            return Err(ToolError::bad("A Gini coefficient needs non-negative values that are not all zero."));
        }
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let weighted: f64 = sorted.iter().zip(1u32..).map(|(v, i)| v * f64::from(i)).sum();
        Ok(json!({"gini": 2.0 * weighted / (n * total) - (n + 1.0) / n}))
    })
}

fn growth(name: &str, meaning: &str, step: &str) -> NativeTool {
    of(
        meaning,
        &format!("general.statistics.{name}"),
        &format!("Compound growth rate in percent per step of one {step}, from the first to the last of a list of positive numbers."),
    )
    .field("percent", "level:growth[%]", &format!("compound growth rate per {step}"))
    .plural(&format!("compound growth rates per {step}"))
    .tail("from the first to the last of {values}")
    .example(json!({"values": [100, 90, 120, 133.1]}), "/percent", 10.0)
    .example(json!({"values": [80, 60]}), "/percent", -25.0)
    .example_error(json!({"values": [0, 60]}))
    .run(|values: Vec<f64>| {
        at_least(2, &values)?;
        let (Some(first), Some(last)) = (values.first(), values.last()) else {
            return Err(ToolError::bad("There are no values."));
        };
        if *first <= 0.0 || *last <= 0.0 {
            return Err(ToolError::bad("Growth rates need a positive first and last value."));
        }
        let steps = values.len() as f64 - 1.0;
        Ok(json!({"percent": 100.0 * (libm::pow(last / first, 1.0 / steps) - 1.0)}))
    })
}

fn trend() -> NativeTool {
    of(
        "count:air_passenger",
        "general.statistics.linear_trend",
        "Linear trend of a series: slope of the least-squares line of the numbers on their positions 1, 2, 3 and so on.",
    )
    .field("slope", "same:values", "linear trend per year")
    .plural("linear trends per year")
    .tail("in {values}")
    .example(json!({"values": [1, 3, 2, 5]}), "/slope", 1.1)
    .example(json!({"values": [9, 7, 5]}), "/slope", -2.0)
    .example_error(json!({"values": [9, 7]}))
    .run(|values: Vec<f64>| {
        at_least(3, &values)?;
        let steps: Vec<f64> = (1u32..).take(values.len()).map(f64::from).collect();
        Ok(json!({"slope": deviations(&steps, &values) / deviations(&steps, &steps)}))
    })
}

fn rank_trend() -> NativeTool {
    // Mann 1945, Econometrica 13:245; variance with ties and continuity correction as in Helsel et al. 2020, Statistical Methods in Water
    // Resources, 12.2.1; slope of Theil 1950 and Sen 1968.
    of(
        "count:aircraft_movement",
        "general.statistics.mann_kendall_trend",
        "Mann-Kendall test for a monotonic trend of a series: statistic S, standard normal statistic Z (ties and continuity corrected), and the Theil-Sen slope per step.",
    )
    .field("s", "position:mann_kendall_s", "Mann–Kendall S")
    .field("z", "position:z_statistic", "Mann–Kendall Z statistic")
    .field("slope", "same:values", "Theil–Sen slope per year")
    .plural("Theil–Sen slopes per year")
    .tail("in {values}")
    .example(json!({"values": [1, 3, 2, 5]}), "/s", 4.0)
    .example(json!({"values": [1, 3, 2, 5]}), "/slope", (1.0 + 4.0 / 3.0) / 2.0)
    .example(json!({"values": [1, 2, 3, 4, 5]}), "/z", 9.0 / (50.0_f64 / 3.0).sqrt())
    .example_error(json!({"values": [7, 7, 7]}))
    .example_error(json!({"values": [7, 8]}))
    .run(|values: Vec<f64>| {
        at_least(3, &values)?;
        if values.len() > 500 {
            return Err(ToolError::bad("At most 500 values can be tested."));
        }
        let pairs = || values.iter().enumerate().flat_map(|(i, a)| values.iter().enumerate().skip(i + 1).map(move |(j, b)| (j - i, b - a)));
        let s: f64 = pairs().map(|(_, d)| if d == 0.0 { 0.0 } else { d.signum() }).sum();
        // A group of t ties counts t times with (t - 1)(2t + 5).
        let ties: f64 = values.iter().map(|v| values.iter().filter(|w| *w == v).count() as f64).map(|t| (t - 1.0) * (2.0 * t + 5.0)).sum();
        let n = values.len() as f64;
        let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0;
        if variance <= 0.0 {
            return Err(ToolError::bad("All values are equal, so there is no trend to test."));
        }
        let mut slopes: Vec<f64> = pairs().map(|(steps, d)| d / steps as f64).collect();
        slopes.sort_by(f64::total_cmp);
        let z = if s == 0.0 { 0.0 } else { (s - s.signum()) / variance.sqrt() };
        Ok(json!({"s": s, "z": z, "slope": quantile(&slopes, 0.5)}))
    })
}

fn standard_score() -> NativeTool {
    over(
        "general.statistics.largest_standard_score",
        "Standard score (z-score) of the largest number in a list: its distance from the mean in sample standard deviations.",
    )
    .field("z", "position:z_score", "z-score of the largest value")
    .plural("z-scores of the largest value")
    .tail("among {values}")
    .example(json!({"values": [2, 4, 4, 4, 5, 5, 7, 9]}), "/z", 1.8708286933869707)
    .example_error(json!({"values": [4, 4, 4]}))
    .run(|values: Vec<f64>| {
        at_least(3, &values)?;
        let sd = sample_sd(&values);
        if sd <= 0.0 {
            return Err(ToolError::bad("All values are equal, so there is no z-score."));
        }
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(json!({"z": (largest - mean(&values)) / sd}))
    })
}

fn pairs(id: &str, description: &str) -> Builder {
    native(id, Processing, description).param("x", "list(number)", "The first numbers.").param(
        "y",
        "list(number)",
        "The second numbers, in the same order and as many as the first.",
    )
}

fn matched(x: &[f64], y: &[f64]) -> Result<(), ToolError> {
    at_least(3, x)?;
    if x.len() != y.len() {
        return Err(ToolError::bad(format!("The lists differ in length: {} and {}.", x.len(), y.len())));
    }
    Ok(())
}

fn pearson(x: &[f64], y: &[f64]) -> Result<f64, ToolError> {
    matched(x, y)?;
    let scale = (deviations(x, x) * deviations(y, y)).sqrt();
    if scale <= 0.0 {
        return Err(ToolError::bad("One list is constant, so there is no correlation."));
    }
    Ok(deviations(x, y) / scale)
}

/// Ranks from 1, ties sharing their average.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |v: f64| {
        let below = values.iter().filter(|w| **w < v).count() as f64;
        let equal = values.iter().filter(|w| **w == v).count() as f64;
        below + (equal + 1.0) / 2.0
    };
    values.iter().map(|v| rank(*v)).collect()
}

/// The first data set of Anscombe (1973), The American Statistician 27: r = 0.816, slope 0.5001.
fn anscombe() -> serde_json::Value {
    json!({
        "x": [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
        "y": [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68],
    })
}

fn correlation() -> NativeTool {
    pairs(
        "general.statistics.pearson_correlation",
        "Pearson product-moment correlation of two equally long lists of numbers.",
    )
    .field("r", "position:correlation", "Pearson correlation")
    .tail("between {x} and {y}")
    .example(anscombe(), "/r", 0.81642051634484)
    .example(json!({"x": [1, 2, 3], "y": [6, 4, 2]}), "/r", -1.0)
    .example_error(json!({"x": [1, 2, 3], "y": [1, 2]}))
    .run(|x: Vec<f64>, y: Vec<f64>| Ok(json!({"r": pearson(&x, &y)?})))
}

fn rank_correlation() -> NativeTool {
    pairs("general.statistics.spearman_correlation", "Spearman rank correlation of two equally long lists of numbers.")
        .field("rho", "position:rank_correlation", "Spearman rank correlation")
        .tail("between {x} and {y}")
        .example(json!({"x": [1, 2, 3, 4], "y": [10, 100, 1000, 900]}), "/rho", 0.8)
        .example(json!({"x": [1, 2, 3], "y": [9, 4, 1]}), "/rho", -1.0)
        .example_error(json!({"x": [1, 1, 1], "y": [1, 2, 3]}))
        .run(|x: Vec<f64>, y: Vec<f64>| {
            matched(&x, &y)?;
            Ok(json!({"rho": pearson(&ranks(&x), &ranks(&y))?}))
        })
}

fn slope() -> NativeTool {
    pairs("general.statistics.regression_slope", "Slope of the least-squares line of y on x.")
        .field("slope", "number", "least-squares slope")
        .tail("of {y} regressed on {x}")
        .example(anscombe(), "/slope", 0.5000909090909091)
        .example(json!({"x": [0, 1, 2], "y": [5, 7, 9]}), "/slope", 2.0)
        .example_error(json!({"x": [2, 2, 2], "y": [1, 2, 3]}))
        .run(|x: Vec<f64>, y: Vec<f64>| {
            matched(&x, &y)?;
            let spread = deviations(&x, &x);
            if spread <= 0.0 {
                return Err(ToolError::bad("All x are equal, so the line has no slope."));
            }
            Ok(json!({"slope": deviations(&x, &y) / spread}))
        })
}
