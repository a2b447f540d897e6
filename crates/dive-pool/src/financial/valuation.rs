//! What a company and its share are worth, and what its capital costs.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::{not_negative, positive};

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = per_share();
    tools.extend(enterprise());
    tools.extend(capital());
    tools
}

fn per_share() -> Vec<NativeTool> {
    vec![
        // IAS 33.10, basic earnings per share, with the shares outstanding in place of their weighted average.
        native("financial.valuation.earnings_per_share", Processing, "Earnings per share in euros: net income divided by the number of shares outstanding.")
            .param("net_income", "amount:money.net_income[M EUR]", "Net income in millions of euros.")
            .label("net income").sample(4.0, 180.0, 1.0)
            .param("shares_outstanding", "count:share", "Number of shares outstanding.")
            .label("share count").range(1.0, 1e12).sample(4e6, 60e6, 5e5)
            .field("earnings_per_share", "level:earnings_per_share[EUR]", "earnings per share")
            .plural("earnings-per-share figures")
            .tail("given {net_income} and {shares_outstanding}").tail("for {net_income} spread over {shares_outstanding}")
            .digits(6)
            .example(json!({"net_income": 50, "shares_outstanding": 20_000_000}), "/earnings_per_share", 2.5)
            .example_error(json!({"net_income": 50, "shares_outstanding": 0}))
            .run(|income: f64, shares: i64| Ok(json!({"earnings_per_share": 1e6 * income / shares as f64}))),
        // Ross, Westerfield, Jordan, ch. 3: Prufrock, 88 / 11 = 8 times.
        native("financial.valuation.price_earnings_ratio", Processing, "Price/earnings ratio: share price divided by earnings per share.")
            .param("price", "level:price.close[EUR]", "Share price in euros.")
            .label("share price").sample(8.0, 240.0, 2.0)
            .param("earnings_per_share", "level:earnings_per_share[EUR]", "Earnings per share in euros, above zero.")
            .label("profit per share").sample(0.6, 12.0, 0.2)
            .field("price_earnings_ratio", "level:price_earnings", "price/earnings ratio")
            .tail("given {price} and {earnings_per_share}").tail("for {price} and {earnings_per_share}")
            .digits(6)
            .example(json!({"price": 88, "earnings_per_share": 11}), "/price_earnings_ratio", 8.0)
            .example_error(json!({"price": 88, "earnings_per_share": -0.3}))
            .run(|price: f64, earnings: f64| {
                positive(earnings, "earnings per share")?;
                Ok(json!({"price_earnings_ratio": price / earnings}))
            }),
        // Annual dividend over price, e.g. Brealey, Myers, Allen, ch. 4.
        native("financial.valuation.dividend_yield", Processing, "Dividend yield: annual dividend per share as a percentage of the share price.")
            .param("dividend", "level:dividend[EUR]", "Annual dividend per share in euros.")
            .param("price", "level:price.close[EUR]", "Share price in euros.")
            .group("company", "share_snapshot", &["dividend", "price"])
            .field("dividend_yield", "level:yield.dividend[%]", "dividend yield")
            .subject("company")
            .tail("based on the fiscal 2024 dividend and the closing price of 30 June 2025")
            .digits(6)
            .example(json!({"dividend": 1.5, "price": 60}), "/dividend_yield", 2.5)
            .example_error(json!({"dividend": 1.5, "price": 0}))
            .run(|dividend: f64, price: f64| {
                positive(price, "share price")?;
                Ok(json!({"dividend_yield": 100.0 * dividend / price}))
            }),
        // Gordon and Shapiro (1956): P = D1 / (r - g) with D1 = D0 (1 + g). Hand-computed: 2 x 1.04 / (0.09 - 0.04) = 41.6.
        native("financial.valuation.gordon_growth_value", Processing, "Fair share value by the Gordon growth model: the dividend just paid, grown by a constant rate for ever and discounted at the cost of equity.")
            .param("dividend", "level:dividend[EUR]", "Dividend per share just paid, in euros.")
            .label("dividend per share").sample(0.2, 6.0, 0.1)
            .param("cost_of_equity", "level:rate.cost_of_equity[%]", "Cost of equity in percent a year.")
            .label("cost of equity").sample(6.0, 12.0, 0.25)
            .param("dividend_growth", "level:growth.dividend[%]", "Perpetual growth rate of the dividend in percent a year, below the cost of equity.")
            .label("perpetual dividend growth rate").sample(0.5, 3.0, 0.25)
            .field("fair_value", "level:price.fair[EUR]", "Gordon growth value of the share")
            .plural("Gordon growth values of the share")
            .tail("given {dividend}, {cost_of_equity} and {dividend_growth}")
            .digits(6)
            .example(json!({"dividend": 2, "cost_of_equity": 9, "dividend_growth": 4}), "/fair_value", 41.6)
            .example_error(json!({"dividend": 2, "cost_of_equity": 3, "dividend_growth": 3}))
            .run(|dividend: f64, cost: f64, growth: f64| {
                not_negative(dividend, "dividend")?;
                positive(cost - growth, "cost of equity less the growth rate")?;
                Ok(json!({"fair_value": dividend * (1.0 + growth / 100.0) / ((cost - growth) / 100.0)}))
            }),
    ]
}

