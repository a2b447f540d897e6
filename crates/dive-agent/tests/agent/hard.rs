//! Cases that a person thought of.

use dive_core::answer::Answer;

pub struct Case {
    pub question: String,
    pub reference: Answer,
    pub response: String,
    pub right: bool,
}

fn number(value: f64, unit: &str, decimals: Option<u32>) -> Answer {
    let tolerance = decimals.map_or(0.0, |d| 0.5 * 10f64.powi(-(d as i32)));
    Answer::Number { value, unit: unit.into(), decimals, tolerance }
}

fn text(value: &str) -> Answer {
    Answer::Text { value: value.into(), of: String::new() }
}

fn list(items: &[&str]) -> Answer {
    Answer::List { items: items.iter().map(ToString::to_string).collect() }
}

fn set(items: &[&str]) -> Answer {
    Answer::Set { items: items.iter().map(ToString::to_string).collect() }
}

fn pair(first: Answer, second: Answer) -> Answer {
    Answer::Mapping { entries: [("first".into(), first), ("second".into(), second)].into() }
}

pub fn cases() -> Vec<Case> {
    let date = || Answer::Date { value: "2020-04-03".into() };
    let yes = || Answer::Boolean { value: true };
    let money = || number(19.49, "M EUR", Some(2));
    let named = |label: &str| Answer::Mapping {
        entries: [(label.into(), number(5.0, "km", None)), ("height".into(), number(7.0, "m", None))].into(),
    };
    let right = vec![
        (number(6.0, "", None), "The final answer is: six"),
        (number(6.0, "", None), "The final answer is: 6 species"),
        (number(6.0, "", None), "The final answer is: 6 species first collected"),
        (number(2016.0, "", None), "The final answer is: 2016"),
        (number(1_234_567.0, "", None), "The final answer is: 1 234 567"),
        (number(1_200_000.0, "", None), "The final answer is: 1.2 million"),
        (number(1_200_000.0, "", None), "The final answer is: 1.2 × 10⁶"),
        (number(0.00012, "", None), "The final answer is: 1.2e-4"),
        (number(5.85, "kPa", Some(2)), "The final answer is: 5.8537 kPa"),
        (number(5.0, "km", Some(2)), "The final answer is: 5 km"),
        (number(12.5, "mg/dL", None), "The final answer is: 12.5 mg/dl"),
        (number(12.5, "mg/dL", None), "The final answer is: 12.5 mg per dL"),
        (number(80.0, "mL/min/1.73m2", None), "The final answer is: 80 mL/min/1.73 m²"),
        (number(-3.5, "°C", None), "The final answer is: −3.5 °C"),
        (number(-3.5, "°C", None), "The final answer is: -3.5 degrees Celsius"),
        (number(12.0, "km2", None), "The final answer is: 12 sq. km"),
        (number(58.59, "%", Some(2)), "The final answer is: \\boxed{58.59\\%}"),
        (number(58.59, "%", Some(2)), "So it is clear.\n\\boxed{58.59}"),
        (number(58.59, "%", Some(2)), "<answer>58.59 percent</answer>"),
        (money(), "The final answer is: €19.49M"),
        (money(), "The final answer is: EUR 19.49 million"),
        (money(), "The final answer is: 19,490,000 euros"),
        (money(), "The final answer is: 19.49 million euros."),
        (money(), "The final answer is: 19.49 million EUR"),
        (money(), "First guess. The final answer is: 19.49 million euros\n\nThe final answer is: **€19.49 million**"),
        (text("O'Brien-Smith"), "The final answer is: O’Brien Smith"),
        (text("Petra Thatinwick"), "The final answer is: Dr. Petra Thatinwick"),
        (text("Dr Petra Thatinwick"), "The final answer is: Petra Thatinwick"),
        (text("United States"), "The final answer is: USA"),
        (text("Netherlands"), "The final answer is: the Netherlands"),
        (text("near_threatened"), "The final answer is: near threatened"),
        (text("A+"), "The final answer is: A+"),
        (text("Straße"), "The final answer is: straße"),
        (text("Brändström"), "The final answer is: Bra\u{308}ndstro\u{308}m"),
        (date(), "The final answer is: 3 April 2020"),
        (date(), "The final answer is: April 3rd, 2020"),
        (date(), "The final answer is: Friday, 3 April 2020"),
        (date(), "The final answer is: 3.4.2020"),
        (yes(), "The final answer is: **Yes**."),
        (yes(), "Final answer: True"),
        (list(&["Rome, Old", "Paris"]), "The final answer is: Rome, Old, Paris"),
        (list(&["Black and White", "Red"]), "The final answer is: 1. Black and White\n2. Red"),
        (list(&["2016", "2017"]), "The final answer is: 2016, 2017"),
        (set(&["Ann", "Ann Lee"]), "The final answer is: Ann Lee and Ann"),
        (set(&["a", "b", "c"]), "The final answer is:\n* c\n* a\n* b"),
        (pair(number(2101.0, "", None), number(8243.0, "", None)), "The final answer is: 2,101, 8,243"),
        (
            pair(number(2101.0, "", None), number(8243.0, "", None)),
            "The final answer is: {\"second\": 8243, \"first\": 2101}",
        ),
        (
            pair(date(), Answer::Date { value: "2024-06-22".into() }),
            "The final answer is: April 3, 2020 and June 22, 2024",
        ),
        (pair(number(5.0, "km", None), number(5.0, "km", None)), "The final answer is: 5 and 5 km"),
        (named("width"), "The final answer is: height: 7 m; width: 5 km"),
    ];
    let wrong = vec![
        (number(6.0, "", None), ""),
        (number(6.0, "", None), "The final answer is:"),
        (number(6.0, "", None), "The final answer is: 6 to 7 species"),
        (number(6.0, "", None), "The final answer is: 6 thousand"),
        (number(6.0, "", None), "The final answer is: 6 dozen"),
        (number(6.0, "", None), "The final answer is: 6 minus one"),
        (number(6.0, "", None), "The final answer is: 6, 7"),
        (number(6.0, "", None), "The final answer is: 1. 6\n2. 7"),
        (number(6.0, "", None), "The final answer is: 6/7"),
        (number(6.0, "", None), "The final answer is: 6.5.1"),
        (number(6.0, "", None), "The final answer is: 6½"),
        (number(6.0, "", None), "The final answer is: 6²"),
        (number(6.0, "", None), "The final answer is: not 6"),
        (number(6.0, "", None), "The final answer is: >6"),
        (number(6.0, "", None), "The final answer is: 6?"),
        (number(6.0, "", None), "The final answer is: 6 km"),
        (number(6.0, "", None), "The final answer is: 6%"),
        (number(6.0, "", None), "The final answer is: 6\nActually, 7."),
        (number(6.0, "", None), "The final answer is: 6\nThe final answer is: 7"),
        (number(6.0, "", None), "The final answer is: 7\nThe final answer is: 6"),
        (number(6.0, "", None), "I looked at 6 species and at 7 others."),
        (number(6.0, "", None), "\\boxed{6} or \\boxed{7}"),
        (number(106.0, "", None), "The final answer is: 10⁶"),
        (number(1.234, "", None), "The final answer is: 1,234"),
        (number(1234.0, "", None), "The final answer is: 1.234"),
        (number(1234.0, "", None), "The final answer is: 1,23,4"),
        (number(5.85, "kPa", Some(2)), "The final answer is: 5.855 kPa"),
        (number(5.85, "kPa", Some(2)), "The final answer is: 5.9 kPa"),
        (number(5.85, "kPa", Some(2)), "The final answer is: 5.85 Pa"),
        (number(5.85, "kPa", Some(2)), "The final answer is: 5.85 mmHg"),
        (number(5.0, "m", None), "The final answer is: 5 m3"),
        (number(5.0, "m", None), "The final answer is: 5 million"),
        (number(5.0, "m", None), "The final answer is: 5 M"),
        (number(5.0, "m", None), "The final answer is: 5 m/s"),
        (number(5.0, "mg", None), "The final answer is: 5 Mg"),
        (number(5.0, "mM", None), "The final answer is: 5 mm"),
        (number(0.951, "pp", Some(3)), "The final answer is: 0.951%"),
        (number(58.59, "%", Some(2)), "The final answer is: 0.5859"),
        (number(-3.5, "°C", None), "The final answer is: 3.5 °C"),
        (number(-3.5, "°C", None), "The final answer is: -3.5 °F"),
        (money(), "The final answer is: 19.49 euros"),
        (money(), "The final answer is: 19.49 million dollars"),
        (money(), "The final answer is: $19.49 million"),
        (money(), "The final answer is: €19.49 billion"),
        (money(), "The final answer is: 19,490 thousand million euros"),
        (text("Petra Thatinwick"), "The final answer is: Petra"),
        (text("Petra Thatinwick"), "The final answer is: Petra Thatinwick-Jones"),
        (text("Petra Thatinwick"), "The final answer is: Petra Thatinwick or Vera Growick"),
        (text("Petra Thatinwick"), "The final answer is: Petra Thatinwick, Vera Growick"),
        (text("Petra Thatinwick"), "The final answer is: Petra Thatinwick's assistant"),
        (text("Petra Thatinwick"), "I do not know, maybe Petra Thatinwick."),
        (text("A+"), "The final answer is: A-"),
        (text("A"), "The final answer is: A+"),
        (text("A-"), "The final answer is: A"),
        (text("Gene 5.6"), "The final answer is: Gene 56"),
        (date(), "The final answer is: 2020-03-04"),
        (date(), "The final answer is: 03/04/2020"),
        (date(), "The final answer is: April 2020"),
        (date(), "The final answer is: 3 April 2020 or 4 April 2020"),
        (date(), "The final answer is: Monday, 3 April 2020"),
        (date(), "The final answer is: 2020-04-03-05"),
        (yes(), "The final answer is: yes and no"),
        (yes(), "The final answer is: not true"),
        (yes(), "The final answer is: yes, unless the data are old"),
        (list(&["Ann", "Bob"]), "The final answer is: Bob, Ann"),
        (list(&["Ann", "Bob"]), "The final answer is: 2. Ann\n1. Bob"),
        (list(&["Ann", "Bob"]), "The final answer is: Ann, Bob, Cid"),
        (list(&["Ann", "Bob"]), "The final answer is: Ann, Ann, Bob"),
        (list(&["Ann", "Bob"]), "The final answer is: Ann Bob"),
        (list(&["Ann", "Bob"]), "The final answer is: Ann or Bob"),
        (set(&["Ann", "Bob"]), "The final answer is: Ann"),
        (set(&["Ann", "Bob"]), "The final answer is: Ann, Bob and possibly Cid"),
        (set(&["Ann", "Bob"]), "The final answer is: Ann, not Bob"),
        (set(&["Ann"]), "The final answer is: none"),
        (pair(number(2.0, "", None), number(3.0, "", None)), "The final answer is: 3; 2"),
        (pair(number(2.0, "", None), number(3.0, "", None)), "The final answer is: second: 2; first: 3"),
        (pair(number(2.0, "", None), number(3.0, "", None)), "The final answer is: 2; 3; 4"),
        (pair(number(2.0, "", None), number(3.0, "", None)), "The final answer is: 2,3"),
        (pair(number(210.0, "", None), number(843.0, "", None)), "The final answer is: 210,843"),
        (named("width"), "The final answer is: 5 km; 7 m"),
        (named("width"), "The final answer is: width: 7 m; height: 5 km"),
    ];
    let question = "How many species were first collected near the city?";
    let case = |right: bool| {
        move |(reference, response): (Answer, &str)| Case {
            question: question.into(),
            reference,
            response: response.into(),
            right,
        }
    };
    right.into_iter().map(case(true)).chain(wrong.into_iter().map(case(false))).collect()
}
