//! What exemplars, toolset settings and pool subsets do to the tasks.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::answer::Answer;
use dive_core::exemplar::{Exemplar, FormKind};
use dive_core::expr::Op;
use dive_core::form::Form;
use dive_core::task::Task;
use dive_core::tool::ToolKind;
use dive_synth::config::Mix;
use dive_synth::realise::{unfiltered, written_out};
use dive_synth::{Config, gate};

use crate::{POOL, PROPOSALS, accepted, engine, engine_with, exemplars, propose};

/// The form without rounding and conversion.
fn bare(form: &Form) -> &Form {
    match form {
        Form::Apply { op: Op::Round { .. } | Op::Convert { .. }, args } => bare(&args[0]),
        other => other,
    }
}

fn converts(form: &Form) -> bool {
    match form {
        Form::Apply { op: Op::Convert { .. }, .. } => true,
        Form::Apply { op: Op::Round { .. }, args } => converts(&args[0]),
        _ => false,
    }
}

/// Whether a question does what its exemplars do, judged by what it says and not by its label.
fn is_of(kind: FormKind, form: &Form) -> bool {
    use FormKind as K;
    let top = bare(form);
    let processing = |tool: &str| POOL.spec(tool).is_some_and(|s| s.kind == ToolKind::Processing);
    let literal = |f: &Form| matches!(f, Form::Literal { .. });
    // A document about something named is looked up although it has to be found.
    let found =
        |f: &Form| matches!(f, Form::Get { call, path } if path.contains("/0/") && call.args.values().all(literal));
    match (kind, top) {
        (K::Lookup, Form::Get { call, .. }) => call.args.values().all(|f| literal(f) || found(f)),
        (K::MultiHop, Form::Get { call, .. }) => !call.args.values().all(|f| literal(f) || found(f)),
        (K::Computation, Form::Get { call, .. }) => processing(&call.tool),
        (K::UnitConversion, _) => converts(form),
        (K::Listing, Form::Get { path, .. }) => path.contains('*'),
        (K::Listing, Form::Apply { op: Op::Filter { .. } | Op::Intersect, .. })
        | (K::Difference, Form::Apply { op: Op::Difference, .. })
        | (K::Aggregation, Form::Apply { op: Op::Sum | Op::Median, .. })
        | (K::Average, Form::Apply { op: Op::Mean, .. })
        | (K::Spread, Form::Apply { op: Op::Range, .. })
        | (K::ExtremeValue, Form::Apply { op: Op::Extreme { .. }, .. })
        | (K::Ratio, Form::Apply { op: Op::Divide, .. })
        | (K::DateReasoning, Form::Apply { op: Op::DaysBetween | Op::YearOf, .. })
        | (K::Conditional, Form::Apply { op: Op::If, .. })
        | (K::Ranking, Form::Apply { op: Op::Top { .. }, .. })
        | (K::Counting, Form::Apply { op: Op::Count, .. })
        | (K::Verification, Form::Apply { op: Op::Greater, .. })
        | (K::Percentage, Form::Apply { op: Op::PercentOf | Op::PercentChange, .. })
        | (K::Pair, Form::Apply { op: Op::Mapping { .. }, .. }) => true,
        (K::Comparison, Form::Apply { op: Op::Pick { .. }, args }) => written_out(&args[0]).is_some(),
        (K::Superlative, Form::Apply { op: Op::Pick { rank: 1, .. }, args })
        | (K::Ordinal, Form::Apply { op: Op::Pick { rank: 2, .. }, args }) => {
            written_out(unfiltered(&args[0]).0).is_none()
        }
        _ => false,
    }
}

#[test]
fn exemplars_steer_the_form() {
    let mut poor = Vec::new();
    for kind in FormKind::ALL {
        let shown: Vec<Exemplar> = exemplars().into_iter().filter(|e| e.form == kind).collect();
        assert!(!shown.is_empty(), "no exemplar of {}", kind.name());
        let proposals = propose(&engine_with(shown, Config::default()), 80);
        let all = accepted(&proposals).count();
        let fitting = accepted(&proposals).filter(|t| is_of(kind, &t.logical_form)).count();
        if all < 16 || fitting * 100 < all * 80 {
            let odd = accepted(&proposals).find(|t| !is_of(kind, &t.logical_form));
            poor.push(format!("{}: {fitting} of {all}; {:?}", kind.name(), odd.map(|t| &t.question)));
        }
    }
    assert!(poor.is_empty(), "{}", poor.join("\n"));
}

