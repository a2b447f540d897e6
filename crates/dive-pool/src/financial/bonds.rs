//! Fixed-rate bonds with annual coupons, by the ICMA convention.
//!
//! Coupons fall on the anniversaries of the maturity date. The time to the next coupon is counted in actual days over
//! the actual days of the coupon period (ICMA Rule 251), prices are in percent of face value, and yields are effective
//! annual yields.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use jiff::civil::Date;
use serde_json::json;

use super::positive;

/// Coupons still to come, seen from a settlement date.
struct Schedule {
    /// Time to the next coupon as a fraction of the coupon period.
    fraction: f64,
    /// Number of coupons to come.
    coupons: u32,
    /// Annual coupon in percent of face value.
    coupon: f64,
}

impl Schedule {
    fn new(coupon: f64, maturity: &str, settlement: &str) -> Result<Schedule, ToolError> {
        let maturity = date(maturity, "maturity date")?;
        let settlement = date(settlement, "settlement date")?;
        if settlement >= maturity {
            return Err(ToolError::bad("The settlement date must be before the maturity date."));
        }
        if !(0.0..=100.0).contains(&coupon) {
            return Err(ToolError::bad("The coupon rate must be between 0 and 100 percent."));
        }
        let anniversary = |n: i16| {
            let year = maturity.year() - n;
            // A bond that matures on 29 February pays on the 28th in other years.
            Date::new(year, maturity.month(), maturity.day())
                .or_else(|_| Date::new(year, maturity.month(), 28))
                .map_err(|_| ToolError::bad("The dates are out of range."))
        };
        let (mut next, mut coupons) = (maturity, 1_u32);
        for n in 1..=200_i16 {
            let previous = anniversary(n)?;
            if previous <= settlement {
                let days = |a: Date, b: Date| f64::from((b - a).get_days());
                let fraction = days(settlement, next) / days(previous, next);
                return Ok(Schedule { fraction, coupons, coupon });
            }
            (next, coupons) = (previous, coupons + 1);
        }
        Err(ToolError::bad("The maturity date is more than 200 years away."))
    }

    /// Interest earned since the last coupon, in percent of face value.
    fn accrued(&self) -> f64 {
        self.coupon * (1.0 - self.fraction)
    }

    /// Times and sizes of the payments to come.
    fn payments(&self) -> impl Iterator<Item = (f64, f64)> {
        (0..self.coupons).map(|i| {
            let redemption = if i + 1 == self.coupons { 100.0 } else { 0.0 };
            (self.fraction + f64::from(i), self.coupon + redemption)
        })
    }

    /// Full price at an effective annual yield (a fraction, not percent).
    fn full_price(&self, rate: f64) -> f64 {
        self.payments().map(|(t, cash)| cash * libm::pow(1.0 + rate, -t)).sum()
    }

    /// The yield (a fraction) at which the clean price is `clean`; the price falls steadily in the yield.
    fn rate(&self, clean: f64) -> Result<f64, ToolError> {
        positive(clean, "clean price")?;
        let target = clean + self.accrued();
        let (mut low, mut high) = (-0.9, 10.0);
        if self.full_price(low) < target || self.full_price(high) > target {
            return Err(ToolError::bad("No yield between -90 and 1000 percent gives this price."));
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if self.full_price(middle) > target { low = middle } else { high = middle }
        }
        Ok(0.5 * (low + high))
    }
}

fn date(text: &str, what: &str) -> Result<Date, ToolError> {
    text.parse().map_err(|_| ToolError::bad(format!("The {what} `{text}` is not a date of the form YYYY-MM-DD.")))
}

