//! Hand-made logical forms: every operator and every construction of the realiser.

use dive_core::expr::{Cmp, End, Op};
use dive_core::form::{Form, FormCall};
use serde_json::Value;

use End::{Largest, Smallest};

pub fn lit(value: impl Into<Value>, sem: &str) -> Form {
    Form::literal(value, sem.parse().unwrap())
}

fn op<const N: usize>(op: Op, args: [Form; N]) -> Form {
    Form::apply(op, args)
}

fn get<const N: usize>(tool: &str, args: [(&str, Form); N], path: &str) -> Form {
    Form::get(tool, args.into_iter().map(|(k, v)| (k.to_string(), v)).collect(), path)
}

fn each<const N: usize>(list: Form, tool: &str, args: [(&str, Form); N], path: &str) -> Form {
    let args = args.into_iter().map(|(k, v)| (k.to_string(), v)).collect();
    Form::Each { each: Box::new(list), call: Box::new(FormCall { tool: tool.into(), args }), path: path.into() }
}

fn company(name: &str) -> Form {
    lit(name, "entity:company")
}

fn city(name: &str) -> Form {
    lit(name, "entity:city")
}

fn profile(company: Form, field: &str) -> Form {
    get("company_profile", [("company", company)], field)
}

fn town(city: Form, field: &str) -> Form {
    get("city_profile", [("city", city)], field)
}

fn year(year: i64) -> Form {
    lit(year, "year:fiscal")
}

fn income(who: Form, when: i64, field: &str) -> Form {
    get("income_statement", [("company", who), ("year", year(when))], field)
}

fn incomes(list: Form, when: i64, field: &str) -> Form {
    each(list, "income_statement", [("company", Form::item()), ("year", year(when))], field)
}

fn headcounts(list: Form) -> Form {
    each(list, "company_profile", [("company", Form::item())], "/headcount")
}

fn sector(column: &str) -> Form {
    get("companies_in_sector", [("sector", lit("shipping", "category:sector"))], &format!("/companies/*/{column}"))
}

fn based(city: Form, column: &str) -> Form {
    get("companies_in_city", [("city", city)], &format!("/companies/*/{column}"))
}

fn prices(company: Form, column: &str) -> Form {
    let rhythm = lit("monthly", "category:rhythm");
    get(
        "share_prices",
        [("company", company), ("year", lit(2023, "year")), ("rhythm", rhythm)],
        &format!("/prices/*/{column}"),
    )
}

fn distance(a: Form, b: Form) -> Form {
    get(
        "great_circle_distance",
        [
            ("latitude_1", town(a.clone(), "/latitude")),
            ("longitude_1", town(a, "/longitude")),
            ("latitude_2", town(b.clone(), "/latitude")),
            ("longitude_2", town(b, "/longitude")),
        ],
        "/distance",
    )
}

fn elevation(of: Form) -> Form {
    get(
        "ground_elevation",
        [("latitude", town(of.clone(), "/latitude")), ("longitude", town(of, "/longitude"))],
        "/elevation",
    )
}

fn vitals(patient: &str, field: &str) -> Form {
    get("vitals", [("patient", lit(patient, "entity:patient"))], field)
}

fn bmi(weight: Form, height: Form) -> Form {
    get("body_mass_index", [("weight", weight), ("height", height)], "/bmi")
}

fn paper(title: &str, field: &str) -> Form {
    get("paper_profile", [("paper", lit(title, "entity:paper"))], field)
}

fn round(decimals: u32, form: Form) -> Form {
    op(Op::Round { decimals }, [form])
}

fn pick(end: End, rank: u32, keys: Form, values: Form) -> Form {
    op(Op::Pick { end, rank }, [keys, values])
}

fn filter(cmp: Cmp, keys: Form, values: Form, limit: Form) -> Form {
    op(Op::Filter { cmp }, [keys, values, limit])
}

fn names() -> Form {
    op(Op::List, [company(HALVORSEN), company(NORDVIK), company("Ostrava Freight")])
}

fn pair() -> Form {
    op(Op::List, [company(HALVORSEN), company(NORDVIK)])
}

const HALVORSEN: &str = "Halvorsen Marine";
const NORDVIK: &str = "Nordvik Lines";
const TIDES: &str = "Tides of the northern fjords";
const GULLS: &str = "What gulls know, and why";

