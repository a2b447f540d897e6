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
        // Lin (1976); the example is that of the documentation of Excel's MIRR: 120,000 borrowed at 10 percent, returns invested
        // at 12 percent, 12.61 percent.
        native("financial.investment.modified_internal_rate_of_return", Processing, "Modified internal rate of return in percent of yearly cash flows: outlays are financed at one rate, returns are reinvested at another until the last year.")
            .param("cash_flows", "list(amount:money.cash_flow[M EUR])", FLOWS)
            .param("financing_rate", "level:rate.financing[%]", "Rate in percent at which outlays are financed.")
            .label("financing rate").range(-50.0, 500.0).sample(2.0, 8.0, 0.25)
            .param("reinvestment_rate", "level:rate.reinvestment[%]", "Rate in percent at which returns are reinvested.")
            .label("reinvestment rate").range(-50.0, 500.0).sample(1.0, 9.0, 0.25)
            .field("modified_internal_rate_of_return", "level:rate.modified_return[%]", "modified internal rate of return")
            .tail("of {cash_flows} at {financing_rate} and {reinvestment_rate}")
            .digits(6)
            .example(json!({"cash_flows": [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000], "financing_rate": 10, "reinvestment_rate": 12}), "/modified_internal_rate_of_return", 12.6094)
            .example_error(json!({"cash_flows": [5, 5, 5], "financing_rate": 10, "reinvestment_rate": 12}))
            .run(|flows: Vec<f64>, financing: f64, reinvestment: f64| {
                let part = |keep: fn(f64) -> f64| flows.iter().map(|f| keep(*f)).collect::<Vec<_>>();
                let outlay = -present_value(&part(|f| f.min(0.0)), financing / 100.0);
                let income = present_value(&part(|f| f.max(0.0)), reinvestment / 100.0);
                if outlay <= 0.0 || income <= 0.0 {
                    return Err(ToolError::bad("There must be both an outlay (below zero) and a return (above zero)."));
                }
                let years = flows.len() as f64 - 1.0;
                let growth = libm::pow(income / outlay, 1.0 / years) * (1.0 + reinvestment / 100.0);
                Ok(json!({"modified_internal_rate_of_return": 100.0 * (growth - 1.0)}))
            }),
        // Ross, Westerfield, Jordan, ch. 9: present value of what follows over the outlay. Hand-computed: 110/1.1 over 80.
        native("financial.investment.profitability_index", Processing, "Profitability index of yearly cash flows: present value of all flows after the first, over the outlay that the first one is.")
            .param("cash_flows", "list(amount:money.cash_flow[M EUR])", FLOWS)
            .param("discount_rate", "level:rate.hurdle[%]", "Discount rate in percent a year.")
            .label("discount rate").range(-50.0, 500.0).sample(4.0, 14.0, 0.5)
            .field("profitability_index", "level:profitability_index", "profitability index")
            .plural("profitability indices")
            .tail("of {cash_flows} at {discount_rate}").tail("of {cash_flows} discounted at {=discount_rate}")
            .digits(6)
            .example(json!({"cash_flows": [-80, 110], "discount_rate": 10}), "/profitability_index", 1.25)
            .example_error(json!({"cash_flows": [80, 110], "discount_rate": 10}))
            .run(|flows: Vec<f64>, rate: f64| match flows.as_slice() {
                [outlay, ..] if *outlay < 0.0 => {
                    Ok(json!({"profitability_index": 1.0 - present_value(&flows, rate / 100.0) / outlay}))
                }
                _ => Err(ToolError::bad("The first cash flow must be the outlay, below zero.")),
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
        // Sum-of-the-years'-digits method, Kieso, Weygandt, Warfield, Intermediate Accounting, ch. 11. The example is that of the
        // documentation of Excel's SYD: 30,000, 7,500, 10 years; 4,090.91 in the first year.
        native("financial.investment.sum_of_years_digits_charge", Processing, "Depreciation charge of one year in millions of euros by the sum-of-the-years'-digits method: the years still to come, over the sum of all years' numbers, of cost less residual value.")
            .param("cost", "amount:money.outlay[M EUR]", "Acquisition cost in millions of euros.")
            .param("residual_value", "amount:money.salvage[M EUR]", "Residual value in millions of euros, at most the cost.")
            .param("useful_life", "level:duration.useful_life[years]", "Useful life in whole years.")
            .param("year", "position:year_of_use", "Year of use: 1 is the first, at most the useful life.")
            .range(1.0, 200.0).sample(1.0, 4.0, 1.0)
            .group("project", "write_off", &["cost", "residual_value", "useful_life"])
            .field("charge", "amount:money.digits_charge[M EUR]", "sum-of-the-years'-digits depreciation charge")
            .subject("project")
            .tail("for use year {year}")
            .digits(6)
            .example(json!({"cost": 30_000, "residual_value": 7500, "useful_life": 10, "year": 1}), "/charge", 4090.90909)
            .example(json!({"cost": 30_000, "residual_value": 7500, "useful_life": 10, "year": 10}), "/charge", 409.090909)
            .example_error(json!({"cost": 30, "residual_value": 7, "useful_life": 5, "year": 6}))
            .run(|cost: f64, residual: f64, life: i64, year: i64| {
                not_negative(residual, "residual value")?;
                not_negative(cost - residual, "cost less the residual value")?;
                not_negative((life - year) as f64, "useful life less the year of use")?;
                let (life, left) = (life as f64, (life - year + 1) as f64);
                Ok(json!({"charge": (cost - residual) * left * 2.0 / (life * (life + 1.0))}))
            }),
        // Double-declining balance, same source: twice the straight-line rate of the book value, never below the residual value.
        // Hand-computed: 100 x 0.6 x 0.6 = 36, and 20 where the rest would be 12.96.
        native("financial.investment.double_declining_book_value", Processing, "Book value in millions of euros after some years of double-declining-balance depreciation: each year takes twice the straight-line rate of the book value, but never goes below the residual value.")
            .param("cost", "amount:money.outlay[M EUR]", "Acquisition cost in millions of euros.")
            .param("residual_value", "amount:money.salvage[M EUR]", "Residual value in millions of euros, at most the cost.")
            .param("useful_life", "level:duration.useful_life[years]", "Useful life in years, at least 2.")
            .param("years", "level:duration.elapsed[years]", "Years elapsed.")
            .label("elapsed time").range(0.0, 100.0).sample(2.0, 4.0, 1.0)
            .group("project", "write_off", &["cost", "residual_value", "useful_life"])
            .field("book_value", "amount:money.double_declining_value[M EUR]", "double-declining-balance book value of the initial outlay")
            .subject("project")
            .tail("after {=years}")
            .digits(6)
            .example(json!({"cost": 100, "residual_value": 20, "useful_life": 5, "years": 2}), "/book_value", 36.0)
            .example(json!({"cost": 100, "residual_value": 20, "useful_life": 5, "years": 4}), "/book_value", 20.0)
            .example_error(json!({"cost": 100, "residual_value": 20, "useful_life": 1, "years": 1}))
            .run(|cost: f64, residual: f64, life: f64, years: i64| {
                not_negative(residual, "residual value")?;
                not_negative(cost - residual, "cost less the residual value")?;
                not_negative(life - 2.0, "useful life less two years")?;
                Ok(json!({"book_value": (cost * libm::pow(1.0 - 2.0 / life, years as f64)).max(residual)}))
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
