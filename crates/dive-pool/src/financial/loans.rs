//! Loans and deposits.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::{not_negative, positive};

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    vec![
        // Annuity in arrears, Brealey, Myers, Allen, ch. 2. The example is the usual mortgage: 200,000 over 30 years at
        // 6 percent costs 1,199.10 a month.
        native("financial.loans.loan_instalment", Processing, "Level monthly instalment in euros, and total interest in millions of euros, of a loan that is repaid in full over its term; the annual rate is nominal, a twelfth of it a month.")
            .param("principal", "amount:money.principal[M EUR]", "Principal in millions of euros.")
            .param("annual_rate", "level:rate.loan[%]", "Nominal annual interest rate in percent.")
            .param("term", "level:duration.term[years]", "Term in years.")
            .group("company", "loan_terms", &["principal", "annual_rate", "term"])
            .field("monthly_instalment", "amount:money.instalment[EUR]", "level monthly instalment on the main loan")
            .plural("level monthly instalments on the main loan")
            .field("total_interest", "amount:money.loan_interest[M EUR]", "total main-loan interest (level monthly repayment)")
            .plural("total main-loan interest amounts (level monthly repayment)")
            .subject("company")
            .digits(8)
            .example(json!({"principal": 0.2, "annual_rate": 6, "term": 30}), "/monthly_instalment", 1199.1011)
            .example(json!({"principal": 1.2, "annual_rate": 0, "term": 10}), "/monthly_instalment", 10_000.0)
            .example_error(json!({"principal": 0, "annual_rate": 6, "term": 30}))
            .run(|principal: f64, rate: f64, term: f64| {
                positive(principal, "principal")?;
                let (monthly, months) = (rate / 1200.0, (12.0 * term).round());
                positive(months, "number of months")?;
                let growth = libm::expm1(months * libm::log1p(monthly));
                let share = if monthly == 0.0 { 1.0 / months } else { monthly * (1.0 + growth) / growth };
                Ok(json!({"monthly_instalment": 1e6 * principal * share,
                    "total_interest": principal * (share * months - 1.0).max(0.0)}))
            }),
        // The balance is the present value of the instalments still due; Brealey, Myers, Allen, ch. 2. Hand-computed: 0.12 at no
        // interest over ten years is half repaid after five.
        native("financial.loans.loan_amortisation", Processing, "Amortisation of a loan with level monthly instalments, in millions of euros: balance after some years, what is repaid until then, and the interest of the last of these years; the annual rate is nominal, a twelfth of it a month.")
            .param("principal", "amount:money.principal[M EUR]", "Principal in millions of euros.")
            .param("annual_rate", "level:rate.loan[%]", "Nominal annual interest rate in percent.")
            .param("term", "level:duration.term[years]", "Term in years.")
            .param("years", "level:duration.elapsed[years]", "Full years since the loan was paid out; at least one, at most the term.")
            .label("elapsed time").range(1.0, 100.0).sample(2.0, 4.0, 1.0)
            .group("company", "loan_terms", &["principal", "annual_rate", "term"])
            .subject("company")
            .field("balance", "amount:money.loan_balance[M EUR]", "outstanding main-loan balance (level monthly repayment)")
            .field("repaid", "amount:money.loan_repaid[M EUR]", "repaid main-loan principal (level monthly repayment)")
            .plural("repaid main-loan principal amounts (level monthly repayment)")
            .field("interest", "amount:money.loan_year_interest[M EUR]", "")
            .tail("after {=years}")
            .digits(7)
            .example(json!({"principal": 0.12, "annual_rate": 0, "term": 10, "years": 5}), "/balance", 0.06)
            .example(json!({"principal": 0.2, "annual_rate": 6, "term": 30, "years": 1}), "/interest", 0.01193318876)
            .example_error(json!({"principal": 0.2, "annual_rate": 6, "term": 3, "years": 4}))
            .run(|principal: f64, rate: f64, term: f64, years: i64| {
                positive(principal, "principal")?;
                let (monthly, months) = (rate / 1200.0, (12.0 * term).round());
                positive(1.0 + monthly, "monthly growth of the debt")?;
                let after = 12.0 * years as f64;
                not_negative(months - after, "remaining term (term less years elapsed)")?;
                positive(months, "number of months")?;
                let balance = |paid: f64| {
                    let growth = |n: f64| libm::expm1(n * libm::log1p(monthly));
                    let left = if monthly == 0.0 { 1.0 - paid / months } else { (growth(months) - growth(paid)) / growth(months) };
                    principal * left
                };
                let (now, before) = (balance(after), balance(after - 12.0));
                let share = if monthly == 0.0 { 1.0 / months } else { monthly / -libm::expm1(-months * libm::log1p(monthly)) };
                let paid = 12.0 * principal * share;
                Ok(json!({"balance": now.max(0.0), "repaid": principal - now.max(0.0), "interest": (paid - (before - now)).max(0.0)}))
            }),
        // Annual compounding. Hand-computed: 1000 x 1.05^10 = 1628.89463.
        native("financial.loans.deposit_value", Processing, "Final value in euros of a deposit with annual compounding.")
            .param("deposit", "amount:money.deposit[EUR]", "Amount deposited in euros.")
            .label("deposit").sample(1000.0, 50_000.0, 500.0)
            .param("annual_rate", "level:rate.deposit[%]", "Interest rate in percent a year.")
            .label("annual interest rate").range(-50.0, 200.0).sample(0.5, 4.0, 0.1)
            .param("term", "level:duration.deposit_term[years]", "Term in years.")
            .label("term").range(0.0, 200.0).sample(2.0, 15.0, 1.0)
            .field("final_value", "amount:money.final_value[EUR]", "final deposit value with annual compounding")
            .plural("final deposit values with annual compounding")
            .tail("given {deposit}, {annual_rate} and {term}").tail("for {deposit}, {annual_rate} and {term}")
            .example(json!({"deposit": 1000, "annual_rate": 5, "term": 10}), "/final_value", 1628.8946)
            .example_error(json!({"deposit": -1, "annual_rate": 5, "term": 10}))
            .run(|deposit: f64, rate: f64, term: f64| {
                not_negative(deposit, "deposit")?;
                Ok(json!({"final_value": deposit * libm::pow(1.0 + rate / 100.0, term)}))
            }),
        // (1 + r/m)^m - 1. The example is that of the documentation of Excel's EFFECT: 5.25 percent, quarterly, 5.3543 percent.
        native("financial.loans.effective_annual_rate", Processing, "Effective annual rate in percent of a nominal loan rate with interest added several times a year.")
            .param("nominal_rate", "level:rate.loan[%]", "Nominal annual rate in percent.")
            .label("nominal annual rate").range(-50.0, 500.0).sample(2.0, 9.0, 0.25)
            .param("compounding", "category:compounding", "How often interest is added.")
            .choices(&[("half-yearly", "half-yearly compounding"), ("quarterly", "quarterly compounding"), ("monthly", "monthly compounding"), ("weekly", "weekly compounding"), ("daily", "daily compounding")])
            .field("effective_rate", "level:rate.effective[%]", "effective annual rate")
            .tail("given {nominal_rate} and {compounding}").tail("for {nominal_rate} with {compounding}")
            .digits(6)
            .example(json!({"nominal_rate": 5.25, "compounding": "quarterly"}), "/effective_rate", 5.35427)
            .example_error(json!({"nominal_rate": 5.25, "compounding": "hourly"}))
            .run(|nominal: f64, compounding: String| {
                let periods = match compounding.as_str() {
                    "half-yearly" => 2.0,
                    "quarterly" => 4.0,
                    "monthly" => 12.0,
                    "weekly" => 52.0,
                    "daily" => 365.0,
                    other => return Err(ToolError::bad(format!("`{other}` is not a way of compounding."))),
                };
                Ok(json!({"effective_rate": 100.0 * libm::expm1(periods * libm::log1p(nominal / 100.0 / periods))}))
            }),
    ]
}
