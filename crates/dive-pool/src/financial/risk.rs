//! Return and risk of price series. Series are month-end values, oldest first.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

const PRICES: &str = "Month-end prices in euros, oldest first.";

fn check(prices: &[f64], least: usize) -> Result<(), ToolError> {
    if prices.len() < least {
        return Err(ToolError::bad(format!("At least {least} values are needed, {} were given.", prices.len())));
    }
    if prices.iter().all(|p| *p > 0.0) { Ok(()) } else { Err(ToolError::bad("All values must be greater than zero.")) }
}

/// Simple returns of consecutive values.
fn returns(prices: &[f64]) -> Vec<f64> {
    prices.iter().zip(prices.iter().skip(1)).map(|(before, after)| after / before - 1.0).collect()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample covariance.
pub(super) fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / (a.len() as f64 - 1.0)
}

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = single();
    tools.extend(relative());
    tools
}

fn single() -> Vec<NativeTool> {
    vec![
        // Hull, Options, Futures, and Other Derivatives, ch. 15: sample standard deviation of log returns, scaled by the
        // square root of the periods a year. Hand-computed: returns +ln 1.1, -ln 1.1, +ln 1.1 have deviation
        // ln 1.1 x sqrt(4/3) = 0.110055, times sqrt(12).
        native("financial.risk.annualised_volatility", Processing, "Annualised volatility in percent of month-end prices: sample standard deviation of the monthly log returns times the square root of 12.")
            .param("prices", "list(level:price[EUR])", PRICES)
            .field("annualised_volatility", "level:volatility[%]", "annualised volatility (log returns)")
            .plural("annualised volatilities (log returns)")
            .tail("of {prices}")
            .digits(6)
            .example(json!({"prices": [100, 110, 100, 110]}), "/annualised_volatility", 38.1241)
            .example_error(json!({"prices": [100, 110]}))
            .run(|prices: Vec<f64>| {
                check(&prices, 3)?;
                let logs: Vec<f64> =
                    prices.iter().zip(prices.iter().skip(1)).map(|(a, b)| libm::log(b / a)).collect();
                Ok(json!({"annualised_volatility": 100.0 * (12.0 * covariance(&logs, &logs)).sqrt()}))
            }),
        // Largest fall from a running peak; Magdon-Ismail and Atiya (2004). Hand-computed: from 120 to 80 is a third.
        native("financial.risk.maximum_drawdown", Processing, "Maximum drawdown in percent: the largest fall of a price series from an earlier peak.")
            .param("prices", "list(level:price[EUR])", PRICES)
            .field("maximum_drawdown", "level:drawdown[%]", "maximum drawdown")
            .tail("of {prices}").tail("in {prices}")
            .digits(6)
            .example(json!({"prices": [100, 120, 90, 110, 80]}), "/maximum_drawdown", 33.3333)
            .example_error(json!({"prices": [100, -3]}))
            .run(|prices: Vec<f64>| {
                check(&prices, 2)?;
                let (_, worst) = prices.iter().fold((0.0_f64, 0.0_f64), |(peak, worst), price| {
                    let peak = peak.max(*price);
                    (peak, worst.max(1.0 - price / peak))
                });
                Ok(json!({"maximum_drawdown": 100.0 * worst}))
            }),
        native("financial.risk.price_return", Processing, "Price return in percent from the first to the last value of a price series, dividends left out.")
            .param("prices", "list(level:price[EUR])", PRICES)
            .field("price_return", "level:return.price[%]", "first-to-last price return")
            .tail("of {prices}")
            .digits(6)
            .example(json!({"prices": [80, 95, 92]}), "/price_return", 15.0)
            .example_error(json!({"prices": [80]}))
            .run(|prices: Vec<f64>| {
                check(&prices, 2)?;
                let (first, last) = (prices.first().copied().unwrap_or(1.0), prices.last().copied().unwrap_or(1.0));
                Ok(json!({"price_return": 100.0 * (last / first - 1.0)}))
            }),
        // Mean of the last n values, e.g. Murphy, Technical Analysis of the Financial Markets, ch. 9.
        native("financial.risk.moving_average", Processing, "Simple moving average of a price series over its last months.")
            .param("prices", "list(level:price[EUR])", PRICES)
            .param("window", "level:duration.window[months]", "Number of months in the window.")
            .label("window").range(1.0, 60.0).sample(2.0, 6.0, 1.0)
            .field("moving_average", "level:price.average[EUR]", "simple moving average")
            .tail("of {prices} over the final {=window}")
            .digits(6)
            .example(json!({"prices": [10, 20, 30, 40], "window": 3}), "/moving_average", 30.0)
            .example_error(json!({"prices": [10, 20], "window": 3}))
            .run(|prices: Vec<f64>, window: i64| {
                let window = usize::try_from(window).unwrap_or(1).max(1);
                check(&prices, window)?;
                Ok(json!({"moving_average": mean(prices.get(prices.len() - window..).unwrap_or(&prices))}))
            }),
        // (last / first)^(1 / years) - 1; the definition of the Global Investment Performance Standards for annualising.
        // Hand-computed: 100 to 121 in two years is 10 percent a year.
        native("financial.growth.revenue_cagr", Processing, "Compound annual growth rate in percent of yearly revenues, from the first to the last year.")
            .param("revenues", "list(amount:money.revenue[M EUR])", "Revenues of consecutive years in millions of euros, oldest first.")
            .field("cagr", "level:growth.revenue[%]", "compound annual growth rate")
            .tail("of {revenues}")
            .digits(6)
            .example(json!({"revenues": [100, 90, 121]}), "/cagr", 10.0)
            .example_error(json!({"revenues": [100]}))
            .run(|revenues: Vec<f64>| {
                check(&revenues, 2)?;
                let (first, last) = (revenues.first().copied().unwrap_or(1.0), revenues.last().copied().unwrap_or(1.0));
                let years = revenues.len() as f64 - 1.0;
                Ok(json!({"cagr": 100.0 * (libm::pow(last / first, 1.0 / years) - 1.0)}))
            }),
        // Lintner (1956) speaks of the growth of dividends between years; this is the mean of the yearly percentage
        // changes. Hand-computed: +10 and +20 percent.
        native("financial.growth.mean_dividend_growth", Processing, "Mean yearly growth in percent of dividends per share: the arithmetic mean of the changes from each dividend to the next.")
            .param("dividends", "list(level:dividend[EUR])", "Dividends per share in euros, oldest first.")
            .field("dividend_growth", "level:growth.dividend[%]", "arithmetic mean of the yearly growth rates")
            .tail("of {dividends}")
            .digits(6)
            .example(json!({"dividends": [1, 1.1, 1.32]}), "/dividend_growth", 15.0)
            .example_error(json!({"dividends": [1]}))
            .run(|dividends: Vec<f64>| {
                check(&dividends, 2)?;
                Ok(json!({"dividend_growth": 100.0 * mean(&returns(&dividends))}))
            }),
    ]
}

