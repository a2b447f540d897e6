//! Technical indicators over price series. Series are month-end values, oldest first.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = on_prices();
    tools.extend(on_trading());
    tools
}

fn over_prices(id: &str, description: &str) -> Builder {
    native(id, Processing, description).param(
        "prices",
        "list(level:price[EUR])",
        "Month-end prices in euros, oldest first.",
    )
}

/// The prices, when there are at least so many and all of them are prices.
fn checked(prices: &[f64], least: i64) -> Result<usize, ToolError> {
    let least = usize::try_from(least).unwrap_or(1).max(1);
    if prices.len() < least {
        return Err(ToolError::bad(format!(
            "This window needs at least {least} prices, {} were given; use a shorter window or a longer series.",
            prices.len()
        )));
    }
    if prices.iter().all(|p| *p > 0.0) {
        Ok(least)
    } else {
        Err(ToolError::bad("All prices must be greater than zero."))
    }
}

fn on_prices() -> Vec<NativeTool> {
    vec![
        // Murphy, Technical Analysis of the Financial Markets, ch. 9: weight 2 / (span + 1), begun with the first price.
        // Hand-computed: 10, then (10 + 20) / 2, then (15 + 30) / 2.
        over_prices("financial.indicators.exponential_moving_average", "Exponential moving average at the end of a price series: each price enters with the weight 2 / (span + 1), beginning with the first price.")
            .param("span", "level:duration.window[months]", "Span in months.")
            .label("smoothing span").range(1.0, 60.0).sample(3.0, 9.0, 1.0)
            .field("exponential_moving_average", "level:price.smoothed[EUR]", "exponential moving average")
            .tail("of {prices} with {span}")
            .digits(6)
            .example(json!({"prices": [10, 20, 30], "span": 3}), "/exponential_moving_average", 22.5)
            .example_error(json!({"prices": [], "span": 3}))
            .run(|prices: Vec<f64>, span: i64| {
                checked(&prices, 1)?;
                let weight = 2.0 / (span as f64 + 1.0);
                let average = prices.iter().copied().reduce(|average, price| average + weight * (price - average));
                Ok(json!({"exponential_moving_average": average}))
            }),
        // Wilder, New Concepts in Technical Trading Systems (1978): gains and losses are averaged over the first window and
        // smoothed with a weight of one over the window afterwards. Hand-computed: gains 2, 0, 4, losses 0, 2, 0.
        over_prices("financial.indicators.relative_strength_index", "Relative strength index (0 to 100) at the end of a price series, with Wilder's smoothing: gains and losses are averaged over the first window, then smoothed with a weight of 1 / window.")
            .param("window", "level:duration.window[months]", "Window in months.")
            .label("window").range(2.0, 60.0).sample(4.0, 9.0, 1.0)
            .field("relative_strength_index", "position:relative_strength", "relative strength index (Wilder)")
            .plural("relative strength indices (Wilder)")
            .tail("of {prices} with {window}")
            .digits(6)
            .example(json!({"prices": [10, 12, 10, 14], "window": 3}), "/relative_strength_index", 75.0)
            .example_error(json!({"prices": [10, 12, 10], "window": 3}))
            .run(|prices: Vec<f64>, window: i64| {
                let window = checked(&prices, window + 1)? - 1;
                let moves: Vec<f64> = prices.iter().zip(prices.iter().skip(1)).map(|(a, b)| b - a).collect();
                let smoothed = |part: &dyn Fn(f64) -> f64| {
                    let first = moves.iter().take(window).map(|m| part(*m)).sum::<f64>() / window as f64;
                    moves.iter().skip(window).fold(first, |mean, m| mean + (part(*m) - mean) / window as f64)
                };
                let (gain, loss) = (smoothed(&|m| m.max(0.0)), smoothed(&|m| (-m).max(0.0)));
                if gain + loss <= 0.0 {
                    return Err(ToolError::bad("Prices that never move have no relative strength index."));
                }
                Ok(json!({"relative_strength_index": 100.0 * gain / (gain + loss)}))
            }),
        // Bollinger, Bollinger on Bollinger Bands (2001): mean and population standard deviation of the window, two
        // deviations to either side. Hand-computed: 8, 10, 12 have mean 10 and variance 8/3.
        over_prices("financial.indicators.bollinger_bands", "Bollinger bands at the end of a price series: mean of the last window plus and minus two population standard deviations, and where the last price stands between them (0 lower, 1 upper band).")
            .param("window", "level:duration.window[months]", "Window in months.")
            .label("window").range(2.0, 60.0).sample(4.0, 12.0, 1.0)
            .field("upper_band", "level:price.upper_band[EUR]", "upper Bollinger band")
            .field("lower_band", "level:price.lower_band[EUR]", "lower Bollinger band")
            .field("percent_b", "level:percent_b", "Bollinger %b")
            .tail("of {prices} over the final {=window}")
            .digits(6)
            .example(json!({"prices": [99, 8, 10, 12], "window": 3}), "/upper_band", 13.266)
            .example(json!({"prices": [99, 8, 12, 10], "window": 3}), "/percent_b", 0.5)
            .example_error(json!({"prices": [10, 10, 10], "window": 3}))
            .run(|prices: Vec<f64>, window: i64| {
                let window = checked(&prices, window)?;
                let tail = prices.get(prices.len() - window..).unwrap_or(&prices);
                let mean = tail.iter().sum::<f64>() / window as f64;
                let deviation = (tail.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / window as f64).sqrt();
                if deviation <= 0.0 {
                    return Err(ToolError::bad("Prices that do not move within the window have no bands."));
                }
                let (lower, upper) = (mean - 2.0 * deviation, mean + 2.0 * deviation);
                let last = prices.last().copied().unwrap_or(mean);
                Ok(json!({"upper_band": upper, "lower_band": lower, "percent_b": (last - lower) / (upper - lower)}))
            }),
    ]
}

