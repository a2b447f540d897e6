//! The embedded pool is well formed and does what its examples say.

use std::collections::BTreeMap;

use dive_core::tool::ToolKind;
use dive_pool::{World, load};

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
fn every_domain_has_both_kinds() {
    let pool = pool();
    let mut count: BTreeMap<(&str, ToolKind), usize> = BTreeMap::new();
    for spec in pool.specs() {
        *count.entry((spec.domain.as_str(), spec.kind)).or_default() += 1;
    }
    println!("{count:#?}");
    assert!(count.len() % 2 == 0, "{count:#?}");
}
