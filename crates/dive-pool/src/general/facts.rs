//! Facts of the real world: countries, currencies and chemical elements, from the tables of published crates.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Retrieval;
use dive_tools::entities::{EntityType, Naming};
use dive_tools::native::{NativeTool, native};
use iso_currency::Currency;
use keshvar::{Country, CountryIterator};
use mendeleev::{Element, Isotope, YearDiscovered};
use serde_json::{Map, Value, json};

/// English names in running text where the ISO short name is not one.
const COUNTRY_NAMES: &[(&str, &str)] = &[
    ("AE", "the United Arab Emirates"),
    ("BN", "Brunei"),
    ("BO", "Bolivia"),
    ("BS", "the Bahamas"),
    ("CD", "the Democratic Republic of the Congo"),
    ("CF", "the Central African Republic"),
    ("CG", "the Republic of the Congo"),
    ("CI", "Ivory Coast"),
    ("CV", "Cape Verde"),
    ("DO", "the Dominican Republic"),
    ("FM", "the Federated States of Micronesia"),
    ("GB", "the United Kingdom"),
    ("GM", "the Gambia"),
    ("IR", "Iran"),
    ("KM", "the Comoros"),
    ("KP", "North Korea"),
    ("KR", "South Korea"),
    ("LA", "Laos"),
    ("MD", "Moldova"),
    ("MH", "the Marshall Islands"),
    ("MV", "the Maldives"),
    ("NL", "the Netherlands"),
    ("PH", "the Philippines"),
    ("RU", "Russia"),
    ("SB", "the Solomon Islands"),
    ("SY", "Syria"),
    ("TZ", "Tanzania"),
    ("US", "the United States"),
    ("VE", "Venezuela"),
    ("VN", "Vietnam"),
];

/// Subregions of the United Nations geoscheme as the country table spells them, with the words for them.
const SUBREGIONS: &[(&str, &str)] = &[
    ("australia-and-new-zealand", "Australia and New Zealand"),
    ("caribbean", "the Caribbean"),
    ("central-america", "Central America"),
    ("central-asia", "Central Asia"),
    ("eastern-africa", "Eastern Africa"),
    ("eastern-asia", "Eastern Asia"),
    ("eastern-europe", "Eastern Europe"),
    ("melanesia", "Melanesia"),
    ("micronesia", "Micronesia"),
    ("middle-africa", "Middle Africa"),
    ("northern-africa", "Northern Africa"),
    ("northern-america", "Northern America"),
    ("northern-europe", "Northern Europe"),
    ("polynesia", "Polynesia"),
    ("south-america", "South America"),
    ("south-eastern-asia", "South-eastern Asia"),
    ("southern-africa", "Southern Africa"),
    ("southern-asia", "Southern Asia"),
    ("southern-europe", "Southern Europe"),
    ("western-africa", "Western Africa"),
    ("western-asia", "Western Asia"),
    ("western-europe", "Western Europe"),
];

/// Groups of the periodic table that have a name, with their number.
const GROUPS: &[(&str, &str, u32)] = &[
    ("alkali metals", "the alkali metal group", 1),
    ("alkaline earth metals", "the alkaline earth metal group", 2),
    ("copper group", "the copper group", 11),
    ("zinc group", "the zinc group", 12),
    ("boron group", "the boron group", 13),
    ("carbon group", "the carbon group", 14),
    ("nitrogen group", "the nitrogen group", 15),
    ("oxygen group", "the oxygen group", 16),
    ("halogens", "the halogen group", 17),
    ("noble gases", "the noble gas group", 18),
];

/// Elements up to californium: of those beyond, hardly any property has been measured.
const ELEMENTS: usize = 98;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![
        country_profile(),
        countries_in_subregion(),
        currency_profile(),
        countries_using_currency(),
        element_profile(),
        elements_in_group(),
        isotopes(),
    ]
}

/// Entity types whose members are facts, not rows of a world.
pub fn entity_types() -> Vec<EntityType> {
    let entity = |name: &str, plural: &str, names: Vec<String>| EntityType {
        name: name.into(),
        noun: name.into(),
        plural: plural.into(),
        domain: "general".into(),
        naming: Naming::Thing,
        article: false,
        names,
    };
    let mut countries: Vec<String> = members().map(|c| country_name(&c)).collect();
    countries.sort();
    let mut currencies: Vec<String> = members().map(|c| currency(&c)).collect();
    currencies.sort();
    currencies.dedup();
    vec![
        entity("country", "countries", countries),
        EntityType { noun: "currency code".into(), ..entity("currency", "currency codes", currencies) },
        entity("element", "elements", elements().map(|e| element_name(&e)).collect()),
    ]
}

