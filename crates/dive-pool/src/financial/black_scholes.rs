//! The model of Black and Scholes (1973) and Merton (1973) for European options on shares that pay no dividend.

use std::f64::consts::{PI, SQRT_2};

/// What an option gives the right to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Buying.
    Call,
    /// Selling.
    Put,
}

/// An option on one share. Rates and volatilities are fractions a year, continuously compounded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contract {
    /// What it gives the right to.
    pub kind: Kind,
    /// Share price.
    pub spot: f64,
    /// Strike price.
    pub strike: f64,
    /// Time to expiry in years.
    pub years: f64,
    /// Risk-free rate.
    pub rate: f64,
}

/// Sensitivities of the value: to the share price, to that twice, to the volatility (of one), to time (a year).
pub(crate) struct Greeks {
    pub delta: f64,
    pub gamma: f64,
    pub vega: f64,
    pub theta: f64,
}

/// Volatilities between which implied ones are sought.
const BRACKET: (f64, f64) = (1e-4, 10.0);

fn distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

impl Contract {
    fn discounted(&self) -> f64 {
        self.strike * libm::exp(-self.rate * self.years)
    }

    fn d1(&self, volatility: f64) -> f64 {
        let drift = (self.rate + 0.5 * volatility * volatility) * self.years;
        (libm::log(self.spot / self.strike) + drift) / (volatility * self.years.sqrt())
    }

    /// Value at a volatility.
    pub fn value(&self, volatility: f64) -> f64 {
        let d1 = self.d1(volatility);
        let d2 = d1 - volatility * self.years.sqrt();
        match self.kind {
            Kind::Call => self.spot * distribution(d1) - self.discounted() * distribution(d2),
            Kind::Put => self.discounted() * distribution(-d2) - self.spot * distribution(-d1),
        }
    }

    /// What it is worth at least, whatever the volatility.
    pub fn floor(&self) -> f64 {
        match self.kind {
            Kind::Call => (self.spot - self.discounted()).max(0.0),
            Kind::Put => (self.discounted() - self.spot).max(0.0),
        }
    }

    /// Sensitivities at a volatility.
    pub fn greeks(&self, volatility: f64) -> Greeks {
        let (d1, root) = (self.d1(volatility), self.years.sqrt());
        let d2 = d1 - volatility * root;
        let decay = -self.spot * density(d1) * volatility / (2.0 * root);
        let interest = self.rate * self.discounted();
        let (delta, theta) = match self.kind {
            Kind::Call => (distribution(d1), decay - interest * distribution(d2)),
            Kind::Put => (distribution(d1) - 1.0, decay + interest * distribution(-d2)),
        };
        Greeks {
            delta,
            theta,
            gamma: density(d1) / (self.spot * volatility * root),
            vega: self.spot * density(d1) * root,
        }
    }

    /// The volatility at which it has this value; `None` where none between 0.01 and 1000 percent gives it.
    pub fn implied_volatility(&self, value: f64) -> Option<f64> {
        let (mut low, mut high) = BRACKET;
        if value <= self.value(low) || value >= self.value(high) {
            return None;
        }
        // Bisection: the value rises with the volatility everywhere, and vanishing vegas cannot mislead it.
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            *(if self.value(middle) < value { &mut low } else { &mut high }) = middle;
        }
        Some(0.5 * (low + high))
    }
}