fn enterprise() -> Vec<NativeTool> {
    vec![
        native("financial.valuation.market_capitalisation", Processing, "Market capitalisation in millions of euros: share price times number of shares outstanding.")
            .param("price", "level:price.close[EUR]", "Share price in euros.")
            .label("share price").sample(8.0, 240.0, 2.0)
            .param("shares_outstanding", "count:share", "Number of shares outstanding.")
            .label("share count").range(1.0, 1e12).sample(4e6, 60e6, 5e5)
            .field("market_capitalisation", "amount:money.market_cap[M EUR]", "market capitalisation")
            .tail("given {price} and {shares_outstanding}").tail("for {price} and {shares_outstanding}")
            .example(json!({"price": 88, "shares_outstanding": 33_000_000}), "/market_capitalisation", 2904.0)
            .example_error(json!({"price": -1, "shares_outstanding": 33}))
            .run(|price: f64, shares: i64| {
                positive(price, "share price")?;
                Ok(json!({"market_capitalisation": price * shares as f64 / 1e6}))
            }),
        // Market value of equity plus debt less cash, e.g. Berk and DeMarzo, Corporate Finance, ch. 2.
        native("financial.valuation.enterprise_value", Processing, "Enterprise value in millions of euros: market capitalisation plus net debt (financial debt less cash).")
            .param("market_capitalisation", "amount:money.market_cap[M EUR]", "Market capitalisation in millions of euros.")
            .label("market capitalisation").sample(200.0, 4000.0, 50.0)
            .param("net_debt", "amount:money.net_debt[M EUR]", "Financial debt less cash in millions of euros; below zero when cash exceeds debt.")
            .label("net debt").sample(20.0, 600.0, 10.0)
            .field("enterprise_value", "amount:money.enterprise_value[M EUR]", "enterprise value")
            .tail("given {market_capitalisation} and {net_debt}")
            .example(json!({"market_capitalisation": 2904, "net_debt": 359}), "/enterprise_value", 3263.0)
            .example_error(json!({"market_capitalisation": -4, "net_debt": 359}))
            .run(|cap: f64, net_debt: f64| {
                positive(cap, "market capitalisation")?;
                Ok(json!({"enterprise_value": cap + net_debt}))
            }),
        native("financial.valuation.ev_to_ebitda", Processing, "EV/EBITDA multiple: enterprise value divided by earnings before interest, tax, depreciation and amortisation.")
            .param("enterprise_value", "amount:money.enterprise_value[M EUR]", "Enterprise value in millions of euros.")
            .label("enterprise value").sample(200.0, 4000.0, 50.0)
            .param("ebitda", "amount:money.ebitda[M EUR]", "EBITDA in millions of euros, above zero.")
            .label("yearly EBITDA").sample(25.0, 400.0, 5.0)
            .field("ev_to_ebitda", "level:multiple.ev_ebitda", "EV/EBITDA multiple")
            .tail("given {enterprise_value} and {ebitda}").tail("for {enterprise_value} and {ebitda}")
            .digits(6)
            .example(json!({"enterprise_value": 1200, "ebitda": 150}), "/ev_to_ebitda", 8.0)
            .example_error(json!({"enterprise_value": 1200, "ebitda": -2}))
            .run(|value: f64, ebitda: f64| {
                positive(ebitda, "EBITDA")?;
                Ok(json!({"ev_to_ebitda": value / ebitda}))
            }),
        // Ross, Westerfield, Jordan, ch. 3: market value over book value of equity; Prufrock, 2,904 / 2,591 (printed as 1.12).
        native("financial.valuation.price_to_book", Processing, "Price-to-book ratio: market capitalisation divided by shareholders' equity.")
            .param("market_capitalisation", "amount:money.market_cap[M EUR]", "Market capitalisation in millions of euros.")
            .label("market capitalisation").sample(200.0, 4000.0, 50.0)
            .param("equity", "amount:money.equity[M EUR]", "Shareholders' equity in millions of euros, above zero.")
            .label("book equity").sample(150.0, 1600.0, 10.0)
            .field("price_to_book", "level:price_to_book", "price-to-book ratio")
            .tail("given {market_capitalisation} and {equity}").tail("for {market_capitalisation} and {equity}")
            .digits(6)
            .example(json!({"market_capitalisation": 2904, "equity": 2591}), "/price_to_book", 1.12080)
            .example_error(json!({"market_capitalisation": 2904, "equity": 0}))
            .run(|cap: f64, equity: f64| {
                positive(equity, "equity")?;
                Ok(json!({"price_to_book": cap / equity}))
            }),
        // Operating cash flow less capital expenditure, the definition of most annual reports.
        native("financial.valuation.free_cash_flow", Processing, "Free cash flow in millions of euros: operating cash flow less capital expenditure.")
            .param("operating_cash_flow", "amount:money.operating_cash_flow[M EUR]", "Operating cash flow in millions of euros.")
            .param("capital_expenditure", "amount:money.capital_expenditure[M EUR]", "Capital expenditure in millions of euros, as a positive number.")
            .group("company", "free_cash_inputs", &["operating_cash_flow", "capital_expenditure"])
            .field("free_cash_flow", "amount:money.free_cash_flow[M EUR]", "free cash flow")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(7)
            .example(json!({"operating_cash_flow": 120.5, "capital_expenditure": 45.2}), "/free_cash_flow", 75.3)
            .example_error(json!({"operating_cash_flow": 120.5, "capital_expenditure": -45.2}))
            .run(|operating: f64, capital: f64| {
                not_negative(capital, "capital expenditure")?;
                Ok(json!({"free_cash_flow": operating - capital}))
            }),
    ]
}