const COUPON: &str = "Annual coupon in percent of face value.";
const MATURITY: &str = "Maturity date as YYYY-MM-DD; coupons are paid on its anniversaries.";
const CLEAN: &str = "Clean price in percent of face value.";
const SETTLEMENT: &str = "Settlement date as YYYY-MM-DD.";
/// Days that questions settle on.
const DAYS: [&str; 12] = [
    "2025-07-15",
    "2025-08-20",
    "2025-09-30",
    "2025-10-14",
    "2025-11-03",
    "2025-12-01",
    "2025-12-15",
    "2025-07-01",
    "2025-08-04",
    "2025-09-12",
    "2025-10-31",
    "2025-11-24",
];

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    vec![
        // Hand-computed: on a coupon date, three years before maturity, 5 percent at a yield of 4 percent is worth
        // 100 + 1 x (1 - 1.04^-3) / 0.04 = 102.775.
        native("financial.bonds.bond_price", Processing, "Theoretical clean price, in percent of face value, of a bond with annual coupons at a yield to maturity (ICMA convention, actual/actual).")
            .param("coupon_rate", "level:rate.coupon[%]", COUPON)
            .param("maturity", "date:maturity", MATURITY)
            .param("yield_to_maturity", "level:rate.yield_to_maturity[%]", "Effective annual yield in percent.")
            .label("yield to maturity").range(-50.0, 500.0).sample(1.5, 8.0, 0.25)
            .param("settlement", "date:settlement", SETTLEMENT)
            .sample_of(DAYS)
            .group("bond", "bond_terms", &["coupon_rate", "maturity"])
            .field("clean_price", "level:bond_price.theoretical[%]", "theoretical clean price")
            .subject("bond")
            .tail("for settlement on {settlement} at {yield_to_maturity}")
            .digits(6)
            .example(json!({"coupon_rate": 5, "maturity": "2028-03-10", "yield_to_maturity": 4, "settlement": "2025-03-10"}), "/clean_price", 102.775)
            .example(json!({"coupon_rate": 5, "maturity": "2028-03-10", "yield_to_maturity": 5, "settlement": "2025-03-10"}), "/clean_price", 100.0)
            .example_error(json!({"coupon_rate": 5, "maturity": "2025-03-10", "yield_to_maturity": 4, "settlement": "2025-03-10"}))
            .run(|coupon: f64, maturity: String, rate: f64, settlement: String| {
                let schedule = Schedule::new(coupon, &maturity, &settlement)?;
                Ok(json!({"clean_price": schedule.full_price(rate / 100.0) - schedule.accrued()}))
            }),
        // The inverse of the price above, found by bisection.
        native("financial.bonds.yield_to_maturity", Processing, "Yield to maturity in percent of a bond with annual coupons from its clean price (effective annual yield, ICMA convention, actual/actual).")
            .param("coupon_rate", "level:rate.coupon[%]", COUPON)
            .param("maturity", "date:maturity", MATURITY)
            .param("clean_price", "level:bond_price.clean[%]", CLEAN)
            .param("settlement", "date:quote", SETTLEMENT)
            .group("bond", "bond_quote", &["coupon_rate", "maturity", "clean_price", "settlement"])
            .field("yield_to_maturity", "level:rate.yield_to_maturity[%]", "yield to maturity")
            .plural("yields to maturity")
            .subject("bond")
            .tail("at the quoted clean price")
            .digits(6)
            .example(json!({"coupon_rate": 5, "maturity": "2028-03-10", "clean_price": 102.775091, "settlement": "2025-03-10"}), "/yield_to_maturity", 4.0)
            .example(json!({"coupon_rate": 3.5, "maturity": "2030-06-01", "clean_price": 100, "settlement": "2025-06-01"}), "/yield_to_maturity", 3.5)
            .example_error(json!({"coupon_rate": 5, "maturity": "2028-03-10", "clean_price": 0, "settlement": "2025-03-10"}))
            .run(|coupon: f64, maturity: String, clean: f64, settlement: String| {
                Ok(json!({"yield_to_maturity": 100.0 * Schedule::new(coupon, &maturity, &settlement)?.rate(clean)?}))
            }),
        // Macaulay (1938); modified duration after Hicks. Hand-computed: a par bond of 10 percent and three years has
        // duration (0.1/1.1 + 2 x 0.1/1.21 + 3 x 1.1/1.331) = 2.73554 years, modified 2.48685.
        native("financial.bonds.bond_duration", Processing, "Macaulay and modified duration in years of a bond with annual coupons at its clean price (ICMA convention, actual/actual).")
            .param("coupon_rate", "level:rate.coupon[%]", COUPON)
            .param("maturity", "date:maturity", MATURITY)
            .param("clean_price", "level:bond_price.clean[%]", CLEAN)
            .param("settlement", "date:quote", SETTLEMENT)
            .group("bond", "bond_quote", &["coupon_rate", "maturity", "clean_price", "settlement"])
            .field("macaulay_duration", "level:duration.macaulay[years]", "Macaulay duration")
            .field("modified_duration", "level:duration.modified[years]", "modified duration")
            .subject("bond")
            .tail("at the quoted clean price")
            .digits(6)
            .example(json!({"coupon_rate": 10, "maturity": "2028-03-10", "clean_price": 100, "settlement": "2025-03-10"}), "/macaulay_duration", 2.73554)
            .example(json!({"coupon_rate": 10, "maturity": "2028-03-10", "clean_price": 100, "settlement": "2025-03-10"}), "/modified_duration", 2.48685)
            .example_error(json!({"coupon_rate": 10, "maturity": "soon", "clean_price": 100, "settlement": "2025-03-10"}))
            .run(|coupon: f64, maturity: String, clean: f64, settlement: String| {
                let schedule = Schedule::new(coupon, &maturity, &settlement)?;
                let rate = schedule.rate(clean)?;
                let weighted: f64 = schedule.payments().map(|(t, cash)| t * cash * libm::pow(1.0 + rate, -t)).sum();
                let macaulay = weighted / schedule.full_price(rate);
                Ok(json!({"macaulay_duration": macaulay, "modified_duration": macaulay / (1.0 + rate)}))
            }),
        // Second derivative of the price in the yield over the price, e.g. Fabozzi, Bond Markets, Analysis, and Strategies,
        // ch. 4. Hand-computed: the par bond above has (10 x 2 / 1.1^3 + 10 x 6 / 1.1^4 + 110 x 12 / 1.1^5) / 100.
        native("financial.bonds.bond_convexity", Processing, "Convexity in years squared of a bond with annual coupons at its clean price, for its effective annual yield (ICMA convention, actual/actual).")
            .param("coupon_rate", "level:rate.coupon[%]", COUPON)
            .param("maturity", "date:maturity", MATURITY)
            .param("clean_price", "level:bond_price.clean[%]", CLEAN)
            .param("settlement", "date:quote", SETTLEMENT)
            .group("bond", "bond_quote", &["coupon_rate", "maturity", "clean_price", "settlement"])
            .field("convexity", "level:convexity", "convexity in years squared")
            .plural("convexities in years squared")
            .subject("bond")
            .tail("at the quoted clean price")
            .digits(6)
            .example(json!({"coupon_rate": 10, "maturity": "2028-03-10", "clean_price": 100, "settlement": "2025-03-10"}), "/convexity", 8.75623)
            .example_error(json!({"coupon_rate": 10, "maturity": "2028-03-10", "clean_price": -1, "settlement": "2025-03-10"}))
            .run(|coupon: f64, maturity: String, clean: f64, settlement: String| {
                let schedule = Schedule::new(coupon, &maturity, &settlement)?;
                let rate = schedule.rate(clean)?;
                let bent: f64 =
                    schedule.payments().map(|(t, cash)| t * (t + 1.0) * cash * libm::pow(1.0 + rate, -t - 2.0)).sum();
                Ok(json!({"convexity": bent / schedule.full_price(rate)}))
            }),
        // ICMA Rule 251. Hand-computed: 73 days after a coupon, in a period of 365 days, a fifth of 5 percent has accrued.
        native("financial.bonds.accrued_interest", Processing, "Interest accrued since the last annual coupon of a bond, in percent of face value (ICMA convention, actual/actual).")
            .param("coupon_rate", "level:rate.coupon[%]", COUPON)
            .param("maturity", "date:maturity", MATURITY)
            .param("settlement", "date:settlement", SETTLEMENT)
            .sample_of(DAYS)
            .group("bond", "bond_terms", &["coupon_rate", "maturity"])
            .field("accrued_interest", "level:accrued_interest[%]", "accrued interest")
            .plural("accrued interest figures")
            .subject("bond")
            .tail("for settlement on {settlement}")
            .digits(6)
            .example(json!({"coupon_rate": 5, "maturity": "2028-01-01", "settlement": "2025-03-15"}), "/accrued_interest", 1.0)
            .example_error(json!({"coupon_rate": 5, "maturity": "2024-01-01", "settlement": "2025-03-15"}))
            .run(|coupon: f64, maturity: String, settlement: String| {
                Ok(json!({"accrued_interest": Schedule::new(coupon, &maturity, &settlement)?.accrued()}))
            }),
        // Annual coupon over clean price, e.g. Fabozzi, Bond Markets, Analysis, and Strategies, ch. 3. Hand-computed: 5 / 80.
        native("financial.bonds.current_yield", Processing, "Current (running) yield in percent of a bond: annual coupon divided by clean price.")
            .param("coupon_rate", "level:rate.coupon[%]", COUPON)
            .param("clean_price", "level:bond_price.clean[%]", CLEAN)
            .group("bond", "bond_price", &["coupon_rate", "clean_price"])
            .field("current_yield", "level:rate.current_yield[%]", "current yield")
            .subject("bond")
            .tail("at the quoted clean price")
            .digits(6)
            .example(json!({"coupon_rate": 5, "clean_price": 80}), "/current_yield", 6.25)
            .example_error(json!({"coupon_rate": 5, "clean_price": 0}))
            .run(|coupon: f64, clean: f64| {
                positive(clean, "clean price")?;
                Ok(json!({"current_yield": 100.0 * coupon / clean}))
            }),
    ]
}
