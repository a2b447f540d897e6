//! Annual accounts: six years rolled forward from an opening balance sheet, and the dividends paid from them.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::companies::Company;
use super::rounded;

/// The habits of one company, as shares of revenue unless said.
struct Habits {
    growth: f64,
    costs: f64,
    expenses: f64,
    depreciation: f64,
    investment: f64,
    receivables: f64,
    /// Of the cost of revenue.
    inventory: f64,
    /// Of the cost of revenue.
    payables: f64,
    /// Of the debt.
    interest: f64,
    /// Of the profit before tax.
    tax: f64,
    /// Of the net income; zero for companies that never pay.
    payout: f64,
    /// Of the debt.
    short_term: f64,
}

/// The balance sheet, in tenths of M EUR; what is left of the assets after the debts is the equity.
struct Books {
    cash: i64,
    receivables: i64,
    inventory: i64,
    fixed: i64,
    goodwill: i64,
    payables: i64,
    provisions: i64,
    debt: i64,
    retained: i64,
}

impl Books {
    fn current(&self) -> i64 {
        self.cash + self.receivables + self.inventory
    }

    fn assets(&self) -> i64 {
        self.current() + self.fixed + self.goodwill
    }

    fn liabilities(&self) -> i64 {
        self.payables + self.provisions + self.debt
    }

    fn equity(&self) -> i64 {
        self.assets() - self.liabilities()
    }
}

fn part(of: i64, share: f64) -> i64 {
    (of as f64 * share).round() as i64
}

fn money(tenths: i64) -> f64 {
    tenths as f64 / 10.0
}

/// Makes and stores the accounts of all companies, and fills in what later steps need of them.
pub fn keep(db: &Transaction<'_>, rng: &mut Stream, companies: &mut [Company]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE accounts (company TEXT NOT NULL, year INTEGER NOT NULL, revenue REAL NOT NULL,
             cost_of_revenue REAL NOT NULL, gross_profit REAL NOT NULL, operating_expenses REAL NOT NULL,
             ebitda REAL NOT NULL, depreciation REAL NOT NULL, operating_income REAL NOT NULL,
             interest_expense REAL NOT NULL, pretax_income REAL NOT NULL, income_tax REAL NOT NULL,
             net_income REAL NOT NULL, cash REAL NOT NULL, receivables REAL NOT NULL, inventory REAL NOT NULL,
             current_assets REAL NOT NULL, noncurrent_assets REAL NOT NULL, total_assets REAL NOT NULL,
             current_liabilities REAL NOT NULL, total_debt REAL NOT NULL, total_liabilities REAL NOT NULL,
             retained_earnings REAL NOT NULL, equity REAL NOT NULL, working_capital REAL NOT NULL,
             operating_cash_flow REAL NOT NULL, capital_expenditure REAL NOT NULL, dividends_paid REAL NOT NULL,
             net_borrowing REAL NOT NULL, cash_change REAL NOT NULL, PRIMARY KEY (company, year)) STRICT, WITHOUT ROWID;
         CREATE TABLE dividend (company TEXT NOT NULL, year INTEGER NOT NULL, per_share REAL NOT NULL,
             ex_date TEXT NOT NULL, PRIMARY KEY (company, year)) STRICT, WITHOUT ROWID;",
    )?;
    let marks: Vec<String> = (1..=30).map(|i| format!("?{i}")).collect();
    let mut insert = db.prepare(&format!("INSERT INTO accounts VALUES ({})", marks.join(", ")))?;
    let mut pay = db.prepare("INSERT INTO dividend VALUES (?1, ?2, ?3, ?4)")?;
    for company in companies {
        let habits = habits(rng);
        let mut revenue = (company.headcount as f64 * rng.range(1.3, 5.0)).round() as i64;
        let mut books = open(rng, &habits, revenue);
        let value = part(books.equity(), 1.15).max(part(revenue, 0.8));
        company.shares = (money(value) * 1e6 / rng.range(9.0, 140.0) / 1e4).round().max(50.0) as i64 * 10_000;
        let mut dividend = 0.0;
        for year in 2019..=2024 {
            revenue = part(revenue, 1.0 + habits.growth + 0.08 * rng.normal()).max(200);
            let cost = part(revenue, habits.costs + 0.012 * rng.normal());
            let expenses = part(revenue, habits.expenses + 0.007 * rng.normal());
            let depreciation = part(revenue, habits.depreciation).min(books.fixed / 3);
            let ebitda = revenue - cost - expenses;
            let ebit = ebitda - depreciation;
            // Rounding must not leave a company with debt and no interest.
            let interest = part(books.debt, habits.interest).max(1);
            let pretax = ebit - interest;
            let tax = part(pretax.max(0), habits.tax);
            let net = pretax - tax;

            let (receivables, inventory) = (part(revenue, habits.receivables), part(cost, habits.inventory));
            let payables = part(cost, habits.payables);
            let operating = net + depreciation - (receivables + inventory - books.receivables - books.inventory)
                + payables
                - books.payables;
            let investment = part(revenue, habits.investment * rng.range(0.7, 1.4));
            let paid = (dividend * company.shares as f64 / 1e5).round() as i64;
            let before = books.cash + operating - investment - paid;
            let (least, most) = (part(revenue, 0.04), part(revenue, 0.22));
            let borrowing = if before < least {
                least + part(revenue, 0.02) - before
            } else if before > most {
                -(before - most).min(books.debt / 2)
            } else {
                part(books.debt, 0.05 * rng.normal()).max(least - before)
            };
            let cash = before + borrowing;
            let cash_change = cash - books.cash;
            books = Books {
                cash,
                receivables,
                inventory,
                fixed: books.fixed + investment - depreciation,
                payables,
                debt: books.debt + borrowing,
                retained: books.retained + net - paid,
                ..books
            };
            let current_liabilities = books.payables + part(books.debt, habits.short_term);
            insert.execute(params![
                company.name,
                year,
                money(revenue),
                money(cost),
                money(revenue - cost),
                money(expenses),
                money(ebitda),
                money(depreciation),
                money(ebit),
                money(interest),
                money(pretax),
                money(tax),
                money(net),
                money(books.cash),
                money(books.receivables),
                money(books.inventory),
                money(books.current()),
                money(books.fixed + books.goodwill),
                money(books.assets()),
                money(current_liabilities),
                money(books.debt),
                money(books.liabilities()),
                money(books.retained),
                money(books.equity()),
                money(books.current() - current_liabilities),
                money(operating),
                money(investment),
                money(paid),
                money(borrowing),
                money(cash_change),
            ])?;

            // Dividends follow earnings slowly, as those of most boards do (Lintner, 1956).
            let earned = habits.payout * money(net.max(0)) * 1e6 / company.shares as f64;
            dividend = rounded(if dividend > 0.0 && earned > 0.0 { 0.7 * dividend + 0.3 * earned } else { earned }, 2);
            if dividend > 0.0 {
                let ex_date = format!("{}-{:02}-{:02}", year + 1, rng.between(3, 6), rng.between(1, 27));
                pay.execute(params![company.name, year, dividend, ex_date])?;
            }
            if year == 2022 {
                let by_earnings = money(net) * rng.range(10.0, 22.0);
                let by_books = money(books.equity()) * rng.range(0.7, 1.5);
                company.anchor = by_earnings.max(by_books).max(1.0) * 1e6 / company.shares as f64;
            }
            (company.ebit, company.interest, company.equity) = (ebit, interest, books.equity());
            (company.assets, company.debt) = (books.assets(), books.debt);
            (company.revenue, company.cost) = (revenue, cost);
        }
    }
    Ok(())
}