/// The members of the United Nations.
fn members() -> impl Iterator<Item = Country> {
    CountryIterator::new().filter(Country::un_member)
}

fn country_name(country: &Country) -> String {
    let code = country.alpha2().to_string();
    let known = COUNTRY_NAMES.iter().find(|(alpha2, _)| *alpha2 == code);
    known.map_or_else(|| country.iso_short_name().to_string(), |(_, name)| (*name).to_string())
}

fn country_named(name: &str) -> Result<Country, ToolError> {
    members()
        .find(|c| country_name(c) == name)
        .ok_or_else(|| ToolError::not_found(format!("There is no country named `{name}`.")))
}

/// ISO 4217 code of the currency. The table still has Indonesia's for Timor-Leste, which uses the US dollar.
fn currency(country: &Country) -> String {
    match country.alpha2().to_string().as_str() {
        "TL" => "USD".into(),
        _ => country.currency_code().to_string(),
    }
}

/// Subregion in words. South Sudan belongs to Eastern Africa in the geoscheme; the table has it further north.
fn subregion(country: &Country) -> Option<&'static str> {
    let key = match country.alpha2().to_string().as_str() {
        "SS" => "eastern-africa".into(),
        _ => country.maybe_subregion()?.to_string(),
    };
    SUBREGIONS.iter().find(|(k, _)| *k == key).map(|(_, words)| words.trim_start_matches("the "))
}

/// Fields that have a value; others are left out.
fn present<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::Object(fields.into_iter().filter_map(|(k, v)| Some((k.to_string(), v?))).collect::<Map<_, _>>())
}

fn country_profile() -> NativeTool {
    native(
        "general.facts.country_profile",
        Retrieval,
        "Returns facts about a member state of the United Nations: population around 2022, subregion, currency, calling code, ISO codes, centroid and EU membership.",
    )
    .common_knowledge()
    .param("country", "entity:country", "English name, with article where usage has one, e.g. Sweden, the Netherlands.")
    .field("population", "count:national_inhabitant", "")
    .field("subregion", "category:subregion", "UN subregion")
    .field("currency", "entity:currency", "official currency code")
    .phrase("the three-letter code of the currency used in {country}")
    .field("calling_code", "text:calling_code", "international calling code")
    .field("alpha3", "text:country_code", "")
    .field("latitude", "position:latitude[deg]", "centroid latitude")
    .field("longitude", "position:longitude[deg]", "")
    .field("eu_member", "flag:eu_member", "EU membership")
    .subject("country")
    .example_equals(json!({"country": "Sweden"}), "/currency", json!("SEK"))
    .example_equals(json!({"country": "the Netherlands"}), "/alpha3", json!("NLD"))
    .example_equals(json!({"country": "Japan"}), "/calling_code", json!("+81"))
    .example_error(json!({"country": "Ruritania"}))
    .run(|name: String| {
        let country = country_named(&name)?;
        let geo = country.geo();
        Ok(present([
            ("population", country.maybe_population().map(Value::from)),
            ("subregion", subregion(&country).map(Value::from)),
            ("currency", Some(currency(&country).into())),
            ("calling_code", Some(format!("+{}", country.country_code()).into())),
            ("alpha3", Some(country.alpha3().to_string().into())),
            ("latitude", Some(geo.latitude().into())),
            ("longitude", Some(geo.longitude().into())),
            ("eu_member", Some(country.eu_member().into())),
        ]))
    })
}