fn capital() -> Vec<NativeTool> {
    vec![
        // Sharpe (1964), Lintner (1965): r = rf + beta x premium. Hand-computed: 2.5 + 1.2 x 5 = 8.5.
        native("financial.capital.cost_of_equity", Processing, "Cost of equity in percent by the capital asset pricing model: risk-free rate plus beta times the equity risk premium.")
            .param("risk_free_rate", "level:rate.risk_free[%]", "Risk-free rate in percent a year.")
            .label("risk-free rate").sample(1.5, 4.0, 0.1)
            .param("beta", "level:equity_beta", "Beta of the share.")
            .label("beta").sample(0.4, 1.9, 0.05)
            .param("equity_risk_premium", "level:rate.equity_premium[%]", "Expected return of the market over the risk-free rate, in percent a year.")
            .label("equity risk premium").sample(4.0, 6.5, 0.25)
            .field("cost_of_equity", "level:rate.cost_of_equity[%]", "CAPM cost of equity")
            .plural("CAPM costs of equity")
            .tail("given {risk_free_rate}, {beta} and {equity_risk_premium}")
            .digits(6)
            .example(json!({"risk_free_rate": 2.5, "beta": 1.2, "equity_risk_premium": 5}), "/cost_of_equity", 8.5)
            .example(json!({"risk_free_rate": 3, "beta": 0.5, "equity_risk_premium": 6}), "/cost_of_equity", 6.0)
            .run(|free: f64, beta: f64, premium: f64| Ok(json!({"cost_of_equity": free + beta * premium}))),
        // Hamada (1972): beta levered = beta unlevered x (1 + (1 - t) D/E). Hand-computed: 0.8 x (1 + 0.75 x 0.4) = 1.04.
        native("financial.capital.relever_beta", Processing, "Levered beta by Hamada's equation, from an unlevered beta, a debt-to-equity ratio and a tax rate.")
            .param("unlevered_beta", "level:beta.unlevered", "Unlevered (asset) beta.")
            .label("unlevered beta").sample(0.4, 1.2, 0.05)
            .param("debt_to_equity", "level:target_leverage", "Debt-to-equity ratio aimed at.")
            .label("target debt-to-equity ratio").sample(0.1, 1.5, 0.05)
            .param("tax_rate", "level:rate.tax_assumed[%]", "Tax rate in percent.")
            .label("tax rate").range(0.0, 100.0).sample(18.0, 32.0, 1.0)
            .field("levered_beta", "level:equity_beta.levered", "levered beta")
            .tail("given {unlevered_beta}, {debt_to_equity} and {tax_rate}")
            .digits(6)
            .example(json!({"unlevered_beta": 0.8, "debt_to_equity": 0.4, "tax_rate": 25}), "/levered_beta", 1.04)
            .example_error(json!({"unlevered_beta": 0.8, "debt_to_equity": -0.4, "tax_rate": 25}))
            .run(|beta: f64, leverage: f64, tax: f64| {
                not_negative(leverage, "debt-to-equity ratio")?;
                Ok(json!({"levered_beta": beta * (1.0 + (1.0 - tax / 100.0) * leverage)}))
            }),
        // Two-stage free-cash-flow model with a growing perpetuity, Brealey, Myers, Allen, ch. 4. Hand-computed: 10 x 1.1 / 1.2 =
        // 9.1667 for the only year, and 11 x 1.0 / 0.2 / 1.2 = 45.8333 for what follows.
        native("financial.valuation.discounted_cash_flow_value", Processing, "Enterprise value in millions of euros by discounted cash flow in two stages: the free cash flow of the last year grows at one rate for some years and at another for ever after; all of it is discounted at the cost of capital.")
            .param("free_cash_flow", "amount:money.free_cash_flow[M EUR]", "Free cash flow of the last year in millions of euros.")
            .label("latest free cash flow").sample(10.0, 250.0, 5.0)
            .param("growth", "level:rate.stage_growth[%]", "Yearly growth in percent during the first stage.")
            .label("growth rate").range(-90.0, 200.0).sample(2.0, 9.0, 0.5)
            .param("years", "level:duration.stage[years]", "Length of the first stage in years.")
            .label("first stage").range(1.0, 50.0).sample(3.0, 8.0, 1.0)
            .param("terminal_growth", "level:rate.terminal_growth[%]", "Yearly growth in percent afterwards; below the cost of capital.")
            .label("terminal growth rate").range(-90.0, 50.0).sample(0.5, 2.5, 0.25)
            .param("cost_of_capital", "level:rate.wacc[%]", "Weighted average cost of capital in percent a year.")
            .label("cost of capital").range(-50.0, 200.0).sample(5.5, 11.0, 0.25)
            .field("enterprise_value", "amount:money.dcf_value[M EUR]", "two-stage DCF enterprise value")
            .tail("for {free_cash_flow} growing by {=growth} a year for {=years} and by {=terminal_growth} a year thereafter, discounted at {=cost_of_capital}")
            .digits(7)
            .example(json!({"free_cash_flow": 10, "growth": 10, "years": 1, "terminal_growth": 0, "cost_of_capital": 20}), "/enterprise_value", 55.0)
            .example_error(json!({"free_cash_flow": 10, "growth": 10, "years": 1, "terminal_growth": 8, "cost_of_capital": 8}))
            .run(|flow: f64, growth: f64, years: i64, terminal: f64, cost: f64| {
                positive(cost - terminal, "cost of capital less the terminal growth rate")?;
                let (growth, terminal, cost) = (growth / 100.0, terminal / 100.0, cost / 100.0);
                let step = (1.0 + growth) / (1.0 + cost);
                let present = |year: i64| flow * libm::pow(step, year as f64);
                let stage: f64 = (1..=years).map(present).sum();
                Ok(json!({"enterprise_value": stage + present(years) * (1.0 + terminal) / (cost - terminal)}))
            }),
        // After-tax weighted average cost of capital, Brealey, Myers, Allen, ch. 19. Hand-computed:
        // 0.6 x 10 + 0.4 x 5 x 0.75 = 7.5.
        native("financial.capital.weighted_average_cost_of_capital", Processing, "Weighted average cost of capital in percent, after tax, from the costs and market values of equity and debt.")
            .param("cost_of_equity", "level:rate.cost_of_equity[%]", "Cost of equity in percent a year.")
            .label("cost of equity").sample(6.0, 12.0, 0.25)
            .param("cost_of_debt", "level:rate.loan[%]", "Interest rate on debt before tax, in percent a year.")
            .label("cost of debt").sample(2.5, 7.0, 0.25)
            .param("equity_value", "amount:money.market_cap[M EUR]", "Market value of the equity in millions of euros.")
            .label("market capitalisation").sample(200.0, 4000.0, 50.0)
            .param("debt_value", "amount:money.total_debt[M EUR]", "Value of the debt in millions of euros.")
            .label("total financial debt").sample(30.0, 800.0, 10.0)
            .param("tax_rate", "level:rate.tax_assumed[%]", "Tax rate in percent.")
            .label("tax rate").range(0.0, 100.0).sample(18.0, 32.0, 1.0)
            .field("wacc", "level:rate.wacc[%]", "weighted average cost of capital")
            .tail("given {cost_of_equity}, {cost_of_debt}, {equity_value}, {debt_value} and {tax_rate}")
            .digits(6)
            .example(json!({"cost_of_equity": 10, "cost_of_debt": 5, "equity_value": 600, "debt_value": 400, "tax_rate": 25}), "/wacc", 7.5)
            .example_error(json!({"cost_of_equity": 10, "cost_of_debt": 5, "equity_value": 0, "debt_value": 0, "tax_rate": 25}))
            .run(|equity_cost: f64, debt_cost: f64, equity: f64, debt: f64, tax: f64| {
                if equity < 0.0 || debt < 0.0 || equity + debt <= 0.0 {
                    return Err(ToolError::bad("Equity and debt must not be negative, nor both zero."));
                }
                let total = equity + debt;
                Ok(json!({"wacc": equity / total * equity_cost + debt / total * debt_cost * (1.0 - tax / 100.0)}))
            }),
    ]
}
