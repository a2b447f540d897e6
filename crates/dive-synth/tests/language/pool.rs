//! A small pool whose words exercise every construction. Only its words matter: nothing calls it.

use dive_core::text::{Locator, Quotation, Reading};
use dive_core::tool::ToolKind::{Processing, Retrieval};
use dive_core::tool::{Bundle, Field, ToolError};
use dive_synth::lexicon::Lexicon;
use dive_tools::entities::Naming;
use dive_tools::native::{Builder, NativeFn, NativeTool, native};
use dive_tools::{Backend, Entities, EntityType, ToolPool};
use serde_json::{Value, json};

pub const COMPANIES: [&str; 6] = [
    "Halvorsen Marine",
    "Nordvik Lines",
    "Ostrava Freight",
    "Brae Dairy",
    "Skarn Timber",
    "Eastfold Shipping Partners",
];
pub const CITIES: [&str; 4] = ["Brennholt", "Nordvik", "Port Ossel", "Tarn Heath"];
pub const PATIENTS: [&str; 3] = ["Marta Vellinga", "Jonas Reiter", "Ines Falk"];
pub const PAPERS: [&str; 3] =
    ["Tides of the northern fjords", "What gulls know, and why", "A census of lichens in Port Ossel"];

fn unanswered() -> Result<Value, ToolError> {
    Err(ToolError::not_found("Nobody asks this pool."))
}

/// Ends a tool; two examples because the lint wants them.
fn done<T, F: NativeFn<T>>(builder: Builder, f: F) -> NativeTool {
    builder.example_error(json!({})).example_error(json!({})).run(f)
}

fn tools() -> Vec<NativeTool> {
    let sectors = &[("shipping", ""), ("dairy", ""), ("timber", "")];
    let rhythms = &[("monthly", "on a monthly basis"), ("daily", "on a daily basis")];
    vec![
        done(
            native("financial.fixture.companies_in_sector", Retrieval, "Lists the companies of a sector.")
                .param("sector", "category:sector", "Sector.")
                .choices(sectors)
                .rows("companies", "company", "companies", "name")
                .field("name", "entity:company", "name")
                .field("headcount", "count:employee", "headcount")
                .field("founded", "date:founding", "founding date")
                .field("city", "entity:city", "headquarters city")
                .tail("in the {sector} sector")
                .tail("of the {sector} sector"),
            |_: String| unanswered(),
        ),
        done(
            native("financial.fixture.companies_in_city", Retrieval, "Lists the companies based in a city.")
                .param("city", "entity:city", "City.")
                .rows("companies", "company", "companies", "name")
                .field("name", "entity:company", "name")
                .field("site_area", "amount:area.site[ha]", "site area")
                .tail("headquartered in the city {city}")
                .tail("based in {city}"),
            |_: String| unanswered(),
        ),
        done(
            native("financial.fixture.company_profile", Retrieval, "Looks up the profile of a company.")
                .param("company", "entity:company", "Company.")
                .subject("company")
                .field("city", "entity:city", "headquarters city")
                .plural("headquarters cities")
                .phrase("the city where {company} has its headquarters")
                .field("sector", "category:sector", "sector")
                .field("headcount", "count:employee", "headcount")
                .field("founded", "date:founding", "founding date")
                .field("share_code", "id:share", ""),
            |_: String| unanswered(),
        ),
        done(
            native("financial.fixture.income_statement", Retrieval, "Looks up a company's income statement.")
                .param("company", "entity:company", "Company.")
                .param("year", "year:fiscal", "Year.")
                .subject("company")
                .field("net_income", "amount:money.net_income[M EUR]", "net income")
                .field("revenue", "amount:money.revenue[M EUR]", "revenue")
                .tail("in fiscal year {year}")
                .tail("for the year {year}")
                .past(),
            |_: String, _: i64| unanswered(),
        ),
        done(
            native("financial.fixture.share_prices", Retrieval, "Lists closing prices of a share over a year.")
                .param("company", "entity:company", "Company.")
                .param("year", "year", "Year.")
                .param("rhythm", "category:rhythm", "Rhythm.")
                .choices(rhythms)
                .subject("company")
                .rows("prices", "trading day", "trading days", "date")
                .field("date", "date:trading", "trading date")
                .field("close", "level:price.close[EUR]", "closing price")
                .series()
                .tail("in {year} {rhythm}")
                .past(),
            |_: String, _: i64, _: String| unanswered(),
        ),
        done(
            native("general.fixture.city_profile", Retrieval, "Looks up the profile of a city.")
                .param("city", "entity:city", "City.")
                .subject("city")
                .field("population", "count:inhabitant", "population")
                .field("area", "amount:area[km2]", "area")
                .field("temperature", "level:temperature[degC]", "mean temperature")
                .field("latitude", "position:latitude[deg]", "latitude")
                .field("longitude", "position:longitude[deg]", "longitude")
                .bundle("geo_point", &["latitude", "longitude"]),
            |_: String| unanswered(),
        ),
        done(
            native("general.fixture.great_circle_distance", Processing, "Distance of two points on the globe.")
                .param("latitude_1", "position:latitude[deg]", "Degrees.")
                .param("longitude_1", "position:longitude[deg]", "Degrees.")
                .param("latitude_2", "position:latitude[deg]", "Degrees.")
                .param("longitude_2", "position:longitude[deg]", "Degrees.")
                .group("a", "geo_point", &["latitude_1", "longitude_1"])
                .group("b", "geo_point", &["latitude_2", "longitude_2"])
                .field("distance", "amount:length.great_circle[km]", "great-circle distance")
                .tail("between {a} and {b}")
                .tail("from {a} to {b}"),
            |_: f64, _: f64, _: f64, _: f64| unanswered(),
        ),
        done(
            native("general.fixture.ground_elevation", Processing, "Elevation of the ground at a point.")
                .param("latitude", "position:latitude[deg]", "Degrees.")
                .param("longitude", "position:longitude[deg]", "Degrees.")
                .group("point", "geo_point", &["latitude", "longitude"])
                .subject("point")
                .field("elevation", "level:elevation[m]", "ground elevation")
                .tail(""),
            |_: f64, _: f64| unanswered(),
        ),
        done(
            native("general.fixture.trimmed_mean", Processing, "Mean of a list without its extremes.")
                .param("values", "list(number)", "Values.")
                .label("values")
                .field("mean", "same:values", "trimmed mean")
                .tail("of {values}"),
            |_: Vec<f64>| unanswered(),
        ),
        done(
            native("medical.fixture.vitals", Retrieval, "Looks up the latest vitals of a patient.")
                .param("patient", "entity:patient", "Patient.")
                .subject("patient")
                .field("weight", "amount:mass.body[kg]", "body weight")
                .field("height", "amount:length.height[cm]", "height"),
            |_: String| unanswered(),
        ),
        done(
            native("medical.fixture.body_mass_index", Processing, "Body mass index of a person.")
                .param("weight", "amount:mass.body[kg]", "Kilograms.")
                .label("body weight")
                .param("height", "amount:length.height[cm]", "Centimetres.")
                .label("height")
                .field("bmi", "level:body_mass_index[kg/m2]", "body mass index")
                .tail("for {weight} and {height}"),
            |_: f64, _: f64| unanswered(),
        ),
        done(
            native("academic.fixture.paper_profile", Retrieval, "Looks up the profile of a paper.")
                .param("paper", "entity:paper", "Paper.")
                .subject("paper")
                .field("citations", "count:citation", "citation count")
                .field("published", "date:publication", "publication date"),
            |_: String| unanswered(),
        ),
    ]
}

