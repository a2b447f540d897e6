//! Funds against their benchmarks, mixes of two assets, concentration and ownership.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::positive;
use super::risk::{covariance, mean};

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = against_benchmark();
    tools.extend(holdings());
    tools
}

/// Two series of the same months, at least three.
fn paired(a: &[f64], b: &[f64]) -> Result<(), ToolError> {
    if a.len() >= 3 && a.len() == b.len() {
        return Ok(());
    }
    Err(ToolError::bad(format!(
        "Both series must have the same length, at least 3; they have {} and {} values.",
        a.len(),
        b.len()
    )))
}

fn against_benchmark() -> Vec<NativeTool> {
    vec![
        // Grinold and Kahn, Active Portfolio Management, ch. 5: mean and standard deviation of the active returns, annualised
        // with 12 and its root. Hand-computed: active returns 1, -1, 3 percent have mean 1 and deviation 2.
        native("financial.portfolio.benchmark_tracking", Processing, "Annualised tracking error in percent and information ratio of a fund, from monthly returns of fund and benchmark: standard deviation of the monthly differences times the root of 12, and twelve times their mean over it.")
            .param("fund_returns", "list(level:monthly_return.fund[%])", "Monthly returns of the fund in percent, oldest first.")
            .param("benchmark_returns", "list(level:monthly_return.benchmark[%])", "Returns of the benchmark in the same months, in percent.")
            .group("fund", "fund_months", &["fund_returns", "benchmark_returns"])
            .subject("fund")
            .field("tracking_error", "level:tracking_error[%]", "annualised tracking error against the benchmark")
            .field("information_ratio", "level:information_ratio", "annualised information ratio against the benchmark")
            .tail("from February 2023 to June 2025")
            .digits(6)
            .example(json!({"fund_returns": [2, 1, 4], "benchmark_returns": [1, 2, 1]}), "/tracking_error", 6.9282032)
            .example(json!({"fund_returns": [2, 1, 4], "benchmark_returns": [1, 2, 1]}), "/information_ratio", 1.73205081)
            .example_error(json!({"fund_returns": [2, 3, 4], "benchmark_returns": [1, 2, 3]}))
            .run(|fund: Vec<f64>, benchmark: Vec<f64>| {
                paired(&fund, &benchmark)?;
                let active: Vec<f64> = fund.iter().zip(&benchmark).map(|(f, b)| f - b).collect();
                let error = (12.0 * covariance(&active, &active)).sqrt();
                if error < 1e-9 {
                    return Err(ToolError::bad("A fund that follows its benchmark exactly has no information ratio."));
                }
                Ok(json!({"tracking_error": error, "information_ratio": 12.0 * mean(&active) / error}))
            }),
        // Jensen (1968): what the fund earned beyond risk-free rate and beta times the benchmark's excess return. Hand-computed:
        // the fund earns twice the benchmark, whose mean is 1 percent, at a free rate of zero.
        native("financial.portfolio.jensen_alpha", Processing, "Jensen's alpha in percent a year and beta of a fund against its benchmark, from monthly returns in percent and a risk-free rate in percent a year (a twelfth of it a month); alpha is annualised by 12.")
            .param("fund_returns", "list(level:monthly_return.fund[%])", "Monthly returns of the fund in percent, oldest first.")
            .param("benchmark_returns", "list(level:monthly_return.benchmark[%])", "Returns of the benchmark in the same months, in percent.")
            .param("risk_free_rate", "level:rate.risk_free[%]", "Risk-free rate in percent a year.")
            .label("risk-free rate").range(-50.0, 100.0).sample(1.5, 4.0, 0.1)
            .group("fund", "fund_months", &["fund_returns", "benchmark_returns"])
            .subject("fund")
            .field("alpha", "level:alpha.jensen[%]", "Jensen alpha against the benchmark")
            .plural("Jensen alphas against the benchmark")
            // Told, but not asked for: the risk-free rate does not change it.
            .field("beta", "level:fund_beta", "")
            .tail("from February 2023 to June 2025 at {risk_free_rate}")
            .digits(6)
            .example(json!({"fund_returns": [4, 0, 2], "benchmark_returns": [2, 0, 1], "risk_free_rate": 12}), "/alpha", 12.0)
            .example(json!({"fund_returns": [4, 0, 2], "benchmark_returns": [2, 0, 1], "risk_free_rate": 0}), "/beta", 2.0)
            .example_error(json!({"fund_returns": [4, 0, 2], "benchmark_returns": [1, 1, 1], "risk_free_rate": 0}))
            .run(|fund: Vec<f64>, benchmark: Vec<f64>, free: f64| {
                paired(&fund, &benchmark)?;
                let variance = covariance(&benchmark, &benchmark);
                positive(variance, "variance of the benchmark")?;
                let beta = covariance(&fund, &benchmark) / variance;
                let free = free / 12.0;
                let alpha = 12.0 * (mean(&fund) - free - beta * (mean(&benchmark) - free));
                Ok(json!({"alpha": alpha, "beta": beta}))
            }),
        // Markowitz (1952): w = (var b - cov) / (var a + var b - 2 cov). Hand-computed: variances 100 and 25 without covariance.
        native("financial.portfolio.minimum_variance_mix", Processing, "Mix of a share and its sector index with the least variance, from monthly returns in percent: weight of the share in percent (below 0 or above 100 where one is sold short) and annualised volatility of the mix in percent.")
            .param("share_returns", "list(level:monthly_return.share[%])", "Monthly returns of the share in percent, oldest first.")
            .param("index_returns", "list(level:monthly_return.index[%])", "Returns of the index in the same months, in percent.")
            .group("company", "share_months", &["share_returns", "index_returns"])
            .subject("company")
            .field("share_weight", "level:weight.minimum_variance[%]", "share weight in the minimum-variance mix with the sector index")
            .plural("share weights in the minimum-variance mix with the sector index")
            .field("volatility", "level:volatility.mix[%]", "annualised volatility of the minimum-variance mix with the sector index")
            .plural("annualised volatilities of the minimum-variance mix with the sector index")
            .tail("from February 2023 to June 2025")
            .digits(6)
            .example(json!({"share_returns": [10, -10, 10, -10], "index_returns": [5, 5, -5, -5]}), "/share_weight", 20.0)
            .example_error(json!({"share_returns": [1, 2, 3], "index_returns": [1, 2, 3]}))
            .run(|share: Vec<f64>, index: Vec<f64>| {
                paired(&share, &index)?;
                let (a, b, both) = (covariance(&share, &share), covariance(&index, &index), covariance(&share, &index));
                let spread = a + b - 2.0 * both;
                if spread < 1e-9 {
                    return Err(ToolError::bad("Series that move alike have no mix of least variance."));
                }
                let weight = (b - both) / spread;
                let variance = weight * weight * a + (1.0 - weight) * (1.0 - weight) * b + 2.0 * weight * (1.0 - weight) * both;
                Ok(json!({"share_weight": 100.0 * weight, "volatility": (12.0 * variance.max(0.0)).sqrt()}))
            }),
    ]
}

