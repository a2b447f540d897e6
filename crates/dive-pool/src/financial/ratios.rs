//! Ratios of statement values: profitability, liquidity, leverage, solvency.

use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::{not_negative, positive};

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = profitability();
    tools.extend(solvency());
    tools
}

fn profitability() -> Vec<NativeTool> {
    vec![
        // Ross, Westerfield, Jordan, Fundamentals of Corporate Finance, ch. 3: net income over sales. The example is that
        // book's Prufrock Corporation: 363 / 2,311.
        native("financial.ratios.net_profit_margin", Processing, "Net profit margin: net income as a percentage of revenue.")
            .param("net_income", "amount:money.net_income[M EUR]", "Net income in millions of euros.")
            .param("revenue", "amount:money.revenue[M EUR]", "Revenue in millions of euros.")
            .group("company", "net_margin_inputs", &["net_income", "revenue"])
            .field("net_profit_margin", "level:margin.net[%]", "net profit margin")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"net_income": 363, "revenue": 2311}), "/net_profit_margin", 15.7075)
            .example_error(json!({"net_income": 10, "revenue": 0}))
            .run(|income: f64, revenue: f64| {
                positive(revenue, "revenue")?;
                Ok(json!({"net_profit_margin": 100.0 * income / revenue}))
            }),
        // Gross profit over revenue, with gross profit = revenue - cost of revenue (IAS 1, presentation by function).
        native("financial.ratios.gross_margin", Processing, "Gross margin: revenue less cost of revenue, as a percentage of revenue.")
            .param("revenue", "amount:money.revenue[M EUR]", "Revenue in millions of euros.")
            .param("cost_of_revenue", "amount:money.cost_of_revenue[M EUR]", "Cost of revenue in millions of euros.")
            .group("company", "gross_margin_inputs", &["revenue", "cost_of_revenue"])
            .field("gross_margin", "level:margin.gross[%]", "gross margin")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"revenue": 500, "cost_of_revenue": 320}), "/gross_margin", 36.0)
            .example_error(json!({"revenue": -5, "cost_of_revenue": 3}))
            .run(|revenue: f64, cost: f64| {
                positive(revenue, "revenue")?;
                Ok(json!({"gross_margin": 100.0 * (revenue - cost) / revenue}))
            }),
        // Ross, Westerfield, Jordan, ch. 3: Prufrock, 363 / 2,591 (printed as 14.01 percent).
        native("financial.ratios.return_on_equity", Processing, "Return on equity: net income as a percentage of shareholders' equity at the end of the year.")
            .param("net_income", "amount:money.net_income[M EUR]", "Net income in millions of euros.")
            .param("equity", "amount:money.equity[M EUR]", "Shareholders' equity in millions of euros, above zero.")
            .group("company", "equity_return_inputs", &["net_income", "equity"])
            .field("return_on_equity", "level:return.equity[%]", "return on year-end equity")
            .plural("returns on year-end equity")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"net_income": 363, "equity": 2591}), "/return_on_equity", 14.0100)
            .example_error(json!({"net_income": 10, "equity": -4}))
            .run(|income: f64, equity: f64| {
                positive(equity, "equity")?;
                Ok(json!({"return_on_equity": 100.0 * income / equity}))
            }),
        // Ross, Westerfield, Jordan, ch. 3: Prufrock, 363 / 3,588 (printed as 10.12 percent).
        native("financial.ratios.return_on_assets", Processing, "Return on assets: net income as a percentage of total assets at the end of the year.")
            .param("net_income", "amount:money.net_income[M EUR]", "Net income in millions of euros.")
            .param("total_assets", "amount:money.total_assets[M EUR]", "Total assets in millions of euros.")
            .group("company", "asset_return_inputs", &["net_income", "total_assets"])
            .field("return_on_assets", "level:return.assets[%]", "return on year-end assets")
            .plural("returns on year-end assets")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"net_income": 363, "total_assets": 3588}), "/return_on_assets", 10.1171)
            .example_error(json!({"net_income": 10, "total_assets": 0}))
            .run(|income: f64, assets: f64| {
                positive(assets, "balance sheet total")?;
                Ok(json!({"return_on_assets": 100.0 * income / assets}))
            }),
        // Three-factor identity of E. I. du Pont de Nemours, as in Ross, Westerfield, Jordan, ch. 3.
        native("financial.ratios.dupont_analysis", Processing, "DuPont analysis: asset turnover, equity multiplier and their product with the net margin, the return on equity.")
            .param("net_income", "amount:money.net_income[M EUR]", "Net income in millions of euros.")
            .param("revenue", "amount:money.revenue[M EUR]", "Revenue in millions of euros.")
            .param("total_assets", "amount:money.total_assets[M EUR]", "Total assets in millions of euros.")
            .param("equity", "amount:money.equity[M EUR]", "Shareholders' equity in millions of euros, above zero.")
            .group("company", "dupont_inputs", &["net_income", "revenue", "total_assets", "equity"])
            .field("asset_turnover", "level:turnover_ratio.assets", "DuPont asset turnover")
            .field("equity_multiplier", "level:leverage.equity_multiplier", "DuPont equity multiplier")
            .field("return_on_equity", "level:return.equity_dupont[%]", "DuPont return on equity")
            .plural("DuPont returns on equity")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"net_income": 363, "revenue": 2311, "total_assets": 3588, "equity": 2591}), "/return_on_equity", 14.0100)
            .example(json!({"net_income": 10, "revenue": 200, "total_assets": 100, "equity": 40}), "/equity_multiplier", 2.5)
            .example_error(json!({"net_income": 10, "revenue": 200, "total_assets": 100, "equity": 0}))
            .run(|income: f64, revenue: f64, assets: f64, equity: f64| {
                positive(revenue, "revenue")?;
                positive(assets, "balance sheet total")?;
                positive(equity, "equity")?;
                let (margin, turnover, multiplier) = (income / revenue, revenue / assets, assets / equity);
                Ok(json!({"asset_turnover": turnover, "equity_multiplier": multiplier,
                    "return_on_equity": 100.0 * margin * turnover * multiplier}))
            }),
        // Income tax expense over pre-tax income (IAS 12.86, the average effective tax rate).
        native("financial.ratios.effective_tax_rate", Processing, "Average effective tax rate: income tax expense as a percentage of pre-tax income.")
            .param("income_tax", "amount:money.income_tax[M EUR]", "Income tax expense in millions of euros.")
            .param("pretax_income", "amount:money.pretax_income[M EUR]", "Pre-tax income in millions of euros, above zero.")
            .group("company", "tax_inputs", &["income_tax", "pretax_income"])
            .field("effective_tax_rate", "level:rate.tax[%]", "effective tax rate")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"income_tax": 25, "pretax_income": 100}), "/effective_tax_rate", 25.0)
            .example_error(json!({"income_tax": 0, "pretax_income": -12}))
            .run(|tax: f64, income: f64| {
                positive(income, "pre-tax income")?;
                Ok(json!({"effective_tax_rate": 100.0 * tax / income}))
            }),
        // Ross, Westerfield, Jordan, ch. 3: days' sales in receivables, here from the balance at the end of a year of 365 days;
        // Prufrock, 365 / (2,311 / 188) (printed as 30 days).
        native("financial.ratios.collection_period", Processing, "Average collection period (days sales outstanding): trade receivables over revenue, times 365 days.")
            .param("receivables", "amount:money.receivables[M EUR]", "Trade receivables in millions of euros.")
            .param("revenue", "amount:money.revenue[M EUR]", "Annual revenue in millions of euros.")
            .group("company", "collection_inputs", &["receivables", "revenue"])
            .field("collection_period", "level:duration.sales_outstanding[days]", "receivables collection period")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"receivables": 188, "revenue": 2311}), "/collection_period", 29.6928)
            .example_error(json!({"receivables": 10, "revenue": 0}))
            .run(|receivables: f64, revenue: f64| {
                positive(revenue, "revenue")?;
                not_negative(receivables, "receivables")?;
                Ok(json!({"collection_period": 365.0 * receivables / revenue}))
            }),
    ]
}

