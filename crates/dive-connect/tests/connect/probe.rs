//! Tools that say nothing about meanings, and what using them shows.

use std::sync::Arc;

use dive_connect::{Learned, Options, Probing, Reading, Toolbox};
use dive_journal::{Journal, Mode};
use dive_tools::{Entities, ToolPool};
use serde_json::json;

use crate::{Dir, call, dir};

const RUN: &str = r#"read -r args
word=$(printf '%s' "$args" | sed 's/.*: *"\([^"]*\)".*/\1/')
case $1 in
makers) echo "{\"text\": \"[{'name': 'Orla', 'since': None}, {'name': 'Tamsin', 'since': 3}, {'name': 'Wendt', 'since': 4}]\"}" ;;
profile) case $word in
  Orla) echo '{"employees": 14, "founded": 1987, "town": "Trier"}' ;;
  Tamsin) echo '{"employees": 6, "founded": 2003, "town": "Bad Ems"}' ;;
  Wendt) echo '{"employees": 31, "founded": 1954, "town": "Trier"}' ;;
  *) echo "no such maker" >&2; exit 1 ;; esac ;;
echo) printf '{"said": "you said %s"}\n' "$word" ;;
clock) date +'{"nanoseconds": 1%N}' ;;
locked) echo "nothing here" >&2; exit 1 ;;
esac
"#;

fn shop() -> (Dir, std::path::PathBuf) {
    let dir = dir("probe");
    dir.write("run.sh", RUN);
    let tool = |name: &str, job: &str, more: &str| {
        format!(
            "[[tool]]\nname = '{name}'\nkind = 'retrieval'\neffect = 'read_only'\n\
             description = 'A tool of a stranger that says little.'\ncommand = ['sh', 'run.sh', '{job}']\n{more}\n"
        )
    };
    let text = [
        "[provider]\nid = 'shop'\ndomain = 'general'\nbackend = 'command'\nretries = 0\n".to_string(),
        tool("list_makers", "makers", ""),
        tool("get_profile", "profile", "params.maker_name = { description = 'Maker.' }"),
        tool("echo", "echo", "params.words = { description = 'Anything.' }"),
        tool("clock", "clock", ""),
        tool("open_drawer", "locked", "params.drawer = { description = 'Drawer.' }"),
    ]
    .concat();
    let manifest = dir.write("shop.toml", &text);
    (dir, manifest)
}

fn open(manifest: &std::path::Path, learned: Learned) -> Toolbox {
    let options = Options {
        journal: Arc::new(Journal::open("nowhere", Mode::Live).unwrap()),
        mutating: false,
        unverified: true,
        verified: Default::default(),
        learned,
        pinned: false,
    };
    Toolbox::open(ToolPool::new([], Entities::default()).unwrap(), &[manifest.to_path_buf()], &options).unwrap()
}

#[test]
fn values_that_one_tool_returns_and_another_accepts_link_them() {
    let (_dir, manifest) = shop();
    let t = open(&manifest, Learned::default());
    let (learned, effort) = t.probe(&Probing { calls: 100, known: Vec::new() });
    assert!(effort.calls <= 100 && effort.answered > 5, "{effort:?}");
    let links: Vec<_> = learned.links.iter().map(|l| (l.from.as_str(), l.path.as_str(), l.to.as_str())).collect();
    assert_eq!(links, [("general.shop.list_makers", "/items/*/name", "general.shop.get_profile")]);
    let link = &learned.links[0];
    assert_eq!((link.accepted, link.tried, link.selective), (3, 3, true));
    let makers = &learned.entities[0];
    assert_eq!((makers.name.as_str(), makers.plural.as_str()), ("shop_maker", "makers"));
    assert_eq!(makers.names, ["Orla", "Tamsin", "Wendt"]);

    let lesson = |name: &str| &learned.tools[&format!("general.shop.{name}")];
    assert_eq!(lesson("list_makers").reading, Some(Reading::Python));
    assert!(lesson("list_makers").complete && lesson("clock").volatile);
    let nouns: Vec<&str> = lesson("get_profile").fields.iter().map(|f| f.noun.as_str()).collect();
    assert_eq!(nouns, ["number of employees", "year founded", "town"]);
    assert_eq!(lesson("get_profile").subject.as_deref(), Some("maker_name"));
    // What takes anything is not asked about.
    assert!(lesson("echo").unused.contains("`words`"), "{:?}", lesson("echo"));
    assert!(lesson("open_drawer").unused.contains("nothing here") || lesson("open_drawer").unused.contains("drawer"));

    // A person can read it, and reading it back loses nothing.
    let text = learned.text().unwrap();
    assert_eq!(Learned::parse(&text).unwrap(), learned, "{text}");

    // With it, results come as they are read, and the pool knows what they mean.
    let t = open(&manifest, learned);
    let listed = call(&t, "list_makers", json!({})).unwrap();
    assert_eq!((listed["count"].as_u64(), &listed["items"][1]), (Some(3), &json!({"name": "Tamsin", "since": 3})));
    let profile = t.pool().spec("get_profile").unwrap();
    assert_eq!(profile.params[0].sem.to_string(), "entity:shop_maker");
    assert!(t.pool().spec("clock").unwrap().output.fields.is_empty());
}

#[test]
fn a_lesson_about_another_version_of_a_tool_is_not_used() {
    let (dir, manifest) = shop();
    let (learned, _) = open(&manifest, Learned::default()).probe(&Probing { calls: 60, known: Vec::new() });
    let text = std::fs::read_to_string(&manifest).unwrap().replace("Maker.", "What it is called.");
    let t = open(&dir.write("shop.toml", &text), learned);
    assert_eq!(t.pool().spec("get_profile").unwrap().params[0].sem.to_string(), "text:shop_maker_name");
    assert_eq!(t.pool().spec("list_makers").unwrap().output.rows.as_ref().unwrap().noun, "maker");
}
