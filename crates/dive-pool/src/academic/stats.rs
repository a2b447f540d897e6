//! Distribution functions and ranks that several tools share.

/// Probability that a standard normal variable is at most `x`.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// Two-sided p-value of a standard normal statistic.
pub fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The `x` below which a standard normal variable falls with probability `p`, for `p` strictly between 0 and 1.
pub fn normal_quantile(p: f64) -> f64 {
    bisect(-40.0, 40.0, |x| normal_cdf(x) < p)
}

/// Two-sided p-value of Student's t statistic: the incomplete beta function at df / (df + t²), DLMF 8.17.
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    incomplete_beta(df / 2.0, 0.5, df / (df + t * t))
}

/// The `t` that Student's distribution exceeds in absolute value with probability `alpha`.
pub fn t_critical(alpha: f64, df: f64) -> f64 {
    bisect(0.0, 1e6, |t| t_two_sided(t, df) > alpha)
}

/// The place where a monotone condition stops holding.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Regularised incomplete beta function by its continued fraction, DLMF 8.17.22.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast below the mean; above it the complement does.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let log_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    // Evaluated from the far end, where the remainder has long ceased to matter.
    let mut tail = 0.0;
    for m in (1..=400_i32).rev() {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        tail = even / (1.0 + odd / (1.0 + tail));
    }
    let first = -(a + b) * x / (a + 1.0);
    libm::exp(log_front) / a / (1.0 + first / (1.0 + tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_printed_tables() {
        assert!((normal_quantile(0.975) - 1.959_963_985).abs() < 1e-8);
        assert!((t_critical(0.05, 24.0) - 2.063_898_56).abs() < 1e-7);
        assert!((t_critical(0.05, 1.0) - 12.706_204_7).abs() < 1e-6);
        assert!((t_two_sided(2.0, 400.0) - 0.046_175).abs() < 1e-5);
    }
}
