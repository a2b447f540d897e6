//! European options on shares: the model's price, and what listed contracts say by their quotes.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::black_scholes::{Contract, Kind};
use super::positive;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = quoted();
    tools.push(model_price());
    tools
}

fn kind(word: &str) -> Kind {
    if word == "put" { Kind::Put } else { Kind::Call }
}

fn model_price() -> NativeTool {
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
            let contract = Contract { kind: kind(&option), spot, strike, years: months / 12.0, rate: rate / 100.0 };
            let price = contract.value(volatility / 100.0);
            Ok(json!({"price": price, "delta": contract.greeks(volatility / 100.0).delta}))
        })
}

/// A tool over what `option_contract_profile` says of a listed contract.
fn on_contract(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("kind", "category:option_kind", "Kind of option: call or put.")
        .choices(&[("call", "a call option"), ("put", "a put option")])
        .param("share_price", "level:price.close[EUR]", "Price of the underlying share in euros.")
        .param("strike", "level:strike[EUR]", "Strike price in euros.")
        .param("days_to_expiry", "level:duration.expiry_days[days]", "Calendar days to expiry; a year has 365.")
        .param(
            "risk_free_rate",
            "level:rate.risk_free[%]",
            "Risk-free rate in percent a year, continuously compounded.",
        )
        .param("premium", "level:premium[EUR]", "Quoted premium in euros a share.")
        .group(
            "contract",
            "option_terms",
            &["kind", "share_price", "strike", "days_to_expiry", "risk_free_rate", "premium"],
        )
        .subject("contract")
        .digits(6)
}

fn contract(word: &str, spot: f64, strike: f64, days: f64, rate: f64, premium: f64) -> Result<Contract, ToolError> {
    positive(spot, "share price")?;
    positive(strike, "strike price")?;
    positive(days, "time to expiry")?;
    positive(premium, "premium")?;
    Ok(Contract { kind: kind(word), spot, strike, years: days / 365.0, rate: rate / 100.0 })
}

fn implied(contract: &Contract, premium: f64) -> Result<f64, ToolError> {
    contract.implied_volatility(premium).ok_or_else(|| {
        ToolError::bad("No volatility explains this premium: it is below what the option is worth for certain or above what it can ever be worth.")
    })
}

fn quoted() -> Vec<NativeTool> {
    let half_year = json!({"kind": "call", "share_price": 42, "strike": 40, "days_to_expiry": 182.5, "risk_free_rate": 10, "premium": 4.759422392871532});
    let worthless = json!({"kind": "call", "share_price": 42, "strike": 40, "days_to_expiry": 182.5, "risk_free_rate": 10, "premium": 1.5});
    vec![
        // The premium is that of Hull's example above, which has a volatility of 20 percent.
        on_contract("financial.options.implied_volatility", "Implied volatility in percent of a listed option: the volatility at which the Black-Scholes price equals the quoted premium (no dividends, 365 days a year).")
            .field("implied_volatility", "level:volatility.implied[%]", "Black–Scholes implied volatility")
            .plural("Black–Scholes implied volatilities")
            .example(half_year.clone(), "/implied_volatility", 20.0)
            .example_error(worthless.clone())
            .run(|word: String, spot: f64, strike: f64, days: f64, rate: f64, premium: f64| {
                let volatility = implied(&contract(&word, spot, strike, days, rate, premium)?, premium)?;
                Ok(json!({"implied_volatility": 100.0 * volatility}))
            }),
        // Hull, ch. 19. Sensitivities are those at the volatility that the premium implies.
        on_contract("financial.options.option_greeks", "Black-Scholes sensitivities of a listed option at its implied volatility: delta, gamma (a euro of share price), vega (euros a percentage point of volatility) and theta (euros a calendar day).")
            .field("delta", "level:delta.option", "delta at the implied volatility")
            .plural("deltas at the implied volatility")
            .field("gamma", "level:gamma[1/EUR]", "gamma at the implied volatility")
            .plural("gammas at the implied volatility")
            .field("vega", "level:vega[EUR]", "vega per percentage point of volatility")
            .plural("vegas per percentage point of volatility")
            .field("theta", "level:theta[EUR]", "theta per calendar day")
            .plural("thetas per calendar day")
            .example(half_year, "/delta", 0.779131)
            .example_error(worthless)
            .run(|word: String, spot: f64, strike: f64, days: f64, rate: f64, premium: f64| {
                let contract = contract(&word, spot, strike, days, rate, premium)?;
                let greeks = contract.greeks(implied(&contract, premium)?);
                Ok(json!({"delta": greeks.delta, "gamma": greeks.gamma, "vega": greeks.vega / 100.0, "theta": greeks.theta / 365.0}))
            }),
        // Hull, ch. 10: the premium is what exercise would bring at once, and a rest that is paid for time.
        on_contract("financial.options.option_time_value", "Intrinsic value, time value and share price at which a listed option breaks even at expiry, in euros a share.")
            .field("intrinsic_value", "level:premium.intrinsic[EUR]", "intrinsic value")
            .field("time_value", "level:premium.time_value[EUR]", "time value")
            .field("break_even_price", "level:price.break_even[EUR]", "break-even share price at expiry")
            .plural("break-even share prices at expiry")
            .example(json!({"kind": "call", "share_price": 42, "strike": 40, "days_to_expiry": 90, "risk_free_rate": 2, "premium": 3.5}), "/time_value", 1.5)
            .example(json!({"kind": "put", "share_price": 42, "strike": 40, "days_to_expiry": 90, "risk_free_rate": 2, "premium": 1.25}), "/break_even_price", 38.75)
            .example_error(json!({"kind": "put", "share_price": 42, "strike": 0, "days_to_expiry": 90, "risk_free_rate": 2, "premium": 1.25}))
            .run(|word: String, spot: f64, strike: f64, days: f64, rate: f64, premium: f64| {
                let contract = contract(&word, spot, strike, days, rate, premium)?;
                let (gain, even) = match contract.kind {
                    Kind::Call => (spot - strike, strike + premium),
                    Kind::Put => (strike - spot, strike - premium),
                };
                let intrinsic = gain.max(0.0);
                Ok(json!({"intrinsic_value": intrinsic, "time_value": premium - intrinsic, "break_even_price": even}))
            }),
    ]
}