/// A field in the text of a tool's result.
fn quoted(name: &str, sem: &str, noun: &str, reading: Reading) -> Field {
    Field {
        pointer: format!("/text#{name}"),
        sem: sem.parse().unwrap(),
        noun: noun.into(),
        plural: String::new(),
        quote: Some(Quotation { by: Locator::ValueOf(name.into()), reading }),
        phrases: Vec::new(),
    }
}

/// A search for documents about companies, and the tool that opens one.
fn documents() -> Vec<NativeTool> {
    let mut search = done(
        native("financial.fixture.search_brochures", Retrieval, "Searches the brochures of companies.")
            .param("query", "text:search", "Words.")
            .rows("hits", "brochure", "brochures", "title")
            .field("document", "id:document", "")
            .field("title", "text:title", "title")
            .tail("mentioning {query}"),
        |_: String| unanswered(),
    );
    let pointers = vec!["/hits/0/document".into()];
    search.spec.output.bundles.push(Bundle { of: "brochure".into(), pointers, entity: Some("company".into()) });
    let mut open = done(
        native("financial.fixture.open_brochure", Retrieval, "Opens a brochure of a company.")
            .param("document", "id:document", "Document.")
            .group("company", "brochure", &["document"])
            .subject("company")
            .field("text", "text:document", "")
            .tail("according to the brochure")
            .tail("given in the brochure"),
        |_: String| unanswered(),
    );
    open.spec.output.fields.extend([
        quoted("tugs", "count:tug", "number of tugs in the fleet", Reading::Number),
        quoted("wharf", "amount:length.wharf[m]", "wharf length", Reading::Number),
        quoted("opened", "date:opening", "opening date of the wharf", Reading::Date),
        quoted("harbour", "entity:city", "home harbour", Reading::Text),
        quoted("agent", "entity:patient", "harbour agent", Reading::Text),
    ]);
    vec![search, open]
}

fn entity(name: &str, plural: &str, naming: Naming, names: &[&str]) -> EntityType {
    EntityType {
        name: name.into(),
        noun: name.into(),
        plural: plural.into(),
        domain: "general".into(),
        naming,
        article: false,
        names: names.iter().map(|n| (*n).to_string()).collect(),
    }
}

pub fn pool() -> ToolPool {
    let entities = Entities::new([
        entity("company", "companies", Naming::Thing, &COMPANIES),
        entity("city", "cities", Naming::Thing, &CITIES),
        entity("patient", "patients", Naming::Person, &PATIENTS),
        entity("paper", "papers", Naming::Title, &PAPERS),
    ]);
    let tools = tools().into_iter().chain(documents()).map(|t| (t.spec, Box::new(t.backend) as Box<dyn Backend>));
    ToolPool::new(tools, entities).unwrap()
}

pub fn lexicon() -> Lexicon {
    Lexicon::new(&pool())
}
