//! Laws that formulas obey for all arguments: inverses, symmetries, monotonicity, invariance.

use std::path::Path;
use std::sync::LazyLock;

use dive_core::evidence::Outcome;
use dive_pool::{World, load};
use dive_tools::ToolPool;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

static POOL: LazyLock<ToolPool> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    World::open_in(dir, 7).and_then(|w| load(&w)).expect("the pool loads")
});

fn call(tool: &str, args: Value) -> Value {
    match POOL.call(tool, args.as_object().expect("arguments are an object")) {
        Outcome::Value { value, .. } => value,
        Outcome::Error { error } => panic!("{tool}({args}): {}", error.message),
    }
}

/// The number at a key of the result.
fn number(tool: &str, args: Value, key: &str) -> f64 {
    let value = call(tool, args);
    value[key].as_f64().unwrap_or_else(|| panic!("{tool} has no number `{key}`: {value}"))
}

/// The text at a key of the result.
fn text(tool: &str, args: Value, key: &str) -> String {
    call(tool, args)[key].as_str().unwrap_or_default().to_string()
}

/// Equal up to a relative error, which is that of the digits which tools state.
fn near(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs()) + 1e-9
}

fn date() -> impl Strategy<Value = String> {
    (1900i32..2100, 1u32..13, 1u32..29).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
}

/// A number with so many decimals, as a person would write it.
fn decimal(low: f64, high: f64, digits: i32) -> impl Strategy<Value = f64> {
    let scale = 10f64.powi(digits);
    ((low * scale) as i64..=(high * scale) as i64).prop_map(move |n| n as f64 / scale)
}

fn dna(least: usize) -> impl Strategy<Value = String> {
    vec(prop::sample::select(vec!['A', 'C', 'G', 'T']), least..120).prop_map(String::from_iter)
}

fn point() -> impl Strategy<Value = (f64, f64)> {
    (decimal(-89.0, 89.0, 4), decimal(-180.0, 180.0, 4))
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let args = json!({"latitude_1": a.0, "longitude_1": a.1, "latitude_2": b.0, "longitude_2": b.1});
    number("great_circle_distance", args, "distance_km")
}