/// The forms with their names.
pub fn forms() -> Vec<(&'static str, Form)> {
    let halvorsen = || company(HALVORSEN);
    let nordvik = || company(NORDVIK);
    let seat = |c: Form| profile(c, "/city");
    let largest = || pick(Largest, 1, sector("name"), sector("headcount"));
    let since = || lit("2001-03-14", "date:founding");
    let crowd = || lit(1500, "count:employee");
    let big = || filter(Cmp::Above, sector("name"), sector("headcount"), crowd());
    let money = || lit(120, "amount:money.net_income[M EUR]");
    let net = |c: Form, y: i64| income(c, y, "/net_income");
    let kilos = |x: f64| lit(x, "amount:mass.body[kg]");
    let labels = || vec!["first".to_string(), "second".to_string()];
    let converted = |from: &str, to: &str, d: u32, form: Form| {
        round(d, op(Op::Convert { from: from.into(), to: to.into() }, [form]))
    };
    vec![
        // One call.
        ("count of a company", profile(halvorsen(), "/headcount")),
        ("entity with a phrase of its own", seat(halvorsen())),
        ("name that ends in s", profile(nordvik(), "/headcount")),
        ("word of a vocabulary", profile(halvorsen(), "/sector")),
        ("date", profile(halvorsen(), "/founded")),
        ("tail, past, unit", net(halvorsen(), 2023)),
        ("title in quotation marks", paper(TIDES, "/citations")),
        ("title with a comma", paper(GULLS, "/published")),
        ("constants with labels", round(2, bmi(kilos(82.0), lit(175, "amount:length.height[cm]")))),
        ("fractional constant", round(1, bmi(kilos(64.5), lit(168, "amount:length.height[cm]")))),
        (
            "list of constants",
            round(3, get("trimmed_mean", [("values", lit(vec![1.5, 2.0, 1300.0], "list(number)"))], "/mean")),
        ),
        // Calls that feed calls.
        ("two hops", town(seat(halvorsen()), "/population")),
        ("two groups", round(1, distance(city("Brennholt"), city("Port Ossel")))),
        ("groups over descriptions", round(0, distance(seat(halvorsen()), city("Tarn Heath")))),
        ("group as subject", round(1, elevation(city("Brennholt")))),
        ("group as subject of a description", round(1, elevation(seat(nordvik())))),
        ("based on one record", {
            let who = "Marta Vellinga";
            round(2, bmi(vitals(who, "/weight"), vitals(who, "/height")))
        }),
        (
            "one argument constant",
            round(2, bmi(vitals("Jonas Reiter", "/weight"), lit(181, "amount:length.height[cm]"))),
        ),
        ("two records", round(2, bmi(vitals("Jonas Reiter", "/weight"), vitals("Ines Falk", "/height")))),
        ("column as a list", round(2, get("trimmed_mean", [("values", prices(halvorsen(), "close"))], "/mean"))),
        ("set about a description", based(seat(halvorsen()), "name")),
        // Aggregates.
        ("mean of a column", round(1, op(Op::Mean, [sector("headcount")]))),
        ("median of a column", op(Op::Median, [sector("headcount")])),
        ("total of a column", op(Op::Sum, [sector("headcount")])),
        ("range of a column", op(Op::Range, [sector("headcount")])),
        ("greatest of a column", op(Op::Extreme { end: Largest }, [sector("headcount")])),
        ("earliest of a column", op(Op::Extreme { end: Smallest }, [sector("founded")])),
        ("mean of a series", round(2, op(Op::Mean, [prices(halvorsen(), "close")]))),
        ("range of a series", round(2, op(Op::Range, [prices(nordvik(), "close")]))),
        ("least of a series", op(Op::Extreme { end: Smallest }, [prices(nordvik(), "close")])),
        ("mean under a condition", {
            round(1, op(Op::Mean, [filter(Cmp::Above, sector("headcount"), sector("founded"), since())]))
        }),
        ("mean over each of a set", round(1, op(Op::Mean, [incomes(sector("name"), 2023, "/net_income")]))),
        ("total over names", op(Op::Sum, [incomes(names(), 2022, "/revenue")])),
        ("range over names", op(Op::Range, [headcounts(names())])),
        ("median over each under a condition", round(1, op(Op::Median, [incomes(big(), 2023, "/revenue")]))),
        ("mean of values written out", {
            round(
                1,
                op(Op::Mean, [op(Op::List, [net(halvorsen(), 2022), net(nordvik(), 2022), net(halvorsen(), 2023)])]),
            )
        }),
        ("sum of values written out", {
            op(Op::Sum, [op(Op::List, [profile(halvorsen(), "/headcount"), profile(nordvik(), "/headcount")])])
        }),
        // Orders.
        ("pick by a column", largest()),
        ("pick the second", pick(Largest, 2, sector("name"), sector("headcount"))),
        ("pick the third lowest", pick(Smallest, 3, sector("name"), sector("headcount"))),
        ("pick by a date", pick(Smallest, 1, sector("name"), sector("founded"))),
        ("pick by each", pick(Largest, 1, sector("name"), incomes(sector("name"), 2023, "/net_income"))),
        (
            "pick under a condition",
            pick(Smallest, 1, big(), filter(Cmp::Above, sector("founded"), sector("headcount"), crowd())),
        ),
        ("pick of two names", pick(Largest, 1, pair(), headcounts(pair()))),
        ("pick of two names by date", {
            pick(Smallest, 1, pair(), each(pair(), "company_profile", [("company", Form::item())], "/founded"))
        }),
        ("pick of three names", pick(Smallest, 2, names(), incomes(names(), 2021, "/net_income"))),
        ("pick within a series", pick(Largest, 1, prices(halvorsen(), "date"), prices(halvorsen(), "close"))),
        ("fact about a pick", town(seat(largest()), "/area")),
        ("fact with a tail about a pick", net(largest(), 2023)),
        (
            "fact about a pick among names",
            profile(pick(Largest, 1, names(), incomes(names(), 2021, "/revenue")), "/founded"),
        ),
        ("top by a column", op(Op::Top { end: Largest, count: 3 }, [sector("name"), sector("headcount")])),
        ("top by each", {
            op(Op::Top { end: Smallest, count: 2 }, [sector("name"), incomes(sector("name"), 2023, "/revenue")])
        }),
        ("top by date under a condition", {
            let dates = filter(Cmp::Above, sector("founded"), sector("headcount"), crowd());
            op(Op::Top { end: Largest, count: 2 }, [big(), dates])
        }),
        ("rank names", op(Op::Top { end: Largest, count: 3 }, [names(), headcounts(names())])),
        // Sets.
        ("list a set", sector("name")),
        ("list above a threshold", big()),
        ("list before a date", filter(Cmp::Below, sector("name"), sector("founded"), since())),
        ("list with an equal name", filter(Cmp::Equals, sector("name"), sector("city"), city("Brennholt"))),
        ("list by each", filter(Cmp::Below, sector("name"), incomes(sector("name"), 2023, "/net_income"), money())),
        ("list above another value", {
            filter(Cmp::Above, sector("name"), sector("headcount"), profile(company("Brae Dairy"), "/headcount"))
        }),
        ("intersection", op(Op::Intersect, [sector("name"), based(city("Brennholt"), "name")])),
        ("how many", op(Op::Count, [sector("name")])),
        ("how many above", op(Op::Count, [big()])),
        ("how many equal", op(Op::Count, [filter(Cmp::Equals, sector("name"), sector("city"), city("Port Ossel"))])),
        ("how many in both", op(Op::Count, [op(Op::Intersect, [sector("name"), based(city("Nordvik"), "name")])])),
        // Two values.
        ("difference with an ellipsis", op(Op::Difference, [net(halvorsen(), 2023), net(nordvik(), 2022)])),
        ("difference of two fields", {
            op(Op::Difference, [income(halvorsen(), 2023, "/revenue"), net(halvorsen(), 2023)])
        }),
        ("difference of distances", {
            let from = |c: &str| distance(city("Brennholt"), city(c));
            round(1, op(Op::Difference, [from("Port Ossel"), from("Tarn Heath")]))
        }),
        ("ratio", round(2, op(Op::Divide, [net(halvorsen(), 2023), income(halvorsen(), 2023, "/revenue")]))),
        ("share", round(1, op(Op::PercentOf, [net(nordvik(), 2022), income(nordvik(), 2022, "/revenue")]))),
        ("change", round(1, op(Op::PercentChange, [net(halvorsen(), 2022), net(halvorsen(), 2023)]))),
        ("days", op(Op::DaysBetween, [profile(halvorsen(), "/founded"), paper(TIDES, "/published")])),
        ("days since", op(Op::DaysBetween, [profile(halvorsen(), "/founded"), lit("2024-03-01", "date")])),
        ("year", op(Op::YearOf, [profile(halvorsen(), "/founded")])),
        ("two answers", {
            op(Op::Mapping { labels: labels() }, [profile(halvorsen(), "/headcount"), profile(halvorsen(), "/founded")])
        }),
        ("two answers of one field", { op(Op::Mapping { labels: labels() }, [seat(halvorsen()), seat(nordvik())]) }),
        ("yes or no", op(Op::Greater, [town(city("Brennholt"), "/population"), town(city("Nordvik"), "/population")])),
        ("yes or no by date", op(Op::Greater, [profile(nordvik(), "/founded"), profile(halvorsen(), "/founded")])),
        ("conditional", {
            let test = op(Op::Greater, [profile(halvorsen(), "/headcount"), crowd()]);
            op(Op::If, [test, net(halvorsen(), 2023), income(halvorsen(), 2023, "/revenue")])
        }),
        ("conditional on a date", {
            let test = op(Op::Greater, [profile(halvorsen(), "/founded"), since()]);
            op(Op::If, [test, seat(halvorsen()), seat(nordvik())])
        }),
        // Directives.
        ("area in miles", converted("km2", "mi2", 2, town(city("Brennholt"), "/area"))),
        ("temperature in Fahrenheit", converted("degC", "degF", 1, town(city("Brennholt"), "/temperature"))),
        ("distance in nautical miles", { converted("km", "nmi", 1, distance(city("Tarn Heath"), city("Port Ossel"))) }),
        ("four decimals", round(4, op(Op::Divide, [town(city("Nordvik"), "/area"), town(city("Brennholt"), "/area")]))),
        // Descriptions too deep for one sentence.
        ("introduced description", round(0, distance(seat(largest()), seat(nordvik())))),
        (
            "described twice",
            round(1, distance(seat(largest()), seat(pick(Smallest, 1, sector("name"), sector("headcount"))))),
        ),
        ("the same thing twice", {
            let who = || pick(Smallest, 1, sector("name"), incomes(sector("name"), 2022, "/revenue"));
            op(Op::Difference, [net(who(), 2023), net(who(), 2022)])
        }),
    ]
}
