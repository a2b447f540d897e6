use std::fs;

use crate::Place;

#[test]
fn bad_input_is_one_sentence() {
    let place = Place::new();
    fs::write(place.path().join("file"), "").unwrap();
    fs::write(place.path().join("key.toml"), "out = 'x'\n\n[synth]\ntoolset_mim = 3\n").unwrap();
    fs::write(place.path().join("type.toml"), "[synth]\nseed = 'one'\n").unwrap();
    fs::write(place.path().join("broken.toml"), "[synth\n").unwrap();
    fs::write(place.path().join("exemplars.jsonl"), "{\"question\": 1}\n").unwrap();
    let said: Vec<String> = [
        "synth --count 0",
        "synth --count 99999999999",
        "synth --workers 0",
        "synth --rounds 0",
        "synth --toolset-min 60",
        "synth --pool-tools 5",
        "synth --mix everything",
        "synth --preset fixed_toolset",
        "synth --min-yield 120",
        "synth --range 5..5",
        "synth --range five",
        "synth --range 0..1000000000000",
        "synth --range 0..5 --count 5",
        "synth --seed 18446744073709551615",
        "synth --out file/run",
        "synth --exemplars none.jsonl",
        "synth --exemplars exemplars.jsonl",
        "synth --config none.toml",
        "synth --config key.toml",
        "synth --config type.toml",
        "synth --config broken.toml",
        "verify none",
        "show none",
        "stats ./none",
        "export none",
        "export --format parquet",
        "merge none --count 5 --out out",
        "merge none --count 0 --out out",
        "tools list --domain finance",
        "tools call",
        "syth",
    ]
    .iter()
    .map(|words| format!("$ dive {words}\n{}", place.refused(words)))
    .collect();
    insta::assert_snapshot!(said.join("\n"));
    assert!(!place.path().join("runs").exists(), "a refused command leaves nothing behind");
    assert!(place.refused("tools show no_such_tool").starts_with("error: there is no tool `no_such_tool`"));
    assert!(place.refused("tools call no_such_tool {}").starts_with("error: there is no tool `no_such_tool`"));
}