fn bond(coupon: f64, years: i64, key: &str, value: f64) -> Value {
    json!({"coupon_rate": coupon, "maturity": format!("{}-03-10", 2025 + years), "settlement": "2025-07-01", key: value})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn price_and_yield_are_inverse(coupon in decimal(0.0, 12.0, 2), years in 1i64..30, rate in decimal(-2.0, 20.0, 2)) {
        let price = number("bond_price", bond(coupon, years, "yield_to_maturity", rate), "clean_price");
        prop_assume!(price > 1.0);
        let back = number("yield_to_maturity", bond(coupon, years, "clean_price", price), "yield_to_maturity");
        // Six digits of the price leave the yield of a short bond about four.
        prop_assert!((back - rate).abs() < 2e-3, "{rate} became {back}");
    }

    #[test]
    fn prices_fall_when_yields_rise(coupon in decimal(0.0, 12.0, 2), years in 1i64..30, rate in decimal(-2.0, 20.0, 2)) {
        let price = |rate| number("bond_price", bond(coupon, years, "yield_to_maturity", rate), "clean_price");
        prop_assert!(price(rate + 0.5) < price(rate));
    }

    #[test]
    fn calls_and_puts_are_in_parity(spot in decimal(5.0, 200.0, 2), strike in decimal(5.0, 200.0, 2), months in 1i64..36, rate in decimal(-1.0, 8.0, 2), volatility in decimal(5.0, 90.0, 1)) {
        let option = |kind: &str| call("black_scholes_price", json!({"option": kind, "share_price": spot, "strike": strike,
            "months_to_expiry": months, "risk_free_rate": rate, "volatility": volatility}));
        let (c, p) = (option("call"), option("put"));
        let of = |v: &Value, key: &str| v[key].as_f64().unwrap_or(f64::NAN);
        let forward = spot - strike * (-rate / 100.0 * months as f64 / 12.0).exp();
        prop_assert!((of(&c, "price") - of(&p, "price") - forward).abs() < 2e-5 * (spot + strike));
        prop_assert!((of(&c, "delta") - of(&p, "delta") - 1.0).abs() < 1e-5);
    }

    #[test]
    fn present_value_is_zero_at_the_internal_rate(outlay in decimal(5.0, 90.0, 1), flows in vec(decimal(1.0, 40.0, 1), 2..9)) {
        prop_assume!(flows.iter().sum::<f64>() > 0.2 * outlay);
        let flows: Vec<f64> = std::iter::once(-outlay).chain(flows).collect();
        let rate = number("internal_rate_of_return", json!({"cash_flows": flows}), "internal_rate_of_return");
        prop_assume!((-50.0..500.0).contains(&rate));
        let value = number("net_present_value", json!({"cash_flows": flows, "discount_rate": rate}), "net_present_value");
        let gross: f64 = flows.iter().map(|f| f.abs()).sum();
        prop_assert!(value.abs() < 2e-3 * gross, "{value} at {rate}");
    }

    #[test]
    fn deposits_grow_in_steps_as_at_once(deposit in decimal(100.0, 9000.0, 0), rate in decimal(-2.0, 12.0, 1), a in 0i64..20, b in 0i64..20) {
        let after = |deposit: f64, term: i64| number("deposit_value", json!({"deposit": deposit, "annual_rate": rate, "term": term}), "final_value");
        prop_assert!(near(after(after(deposit, a), b), after(deposit, a + b), 2e-7));
    }

    #[test]
    fn frequent_compounding_earns_more(rate in decimal(0.5, 30.0, 2)) {
        let effective = |how: &str| number("effective_annual_rate", json!({"nominal_rate": rate, "compounding": how}), "effective_rate");
        let rates = ["half-yearly", "quarterly", "monthly", "weekly", "daily"].map(effective);
        prop_assert!(rates.windows(2).all(|w| w[0] <= w[1]) && rates[0] >= rate);
    }

    #[test]
    fn distances_are_a_metric(a in point(), b in point(), c in point()) {
        prop_assert!(near(distance(a, b), distance(b, a), 1e-7));
        prop_assert!(distance(a, c) <= distance(a, b) + distance(b, c) + 1e-3);
        prop_assert_eq!(distance(a, a), 0.0);
        prop_assert!(distance(a, b) <= 20_015.2);
    }

    #[test]
    fn midpoints_are_half_way(a in point(), b in point()) {
        prop_assume!(distance(a, b) < 19_900.0);
        let m = call("geographic_midpoint", json!({"latitude_1": a.0, "longitude_1": a.1, "latitude_2": b.0, "longitude_2": b.1}));
        let m = (m["latitude"].as_f64().unwrap_or(99.0), m["longitude"].as_f64().unwrap_or(999.0));
        prop_assert!((distance(a, m) - distance(m, b)).abs() < 0.01 && (2.0 * distance(a, m) - distance(a, b)).abs() < 0.01);
    }

    #[test]
    fn geohashes_decode_to_their_cell(p in point()) {
        let code = text("geohash", json!({"latitude": p.0, "longitude": p.1}), "geohash");
        let bits = code.bytes().flat_map(|c| {
            let value = b"0123456789bcdefghjkmnpqrstuvwxyz".iter().position(|x| *x == c).unwrap_or(0);
            (0..5).rev().map(move |i| value >> i & 1 == 1)
        });
        let mut cell = [(-180.0, 180.0), (-90.0, 90.0)];
        for (i, upper) in bits.enumerate() {
            let side: &mut (f64, f64) = &mut cell[i % 2];
            let middle = (side.0 + side.1) / 2.0;
            if upper { side.0 = middle } else { side.1 = middle }
        }
        prop_assert!(cell[0].0 <= p.1 && p.1 <= cell[0].1 && cell[1].0 <= p.0 && p.0 <= cell[1].1);
    }

    #[test]
    fn days_forth_and_back(start in date(), days in -40_000i64..40_000) {
        let shift = |date: &str, days: i64| text("date_after_days", json!({"date": date, "days": days}), "result");
        let there = shift(&start, days);
        prop_assert_eq!(shift(&there, -days), start);
    }

    #[test]
    fn working_days_add_up(start in date(), a in 0i64..900, b in 0i64..900) {
        let shift = |date: &str, days: i64| text("date_after_days", json!({"date": date, "days": days}), "result");
        let working = |start: &str, end: &str| number("working_days", json!({"start": start, "end": end}), "working_days");
        let (middle, end) = (shift(&start, a), shift(&start, a + b));
        prop_assert_eq!(working(&start, &middle) + working(&middle, &end), working(&start, &end));
    }

    #[test]
    fn statistics_do_not_depend_on_order(mut values in vec(decimal(1.0, 500.0, 2), 3..20), shift in decimal(-100.0, 100.0, 1)) {
        let keys = [("sample_standard_deviation", "standard_deviation"), ("gini_coefficient", "gini"), ("geometric_mean", "geometric_mean"), ("interquartile_range", "range")];
        let all = |values: &[f64]| keys.map(|(tool, key)| number(tool, json!({"values": values}), key));
        let before = all(&values);
        let moved: Vec<f64> = values.iter().map(|v| v + shift).collect();
        let deviation = number("sample_standard_deviation", json!({"values": moved}), "standard_deviation");
        prop_assert!(near(deviation, before[0], 1e-6));
        let tenfold: Vec<f64> = values.iter().map(|v| v * 10.0).collect();
        let gini = number("gini_coefficient", json!({"values": tenfold}), "gini");
        prop_assert!(near(gini, before[1], 1e-6));
        values.reverse();
        values.rotate_left(1);
        prop_assert!(all(&values).iter().zip(&before).all(|(a, b)| near(*a, *b, 1e-7)));
    }

    #[test]
    fn correlations_are_symmetric_and_bounded(pairs in vec((decimal(-50.0, 50.0, 1), decimal(-50.0, 50.0, 1)), 4..20), scale in decimal(0.5, 9.0, 1)) {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        prop_assume!([&x, &y].iter().all(|v| v.iter().any(|a| *a != v[0])));
        for (tool, key) in [("pearson_correlation", "r"), ("spearman_correlation", "rho"), ("kendall_rank_correlation", "tau")] {
            let of = |x: &[f64], y: &[f64]| number(tool, json!({"x": x, "y": y}), key);
            let r = of(&x, &y);
            prop_assert!((-1.0..=1.0).contains(&r));
            prop_assert!(near(r, of(&y, &x), 1e-6));
            let scaled: Vec<f64> = x.iter().map(|v| v * scale + 3.0).collect();
            prop_assert!(near(r, of(&scaled, &y), 1e-6));
            let turned: Vec<f64> = x.iter().map(|v| -v).collect();
            prop_assert!(near(-r, of(&turned, &y), 1e-6));
        }
    }

    // Beyond 56 things there are more choices than a float counts one by one.
    #[test]
    fn divisors_divide_and_choices_are_symmetric(a in 1i64..1_000_000, b in 1i64..1_000_000, n in 1i64..57, k in 0i64..60) {
        let gcd = |a: i64, b: i64| number("greatest_common_divisor", json!({"a": a, "b": b}), "divisor");
        let d = gcd(a, b);
        prop_assert!(d == gcd(b, a) && a as f64 % d == 0.0 && b as f64 % d == 0.0 && gcd(a / d as i64, b / d as i64) == 1.0);
        let ways = |n: i64, k: i64| if k > n { 0.0 } else { number("combinations", json!({"n": n, "k": k}), "ways") };
        let k = k % (n + 1);
        prop_assert_eq!(ways(n, k), ways(n, n - k));
        prop_assert_eq!(ways(n, k), if k == 0 { 1.0 } else { ways(n - 1, k - 1) + ways(n - 1, k) });
    }

    #[test]
    fn digits_read_back(n in 0u64..9_000_000_000_000_000) {
        for base in [2u32, 8, 12, 16, 36] {
            let digits = text("base_representation", json!({"number": n, "base": base.to_string()}), "digits");
            prop_assert_eq!(u64::from_str_radix(&digits, base), Ok(n));
        }
    }

    #[test]
    fn check_digits_notice_one_wrong_digit(digits in vec(0u32..10, 15), at in 0usize..7, change in 1u32..10) {
        let mut wrong = digits.clone();
        wrong[at] = (wrong[at] + change) % 10;
        for (tool, parameter, length) in [("luhn_check_digit", "digits", 15), ("ean13_check_digit", "base", 12), ("isbn13_check_digit", "stem", 12), ("issn_check_digit", "stem", 7), ("orcid_check_digit", "stem", 15)] {
            let check = |digits: &[u32]| {
                let stem: String = digits.iter().take(length).map(u32::to_string).collect();
                call(tool, json!({parameter: stem}))["check_digit"].clone()
            };
            prop_assert_ne!(check(&digits), check(&wrong), "{}", tool);
        }
    }

    #[test]
    fn strands_complement_each_other(sequence in dna(4)) {
        let other = text("reverse_complement", json!({"sequence": sequence}), "reverse_complement");
        prop_assert_eq!(&text("reverse_complement", json!({"sequence": other}), "reverse_complement"), &sequence);
        let gc = |s: &str| number("gc_content", json!({"sequence": s}), "gc_percent");
        prop_assert_eq!(gc(&sequence), gc(&other));
        // Recognition sites of these enzymes are palindromes.
        for enzyme in ["AluI", "HaeIII", "MseI"] {
            let sites = |s: &str| number("restriction_site_count", json!({"sequence": s, "restriction_enzyme": enzyme}), "sites");
            prop_assert_eq!(sites(&sequence), sites(&other));
        }
    }

    #[test]
    fn sequence_distances_are_symmetric(a in dna(40), seed in vec(0usize..40, 0..6)) {
        let mut b: Vec<char> = a.chars().collect();
        for at in seed {
            b[at] = if b[at] == 'A' { 'G' } else { 'A' };
        }
        let b = String::from_iter(b);
        let of = |tool: &str, key: &str, a: &str, b: &str| number(tool, json!({"sequence_a": a, "sequence_b": b}), key);
        let p = of("dna_hamming_distance", "p_distance", &a, &b);
        for tool in ["jukes_cantor_distance", "kimura_distance"] {
            let d = of(tool, "distance", &a, &b);
            // Hidden substitutions only add to those that are seen.
            prop_assert!(d == of(tool, "distance", &b, &a) && d >= p - 1e-9);
            prop_assert_eq!(of(tool, "distance", &a, &a), 0.0);
        }
    }

    #[test]
    fn elimination_is_the_same_in_two_steps(half_life in decimal(0.5, 90.0, 1), a in decimal(0.0, 90.0, 1), b in decimal(0.0, 90.0, 1)) {
        let left = |hours: f64| number("drug_remaining", json!({"half_life_h": half_life, "elapsed_h": hours}), "remaining_percent") / 100.0;
        prop_assert!(near(left(a) * left(b), left(a + b), 1e-6));
        prop_assert!(near(left(half_life), 0.5, 1e-7));
    }

    #[test]
    fn filtration_falls_with_creatinine_and_age(creatinine in decimal(0.3, 9.0, 2), age in 18i64..100, sex in prop::sample::select(vec!["female", "male"])) {
        let egfr = |creatinine: f64, age: i64| number("estimated_gfr_ckd_epi", json!({"creatinine_mg_dl": creatinine, "age_years": age, "sex": sex}), "egfr");
        prop_assert!(egfr(creatinine + 0.1, age) < egfr(creatinine, age));
        prop_assert!(egfr(creatinine, age + 1) < egfr(creatinine, age));
    }

    #[test]
    fn exchanging_the_groups_turns_the_sign(m1 in decimal(0.0, 99.0, 1), m2 in decimal(0.0, 99.0, 1), s1 in decimal(0.5, 20.0, 1), s2 in decimal(0.5, 20.0, 1), n1 in 2i64..500, n2 in 2i64..500) {
        let test = |m1: f64, s1: f64, n1: i64, m2: f64, s2: f64, n2: i64| {
            let v = call("welch_t_test", json!({"mean_1": m1, "sd_1": s1, "n_1": n1, "mean_2": m2, "sd_2": s2, "n_2": n2}));
            ["t", "df", "p"].map(|key| v[key].as_f64().unwrap_or(f64::NAN))
        };
        let ([t, df, p], [u, ef, q]) = (test(m1, s1, n1, m2, s2, n2), test(m2, s2, n2, m1, s1, n1));
        prop_assert!(near(t, -u, 1e-7) && near(df, ef, 1e-7) && near(p, q, 1e-6) && (0.0..=1.0).contains(&p));
        prop_assert!(df >= (n1.min(n2) - 1) as f64 * (1.0 - 1e-6) && df <= (n1 + n2 - 2) as f64 * (1.0 + 1e-6));
    }

    #[test]
    fn pooled_effects_lie_between_the_studies(studies in vec((decimal(-2.0, 2.0, 2), decimal(0.05, 1.0, 2)), 2..12)) {
        let (effects, errors): (Vec<f64>, Vec<f64>) = studies.into_iter().unzip();
        let (low, high) = effects.iter().fold((f64::MAX, f64::MIN), |(l, h), e| (l.min(*e), h.max(*e)));
        let args = json!({"effects": effects, "standard_errors": errors});
        let (fixed, random) = (call("fixed_effect_meta_analysis", args.clone()), call("random_effects_meta_analysis", args));
        for v in [&fixed, &random] {
            prop_assert!((low - 1e-7..=high + 1e-7).contains(&v["effect"].as_f64().unwrap_or(f64::NAN)));
        }
        // Variance between studies can only widen the interval.
        prop_assert!(random["standard_error"].as_f64() >= fixed["standard_error"].as_f64().map(|e| e * (1.0 - 1e-7)));
    }

    #[test]
    fn citation_indices_are_ordered(mut citations in vec(0i64..200, 1..60), extra in 0i64..50) {
        let of = |tool: &str, key: &str, citations: &[i64]| number(tool, json!({"citations": citations}), key);
        let (h, g) = (of("h_index", "h_index", &citations), of("g_index", "g_index", &citations));
        prop_assert!(h <= g && g <= citations.len() as f64);
        citations.push(extra);
        let more = of("h_index", "h_index", &citations);
        prop_assert!(h <= more && more <= h + 1.0);
    }

    #[test]
    fn overlaps_are_symmetric_and_bounded(a in vec(0u8..20, 1..12), b in vec(0u8..20, 1..12)) {
        let list = |v: &[u8]| v.iter().map(|i| format!("Paper {i}")).collect::<Vec<_>>();
        let set = |v: &[u8]| v.iter().copied().collect::<std::collections::BTreeSet<_>>();
        prop_assume!(set(&a) != set(&b));
        let of = |tool: &str, key: &str, a: &[u8], b: &[u8]| number(tool, json!({"first": list(a), "second": list(b)}), key);
        let jaccard = of("jaccard_similarity_of_papers", "similarity", &a, &b);
        let salton = of("bibliographic_coupling", "strength", &a, &b);
        let simpson = of("author_overlap", "overlap", &a, &b);
        prop_assert!(jaccard == of("jaccard_similarity_of_papers", "similarity", &b, &a));
        prop_assert!(0.0 <= jaccard && jaccard <= salton + 1e-7 && salton <= simpson + 1e-7 && simpson <= 1.0);
    }

    #[test]
    fn communities_are_most_even_when_equal(counts in vec(1i64..90, 2..20)) {
        let of = |tool: &str, key: &str, counts: &[i64]| number(tool, json!({"counts": counts}), key);
        let even = vec![10; counts.len()];
        let (shannon, greatest) = (of("shannon_diversity", "shannon", &counts), of("shannon_diversity", "shannon", &even));
        prop_assert!(shannon <= greatest + 1e-7);
        prop_assert!(near(greatest, (counts.len() as f64).ln(), 1e-7));
        prop_assert!(near(of("pielou_evenness", "evenness", &even), 1.0, 1e-7));
        let inverse = of("simpson_diversity", "inverse_simpson", &counts);
        prop_assert!(inverse <= counts.len() as f64 + 1e-6 && inverse <= shannon.exp() * (1.0 + 1e-6));
    }

    #[test]
    fn volatility_is_what_the_price_was_made_with(kind in prop::sample::select(vec!["call", "put"]), spot in decimal(20.0, 120.0, 1), moneyness in decimal(0.85, 1.2, 2), months in 1i64..18, volatility in decimal(12.0, 80.0, 1)) {
        let strike = (spot * moneyness * 10.0).round() / 10.0;
        let price = number("black_scholes_price", json!({"option": kind, "share_price": spot, "strike": strike, "months_to_expiry": months, "risk_free_rate": 3, "volatility": volatility}), "price");
        prop_assume!(price > 0.02);
        let days = months as f64 * 365.0 / 12.0;
        let implied = number("implied_volatility", json!({"kind": kind, "share_price": spot, "strike": strike, "days_to_expiry": days, "risk_free_rate": 3, "premium": price}), "implied_volatility");
        prop_assert!(near(implied, volatility, 1e-3));
    }

    #[test]
    fn changing_money_back_and_forth_loses_nothing(first in decimal(0.5, 90.0, 2), second in decimal(0.5, 90.0, 2), third in decimal(0.5, 90.0, 2)) {
        let cross = |a: f64, b: f64| number("cross_exchange_rate", json!({"first_rate": a, "second_rate": b}), "cross_rate");
        prop_assert!(near(cross(first, second) * cross(second, first), 1.0, 2e-5));
        prop_assert!(near(cross(first, second) * cross(second, third), cross(first, third), 2e-5));
    }

    #[test]
    fn alignments_are_symmetric_and_local_ones_no_worse(a in "[ACDEFGHIKLMNPQRSTVWY]{1,40}", b in "[ACDEFGHIKLMNPQRSTVWY]{1,40}") {
        let of = |tool: &str, a: &str, b: &str| number(tool, json!({"protein_a": a, "protein_b": b}), "score");
        let (global, local) = (of("global_alignment_score", &a, &b), of("local_alignment_score", &a, &b));
        prop_assert_eq!(global, of("global_alignment_score", &b, &a));
        prop_assert_eq!(local, of("local_alignment_score", &b, &a));
        prop_assert!(local >= global.max(0.0) && of("global_alignment_score", &a, &a) >= local);
    }

    #[test]
    fn deviation_does_not_depend_on_the_frame(points in vec((decimal(-20.0, 20.0, 2), decimal(-20.0, 20.0, 2), decimal(-20.0, 20.0, 2)), 4..12), turn in decimal(0.0, 6.2, 2), shift in decimal(-50.0, 50.0, 1)) {
        let axis = |f: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(f).collect::<Vec<f64>>();
        let (sin, cos) = turn.sin_cos();
        let args = json!({"x": axis(&|p| p.0), "y": axis(&|p| p.1), "z": axis(&|p| p.2),
            "bound_x": axis(&|p| cos * p.0 - sin * p.1 + shift), "bound_y": axis(&|p| sin * p.0 + cos * p.1), "bound_z": axis(&|p| p.2 - shift)});
        prop_assert!(number("pocket_deviation", args, "deviation") < 1e-4);
    }

    #[test]
    fn fewer_individuals_have_fewer_species(counts in vec(1i64..40, 2..12), draw in 1i64..12) {
        let total: i64 = counts.iter().sum();
        prop_assume!(draw < total);
        let of = |draw: i64| number("rarefied_richness", json!({"counts": counts, "draw": draw}), "richness");
        prop_assert!(of(draw) <= of(draw + 1) + 1e-7 && near(of(1), 1.0, 1e-7) && near(of(total), counts.len() as f64, 1e-7));
    }

    #[test]
    fn conversions_are_linear(a in decimal(0.0, 900.0, 2), b in decimal(0.0, 900.0, 2)) {
        for (tool, unit) in [("convert_kilometres", "mile"), ("convert_square_kilometres", "acre"), ("convert_elevation", "fathom"), ("convert_minutes", "day")] {
            let of = |value: f64| number(tool, json!({"value": value, "unit": unit}), "converted");
            prop_assert!(near(of(a) + of(b), of(a + b), 1e-6));
        }
        let celsius = |value: f64, scale: &str| number("convert_temperature", json!({"value": value, "scale": scale}), "converted");
        prop_assert!(near((celsius(a, "fahrenheit") - 32.0) / 1.8, a, 1e-5) && near(celsius(a, "rankine") / 1.8, celsius(a, "kelvin"), 1e-6));
    }

    #[test]
    fn geodesics_are_symmetric_and_near_the_sphere(a in point(), b in point()) {
        let args = |a: (f64, f64), b: (f64, f64)| json!({"latitude_1": a.0, "longitude_1": a.1, "latitude_2": b.0, "longitude_2": b.1});
        let sphere = distance(a, b);
        prop_assume!(sphere < 19_500.0);
        let there = number("geodesic_distance", args(a, b), "distance_km");
        prop_assert!(near(there, number("geodesic_distance", args(b, a), "distance_km"), 1e-7));
        prop_assert!((there - sphere).abs() <= 0.006 * sphere);
    }

    #[test]
    fn clocks_are_set_back(here in -12i32..14, there in -12i32..14, hour in 0u32..24, minute in 0u32..60) {
        let time = format!("{hour:02}:{minute:02}");
        let moved = |a: i32, b: i32, time: &str| text("local_time", json!({"offset_1": a, "offset_2": b, "time": time}), "time");
        prop_assert_eq!(moved(there, here, &moved(here, there, &time)), time);
    }

    #[test]
    fn spanning_forests_are_no_longer_than_their_networks(lengths in vec(decimal(0.1, 90.0, 1), 2..20)) {
        // A ring: its longest road is left out.
        let name = |i: usize| format!("City {}", i % (lengths.len() + 1));
        let last = 95.5;
        let all: Vec<f64> = lengths.iter().copied().chain([last]).collect();
        let roads: Vec<String> = (0..all.len()).map(|i| format!("{}–{}", name(i), name(i + 1))).collect();
        let args = json!({"roads": roads, "length_km": all});
        prop_assert!(near(number("minimum_spanning_forest", args.clone(), "total_km"), lengths.iter().sum(), 1e-6));
        prop_assert_eq!(number("road_network_structure", args, "cyclomatic"), 1.0);
    }

    #[test]
    fn chances_add_up(rows in vec((1u32..100, 1u32..100, 1u32..100), 3), days in 1i64..30, today in 0usize..3) {
        let share = |of: fn(&(u32, u32, u32)) -> u32| rows.iter().map(|r| f64::from(of(r)) / f64::from(r.0 + r.1 + r.2)).collect::<Vec<_>>();
        let args = json!({"to_dry": share(|r| r.0), "to_overcast": share(|r| r.1), "to_rainy": share(|r| r.2),
            "today": (["dry", "overcast", "rainy"][today]), "days": days});
        let value = call("markov_forecast", args);
        let sum: f64 = ["dry", "overcast", "rainy"].iter().filter_map(|k| value[k].as_f64()).sum();
        prop_assert!(near(sum, 100.0, 1e-7));
    }

    #[test]
    fn pooled_effects_lie_between_their_studies(effects in vec(decimal(-2.0, 2.0, 2), 3..12)) {
        let errors: Vec<f64> = (1..=effects.len()).map(|i| 0.05 * i as f64).collect();
        let (low, high) = effects.iter().fold((f64::MAX, f64::MIN), |(l, h), e| (l.min(*e), h.max(*e)));
        let args = json!({"effects": effects, "standard_errors": errors});
        for tool in ["fixed_effect_meta_analysis", "random_effects_meta_analysis"] {
            let pooled = number(tool, args.clone(), "effect");
            prop_assert!(low - 1e-6 <= pooled && pooled <= high + 1e-6);
        }
    }
}
