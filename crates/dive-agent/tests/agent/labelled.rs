//! At least two thousand labelled pairs of reference and response, half of them wrong by construction.

use std::collections::BTreeMap;

use dive_core::matching::{Finding, judge};
use dive_core::rng::Stream;

use crate::{TASKS, hard, write};

struct Pair {
    rule: String,
    question: String,
    reference: dive_core::answer::Answer,
    response: String,
    right: bool,
}

/// An answer within a response, as models write them.
fn respond(answer: &str, stream: &mut Stream) -> String {
    match stream.below(8) {
        0 => format!("**The final answer is:** {answer}"),
        1 => format!("I called the tools; the lists held 12 and 7 entries.\n\nThe final answer is: {answer}"),
        2 => format!("<think>Perhaps it is 42?</think>\nThe final answer is: {answer}."),
        3 => format!("Done.\nFinal answer: {answer}"),
        4 => answer.to_string(),
        _ => format!("The final answer is: {answer}"),
    }
}

fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    let tasks: Vec<_> = TASKS.iter().collect();
    for (i, task) in tasks.iter().enumerate() {
        let stream = &mut Stream::new(5, &["labelled", &task.id]);
        let mut add = |rule: String, response: String, right: bool| {
            let (question, reference) = (task.question.clone(), task.answer.clone());
            pairs.push(Pair { rule, question, reference, response, right });
        };
        let good = write::right(&task.answer, stream);
        add(format!("right {}", kind(&task.answer)), respond(&good, stream), true);
        let other = tasks[(i + 1) % tasks.len()].answer.display();
        if let Some((rule, made)) = write::wrong(&task.answer, &other, stream) {
            add(format!("wrong {}: {rule}", kind(&task.answer)), respond(&made, stream), false);
        }
    }
    for case in hard::cases() {
        pairs.push(Pair {
            rule: format!("hard, {}", if case.right { "right" } else { "wrong" }),
            question: case.question,
            reference: case.reference,
            response: case.response,
            right: case.right,
        });
    }
    pairs
}

fn kind(answer: &dive_core::answer::Answer) -> &'static str {
    use dive_core::answer::Answer as A;
    match answer {
        A::Number { .. } => "number",
        A::Text { .. } => "text",
        A::Boolean { .. } => "boolean",
        A::Date { .. } => "date",
        A::List { .. } => "list",
        A::Set { .. } => "set",
        A::Mapping { .. } => "mapping",
    }
}

#[test]
fn no_wrong_answer_is_accepted_and_few_right_ones_are_missed() {
    let pairs = pairs();
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let (mut accepted_wrong, mut missed) = (Vec::new(), Vec::new());
    for pair in &pairs {
        let finding = judge(&pair.question, &pair.reference, &pair.response);
        let column = match finding {
            Finding::Correct => 0,
            Finding::Incorrect(_) => 1,
            Finding::Undecided(_) => 2,
        };
        table.entry(&pair.rule).or_default()[column] += 1;
        let line = || format!("{}\n    {:?}\n    {:?}\n    {finding}", pair.rule, pair.reference, pair.response);
        match (pair.right, finding) {
            (false, Finding::Correct) => accepted_wrong.push(line()),
            (true, f) if f != Finding::Correct => missed.push(line()),
            _ => {}
        }
    }
    println!("{:>9} {:>9} {:>9}", "correct", "incorrect", "undecided");
    for (rule, [c, i, u]) in &table {
        println!("{c:>9} {i:>9} {u:>9}  {rule}");
    }
    let wrong = pairs.iter().filter(|p| !p.right).count();
    let right = pairs.len() - wrong;
    // Clopper and Pearson's one-sided bound for no accepted pair among `wrong`.
    let bound = 1.0 - 0.05f64.powf(1.0 / wrong as f64);
    let recall = (right - missed.len()) as f64 / right as f64;
    println!(
        "{} pairs: {} of {wrong} wrong answers accepted (95 % upper bound {:.4} when none is), recall {recall:.4}",
        pairs.len(),
        accepted_wrong.len(),
        bound
    );
    for line in missed.iter().take(40) {
        println!("missed: {line}");
    }
    assert!(pairs.len() >= 2000 && wrong >= 1000);
    assert!(accepted_wrong.is_empty(), "accepted:\n{}", accepted_wrong.join("\n"));
    assert!(recall >= 0.97, "recall {recall}");
}
