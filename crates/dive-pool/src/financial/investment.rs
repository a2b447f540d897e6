//! Judging investment projects, and writing off what they buy.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::{not_negative, positive};

const FLOWS: &str = "Yearly cash flows in millions of euros, the first of them now (usually negative).";

/// Present value of flows, the first of them now, at a rate that is a fraction.
fn present_value(flows: &[f64], rate: f64) -> f64 {
    flows.iter().rev().fold(0.0, |value, flow| value / (1.0 + rate) + flow)
}

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = appraisal();
    tools.extend(write_off());
    tools
}

fn appraisal() -> Vec<NativeTool> {
    vec![
        // Example of the documentation of Excel's NPV: 40,000 now, then 8,000 to 14,500 over five years at 8 percent is
        // 1,922.06 (8000/1.08 + 9200/1.08^2 + 10000/1.08^3 + 12000/1.08^4 + 14500/1.08^5 - 40000).
        native("financial.investment.net_present_value", Processing, "Net present value in millions of euros of yearly cash flows, the first of them now, at a discount rate.")
            .param("cash_flows", "list(amount:money.cash_flow[M EUR])", FLOWS)
            .param("discount_rate", "level:rate.hurdle[%]", "Discount rate in percent a year.")
            .label("discount rate").range(-50.0, 500.0).sample(4.0, 14.0, 0.5)
            .field("net_present_value", "amount:money.net_present_value[M EUR]", "net present value")
            .tail("of {cash_flows} at {discount_rate}").tail("of {cash_flows} discounted at {=discount_rate}")
            .example(json!({"cash_flows": [-40_000, 8000, 9200, 10_000, 12_000, 14_500], "discount_rate": 8}), "/net_present_value", 1922.0616)
            .example_error(json!({"cash_flows": [], "discount_rate": 8}))
            .run(|flows: Vec<f64>, rate: f64| {
                if flows.is_empty() {
                    return Err(ToolError::bad("There are no cash flows."));
                }
                Ok(json!({"net_present_value": present_value(&flows, rate / 100.0)}))
            }),
        // Example of the documentation of Excel's IRR: 70,000 now, then 12,000 to 26,000 over five years returns 8.66 percent.
        native("financial.investment.internal_rate_of_return", Processing, "Internal rate of return in percent of yearly cash flows: the discount rate at which their net present value is zero.")
            .param("cash_flows", "list(amount:money.cash_flow[M EUR])", FLOWS)
            .field("internal_rate_of_return", "level:rate.internal_return[%]", "internal rate of return")
            .tail("of {cash_flows}")
            .digits(6)
            .example(json!({"cash_flows": [-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]}), "/internal_rate_of_return", 8.66309)
            .example_error(json!({"cash_flows": [5, 5, 5]}))
            .run(|flows: Vec<f64>| {
                let changes = flows.iter().filter(|f| **f != 0.0).collect::<Vec<_>>();
                let changes = changes.iter().zip(changes.iter().skip(1)).filter(|(a, b)| (***a > 0.0) != (***b > 0.0)).count();
                if changes != 1 {
                    return Err(ToolError::bad("The cash flows must change their sign exactly once."));
                }
                let (mut low, mut high) = (-0.99, 100.0);
                let falling = present_value(&flows, low) > 0.0;
                if falling == (present_value(&flows, high) > 0.0) {
                    return Err(ToolError::bad("No rate between -99 and 10000 percent makes the net present value zero."));
                }
                for _ in 0..200 {
                    let middle = 0.5 * (low + high);
                    if (present_value(&flows, middle) > 0.0) == falling { low = middle } else { high = middle }
                }
                Ok(json!({"internal_rate_of_return": 50.0 * (low + high)}))
            }),
        // Undiscounted payback with even flow within a year, Ross, Westerfield, Jordan, ch. 9. Hand-computed: after
        // 20 + 30, 10 of the 40 of the third year complete 60.
        native("financial.investment.payback_period", Processing, "Payback period in years: when the undiscounted cash flows have returned the initial outlay, counting each year's flow as even.")
            .param("cash_flows", "list(amount:money.cash_flow[M EUR])", FLOWS)
            .field("payback_period", "level:duration.payback[years]", "payback period")
            .tail("of {cash_flows}")
            .digits(6)
            .example(json!({"cash_flows": [-60, 20, 30, 40]}), "/payback_period", 2.25)
            .example_error(json!({"cash_flows": [-60, 20, 30]}))
            .run(|flows: Vec<f64>| {
                let mut balance = flows.first().copied().unwrap_or(0.0);
                if balance >= 0.0 {
                    return Err(ToolError::bad("The first cash flow must be the outlay, below zero."));
                }
                for (year, flow) in flows.iter().skip(1).enumerate() {
                    if balance + flow >= 0.0 {
                        return Ok(json!({"payback_period": year as f64 - balance / flow}));
                    }
                    balance += flow;
                }
                Err(ToolError::bad("The cash flows never return the outlay."))
            }),
        // Fixed cost over contribution margin; Horngren, Cost Accounting, ch. 3: 2,000 fixed, price 200, variable cost 120
        // break even at 25 units.
        native("financial.investment.break_even_quantity", Processing, "Break-even quantity a year in whole units: fixed cost divided by the contribution margin of one unit, rounded up.")
            .param("fixed_cost", "amount:money.fixed_cost[M EUR]", "Annual fixed cost in millions of euros.")
            .param("unit_price", "level:unit_value.price[EUR]", "Selling price of one unit in euros.")
            .param("unit_cost", "level:unit_value.cost[EUR]", "Variable cost of one unit in euros, below the price.")
            .group("project", "unit_economics", &["fixed_cost", "unit_price", "unit_cost"])
            .field("break_even_quantity", "count:product_unit", "planned annual break-even quantity (whole units, rounded up)")
            .plural("planned annual break-even quantities (whole units, rounded up)")
            .subject("project")
            .example(json!({"fixed_cost": 0.002, "unit_price": 200, "unit_cost": 120}), "/break_even_quantity", 25.0)
            .example_error(json!({"fixed_cost": 1, "unit_price": 20, "unit_cost": 20}))
            .run(|fixed: f64, price: f64, cost: f64| {
                not_negative(fixed, "fixed cost")?;
                positive(price - cost, "contribution margin of a unit")?;
                Ok(json!({"break_even_quantity": (1e6 * fixed / (price - cost) - 1e-6).ceil() as i64}))
            }),
    ]
}