/// A tool over the months that `trailing_year_trading` lists.
fn over_trading(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("prices", "list(level:price[EUR])", "Month-end closing prices in euros, oldest first.")
        .param("volumes", "list(count:traded_share)", "Numbers of shares traded in the same months.")
        .group("company", "trading_year", &["prices", "volumes"])
        .subject("company")
        .tail("over the twelve months to June 2025")
}

fn same_months(prices: &[f64], volumes: &[i64], least: i64) -> Result<(), ToolError> {
    checked(prices, least)?;
    if prices.len() != volumes.len() {
        return Err(ToolError::bad(format!(
            "Prices and volumes must cover the same months; there are {} and {}.",
            prices.len(),
            volumes.len()
        )));
    }
    if volumes.iter().any(|v| *v < 0) { Err(ToolError::bad("Volumes are not negative.")) } else { Ok(()) }
}

fn on_trading() -> Vec<NativeTool> {
    vec![
        // Hand-computed: (10 x 100 + 20 x 300) / 400.
        over_trading("financial.indicators.volume_weighted_price", "Average of month-end prices in euros, each weighted by the number of shares traded in its month.")
            .field("volume_weighted_price", "level:price.volume_weighted[EUR]", "volume-weighted average of the month-end share prices")
            .plural("volume-weighted averages of the month-end share prices")
            .digits(6)
            .example(json!({"prices": [10, 20], "volumes": [100, 300]}), "/volume_weighted_price", 17.5)
            .example_error(json!({"prices": [10, 20], "volumes": [0, 0]}))
            .run(|prices: Vec<f64>, volumes: Vec<i64>| {
                same_months(&prices, &volumes, 1)?;
                let total: f64 = volumes.iter().map(|v| *v as f64).sum();
                if total <= 0.0 {
                    return Err(ToolError::bad("No shares were traded."));
                }
                let paid: f64 = prices.iter().zip(&volumes).map(|(p, v)| p * *v as f64).sum();
                Ok(json!({"volume_weighted_price": paid / total}))
            }),
        // Granville, New Key to Stock Market Profits (1963). Hand-computed: +200, then -300, then nothing.
        over_trading("financial.indicators.on_balance_volume", "On-balance volume of a price series: volumes of the months in which the price rose less those of the months in which it fell, from the second month on.")
            .field("on_balance_volume", "count:traded_share_balance", "on-balance volume")
            .example(json!({"prices": [10, 11, 9, 9], "volumes": [100, 200, 300, 400]}), "/on_balance_volume", -100.0)
            .example_error(json!({"prices": [10, 11], "volumes": [100]}))
            .run(|prices: Vec<f64>, volumes: Vec<i64>| {
                same_months(&prices, &volumes, 2)?;
                let moves = prices.iter().zip(prices.iter().skip(1)).map(|(a, b)| b.total_cmp(a) as i64);
                let balance = moves.zip(volumes.iter().skip(1)).try_fold(0_i64, |sum, (sign, v)| sum.checked_add(sign * v));
                let balance = balance.ok_or_else(|| ToolError::bad("The volumes are too large."))?;
                Ok(json!({"on_balance_volume": balance}))
            }),
    ]
}
