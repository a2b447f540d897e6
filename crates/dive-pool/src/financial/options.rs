//! European options on shares.

use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::positive;

/// Distribution function of the standard normal distribution.
fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    vec![
        // Black and Scholes (1973), Merton (1973). The examples are those of Hull, Options, Futures, and Other Derivatives,
        // ch. 15: 42, 40, 10 percent, 20 percent, half a year give a call of 4.76 and a put of 0.81.
        native("financial.options.black_scholes_price", Processing, "Black-Scholes price and delta of a European option on a share that pays no dividend; the risk-free rate is continuously compounded.")
            .param("option", "category:option_kind", "Kind of option.")
            .choices(&[("call", "a European call option"), ("put", "a European put option")])
            .param("share_price", "level:price.close[EUR]", "Share price in euros.")
            .label("share price").sample(20.0, 120.0, 1.0)
            .param("strike", "level:price.strike[EUR]", "Strike price in euros.")
            .label("strike price").sample(20.0, 120.0, 5.0)
            .param("months_to_expiry", "level:duration.expiry[months]", "Time to expiry in months.")
            .label("time to expiry").sample_of([1, 2, 3, 6, 9, 12, 18])
            .param("risk_free_rate", "level:rate.risk_free[%]", "Risk-free rate in percent a year, continuously compounded.")
            .label("risk-free rate").sample(1.5, 4.0, 0.1)
            .param("volatility", "level:volatility[%]", "Annualised volatility in percent.")
            .label("volatility").sample(15.0, 45.0, 1.0)
            .field("price", "level:price.option[EUR]", "Black-Scholes price")
            .field("delta", "level:delta.option", "Black-Scholes delta")
            .tail("of {option} with {strike} and {months_to_expiry}, given {share_price}, {risk_free_rate} and {volatility}")
            .digits(6)
            .example(json!({"option": "call", "share_price": 42, "strike": 40, "months_to_expiry": 6, "risk_free_rate": 10, "volatility": 20}), "/price", 4.75942)
            .example(json!({"option": "put", "share_price": 42, "strike": 40, "months_to_expiry": 6, "risk_free_rate": 10, "volatility": 20}), "/price", 0.808599)
            .example_error(json!({"option": "call", "share_price": 42, "strike": 40, "months_to_expiry": 0, "risk_free_rate": 10, "volatility": 20}))
            .run(|option: String, spot: f64, strike: f64, months: f64, rate: f64, volatility: f64| {
                positive(spot, "share price")?;
                positive(strike, "strike price")?;
                positive(months, "time to expiry")?;
                positive(volatility, "volatility")?;
                let (years, rate, volatility) = (months / 12.0, rate / 100.0, volatility / 100.0);
                let deviation = volatility * years.sqrt();
                let d1 = (libm::log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation;
                let d2 = d1 - deviation;
                let discounted = strike * libm::exp(-rate * years);
                let (price, delta) = if option == "put" {
                    (discounted * normal(-d2) - spot * normal(-d1), normal(d1) - 1.0)
                } else {
                    (spot * normal(d1) - discounted * normal(d2), normal(d1))
                };
                Ok(json!({"price": price, "delta": delta}))
            }),
    ]
}
