//! The embedded pool is well formed and does what its examples say.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::evidence::Outcome;
use dive_core::exemplar::FormKind;
use dive_core::tool::ToolKind;
use dive_pool::{World, load};
use serde_json::{Value, json};

fn pool() -> dive_tools::ToolPool {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    match World::open_in(dir, 7).and_then(|w| load(&w)) {
        Ok(pool) => pool,
        Err(e) => panic!("{e}"),
    }
}

#[test]
fn every_example_holds_alone_and_concurrently() {
    let failures = dive_tools::check::check(&pool(), 2);
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn every_domain_is_broad_and_has_both_kinds() {
    let pool = pool();
    let mut count: BTreeMap<(&str, ToolKind), usize> = BTreeMap::new();
    for spec in pool.specs() {
        *count.entry((spec.domain.as_str(), spec.kind)).or_default() += 1;
    }
    assert_eq!(count.len(), 10, "{count:#?}");
    for domain in dive_pool::DOMAINS {
        let tools: usize = count.iter().filter(|((d, _), _)| *d == domain).map(|(_, n)| n).sum();
        assert!(tools >= 60, "{domain} has {tools} tools");
        let third = count.iter().filter(|((d, _), _)| *d == domain).all(|(_, n)| n * 3 >= tools);
        assert!(third, "{domain} is lopsided: {count:#?}");
    }
}

#[test]
fn every_domain_has_seed_entities_that_its_tools_accept() {
    let pool = pool();
    for domain in dive_pool::DOMAINS {
        let accepted = |entity: &str| {
            let takes = |s: &dive_core::tool::ToolSpec| s.params.iter().any(|p| p.sem.entity() == Some(entity));
            pool.specs().filter(|s| s.domain == domain).any(takes)
        };
        let types = pool.entities().types().filter(|t| t.domain == domain && accepted(&t.name));
        let seeds: usize = types.map(|t| t.names.len()).sum();
        assert!(seeds >= 2_000, "{domain} has {seeds} seed entities");
    }
}

#[test]
fn exemplars_are_many_and_of_every_form_and_domain() {
    let exemplars = dive_pool::exemplars().expect("the embedded exemplars are well formed");
    assert!(exemplars.len() >= 500, "{} exemplars", exemplars.len());
    for form in FormKind::ALL {
        for domain in dive_pool::DOMAINS {
            let of_domain = exemplars.iter().filter(|e| e.form == form && e.id.starts_with(domain)).count();
            assert!(of_domain >= 3, "{domain} has {of_domain} exemplars of the form {}", form.name());
        }
    }
    for e in &exemplars {
        assert!((1..=12).contains(&e.hops) && e.question.ends_with(['?', '.']), "{}", e.id);
        assert!(e.question.split_whitespace().count() >= 5, "{} is hardly a question", e.id);
    }
}

/// Two exemplars that share most of their word triples are one exemplar with a word exchanged.
#[test]
fn exemplars_are_distinct() {
    let exemplars = dive_pool::exemplars().expect("the embedded exemplars are well formed");
    let triples = |text: &str| -> BTreeSet<Vec<String>> {
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        words.map(str::to_string).collect::<Vec<_>>().windows(3).map(<[String]>::to_vec).collect()
    };
    let all: Vec<_> = exemplars.iter().map(|e| triples(&e.question)).collect();
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate().take(i) {
            let common = a.intersection(b).count() as f64 / a.union(b).count().max(1) as f64;
            assert!(common < 0.5, "{} and {} say nearly the same", exemplars[i].id, exemplars[j].id);
        }
    }
}

#[test]
fn documents_are_found_under_the_name_of_what_they_are_about() {
    let pool = pool();
    let call = |tool: &str, args: Value| match pool.call(tool, args.as_object().expect("arguments")) {
        Outcome::Value { value, .. } => value,
        Outcome::Error { error } => panic!("{tool}: {error}"),
    };
    for (search, open, entity) in [
        ("search_annual_reports", "open_annual_report", "company"),
        ("search_biographies", "open_biography", "author"),
        ("search_city_guides", "open_city_guide", "city"),
        ("search_discharge_letters", "open_discharge_letter", "patient"),
        ("search_species_accounts", "open_species_account", "species"),
    ] {
        let names = &pool.entities().get(entity).expect(entity).names;
        assert!(names.len() >= 400, "{entity}");
        for name in names.iter().step_by(7) {
            let hits = call(search, json!({"query": name}));
            let first = &hits["documents"][0];
            assert_eq!(first[entity], **name, "{search}: {hits}");
            let document = call(open, json!({"document": first["document"]}));
            assert_eq!(document[entity], **name);
            let text = document["text"].as_str().expect("text");
            assert!(text.contains(name.as_str()) && text.len() < 8000, "{text}");
            let lines = call("find_in_document", json!({"document": first["document"], "words": name.to_uppercase()}));
            assert!(lines["matches"].as_i64() >= Some(1), "{lines}");
        }
    }
}

/// A slot of the name of a parameter would be read as that parameter alone.
#[test]
fn no_group_is_named_as_a_parameter() {
    let pool = pool();
    for spec in pool.specs() {
        let clash = spec.groups.iter().find(|g| spec.param(&g.slot).is_some());
        assert!(clash.is_none(), "{}: the slot `{}` is a parameter too", spec.name, clash.map_or("", |g| &g.slot));
    }
}
