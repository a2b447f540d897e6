use std::fs;

use dive_store::{Run, StoreError, ToolsAs, export};
use serde_json::Value;

use crate::fake::{Dir, range, run};

#[test]
fn rows_carry_their_tools_or_name_them() {
    let dir = Dir::new();
    run(&dir.join("run"), 40, 2).unwrap();
    let run = Run::open(&dir.join("run")).unwrap();
    let exported = export(&run, ToolsAs::Inline, None).unwrap();
    assert_eq!((exported.tasks, exported.files.len()), (40, 1));
    let text = fs::read_to_string(dir.join("run/export/jsonl/tasks.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 40);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with(r#"{"schema":1,"id":"t0","question":"What is twice 0?","answer":{"#), "{first}");
    let row: Value = serde_json::from_str(first).unwrap();
    assert_eq!(row["tools"][0]["function"]["name"], "double");

    let exported = export(&run, ToolsAs::Ref, None).unwrap();
    assert_eq!(exported.files.len(), 2);
    let tools: Value =
        serde_json::from_str(&fs::read_to_string(dir.join("run/export/jsonl/tools.json")).unwrap()).unwrap();
    assert_eq!(tools[0]["function"]["name"], "double");
    let row = fs::read_to_string(dir.join("run/export/jsonl/tasks.jsonl")).unwrap();
    let row: Value = serde_json::from_str(row.lines().next().unwrap()).unwrap();
    assert_eq!((row.get("tools"), &row["toolset"][0]), (None, &Value::from("double")));
    let left: Vec<_> = fs::read_dir(dir.join("run/export")).unwrap().collect();
    assert_eq!(left.len(), 1, "no drafts stay behind");
}

#[test]
fn an_export_replaces_exports_only() {
    let dir = Dir::new();
    run(&dir.join("run"), 10, 2).unwrap();
    let run = Run::open(&dir.join("run")).unwrap();
    fs::create_dir(dir.join("mine")).unwrap();
    fs::write(dir.join("mine/thesis.txt"), "precious").unwrap();
    assert!(matches!(export(&run, ToolsAs::Inline, Some(&dir.join("mine"))), Err(StoreError::Occupied(_))));
    assert!(dir.join("mine/thesis.txt").exists());
    for _ in 0..2 {
        export(&run, ToolsAs::Inline, Some(&dir.join("new/place"))).unwrap();
    }
}

#[test]
fn a_range_exports_what_is_pending() {
    let dir = Dir::new();
    let summary = range(&dir.join("run"), "5..30");
    let exported = export(&Run::open(&dir.join("run")).unwrap(), ToolsAs::Ref, None).unwrap();
    assert_eq!(exported.tasks, summary.pending);
}
