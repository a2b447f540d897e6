//! A small Python-like language, so that a model can work something out in steps.
//!
//! Ours, because a tool must give the same result everywhere and always come to an end. An interpreter of the whole language
//! limits time, which differs between machines, leaves memory to the allocator of the process, and can bring it down with an
//! overflow of the stack. Here every step costs fuel and everything made costs room, both counted; there are no files, no
//! network, no clock and no modules but `math`. What is accepted means what it means in Python, except that whole
//! numbers end at 38 digits and that going through a list goes through it as it was at the start.

mod arithmetic;
mod builtin;
mod eval;
mod lex;
mod method;
mod parse;
mod value;

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::{Value, json};

/// Longest program, in bytes.
const LONGEST_CODE: usize = 8_000;
/// Longest text that a program may print or write.
const LONGEST_OUTPUT: usize = 20_000;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![program()]
}

fn program() -> NativeTool {
    native(
        "general.code.run_python",
        Processing,
        "Runs a program in a subset of Python: numbers, texts, lists, tuples, dicts, sets, comprehensions, if, for, while, def, \
         lambda, the usual built-in functions, print and the module math. No files, network, clock, classes, exceptions or \
         f-strings; whole numbers up to 38 digits. Gives the value of the last expression, or of the variable `result`, and \
         what was printed.",
    )
    .param("code", "text:python", "The program.")
    .label("program")
    .sample_of(samples())
    .field("number", "level:program_value", "value")
    .tail("of the Python expression {=code}")
    .digits(12)
    .example(json!({"code": "def f(n):\n    return 1 if n < 2 else n * f(n - 1)\nf(10)"}), "/value", 3_628_800.0)
    .example(json!({"code": "total = 0\nfor x in range(1, 101):\n    if x % 3 == 0:\n        total += x\nresult = total"}), "/value", 1683.0)
    .example(json!({"code": "-7 // 2 + 2 ** 10 % 1000"}), "/value", 20.0)
    .example_error(json!({"code": "while True:\n    pass"}))
    .example_error(json!({"code": "open('x')"}))
    .example_error(json!({"code": "1 / 0"}))
    .run(|code: String| run(&code))
}

/// Expressions that fit into a sentence.
fn samples() -> Vec<String> {
    let power = (0..24).map(|i| format!("{}**{}%{}", 3 + i % 9, 11 + (7 * i) % 23, 97 + (41 * i) % 900));
    let product = (0..18).map(|i| format!("({}*{})//{}", 113 + 57 * i, 89 + 31 * i, 7 + (5 * i) % 19));
    let length = (0..10).map(|i| format!("len(str({}**{}))", 3 + i, 9 + 2 * (i % 7)));
    let total = (0..12).map(|i| format!("sum(range({}))%{}", 40 + 17 * i, 61 + 13 * i));
    power.chain(product).chain(length).chain(total).collect()
}

/// The value and the output of a program.
fn run(code: &str) -> Result<Value, ToolError> {
    if code.len() > LONGEST_CODE {
        return Err(ToolError::bad(format!("The program has more than {LONGEST_CODE} bytes; write a shorter one.")));
    }
    let wrong = |line: usize, message: String| ToolError::bad(format!("Line {line}: {message}."));
    let program = parse::parse(code).map_err(|(line, message)| wrong(line, message))?;
    if program.is_empty() {
        return Err(ToolError::bad("The program is empty."));
    }
    let mut machine = eval::Machine::new();
    let value = machine.program(&program).map_err(|message| wrong(machine.line, message))?;
    let value = machine.heap.json(&value, 0).ok_or_else(|| {
        ToolError::bad("The value of the program is a function, not finite or nested too deeply; give a plain value.")
    })?;
    // Programs come to any value; only numbers are asked for.
    let mut result = json!({"value": value, "printed": machine.printed});
    if value.is_number() {
        result["number"] = value;
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(code: &str) -> Value {
        run(code).map(|v| v["value"].clone()).unwrap_or_else(|e| panic!("{code}: {e}"))
    }

    fn refused(code: &str) -> String {
        run(code).map_or_else(|e| e.message, |v| panic!("{code} gives {v}"))
    }

    #[test]
    fn every_program_comes_to_an_end() {
        for (code, said) in [
            ("while True: pass", "more than 1000000 steps"),
            ("x = [1]\nwhile True:\n    x = x + x", "items and characters"),
            ("s = 'a'\nwhile True:\n    s += s", "items and characters"),
            ("range(10**12)", "items and characters"),
            ("'a' * 10**15", "items and characters"),
            ("def f(n): return f(n + 1)\nf(0)", "recurses too deeply"),
            ("(lambda f: f(f))(lambda f: f(f))", "recurses too deeply"),
            ("x = []\nwhile len(x) >= 0:\n    x.append(x)", "steps"),
            ("x = list(range(100000))\nwhile x == x + [1] or True:\n    pass", "steps"),
            ("print('ab' * 20000)", "characters are printed"),
            (&format!("{}1{}", "(".repeat(200), ")".repeat(200)), "nested too deeply"),
            (&format!("1{}", "+1".repeat(2000)), "nested or recurses too deeply"),
            (&format!("x = {}1", "-".repeat(3000)), "nested too deeply"),
            ("2 ** 200", "38 digits"),
            ("1 / 0", "division by zero"),
            ("import os", "only `math` can be imported"),
            ("open('x')", "`open` is not defined"),
            ("().__class__", "has to be called"),
            ("().__class__()", "no method"),
            ("'", "a text has no end"),
            ("if 1:\nx", "an indented block is expected"),
            ("", "The program is empty"),
        ] {
            let message = refused(code);
            assert!(message.contains(said), "{code}: {message}");
        }
    }

    #[test]
    fn what_contains_itself_is_written_and_compared_all_the_same() {
        assert!(refused("x = []\nx.append(x)\nx").contains("nested too deeply"));
        assert!(value("x = []\nx.append(x)\nstr(x)").as_str().is_some_and(|s| s.contains('…')));
        assert!(refused("x = []\nx.append(x)\ny = []\ny.append(y)\nx == y").contains("nested too deeply"));
    }

    #[test]
    fn the_line_is_named() {
        assert_eq!(refused("a = 1\n\nb = a + 'x'"), "Line 3: `+` does not work between int and str.");
        assert_eq!(refused("a = (1,\n 2"), "Line 2: the program ends within brackets or a continued line.");
    }

    #[test]
    fn names_of_a_comprehension_are_its_own() {
        assert_eq!(value("x = 5\ny = [x for x in range(3)]\nx"), 5);
        assert_eq!(
            value("def f(xs, k):\n    return sorted(xs, key=lambda v: abs(v - k))\nf([1, 9, 5], 6)"),
            json!([5, 9, 1])
        );
    }

    #[test]
    fn samples_fit_into_a_sentence_and_give_numbers() {
        let all = samples();
        assert!(all.len() > 60);
        for code in all {
            assert!(code.len() <= 24 && !code.contains([' ', ',', '"', '?']), "{code}");
            assert!(value(&code).is_number(), "{code}");
        }
    }
}
