//! Calls every tool with random arguments: plausible ones, nasty ones, and ones that break the schema.
//!
//! `cargo run --release -p dive-pool --example fuzz -- --seconds 60 [--seed N] [--tool NAME]`
//!
//! Every call must end in a value within the output cap or in a typed error with a sentence, quickly and without a panic,
//! and do so again; dates, names and choices that do not exist must end in an error. What does not is reduced to fewer and simpler arguments and printed; the exit status then is 1.
//! Rounds are numbered and depend on the seed only, so that a finding comes back with the same flags.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests and examples print, wait and end the process"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, panic, process, thread};

use dive_core::evidence::Outcome;
use dive_core::rng::Stream;
use dive_core::sem::Sem;
use dive_core::tool::{ErrorKind, JsonType, Param, Sample, ToolSpec};
use dive_pool::{World, load};
use dive_tools::ToolPool;
use serde_json::{Map, Value, json};

type Args = Map<String, Value>;

/// The pool's output cap, with the bytes that marking a cut list takes.
const CAP: usize = dive_tools::OUTPUT_CAP + 64;
/// Longest error message in characters: it goes into a model's context.
const MESSAGE_CAP: usize = 1024;
/// A call that takes longer is reported; wall time, so with room for a busy machine.
const SLOW: Duration = Duration::from_secs(10);
/// A call that takes longer ends the process.
const HUNG: Duration = Duration::from_secs(30);

fn main() {
    let options = Options::read();
    // Backends turn a panic into an error; the hook keeps quiet about it, the error gives it away.
    panic::set_hook(Box::new(|_| {}));
    let pool = match World::open(1).and_then(|w| load(&w)) {
        Ok(pool) => pool,
        Err(e) => {
            eprintln!("{e}");
            process::exit(2);
        }
    };
    let watch = Watch::start();
    let names: Vec<String> = pool.specs().map(|s| s.name.clone()).collect();
    let names: Vec<&String> = names.iter().filter(|n| options.tool.as_ref().is_none_or(|t| t == *n)).collect();
    let (start, mut calls, mut values) = (Instant::now(), 0_u64, 0_u64);
    let mut succeeded: BTreeSet<&str> = BTreeSet::new();
    let mut findings: BTreeMap<(String, String), Finding> = BTreeMap::new();
    let mut round = 0;
    while start.elapsed() < options.length && !names.is_empty() {
        for name in &names {
            let Some(spec) = pool.spec(name) else { continue };
            let mut rng = Stream::new(options.seed, &["fuzz", name.as_str(), &round.to_string()]);
            let args = arguments(&pool, spec, &mut rng);
            calls += 1;
            match verdict(&pool, &watch, name, &args) {
                Ok(true) => {
                    values += 1;
                    succeeded.insert(name.as_str());
                }
                Ok(false) => {}
                Err(why) => {
                    findings.entry(((*name).clone(), why.kind.into())).or_insert_with(|| {
                        let args = reduce(&pool, &watch, name, args, why.kind);
                        Finding { round, args, why: why.text }
                    });
                }
            }
        }
        round += 1;
    }
    println!("{calls} calls of {} tools in {round} rounds, {values} of them with a value", names.len());
    let never: Vec<_> = names.iter().filter(|n| !succeeded.contains(n.as_str())).collect();
    if !never.is_empty() {
        println!("never a value from: {never:?}");
    }
    for ((name, kind), finding) in &findings {
        let mut args = Value::Object(finding.args.clone()).to_string();
        args.truncate(args.floor_char_boundary(300));
        println!("{kind}: {name}({args}) {} [round {}]", finding.why, finding.round);
    }
    process::exit(i32::from(!findings.is_empty()));
}

struct Options {
    length: Duration,
    seed: u64,
    tool: Option<String>,
}

impl Options {
    fn read() -> Options {
        let args: Vec<String> = env::args().collect();
        let after = |flag: &str| args.iter().position(|a| a == flag).and_then(|i| args.get(i + 1));
        let number = |flag: &str, default| after(flag).and_then(|v| v.parse().ok()).unwrap_or(default);
        Options {
            length: Duration::from_secs(number("--seconds", 60)),
            seed: number("--seed", 1),
            tool: after("--tool").cloned(),
        }
    }
}

/// A call that broke a rule, in its simplest form.
struct Finding {
    round: u64,
    args: Args,
    why: String,
}

/// Which rule a call broke.
struct Broken {
    kind: &'static str,
    text: String,
}

/// Ends the process when a call hangs, which nothing else could report.
struct Watch(Arc<Mutex<Option<(Instant, String)>>>);

