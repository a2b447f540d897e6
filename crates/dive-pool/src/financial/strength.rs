//! Scores over the statements of several years.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

/// The values of three consecutive years, oldest first.
fn three_years(values: &[f64], what: &str) -> Result<[f64; 3], ToolError> {
    values.try_into().map_err(|_| {
        ToolError::bad(format!(
            "The list of {what} must have three values (three consecutive years), not {}.",
            values.len()
        ))
    })
}

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let inputs = [
        "net_income",
        "operating_cash_flow",
        "revenue",
        "gross_profit",
        "total_assets",
        "total_debt",
        "current_assets",
        "current_liabilities",
        "shares",
    ];
    vec![
        // Piotroski, Journal of Accounting Research 38 (2000), table 1: returns, accruals and turnover over assets at the
        // beginning of the year, leverage over average assets. Financial debt stands for long-term debt.
        native("financial.strength.piotroski_f_score", Processing, "Piotroski F-score (0 to 9) for the last of three consecutive years: positive return and operating cash flow, rising return, cash flow above income, falling leverage (financial debt over average assets), rising current ratio, no new shares, rising gross margin, rising asset turnover. Returns and turnover are over assets at the beginning of the year. Lists run from the oldest to the latest year.")
            .param("net_income", "list(amount:money.net_income[M EUR])", "Net incomes in millions of euros.")
            .param("operating_cash_flow", "list(amount:money.operating_cash_flow[M EUR])", "Operating cash flows in millions of euros.")
            .param("revenue", "list(amount:money.revenue[M EUR])", "Revenues in millions of euros.")
            .param("gross_profit", "list(amount:money.gross_profit[M EUR])", "Gross profits in millions of euros.")
            .param("total_assets", "list(amount:money.total_assets[M EUR])", "Total assets at the end of each year in millions of euros.")
            .param("total_debt", "list(amount:money.total_debt[M EUR])", "Financial debts at the end of each year in millions of euros.")
            .param("current_assets", "list(amount:money.current_assets[M EUR])", "Current assets at the end of each year in millions of euros.")
            .param("current_liabilities", "list(amount:money.current_liabilities[M EUR])", "Current liabilities at the end of each year in millions of euros.")
            .param("shares", "list(count:share)", "Shares outstanding at the end of each year.")
            .group("company", "three_years", &inputs)
            .subject("company")
            .field("f_score", "position:piotroski_score", "Piotroski F-score")
            .tail("based on the accounts for fiscal years 2022 to 2024")
            .example(json!({"net_income": [5, 8, 12], "operating_cash_flow": [6, 9, 14], "revenue": [100, 110, 130], "gross_profit": [30, 35, 45],
                "total_assets": [100, 100, 100], "total_debt": [40, 35, 30], "current_assets": [30, 32, 36], "current_liabilities": [20, 20, 20], "shares": [10, 10, 10]}), "/f_score", 9.0)
            .example(json!({"net_income": [5, 8, -2], "operating_cash_flow": [6, 9, -3], "revenue": [100, 110, 90], "gross_profit": [30, 35, 20],
                "total_assets": [100, 100, 100], "total_debt": [40, 35, 50], "current_assets": [30, 32, 20], "current_liabilities": [20, 20, 20], "shares": [10, 10, 12]}), "/f_score", 0.0)
            .example_error(json!({"net_income": [5, 8], "operating_cash_flow": [6, 9, 14], "revenue": [100, 110, 130], "gross_profit": [30, 35, 45],
                "total_assets": [100, 100, 100], "total_debt": [40, 35, 30], "current_assets": [30, 32, 36], "current_liabilities": [20, 20, 20], "shares": [10, 10, 10]}))
            .run(|income: Vec<f64>, cash: Vec<f64>, revenue: Vec<f64>, gross: Vec<f64>, assets: Vec<f64>, debt: Vec<f64>, current: Vec<f64>, due: Vec<f64>, shares: Vec<f64>| {
                let [_, income_before, income] = three_years(&income, "net incomes")?;
                let [_, _, cash] = three_years(&cash, "operating cash flows")?;
                let [_, revenue_before, revenue] = three_years(&revenue, "revenues")?;
                let [_, gross_before, gross] = three_years(&gross, "gross profits")?;
                let [first, second, third] = three_years(&assets, "total assets")?;
                let [_, debt_before, debt] = three_years(&debt, "financial debts")?;
                let [_, current_before, current] = three_years(&current, "current assets")?;
                let [_, due_before, due] = three_years(&due, "current liabilities")?;
                let [_, shares_before, shares] = three_years(&shares, "shares outstanding")?;
                if [first, second, third, revenue_before, revenue, due_before, due].into_iter().any(|x| x <= 0.0) {
                    return Err(ToolError::bad("Assets, revenues and current liabilities must be greater than zero."));
                }
                let signals = [
                    income > 0.0,
                    cash > 0.0,
                    income / second > income_before / first,
                    cash > income,
                    debt / (third + second) < debt_before / (second + first),
                    current / due > current_before / due_before,
                    shares <= shares_before,
                    gross / revenue > gross_before / revenue_before,
                    revenue / second > revenue_before / first,
                ];
                Ok(json!({"f_score": signals.into_iter().filter(|s| *s).count()}))
            }),
    ]
}
