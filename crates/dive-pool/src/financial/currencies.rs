//! Foreign exchange and the price level. Rates of foreign currencies are units a euro.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::positive;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = exchange();
    tools.extend(prices());
    tools
}

fn exchange() -> Vec<NativeTool> {
    vec![
        // Triangular arbitrage over the euro; Hull, Options, Futures, and Other Derivatives, ch. 5. Hand-computed: 6/1.5.
        native("financial.currencies.cross_exchange_rate", Processing, "Cross exchange rate of two foreign currencies from their rates against the euro: units of the second for one unit of the first.")
            .param("first_rate", "level:exchange_rate.latest[units per euro]", "Units of the first currency for one euro.")
            .param("second_rate", "level:exchange_rate.latest[units per euro]", "Units of the second currency for one euro.")
            .group("first", "euro_rate", &["first_rate"])
            .group("second", "euro_rate", &["second_rate"])
            .field("cross_rate", "position:exchange_rate.cross", "cross exchange rate")
            .tail("for converting {first} into {second}").tail("from {first} into {second}")
            .digits(6)
            .example(json!({"first_rate": 1.5, "second_rate": 6}), "/cross_rate", 4.0)
            .example_error(json!({"first_rate": 0, "second_rate": 6}))
            .run(|first: f64, second: f64| {
                positive(first, "first rate")?;
                positive(second, "second rate")?;
                Ok(json!({"cross_rate": second / first}))
            }),
        // Covered interest parity with simple interest, Brealey, Myers, Allen, ch. 27. Hand-computed: 10 x 1.03 / 1.01.
        native("financial.currencies.forward_exchange_rate", Processing, "Forward exchange rate of a foreign currency by covered interest parity, in units a euro, with simple interest on both sides for the months to delivery.")
            .param("spot_rate", "level:exchange_rate.latest[units per euro]", "Spot rate in units of the foreign currency for one euro.")
            .param("foreign_rate", "level:rate.policy[%]", "Interest rate of the foreign currency in percent a year.")
            .param("euro_rate", "level:rate.risk_free[%]", "Interest rate of the euro in percent a year.")
            .label("euro interest rate").range(-50.0, 100.0).sample(1.5, 4.0, 0.1)
            .param("months", "level:duration.delivery[months]", "Months to delivery.")
            .label("time to delivery").range(1.0, 60.0).sample_of([2, 3, 6, 9, 12])
            .group("currency", "interest_parity", &["spot_rate", "foreign_rate"])
            .subject("currency")
            .field("forward_rate", "level:exchange_rate.forward[units per euro]", "covered-parity forward exchange rate")
            .tail("for delivery in {=months} at {euro_rate}").tail("with {months} at {euro_rate}")
            .digits(6)
            .example(json!({"spot_rate": 10, "foreign_rate": 6, "euro_rate": 2, "months": 6}), "/forward_rate", 10.198)
            .example_error(json!({"spot_rate": -10, "foreign_rate": 6, "euro_rate": 2, "months": 6}))
            .run(|spot: f64, foreign: f64, domestic: f64, months: f64| {
                positive(spot, "spot rate")?;
                let growth = |rate: f64| 1.0 + rate / 100.0 * months / 12.0;
                positive(growth(domestic), "value of a euro at delivery")?;
                positive(growth(foreign), "value of a unit of the foreign currency at delivery")?;
                Ok(json!({"forward_rate": spot * growth(foreign) / growth(domestic)}))
            }),
        native("financial.currencies.foreign_currency_equivalent", Processing, "Converts an amount in millions of euros into a foreign currency, at a rate in units of the currency for one euro.")
            .param("amount", "amount:money[M EUR]", "Amount in millions of euros.")
            .label("amount").sample(5.0, 400.0, 5.0)
            .param("exchange_rate", "level:exchange_rate[units per euro]", "Units of the foreign currency for one euro.")
            .label("exchange rate").sample(1.2, 9.5, 0.1)
            .field("equivalent", "amount:money_foreign[million currency units]", "foreign-currency equivalent")
            .tail("of {amount} at {exchange_rate}")
            .digits(7)
            .example(json!({"amount": 120.5, "exchange_rate": 4}), "/equivalent", 482.0)
            .example_error(json!({"amount": 120.5, "exchange_rate": 0}))
            .run(|amount: f64, rate: f64| {
                positive(rate, "exchange rate")?;
                Ok(json!({"equivalent": amount * rate}))
            }),
        // The value of one unit in euros is the reciprocal of the rate. Hand-computed: from 5 to 4 units a euro, 25 percent.
        native("financial.currencies.currency_appreciation", Processing, "Change in percent of a foreign currency's value in euros from the first to the last of its exchange rates (units a euro); negative when it lost value.")
            .param("exchange_rates", "list(level:exchange_rate[units per euro])", "Units of the foreign currency for one euro, oldest first.")
            .field("appreciation", "level:return.currency[%]", "appreciation against the euro")
            .tail("shown by {exchange_rates}")
            .digits(6)
            .example(json!({"exchange_rates": [5, 6, 4]}), "/appreciation", 25.0)
            .example_error(json!({"exchange_rates": [5]}))
            .run(|rates: Vec<f64>| {
                let [first, .., last] = rates.as_slice() else {
                    return Err(ToolError::bad("At least two exchange rates are needed."));
                };
                if rates.iter().any(|r| *r <= 0.0) {
                    return Err(ToolError::bad("All exchange rates must be greater than zero."));
                }
                Ok(json!({"appreciation": 100.0 * (first / last - 1.0)}))
            }),
    ]
}