fn write_off() -> Vec<NativeTool> {
    vec![
        // IAS 16.62, straight-line method. The example is that of the documentation of Excel's SLN: 30,000, 7,500, 10 years.
        native("financial.investment.straight_line_depreciation", Processing, "Annual straight-line depreciation in millions of euros: cost less residual value, spread evenly over the useful life.")
            .param("cost", "amount:money.outlay[M EUR]", "Acquisition cost in millions of euros.")
            .param("residual_value", "amount:money.salvage[M EUR]", "Residual value in millions of euros, at most the cost.")
            .param("useful_life", "level:duration.useful_life[years]", "Useful life in years.")
            .group("project", "write_off", &["cost", "residual_value", "useful_life"])
            .field("annual_depreciation", "amount:money.straight_line_charge[M EUR]", "annual straight-line depreciation")
            .subject("project")
            .tail("based on the planned outlay, residual value and useful life")
            .digits(6)
            .example(json!({"cost": 30_000, "residual_value": 7500, "useful_life": 10}), "/annual_depreciation", 2250.0)
            .example_error(json!({"cost": 3, "residual_value": 7, "useful_life": 10}))
            .run(|cost: f64, residual: f64, life: f64| {
                positive(life, "useful life")?;
                not_negative(residual, "residual value")?;
                not_negative(cost - residual, "cost less the residual value")?;
                Ok(json!({"annual_depreciation": (cost - residual) / life}))
            }),
        // IAS 16.62, diminishing balance method: cost x (1 - rate)^years. Hand-computed: 100 x 0.8^3 = 51.2.
        native("financial.investment.declining_balance_value", Processing, "Book value in millions of euros after some years of declining-balance depreciation at a fixed rate.")
            .param("cost", "amount:money.outlay[M EUR]", "Acquisition cost in millions of euros.")
            .label("acquisition cost").sample(5.0, 120.0, 1.0)
            .param("depreciation_rate", "level:rate.depreciation[%]", "Depreciation rate in percent of the book value a year.")
            .label("depreciation rate").range(0.0, 100.0).sample(10.0, 40.0, 5.0)
            .param("years", "level:duration.elapsed[years]", "Years elapsed.")
            .label("elapsed time").range(0.0, 100.0).sample(2.0, 8.0, 1.0)
            .field("book_value", "amount:money.book_value[M EUR]", "declining-balance book value")
            .tail("given {cost} and {depreciation_rate} after {=years}")
            .digits(6)
            .example(json!({"cost": 100, "depreciation_rate": 20, "years": 3}), "/book_value", 51.2)
            .example_error(json!({"cost": 100, "depreciation_rate": 120, "years": 3}))
            .run(|cost: f64, rate: f64, years: i64| {
                not_negative(cost, "cost")?;
                Ok(json!({"book_value": cost * libm::pow(1.0 - rate / 100.0, years as f64)}))
            }),
    ]
}