/// Rows for those countries, by name.
fn country_rows(chosen: impl Fn(&Country) -> bool) -> Value {
    let mut rows: Vec<(String, Value)> = members()
        .filter(|c| chosen(c) && c.maybe_population().is_some())
        .map(|c| {
            let name = country_name(&c);
            let row = json!({"name": name, "population": c.maybe_population(), "latitude": c.geo().latitude()});
            (name, row)
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    json!({"countries": rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>()})
}

fn countries_in_subregion() -> NativeTool {
    let choices: Vec<(&str, &str)> =
        SUBREGIONS.iter().map(|(_, words)| (words.trim_start_matches("the "), *words)).collect();
    native(
        "general.facts.countries_in_subregion",
        Retrieval,
        "Lists the member states of the United Nations in a subregion of the UN geoscheme, with population around 2022 and centroid latitude.",
    )
    .common_knowledge()
    .param("subregion", "category:subregion", "Subregion, e.g. Northern Europe.")
    .choices(&choices)
    .rows("countries", "country", "countries", "name")
    .field("name", "entity:country", "name")
    .field("population", "count:national_inhabitant", "")
    .field("latitude", "position:latitude[deg]", "centroid latitude")
    .tail("in {subregion}")
    .tail("belonging to {subregion}")
    .example_is(json!({"subregion": "Northern Europe"}), "/countries/9/name", "string")
    .example_equals(json!({"subregion": "Northern America"}), "/countries/0/name", json!("Canada"))
    .example_error(json!({"subregion": "Middle-earth"}))
    .run(|wanted: String| Ok(country_rows(|c| subregion(c) == Some(wanted.as_str()))))
}

fn currency_named(code: &str) -> Result<Currency, ToolError> {
    Currency::from_code(code)
        .ok_or_else(|| ToolError::not_found(format!("There is no currency with the code `{code}`.")))
}

fn currency_profile() -> NativeTool {
    native(
        "general.facts.currency_profile",
        Retrieval,
        "Returns the ISO 4217 entry of a currency: English name, numeric code and number of decimal places of its minor unit.",
    )
    .common_knowledge()
    .param("currency", "entity:currency", "Three-letter ISO 4217 code, e.g. SEK.")
    .field("name", "text:currency_name", "")
    .field("numeric_code", "text:numeric_code", "numeric ISO 4217 equivalent")
    .field("decimals", "count:decimal_place", "")
    .subject("currency")
    .example_equals(json!({"currency": "SEK"}), "/numeric_code", json!("752"))
    .example(json!({"currency": "JPY"}), "/decimals", 0.0)
    .example_error(json!({"currency": "GALLEON"}))
    .run(|code: String| {
        let currency = currency_named(&code)?;
        Ok(present([
            ("name", Some(currency.name().into())),
            ("numeric_code", Some(format!("{:03}", currency.numeric()).into())),
            ("decimals", currency.exponent().map(Value::from)),
        ]))
    })
}

fn countries_using_currency() -> NativeTool {
    native(
        "general.facts.countries_using_currency",
        Retrieval,
        "Lists the member states of the United Nations whose official currency is the given one, with population around 2022 and centroid latitude.",
    )
    .common_knowledge()
    .param("currency", "entity:currency", "Three-letter ISO 4217 code, e.g. EUR.")
    .rows("countries", "country", "countries", "name")
    .field("name", "entity:country", "name")
    .field("population", "count:national_inhabitant", "")
    .field("latitude", "position:latitude[deg]", "centroid latitude")
    .tail("using {currency} as official currency")
    .tail("with {currency} as official currency")
    .example_equals(json!({"currency": "CHF"}), "/countries/0/name", json!("Liechtenstein"))
    .example_is(json!({"currency": "XOF"}), "/countries/7/name", "string")
    .example_error(json!({"currency": "GALLEON"}))
    .run(|code: String| {
        currency_named(&code)?;
        Ok(country_rows(|c| currency(c) == code))
    })
}

fn elements() -> impl Iterator<Item = Element> {
    Element::iter().take(ELEMENTS)
}

fn element_name(element: &Element) -> String {
    element.name().to_lowercase()
}

/// The element of that lower-case English name.
fn element_named(name: &str) -> Result<Element, ToolError> {
    elements()
        .find(|e| element_name(e) == name)
        .ok_or_else(|| ToolError::not_found(format!("There is no element named `{name}` up to californium.")))
}

fn element_profile() -> NativeTool {
    native(
        "general.facts.element_profile",
        Retrieval,
        "Returns physical data of a chemical element up to californium: symbol, atomic number and weight, melting and boiling point, density, ionization energy, radius, period and year of discovery.",
    )
    .common_knowledge()
    .param("element", "entity:element", "English name in lower case, e.g. tungsten.")
    .field("symbol", "text:element_symbol", "")
    .field("atomic_number", "count:proton", "")
    .field("atomic_weight", "level:atomic_mass[g/mol]", "standard atomic weight")
    .field("melting_k", "level:temperature.melting[K]", "melting point")
    .field("boiling_k", "level:temperature.boiling[K]", "normal boiling point")
    .field("density", "level:density.element[g/cm³]", "elemental density")
    .plural("elemental densities")
    .field("ionization_ev", "level:energy.ionization[eV]", "first ionization energy")
    .plural("first ionization energies")
    .field("radius_pm", "amount:length.atomic_radius[pm]", "atomic radius")
    .plural("atomic radii")
    .field("period", "position:period", "")
    .field("discovered", "year:discovery", "year of discovery")
    .plural("years of discovery")
    .subject("element")
    .example(json!({"element": "tungsten"}), "/atomic_number", 74.0)
    .example(json!({"element": "oxygen"}), "/atomic_weight", 15.999)
    .example_equals(json!({"element": "gold"}), "/symbol", json!("Au"))
    .example_error(json!({"element": "phlogiston"}))
    .run(|name: String| {
        let element = element_named(&name)?;
        // Fluorine's year in the table is that of its acid; the element was isolated much later.
        let year = match element.year_discovered() {
            YearDiscovered::Known(year) if element != Element::F => Some(Value::from(year)),
            _ => None,
        };
        Ok(present([
            ("symbol", Some(element.symbol().into())),
            ("atomic_number", Some(element.atomic_number().into())),
            ("atomic_weight", Some(f64::from(element.atomic_weight()).into())),
            ("melting_k", element.melting_point().map(|k| k.0.into())),
            ("boiling_k", element.boiling_point().map(|k| k.0.into())),
            ("density", element.density().map(|d| d.0.into())),
            ("ionization_ev", element.ionization_energy().map(|e| e.0.into())),
            ("radius_pm", element.atomic_radius().map(|r| r.0.into())),
            ("period", Some(element.period().into())),
            ("discovered", year),
        ]))
    })
}

fn elements_in_group() -> NativeTool {
    let choices: Vec<(&str, &str)> = GROUPS.iter().map(|(value, words, _)| (*value, *words)).collect();
    native(
        "general.facts.elements_in_group",
        Retrieval,
        "Lists the chemical elements up to californium in a named group of the periodic table, with atomic radius and first ionization energy; hydrogen is not counted as an alkali metal.",
    )
    .common_knowledge()
    .param("group", "category:element_group", "Group of the periodic table.")
    .choices(&choices)
    .rows("elements", "chemical element", "chemical elements", "name")
    .field("name", "entity:element", "name")
    .field("radius_pm", "amount:length.atomic_radius[pm]", "atomic radius")
    .plural("atomic radii")
    .field("ionization_ev", "level:energy.ionization[eV]", "first ionization energy")
    .plural("first ionization energies")
    .tail("in {group}")
    .tail("belonging to {group}")
    .example_equals(json!({"group": "alkali metals"}), "/elements/0/name", json!("lithium"))
    .example_equals(json!({"group": "noble gases"}), "/elements/5/name", json!("radon"))
    .example_error(json!({"group": "earths"}))
    .run(|wanted: String| {
        let number = GROUPS.iter().find(|(value, _, _)| *value == wanted).map(|(_, _, n)| *n);
        let rows: Vec<Value> = elements()
            .filter(|e| *e != Element::H && number.is_some() && e.group().map(|g| g.group_number()) == number)
            .map(|e| {
                present([
                    ("name", Some(element_name(&e).into())),
                    ("radius_pm", e.atomic_radius().map(|r| r.0.into())),
                    ("ionization_ev", e.ionization_energy().map(|x| x.0.into())),
                ])
            })
            .collect();
        Ok(json!({"elements": rows}))
    })
}

fn isotopes() -> NativeTool {
    native(
        "general.facts.natural_isotopes",
        Retrieval,
        "Lists the naturally occurring isotopes of a chemical element with mass number and natural abundance in percent.",
    )
    .common_knowledge()
    .param("element", "entity:element", "English name in lower case, e.g. tin.")
    .rows("isotopes", "naturally occurring isotope", "naturally occurring isotopes", "name")
    .field("name", "text:isotope", "name")
    .field("mass_number", "count:nucleon", "")
    .field("abundance", "level:fraction.abundance[%]", "natural abundance")
    .tail("of {element}")
    .example_is(json!({"element": "carbon"}), "/isotopes/1/name", "string")
    .example_equals(json!({"element": "gold"}), "/isotopes/0/name", json!("gold-197"))
    .example_error(json!({"element": "kryptonite"}))
    .run(|name: String| {
        let element = element_named(&name)?;
        let mut rows: Vec<Value> = Isotope::iter()
            .filter(|i| i.element() == element)
            .filter_map(|i| Some((i.mass_number(), i.natural_abundance()?.0)))
            .filter(|(_, abundance)| *abundance > 0.0)
            .map(|(mass, abundance)| {
                json!({"name": format!("{name}-{mass}"), "mass_number": mass, "abundance": abundance})
            })
            .collect();
        if element == Element::Ta {
            // The table has ground states only; one isotope of tantalum occurs as an isomer (IUPAC 2013: 0.01201 percent).
            rows.insert(0, json!({"name": "tantalum-180m", "mass_number": 180, "abundance": 0.01201}));
        }
        Ok(json!({"isotopes": rows}))
    })
}