fn prices() -> Vec<NativeTool> {
    vec![
        // Fisher (1930), in the exact form (1 + nominal) / (1 + inflation) - 1. Hand-computed: 1.071 / 1.02.
        native("financial.currencies.real_policy_rate", Processing, "Real policy rate in percent by the exact Fisher equation, from a central bank's policy rate and the inflation at home.")
            .param("policy_rate", "level:rate.policy[%]", "Policy rate in percent a year.")
            .range(-50.0, 500.0)
            .param("inflation", "level:rate.currency_inflation[%]", "Inflation rate in percent a year.")
            .range(-50.0, 500.0)
            .group("currency", "real_rate", &["policy_rate", "inflation"])
            .field("real_rate", "level:rate.real[%]", "real policy rate (exact Fisher equation)")
            .tail("behind {currency}").tail("of the central bank that issues {currency}")
            .digits(6)
            .example(json!({"policy_rate": 7.1, "inflation": 2}), "/real_rate", 5.0)
            .example_error(json!({"policy_rate": 7.1, "inflation": -100}))
            .run(|nominal: f64, inflation: f64| {
                Ok(json!({"real_rate": 100.0 * ((1.0 + nominal / 100.0) / (1.0 + inflation / 100.0) - 1.0)}))
            }),
        // Hand-computed: 1.1 x 1.2 = 1.32.
        native("financial.currencies.cumulative_inflation", Processing, "Rise of the price level in percent over several years, compounded from the inflation rates of each.")
            .param("inflation_rates", "list(level:rate.inflation[%])", "Inflation rates in percent of consecutive years.")
            .field("cumulative_inflation", "level:rate.cumulative_inflation[%]", "cumulative inflation")
            .plural("cumulative inflation figures")
            .tail("implied by {inflation_rates}")
            .digits(6)
            .example(json!({"inflation_rates": [10, 20]}), "/cumulative_inflation", 32.0)
            .example_error(json!({"inflation_rates": [2, -100]}))
            .run(|rates: Vec<f64>| {
                if rates.is_empty() || rates.iter().any(|r| *r <= -100.0) {
                    return Err(ToolError::bad("Give at least one inflation rate; all must be above -100 percent."));
                }
                let level: f64 = rates.iter().map(|r| 1.0 + r / 100.0).product();
                Ok(json!({"cumulative_inflation": 100.0 * (level - 1.0)}))
            }),
    ]
}