impl Watch {
    fn start() -> Watch {
        let current: Arc<Mutex<Option<(Instant, String)>>> = Arc::default();
        let seen = Arc::clone(&current);
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_millis(500));
                let Ok(guard) = seen.lock() else { return };
                if let Some((since, call)) = guard.as_ref().filter(|(since, _)| since.elapsed() > HUNG) {
                    println!("hangs for {} s: {call}", since.elapsed().as_secs());
                    process::exit(1);
                }
            }
        });
        Watch(current)
    }

    fn during<T>(&self, name: &str, args: &Args, run: impl FnOnce() -> T) -> (T, Duration) {
        let set = |state| {
            if let Ok(mut guard) = self.0.lock() {
                *guard = state;
            }
        };
        let start = Instant::now();
        let mut call = format!("{name}({})", Value::Object(args.clone()));
        call.truncate(call.floor_char_boundary(2000));
        set(Some((start, call)));
        let result = run();
        set(None);
        (result, start.elapsed())
    }
}

/// Whether the call gave a value, or which rule it broke.
fn verdict(pool: &ToolPool, watch: &Watch, name: &str, args: &Args) -> Result<bool, Broken> {
    let broken = |kind, text: String| Err(Broken { kind, text });
    let call = || panic::catch_unwind(panic::AssertUnwindSafe(|| pool.call(name, args)));
    let (outcome, took) = watch.during(name, args, call);
    let Ok(outcome) = outcome else { return broken("panic", String::new()) };
    if took > SLOW {
        return broken("slow", format!("takes {} ms", took.as_millis()));
    }
    if outcome != pool.call(name, args) {
        return broken("unstable", "answers differently the second time".into());
    }
    match outcome {
        Outcome::Value { value, .. } => {
            let size = value.to_string().len();
            if size > CAP {
                return broken("size", format!("returns {size} bytes"));
            }
            let Some(spec) = pool.spec(name) else { return Ok(true) };
            if let Some(why) = meaningless(pool, spec, args) {
                return broken("accepted", why);
            }
            match undeclared(spec, &value) {
                Some(why) => broken("shape", why),
                None => Ok(true),
            }
        }
        Outcome::Error { error } if error.kind == ErrorKind::Provider => broken("panic", error.message),
        Outcome::Error { error } => {
            let text = error.message.trim();
            let sentence = text.len() >= 15 && text.ends_with(['.', '?']) && text.contains(' ');
            if !sentence {
                broken("sentence", format!("says only: {text}"))
            } else if text.chars().count() > MESSAGE_CAP {
                broken("long message", format!("says {} characters", text.chars().count()))
            } else if text.chars().any(|c| c.is_control()) {
                broken("control characters", format!("says {text:?}"))
            } else {
                Ok(false)
            }
        }
    }
}

/// An argument that cannot be meant, and for which a value is therefore a silent default.
fn meaningless(pool: &ToolPool, spec: &ToolSpec, args: &Args) -> Option<String> {
    spec.params.iter().find_map(|param| {
        let text = args.get(&param.name)?.as_str()?;
        let odd = match &param.sem {
            Sem::Date(_) => text.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-'),
            Sem::Entity(entity) => pool.entities().contains(entity, text) == Some(false),
            _ => !param.choices.is_empty() && !param.choices.iter().any(|c| c.value == text),
        };
        odd.then(|| format!("has a value for the {} `{}`", param.sem, param.name))
    })
}

/// The first value that is not what the specification declares.
fn undeclared(spec: &ToolSpec, value: &Value) -> Option<String> {
    let odd = |record: &Value, field: &dive_core::tool::Field| {
        let found = record.pointer(&field.pointer).unwrap_or(&Value::Null);
        let right = match &field.sem {
            Sem::Measure { .. } | Sem::Number | Sem::Year(_) => found.as_f64().is_some_and(f64::is_finite),
            Sem::Flag(_) => found.is_boolean(),
            Sem::List(_) => found.is_array(),
            Sem::Same(_) => found.is_number() || found.is_array(),
            _ => found.is_string(),
        };
        (!right && !found.is_null()).then(|| format!("`{}` should be {}, is {found}", field.pointer, field.sem))
    };
    if let Some(why) = spec.output.fields.iter().find_map(|f| odd(value, f)) {
        return Some(why);
    }
    let rows = spec.output.rows.as_ref()?;
    let Some(list) = value.pointer(&rows.pointer).and_then(Value::as_array) else {
        return Some(format!("there is no list at `{}`", rows.pointer));
    };
    list.iter().find_map(|row| rows.fields.iter().find_map(|f| odd(row, f)))
}