fn relative() -> Vec<NativeTool> {
    vec![
        // Sharpe (1964): covariance of the returns with those of the market over the variance of the latter. In the first
        // example every return of the share is twice that of the index.
        native("financial.risk.beta_against_index", Processing, "Beta and correlation of a share against an index, from monthly simple returns in percent; both series must cover the same months.")
            .param("share_returns", "list(level:monthly_return.share[%])", "Monthly returns of the share in percent, oldest first.")
            .param("index_returns", "list(level:monthly_return.index[%])", "Returns of the index in the same months, in percent.")
            .field("beta", "level:equity_beta.regression", "regression beta")
            .field("correlation", "position:correlation.returns", "return correlation")
            .tail("of {share_returns} against {index_returns}").tail("of {share_returns} with respect to {index_returns}")
            .digits(6)
            .example(json!({"share_returns": [20, -20, 20], "index_returns": [10, -10, 10]}), "/beta", 2.0)
            .example(json!({"share_returns": [20, -20, 20], "index_returns": [10, -10, 10]}), "/correlation", 1.0)
            .example_error(json!({"share_returns": [20, -20, 20], "index_returns": [10, -10]}))
            .run(|share: Vec<f64>, index: Vec<f64>| {
                if share.len() < 3 || share.len() != index.len() {
                    return Err(ToolError::bad(format!(
                        "Both series must have the same length, at least 3; they have {} and {} values.",
                        share.len(),
                        index.len()
                    )));
                }
                let (var_share, var_index) = (covariance(&share, &share), covariance(&index, &index));
                if var_share <= 0.0 || var_index <= 0.0 {
                    return Err(ToolError::bad("A series without any variation has no beta."));
                }
                let both = covariance(&share, &index);
                Ok(json!({"beta": both / var_index, "correlation": both / (var_share * var_index).sqrt()}))
            }),
        // Sharpe (1994), The Sharpe Ratio: annual excess return over annual standard deviation, both from monthly simple
        // returns. Hand-computed: returns 10, 0, 10 percent have mean 20/3 and deviation sqrt(100/3).
        native("financial.risk.sharpe_ratio", Processing, "Annualised Sharpe ratio of month-end prices: twelve times the mean monthly simple return less the risk-free rate, over the annualised standard deviation of those returns.")
            .param("prices", "list(level:price[EUR])", PRICES)
            .param("risk_free_rate", "level:rate.risk_free[%]", "Risk-free rate in percent a year.")
            .label("risk-free rate").sample(1.5, 4.0, 0.1)
            .field("sharpe_ratio", "level:sharpe_ratio", "annualised Sharpe ratio")
            .tail("of {prices} at {risk_free_rate}").tail("of {prices} relative to {risk_free_rate}")
            .digits(6)
            .example(json!({"prices": [100, 110, 110, 121], "risk_free_rate": 2}), "/sharpe_ratio", 3.9)
            .example_error(json!({"prices": [100, 100, 100], "risk_free_rate": 2}))
            .run(|prices: Vec<f64>, free: f64| {
                check(&prices, 3)?;
                let monthly = returns(&prices);
                let deviation = (12.0 * covariance(&monthly, &monthly)).sqrt();
                if deviation <= 0.0 {
                    return Err(ToolError::bad("A series without any variation has no Sharpe ratio."));
                }
                Ok(json!({"sharpe_ratio": (12.0 * mean(&monthly) - free / 100.0) / deviation}))
            }),
        // Sortino and Price (1994): excess return over downside deviation, here below the risk-free rate and over all months.
        // Hand-computed: returns 10, -10, 10 percent have mean 10/3 and downside deviation 10/sqrt(3) percent.
        native("financial.risk.sortino_ratio", Processing, "Annualised Sortino ratio of month-end prices: twelve times the mean monthly simple return less the risk-free rate, over the annualised downside deviation (root mean square over all months of what falls short of a twelfth of the risk-free rate).")
            .param("prices", "list(level:price[EUR])", PRICES)
            .param("risk_free_rate", "level:rate.risk_free[%]", "Risk-free rate in percent a year.")
            .label("risk-free rate").sample(1.5, 4.0, 0.1)
            .field("sortino_ratio", "level:sortino_ratio", "annualised Sortino ratio")
            .tail("of {prices} at {risk_free_rate}").tail("of {prices} relative to {risk_free_rate}")
            .digits(6)
            .example(json!({"prices": [100, 110, 99, 108.9], "risk_free_rate": 0}), "/sortino_ratio", 2.0)
            .example_error(json!({"prices": [100, 110, 121], "risk_free_rate": 0}))
            .run(|prices: Vec<f64>, free: f64| {
                check(&prices, 3)?;
                let monthly = returns(&prices);
                let short: Vec<f64> = monthly.iter().map(|r| (r - free / 1200.0).min(0.0)).collect();
                let deviation = (12.0 * mean(&short.iter().map(|s| s * s).collect::<Vec<_>>())).sqrt();
                if deviation <= 0.0 {
                    return Err(ToolError::bad("A series that never falls short has no Sortino ratio."));
                }
                Ok(json!({"sortino_ratio": (12.0 * mean(&monthly) - free / 100.0) / deviation}))
            }),
        // Historical simulation, e.g. Hull, Options, Futures, and Other Derivatives, ch. 22; the quantile is that of
        // Hyndman and Fan (1996), definition 7. Hand-computed: of -10, 10, 10 percent the lowest tenth ends at -6.
        native("financial.risk.historical_value_at_risk", Processing, "One-month value at risk in percent by historical simulation: the loss that monthly simple returns of a price series exceeded with a probability of 100 percent less the confidence level (linear interpolation between ranks).")
            .param("prices", "list(level:price[EUR])", PRICES)
            .param("confidence", "level:confidence[%]", "Confidence level in percent.")
            .label("confidence level").range(50.0, 99.9).sample_of([80, 90, 95, 99])
            .field("value_at_risk", "level:value_at_risk[%]", "one-month historical value at risk")
            .plural("one-month historical values at risk")
            .tail("of {prices} at {confidence}")
            .digits(6)
            .example(json!({"prices": [100, 110, 99, 108.9], "confidence": 90}), "/value_at_risk", 6.0)
            .example_error(json!({"prices": [100, 110], "confidence": 95}))
            .run(|prices: Vec<f64>, confidence: f64| {
                check(&prices, 3)?;
                let mut sorted = returns(&prices);
                sorted.sort_by(f64::total_cmp);
                let at = (1.0 - confidence / 100.0) * (sorted.len() as f64 - 1.0);
                let rank = |i: f64| sorted.get(i as usize).copied().unwrap_or_default();
                let quantile = rank(at.floor()) + at.fract() * (rank(at.ceil()) - rank(at.floor()));
                Ok(json!({"value_at_risk": -100.0 * quantile}))
            }),
    ]
}