fn habits(rng: &mut Stream) -> Habits {
    let depreciation = rng.range(0.02, 0.06);
    let expenses = rng.range(0.06, 0.3);
    let profit = (0.1 + 0.045 * rng.normal()).clamp(0.015, 0.24);
    Habits {
        growth: 0.035 + 0.035 * rng.normal(),
        costs: 1.0 - expenses - depreciation - profit,
        expenses,
        depreciation,
        investment: depreciation * rng.range(0.9, 1.5),
        receivables: rng.range(0.08, 0.2),
        inventory: rng.range(0.05, 0.25),
        payables: rng.range(0.05, 0.14),
        interest: rng.range(0.025, 0.06),
        tax: rng.range(0.19, 0.3),
        payout: if rng.chance(0.88) { rng.range(0.2, 0.65) } else { 0.0 },
        short_term: rng.range(0.08, 0.35),
    }
}

fn open(rng: &mut Stream, habits: &Habits, revenue: i64) -> Books {
    let cost = part(revenue, habits.costs);
    let mut books = Books {
        cash: part(revenue, rng.range(0.06, 0.18)),
        receivables: part(revenue, habits.receivables),
        inventory: part(cost, habits.inventory),
        fixed: part(revenue, rng.range(0.3, 0.85)),
        goodwill: part(revenue, rng.range(0.0, 0.3)),
        payables: part(cost, habits.payables),
        provisions: part(revenue, rng.range(0.02, 0.07)),
        debt: 0,
        retained: 0,
    };
    books.debt = part(books.assets(), rng.range(0.12, 0.4));
    books.retained = part(books.equity(), rng.range(0.35, 0.85));
    books
}