fn holdings() -> Vec<NativeTool> {
    vec![
        // Hirschman (1945), Herfindahl (1950), on weights scaled to one; the reciprocal counts equal positions. Hand-computed:
        // 0.25 + 0.0625 + 0.0625.
        native("financial.portfolio.holding_concentration", Processing, "Concentration of a portfolio or index from the weights of its positions in percent, scaled to add up to 100: Herfindahl-Hirschman index (0 to 1) and effective number of positions.")
            .param("weights", "list(level:weight[%])", "Weights of the positions in percent.")
            .field("herfindahl_index", "level:concentration_index", "Herfindahl–Hirschman concentration index")
            .plural("Herfindahl–Hirschman concentration indices")
            .field("effective_positions", "level:effective_positions", "effective number of positions")
            .plural("effective numbers of positions")
            .tail("computed from {weights}").tail("based on {weights}")
            .digits(6)
            .example(json!({"weights": [50, 25, 25]}), "/herfindahl_index", 0.375)
            .example(json!({"weights": [20, 20]}), "/effective_positions", 2.0)
            .example_error(json!({"weights": [50, -25]}))
            .run(|weights: Vec<f64>| {
                let total: f64 = weights.iter().sum();
                if weights.iter().any(|w| *w < 0.0) || total <= 0.0 {
                    return Err(ToolError::bad("Weights must not be negative, nor all zero."));
                }
                let index: f64 = weights.iter().map(|w| (w / total) * (w / total)).sum();
                Ok(json!({"herfindahl_index": index, "effective_positions": 1.0 / index}))
            }),
    ]
}