fn solvency() -> Vec<NativeTool> {
    vec![
        // Ross, Westerfield, Jordan, ch. 3: Prufrock, 708 / 540 (printed as 1.31).
        native("financial.ratios.current_ratio", Processing, "Current ratio: current assets divided by current liabilities.")
            .param("current_assets", "amount:money.current_assets[M EUR]", "Current assets in millions of euros.")
            .param("current_liabilities", "amount:money.current_liabilities[M EUR]", "Current liabilities in millions of euros.")
            .group("company", "liquidity_inputs", &["current_assets", "current_liabilities"])
            .field("current_ratio", "level:current_ratio", "current ratio")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"current_assets": 708, "current_liabilities": 540}), "/current_ratio", 1.31111)
            .example_error(json!({"current_assets": 708, "current_liabilities": 0}))
            .run(|assets: f64, liabilities: f64| {
                positive(liabilities, "current liability total")?;
                Ok(json!({"current_ratio": assets / liabilities}))
            }),
        // Interest-bearing debt over book equity, e.g. Brealey, Myers, Allen, Principles of Corporate Finance, ch. 28.
        native("financial.ratios.debt_to_equity", Processing, "Debt-to-equity ratio: financial debt divided by shareholders' equity.")
            .param("total_debt", "amount:money.total_debt[M EUR]", "Financial debt in millions of euros.")
            .param("equity", "amount:money.equity[M EUR]", "Shareholders' equity in millions of euros, above zero.")
            .group("company", "leverage_inputs", &["total_debt", "equity"])
            .field("debt_to_equity", "level:debt_to_equity", "financial debt-to-equity ratio")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"total_debt": 120, "equity": 300}), "/debt_to_equity", 0.4)
            .example_error(json!({"total_debt": 120, "equity": -3}))
            .run(|debt: f64, equity: f64| {
                positive(equity, "equity")?;
                Ok(json!({"debt_to_equity": debt / equity}))
            }),
        // Ross, Westerfield, Jordan, ch. 3: times interest earned; Prufrock, 691 / 141 (printed as 4.9).
        native("financial.ratios.interest_coverage", Processing, "Interest coverage (times interest earned): operating income divided by interest expense.")
            .param("operating_income", "amount:money.operating_income[M EUR]", "Operating income (EBIT) in millions of euros.")
            .param("interest_expense", "amount:money.interest_expense[M EUR]", "Interest expense in millions of euros.")
            .group("company", "coverage_inputs", &["operating_income", "interest_expense"])
            .field("interest_coverage", "level:interest_coverage", "EBIT interest coverage ratio")
            .subject("company")
            .tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"operating_income": 691, "interest_expense": 141}), "/interest_coverage", 4.90071)
            .example_error(json!({"operating_income": 691, "interest_expense": 0}))
            .run(|income: f64, interest: f64| {
                positive(interest, "interest expense")?;
                Ok(json!({"interest_coverage": income / interest}))
            }),
        // Altman, Hartzell, Peck, Emerging Markets Corporate Bonds: A Scoring System (1995), the four-variable model for
        // firms outside manufacturing, without the constant: 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4. Hand-computed example:
        // 6.56 x 0.2 + 3.26 x 0.3 + 6.72 x 0.1 + 1.05 x 1 = 4.012.
        native("financial.ratios.altman_z_score", Processing, "Altman Z''-score (1995, firms outside manufacturing) from working capital, retained earnings, operating income, book equity, total liabilities and total assets, all in millions of euros. Above 2.6 is safe, below 1.1 is distress.")
            .param("working_capital", "amount:money.working_capital[M EUR]", "Current assets less current liabilities in millions of euros.")
            .param("retained_earnings", "amount:money.retained_earnings[M EUR]", "Retained earnings in millions of euros.")
            .param("operating_income", "amount:money.operating_income[M EUR]", "Operating income (EBIT) in millions of euros.")
            .param("equity", "amount:money.equity[M EUR]", "Shareholders' equity in millions of euros.")
            .param("total_liabilities", "amount:money.total_liabilities[M EUR]", "Total liabilities in millions of euros.")
            .param("total_assets", "amount:money.total_assets[M EUR]", "Total assets in millions of euros.")
            .group("company", "altman_inputs", &["working_capital", "retained_earnings", "operating_income", "equity", "total_liabilities", "total_assets"])
            .field("z_score", "level:altman_score", "Altman Z''-score")
            .subject("company").tail("based on the accounts for fiscal year 2024")
            .digits(6)
            .example(json!({"working_capital": 200, "retained_earnings": 300, "operating_income": 100, "equity": 500, "total_liabilities": 500, "total_assets": 1000}), "/z_score", 4.012)
            .example_error(json!({"working_capital": 200, "retained_earnings": 300, "operating_income": 100, "equity": 500, "total_liabilities": 0, "total_assets": 1000}))
            .run(|working: f64, retained: f64, income: f64, equity: f64, liabilities: f64, assets: f64| {
                positive(liabilities, "liability total")?;
                positive(assets, "balance sheet total")?;
                let z = (6.56 * working + 3.26 * retained + 6.72 * income) / assets + 1.05 * equity / liabilities;
                Ok(json!({"z_score": z}))
            }),
    ]
}
