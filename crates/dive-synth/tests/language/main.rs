//! Realiser and reader against each other: what one says, the other must find, and nothing else.
#![allow(missing_docs)]

mod forms;
mod mutations;
mod pool;

use std::fmt::Write as _;
use std::sync::LazyLock;

use dive_core::form::Form;
use dive_core::rng::Stream;
use dive_core::task::Span;
use dive_synth::lexicon::Lexicon;
use dive_synth::literal;
use dive_synth::read::read;
use dive_synth::realise::{Said, realise};
use proptest::prelude::*;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(pool::lexicon);
static FORMS: LazyLock<Vec<(&'static str, Form)>> = LazyLock::new(forms::forms);

fn say(form: &Form, seed: u64) -> Said {
    realise(&LEXICON, form, &mut Stream::new(seed, &[&form.key()]))
        .unwrap_or_else(|u| panic!("{}: {}", u.0, form.shape()))
}

#[test]
fn wordings() {
    let mut text = String::new();
    for (name, form) in FORMS.iter() {
        writeln!(text, "# {name}").unwrap();
        for seed in 0..4 {
            writeln!(text, "{}", say(form, seed).text).unwrap();
        }
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

/// Whether the words of a span, alone, give its value.
fn parses_back(span: &Span) -> bool {
    let words = LEXICON.in_sentence(&span.text, &span.sem);
    let mut names = LEXICON.names_at(&words, 0);
    let named = names.any(|(end, value, sem)| end == words.len() && *sem == span.sem && span.value == value);
    let parsed = literal::parse(&span.text, 0, &span.sem).contains(&(span.text.len(), span.value.clone()));
    let phrase = |tool: &str, param: &str| {
        let param = LEXICON.tool(tool).and_then(|e| e.spec.param(param)).unwrap();
        param.sem == span.sem && param.choices.iter().any(|c| c.phrase == span.text && span.value == c.value.as_str())
    };
    named || parsed || phrase("share_prices", "rhythm")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_is_read(index in 0..FORMS.len(), seed in any::<u64>()) {
        let (name, form) = &FORMS[index];
        let said = say(form, seed);
        let readings = read(&LEXICON, &said.text);
        prop_assert_eq!(&readings, &vec![form.clone()], "{}: {}", name, &said.text);

        let chars: Vec<char> = said.text.chars().collect();
        let mut at = 0;
        for span in &said.spans {
            let cut: String = chars[span.start..span.end].iter().collect();
            prop_assert_eq!(&cut, &span.text);
            prop_assert!(span.start >= at, "spans overlap in {}", &said.text);
            prop_assert!(parses_back(span), "{:?}", span);
            at = span.end;
        }
        for (value, sem) in form.constants() {
            prop_assert!(said.spans.iter().any(|s| s.value == *value && s.sem == *sem), "{} in {}", value, &said.text);
        }
    }
}
