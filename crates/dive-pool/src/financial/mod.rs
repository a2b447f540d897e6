//! Native tools of the financial domain.
//!
//! Rates, yields, margins and returns are percentages throughout; statement values are millions of euros, prices euros.

use dive_core::tool::ToolError;
use dive_tools::native::NativeTool;

pub(crate) mod black_scholes;
mod bonds;
mod currencies;
mod indicators;
mod investment;
mod loans;
mod options;
mod portfolio;
mod ratios;
mod risk;
mod strength;
mod valuation;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = ratios::tools();
    tools.extend(valuation::tools());
    tools.extend(risk::tools());
    tools.extend(bonds::tools());
    tools.extend(investment::tools());
    tools.extend(loans::tools());
    tools.extend(options::tools());
    tools.extend(currencies::tools());
    tools.extend(indicators::tools());
    tools.extend(portfolio::tools());
    tools.extend(strength::tools());
    tools
}

/// `Ok` when `x` is above zero.
fn positive(x: f64, what: &str) -> Result<(), ToolError> {
    if x > 0.0 { Ok(()) } else { Err(ToolError::bad(format!("The {what} must be greater than zero."))) }
}

/// `Ok` when `x` is not below zero.
fn not_negative(x: f64, what: &str) -> Result<(), ToolError> {
    if x >= 0.0 { Ok(()) } else { Err(ToolError::bad(format!("The {what} must not be negative."))) }
}