#[test]
fn toolsets_are_within_bounds_and_enough() {
    let known: BTreeSet<&str> = POOL.specs().map(|s| s.name.as_str()).collect();
    for task in accepted(&PROPOSALS) {
        let tools: BTreeSet<&str> = task.toolset.iter().map(String::as_str).collect();
        assert_eq!(tools.len(), task.toolset.len(), "a tool twice");
        assert!((15..=50).contains(&tools.len()), "{} tools", tools.len());
        assert!(tools.is_subset(&known));
        assert!(task.evidence.calls.iter().all(|c| tools.contains(c.tool.as_str())), "{}", task.question);
    }
}

fn toolsets(config: Config, episodes: u64) -> BTreeSet<Vec<String>> {
    let proposals = propose(&engine(config), episodes);
    accepted(&proposals).map(|t| t.toolset.clone()).collect()
}

#[test]
fn pool_subsets_are_nested() {
    // A toolset as large as the subset is the subset.
    let subset = |n: usize, seed: u64| -> BTreeSet<String> {
        let (toolset_min, toolset_max, mix) = (n, n, Mix::All);
        let config = Config { seed, pool_tools: Some(n), toolset_min, toolset_max, mix, ..Config::default() };
        let sets = toolsets(config, 16);
        assert_eq!(sets.len(), 1, "{n} tools");
        sets.into_iter().flatten().collect()
    };
    let sizes = [20, 40, 80];
    let nested: Vec<_> = sizes.iter().map(|n| subset(*n, 1)).collect();
    for (n, set) in sizes.iter().zip(&nested) {
        assert_eq!(set.len(), *n);
    }
    for pair in nested.windows(2) {
        assert!(pair[0].is_subset(&pair[1]));
    }
    assert_ne!(nested[0], subset(20, 2));
    // Smaller toolsets stay within the subset.
    let small = toolsets(Config { pool_tools: Some(40), toolset_max: 20, ..Config::default() }, 40);
    assert!(small.iter().flatten().all(|t| nested[1].contains(t)));
}

#[test]
fn the_number_of_toolsets_is_bounded() {
    for m in [1, 3] {
        let sets = toolsets(Config { toolsets: Some(m), ..Config::default() }, 60);
        assert!(!sets.is_empty() && sets.len() as u64 <= m, "{} toolsets, at most {m} wanted", sets.len());
    }
    let fixed = toolsets(Config::fixed_toolset(), 40);
    assert_eq!(fixed.iter().map(Vec::len).collect::<Vec<_>>(), [15]);
}

#[test]
fn rounds_are_bounded() {
    let proposals = propose(&engine(Config { rounds: 1, ..Config::default() }), 40);
    assert!(accepted(&proposals).all(|t| t.rounds.len() == 1));
    let mut rounds: BTreeMap<usize, usize> = BTreeMap::new();
    for task in accepted(&PROPOSALS) {
        *rounds.entry(task.rounds.len()).or_default() += 1;
        assert_eq!(task.rounds.last().map(|r| &r.question), Some(&task.question));
        assert!(task.rounds.iter().zip(1..).all(|(r, n)| r.round == n));
    }
    assert_eq!(rounds.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn what_is_easy_to_guess_is_rare_and_balanced() {
    let all = accepted(&PROPOSALS).count();
    assert!(all > 1_000, "only {all} tasks");
    let verdicts: Vec<bool> = accepted(&PROPOSALS)
        .filter_map(|t| if let Answer::Boolean { value } = t.answer { Some(value) } else { None })
        .collect();
    let choices: Vec<&Task> = accepted(&PROPOSALS).filter(|t| gate::is_choice(&t.logical_form)).collect();
    let easy = verdicts.len() + choices.len();
    assert!(easy * 100 <= all * 8, "{} yes or no and {} choices of {all}", verdicts.len(), choices.len());
    assert!(verdicts.len() >= 20 && choices.len() >= 20);
    // Three standard deviations around what chance gives.
    let expected = verdicts.len() as f64 / 2.0;
    let yes = verdicts.iter().filter(|v| **v).count() as f64;
    assert!((yes - expected).abs() <= 3.0 * (expected / 2.0).sqrt(), "{yes} of {} answers are yes", verdicts.len());
    let (mut first, mut expected, mut variance) = (0.0, 0.0, 0.0);
    for task in choices {
        let Form::Apply { args, .. } = &task.logical_form else { continue };
        let Some(candidates @ [Form::Literal { literal, .. }, ..]) = written_out(&args[0]) else { continue };
        let p = 1.0 / candidates.len() as f64;
        expected += p;
        variance += p * (1.0 - p);
        let right = matches!(&task.answer, Answer::Text { value, .. } if literal == value.as_str());
        first += f64::from(u8::from(right));
    }
    assert!(f64::abs(first - expected) <= 3.0 * f64::sqrt(variance), "{first} first candidates, {expected} by chance");
}