/// Simpler arguments that break the same rule: fewer, shorter, rounder, as long as anything helps.
fn reduce(pool: &ToolPool, watch: &Watch, name: &str, mut args: Args, kind: &str) -> Args {
    let still = |args: &Args| verdict(pool, watch, name, args).is_err_and(|b| b.kind == kind);
    for _ in 0..200 {
        let mut simpler = args.keys().cloned().flat_map(|key| {
            let given = args.get(&key).cloned().unwrap_or_default();
            let without = {
                let mut fewer = args.clone();
                fewer.remove(&key);
                fewer
            };
            let replaced = simpler_values(&given).into_iter().map({
                let args = args.clone();
                move |value| {
                    let mut other = args.clone();
                    other.insert(key.clone(), value);
                    other
                }
            });
            std::iter::once(without).chain(replaced)
        });
        match simpler.find(|candidate| still(candidate)) {
            Some(found) => args = found,
            None => break,
        }
    }
    args
}

/// Values that are strictly simpler than this one.
fn simpler_values(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(n) => {
            let x = n.as_f64().unwrap_or(0.0);
            let candidates = [0.0, 1.0, x.trunc(), (x / 2.0).trunc()];
            candidates
                .into_iter()
                .filter(|c| c.abs() < x.abs() || (*c != x && c.abs() <= 1.0 && x.abs() > 1.0))
                .map(Value::from)
                .collect()
        }
        Value::String(s) if !s.is_empty() => {
            let chars: Vec<char> = s.chars().collect();
            let half: String = chars.iter().take(chars.len() / 2).collect();
            let tail: String = chars.iter().skip(chars.len().div_ceil(2)).collect();
            let less: String = chars.iter().take(chars.len() - 1).collect();
            vec![json!(half), json!(tail), json!(less)]
        }
        Value::Array(items) if !items.is_empty() => {
            let half = items.len() / 2;
            let mut all = vec![json!(items[..half]), json!(items[half..]), json!(items[..items.len() - 1])];
            all.retain(|v| v != value);
            for (i, item) in items.iter().enumerate().take(8) {
                for simpler in simpler_values(item) {
                    let mut list = items.clone();
                    list[i] = simpler;
                    all.push(Value::Array(list));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

fn pick<T: Clone>(rng: &mut Stream, items: &[T]) -> Option<T> {
    rng.pick(items).cloned()
}

/// Arguments for a call. Half of the calls are plausible in every argument, so that formulas are reached at all.
fn arguments(pool: &ToolPool, spec: &ToolSpec, rng: &mut Stream) -> Args {
    let nastiness = pick(rng, &[0.0, 0.0, 0.25, 1.0]).unwrap_or(0.0);
    let example = pick(rng, &spec.examples);
    let length = pick(rng, &[1_usize, 2, 3, 5, 12, 40]).unwrap_or(3);
    let mut args = Args::new();
    for param in &spec.params {
        if !param.required && rng.chance(0.5) {
            continue;
        }
        let from_example = example.as_ref().and_then(|e| e.args.get(&param.name));
        let value = if rng.chance(nastiness) {
            nasty(&param.json, rng)
        } else if let Some(value) = from_example.filter(|_| rng.chance(0.3)) {
            resolve(pool, value)
        } else {
            plausible(pool, param, &param.json, &param.sem, length, rng)
        };
        args.insert(param.name.clone(), value);
    }
    if rng.chance(0.02) {
        // Beyond the schema: a missing, a surplus or a wrongly typed argument.
        let key = pick(rng, &args.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        match rng.below(3) {
            0 => drop(args.remove(&key)),
            1 => drop(args.insert("surplus".into(), json!(1))),
            _ => {
                let odd = [json!(null), json!({}), json!([]), json!(true), json!("x"), json!(1.5), json!([[1]])];
                args.insert(key, pick(rng, &odd).unwrap_or_default());
            }
        }
    }
    args
}

fn resolve(pool: &ToolPool, value: &Value) -> Value {
    match value {
        Value::String(s) => pool.entities().resolve(s).map_or_else(|| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(|v| resolve(pool, v)).collect(),
        other => other.clone(),
    }
}

fn plausible(pool: &ToolPool, param: &Param, json: &JsonType, sem: &Sem, length: usize, rng: &mut Stream) -> Value {
    if let (JsonType::Array(inner), Sem::List(of)) = (json, sem) {
        return (0..length).map(|_| plausible(pool, param, inner, of, length, rng)).collect();
    }
    if let Some(choice) = rng.pick(&param.choices) {
        return choice.value.clone().into();
    }
    if let (Some(sample), true) = (&param.sample, rng.chance(0.5)) {
        return match sample {
            Sample::Grid(low, high, step) => {
                let x = low + step * (rng.range(0.0, (high - low) / step)).floor();
                number(json, x)
            }
            Sample::Of(values) => pick(rng, values).unwrap_or_default(),
        };
    }
    let letters = |rng: &mut Stream, alphabet: &str, n: usize| -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..n).filter_map(|_| pick(rng, &letters)).collect()
    };
    match (json, sem) {
        (JsonType::Number | JsonType::Integer, _) => {
            let (low, high) = (param.minimum.unwrap_or(-10.0), param.maximum.unwrap_or(1e4));
            let x = match rng.below(6) {
                0 => low,
                1 => high,
                2 => rng.range(low.max(-1e6), high.min(100.0).max(low)),
                3 if high > 0.0 => high * libm::pow(10.0, -rng.range(0.0, 8.0)),
                _ => rng.range(low, high),
            };
            number(json, x.clamp(low, high))
        }
        (JsonType::Boolean, _) => rng.chance(0.5).into(),
        (_, Sem::Entity(entity)) => {
            let names = pool.entities().get(entity).map(|t| t.names.as_slice()).unwrap_or_default();
            rng.pick(names).cloned().unwrap_or_default().into()
        }
        (_, Sem::Date(_)) => {
            format!("{:04}-{:02}-{:02}", rng.between(1850, 2040), rng.between(1, 12), rng.between(1, 28)).into()
        }
        (_, Sem::Text(kind)) => {
            let n = length * 3;
            let digits = pick(rng, &[7, 12, 15, 30]).unwrap_or(7);
            match kind.as_str() {
                "dna" => letters(rng, "ACGT", n),
                "rna" => letters(rng, "ACGU", n),
                "protein" => letters(rng, "ACDEFGHIKLMNPQRSTVWY", n),
                "formula" => letters(rng, "CHON()2345", 6),
                _ if rng.chance(0.5) => letters(rng, "0123456789", digits),
                _ => letters(rng, "ACGTUdefghi 0123-", n),
            }
            .into()
        }
        _ => letters(rng, "abcdefgh ", length).into(),
    }
}

fn number(json: &JsonType, x: f64) -> Value {
    if *json == JsonType::Integer { json!(x.clamp(-9e18, 9e18) as i64) } else { json!(x) }
}

/// Values that the JSON type admits and that nobody hopes for.
fn nasty(json: &JsonType, rng: &mut Stream) -> Value {
    let long = |c: &str| c.repeat(20_000);
    match json {
        JsonType::Number => {
            let odd = [
                0.0,
                -0.0,
                1.0,
                -1.0,
                1e-300,
                -1e-300,
                1e300,
                -1e300,
                f64::MAX,
                f64::MIN,
                f64::MIN_POSITIVE,
                f64::EPSILON,
                0.1 + 0.2,
                1e15,
                1e16,
                9_007_199_254_740_993.0,
                5e-324,
                100.0,
                99.999_999_999_999,
                2_147_483_648.0,
            ];
            json!(pick(rng, &odd).unwrap_or(0.0))
        }
        JsonType::Integer => {
            let odd = [
                0,
                -1,
                1,
                2,
                i64::MAX,
                i64::MIN,
                i64::MAX - 1,
                1 << 31,
                1 << 32,
                1 << 53,
                -(1 << 53),
                10_000,
                1_000_000,
            ];
            json!(pick(rng, &odd).unwrap_or(0))
        }
        JsonType::Boolean => json!(rng.chance(0.5)),
        JsonType::String => {
            let odd = [
                String::new(),
                " ".into(),
                "NaN".into(),
                "\0".into(),
                "\u{1b}[31mred\u{7}".into(),
                "ÅÉ漢字🧬".into(),
                "ﬁ\u{301}\u{200d}\u{202e}".into(),
                "'; DROP TABLE city; --".into(),
                "%_%".into(),
                "9999-12-31".into(),
                "-9999-01-01".into(),
                "2024-02-30".into(),
                "2024-01-01T00:00:00Z".into(),
                "+002024-01-01".into(),
                "((((((((((".into(),
                "H999999".into(),
                "(((((H9)9)9)9)9)9".into(),
                "acgt".into(),
                "ATG".into(),
                "TAA".into(),
                long("A"),
                long("ACGT"),
                long("("),
                long("9"),
                long("é"),
                long("K"),
            ];
            pick(rng, &odd).unwrap_or_default().into()
        }
        JsonType::Object => {
            pick(rng, &[json!({}), json!({"": null}), json!({"a": {"a": [1e308]}})]).unwrap_or_default()
        }
        JsonType::Array(inner) => {
            let n = pick(rng, &[0_usize, 0, 1, 2, 3, 20_000]).unwrap_or(0);
            if n > 100 || rng.chance(0.4) {
                let one = nasty(inner, rng);
                let one = if one.as_str().is_some_and(|s| s.len() > 100) { json!("A") } else { one };
                return Value::Array(vec![one; n]);
            }
            (0..n).map(|_| nasty(inner, rng)).collect()
        }
    }
}
