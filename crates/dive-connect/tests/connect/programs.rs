use dive_core::tool::ErrorKind;
use serde_json::json;

use crate::{call, dir, live, refused};

#[test]
fn programs_speak_json_and_get_a_clean_environment() {
    let dir = dir("programs");
    dir.write("double.sh", "read -r line\necho \"{\\\"got\\\": $line, \\\"dir\\\": \\\"$(basename \"$PWD\")\\\"}\"\n");
    let tool = |name: &str, command: &str| {
        format!(
            "[[tool]]\nname = '{name}'\nkind = 'processing'\neffect = 'read_only'\ndescription = 'A program of the test.'\n\
             command = {command}\n"
        )
    };
    let sh = |script: &str| format!("['sh', '-c', {}]", toml::Value::from(script));
    let text = [
        "[provider]\nid = 'local'\ndomain = 'general'\nbackend = 'command'\ntimeout = '500ms'\nretries = 0\nmax_bytes = 1000\n\
         env = ['CARGO_MANIFEST_DIR']\n"
            .to_string(),
        tool("double", "['sh', 'double.sh']"),
        "params.x = { type = 'number', description = 'X.', remote = 'theX' }\n".into(),
        tool("fails", &sh("echo 'no such \u{1b}[31mthing' >&2; exit 3")),
        tool("killed", &sh("kill -9 $$")),
        tool("garbage", &sh("echo '{\"a\": '")),
        tool("slow", &sh("sleep 20")),
        tool("floods", &sh("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done")),
        tool("absent", "['no-such-program']"),
        tool("environment", &sh("env | cut -d= -f1 | sort | tr '\\n' ' ' | sed 's/.*/\"&\"/'")),
    ]
    .concat();
    // A secret of the caller that the manifest does not name.
    let t = live(&dir.write("local.toml", &text));
    let seen = call(&t, "double", json!({"x": 2.5})).unwrap();
    assert_eq!(seen["got"], json!({"theX": 2.5}));
    assert_eq!(seen["dir"].as_str(), dir.0.file_name().unwrap().to_str());
    refused(&t, "fails", json!({}), ErrorKind::Provider, "status 3: “no such [31mthing”");
    refused(&t, "killed", json!({}), ErrorKind::Provider, "killed");
    refused(&t, "garbage", json!({}), ErrorKind::Provider, "not valid JSON");
    refused(&t, "slow", json!({}), ErrorKind::Timeout, "0.5 s");
    refused(&t, "floods", json!({}), ErrorKind::TooLarge, "1000 bytes");
    refused(&t, "absent", json!({}), ErrorKind::Unauthorised, "no-such-program");
    let seen = call(&t, "environment", json!({})).unwrap();
    let names: Vec<&str> = seen["text"].as_str().unwrap().split(' ').collect();
    assert!(names.contains(&"PATH") && names.contains(&"CARGO_MANIFEST_DIR"), "{names:?}");
    assert!(!names.iter().any(|n| n.starts_with("CARGO_PKG")), "{names:?}");
}

#[test]
fn a_users_database_is_read_and_never_written() {
    let dir = dir("database");
    let db = rusqlite::Connection::open(dir.0.join("shop.sqlite")).unwrap();
    db.execute_batch("CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES ('pen', 1.5), ('ink', 4)")
        .unwrap();
    let manifest = |sql: &str| {
        format!(
            "[provider]\nid = 'shop'\ndomain = 'general'\nbackend = 'sqlite'\npath = 'shop.sqlite'\n[[tool]]\nname = 'price'\n\
             kind = 'retrieval'\ndescription = 'The price of an item of the shop.'\nsql = {sql:?}\n\
             params.item = {{ description = 'Name.' }}\nfields.price = {{ sem = 'level:price[EUR]', noun = 'price' }}\n"
        )
    };
    let path = dir.write("shop.toml", &manifest("SELECT price FROM item WHERE name = :item"));
    let t = live(&path);
    assert_eq!(call(&t, "price", json!({"item": "pen"})), Ok(json!({"price": 1.5})));
    refused(&t, "price", json!({"item": "cow"}), ErrorKind::NotFound, "No record");
    // It is not immutable: what others write is seen.
    db.execute("UPDATE item SET price = 2 WHERE name = 'pen'", []).unwrap();
    assert_eq!(call(&t, "price", json!({"item": "pen"})), Ok(json!({"price": 2})));
    for (sql, words) in [
        ("DELETE FROM item WHERE name = :item RETURNING price", "refused"),
        ("SELECT price FROM item", "does not use"),
        ("SELECT price FROM item WHERE name = :other", "is not a parameter"),
    ] {
        let journal = dive_journal::Journal::open("nowhere", dive_journal::Mode::Live).unwrap();
        let path = dir.write("bad.toml", &manifest(sql));
        let error = crate::open_with(journal, &[&path], false).err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn tools_that_may_change_something_are_left_out_unless_enabled() {
    let dir = dir("mutating");
    let path = dir.write(
        "local.toml",
        "[provider]\nid = 'local'\ndomain = 'general'\nbackend = 'command'\n[[tool]]\nname = 'write'\nkind = 'processing'\n\
         description = 'Writes something somewhere.'\ncommand = ['true']\n",
    );
    let journal = || dive_journal::Journal::open("nowhere", dive_journal::Mode::Live).unwrap();
    let t = crate::open_with(journal(), &[&path], false).unwrap();
    assert_eq!(t.pool().specs().len(), 0);
    assert_eq!(t.notes(), ["local: left out 1 (write): may change something; --allow-mutating takes them in"]);
    assert_eq!(crate::open_with(journal(), &[&path], true).unwrap().pool().specs().len(), 1);
}
