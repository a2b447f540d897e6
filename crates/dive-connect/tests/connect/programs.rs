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
        tool("lies", &sh("echo '{\"price\": \"cheap\"}'")),
        "fields.price = { sem = 'level:price[EUR]', noun = 'price' }\n".into(),
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
    refused(&t, "lies", json!({}), ErrorKind::Provider, "local (lies): `/price` of the result is not a number");
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

#[test]
fn a_database_becomes_tools_in_one_step() {
    let dir = dir("import");
    let file = dir.0.join("shop.sqlite");
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch(
        "CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT UNIQUE, town TEXT, since TEXT);
         INSERT INTO maker VALUES (1, 'Orla', 'Trier', '1987-02-03'), (2, 'Tam''sin', 'Bad Ems', '2003-11-30'), (3, 'Wendt', 'Trier', '1954-07-01');
         CREATE TABLE item (code TEXT PRIMARY KEY, maker_id INTEGER REFERENCES maker, colour TEXT, price REAL, picture BLOB);
         INSERT INTO item VALUES ('A1', 1, 'red', 1.5, x'00'), ('A2', 1, 'blue', 2.5, x'00'), ('B1', 2, 'red', 9, x'00'), ('C1', 3, 'red', 4, x'00');
         CREATE TABLE stock (item TEXT, town TEXT, pieces INTEGER, PRIMARY KEY (item, town));
         INSERT INTO stock VALUES ('A1', 'Trier', 4), ('A1', 'Mainz', 2), ('B1', 'Trier', 7);
         CREATE TABLE empty (name TEXT PRIMARY KEY);
         CREATE TABLE reading (at INTEGER, value REAL); INSERT INTO reading VALUES (1, 2.5), (1, 2.5);",
    )
    .unwrap();
    let place = dive_connect::DatabasePlace::Sqlite { file: file.clone(), path: "shop.sqlite".into() };
    let source =
        dive_connect::DatabaseSource { name: "shop".into(), domain: "general".into(), place, ..Default::default() };
    let imported = dive_connect::import_database(&source).unwrap();
    let t = live(&dir.write("shop.toml", &imported.text));
    let names: Vec<&str> = t.pool().specs().map(|s| s.name.as_str()).collect();
    let wanted = [
        "get_item",
        "get_maker",
        "list_items",
        "list_items_by_colour",
        "list_items_by_maker",
        "list_makers",
        "list_stocks_by_item",
    ];
    assert_eq!(names, wanted);
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
    // Keys stay inside; the maker goes by its name.
    assert_eq!(
        call(&t, "get_item", json!({"item": "B1"})),
        Ok(json!({"maker": "Tam'sin", "colour": "red", "price": 9}))
    );
    let items = call(&t, "list_items_by_maker", json!({"maker": "Orla"})).unwrap();
    assert_eq!(
        items["rows"],
        json!([{"code": "A1", "colour": "red", "price": 1.5}, {"code": "A2", "colour": "blue", "price": 2.5}])
    );
    // Nothing declares that stock is of items, but its column says so.
    let stock = call(&t, "list_stocks_by_item", json!({"item": "A1"})).unwrap();
    assert_eq!(stock["rows"], json!([{"town": "Mainz", "pieces": 2}, {"town": "Trier", "pieces": 4}]));
    refused(&t, "list_items_by_colour", json!({"colour": "pink"}), ErrorKind::BadArguments, "pink");
    refused(&t, "get_maker", json!({"maker": "nobody"}), ErrorKind::NotFound, "No record");
    let sems = |name: &str| t.pool().spec(name).unwrap().params[0].sem.to_string();
    assert_eq!(
        (sems("get_maker"), sems("list_items_by_maker")),
        ("entity:shop_maker".into(), "entity:shop_maker".into())
    );
    assert_eq!(t.pool().entities().get("shop_maker").unwrap().names, ["Orla", "Tam'sin", "Wendt"]);
    let nobody = dive_connect::DatabasePlace::Sqlite { file: dir.0.join("none"), path: "none".into() };
    let error = dive_connect::import_database(&dive_connect::DatabaseSource { place: nobody, ..source }).unwrap_err();
    assert!(error.to_string().contains("is no file"), "{error}");
}

#[test]
fn a_server_that_is_not_there_and_a_manifest_that_is_wrong() {
    let dir = dir("postgres");
    let manifest = |head: &str, sql: &str| {
        format!(
            "[provider]\nid = 'pg'\ndomain = 'general'\nbackend = 'postgres'\nretries = 0\n{head}\n[[tool]]\nname = 'price'\n\
             kind = 'retrieval'\ndescription = 'The price of an item of the shop.'\nsql = {sql:?}\n\
             params.item = {{ description = 'Name.' }}\nfields.price = {{ sem = 'level:price[EUR]', noun = 'price' }}\n"
        )
    };
    let sql = "SELECT price FROM item WHERE name = :item";
    for (head, sql, words) in [
        ("connection = 'host=127.0.0.1 port=1'", "SELECT price FROM item", "does not use"),
        ("connection = 'host=127.0.0.1 port=1'", "SELECT :item; SELECT 2", "more than one statement"),
        ("connection = 'postgresql://me:secret@127.0.0.1/x'", sql, "holds a password"),
        ("connection = 'nonsense'", sql, "not a connection string"),
        ("", sql, "either `connection` or `connection_env`"),
        ("connection = 'host=127.0.0.1'\npasword_env = 'X'", sql, "unknown field `pasword_env`"),
    ] {
        let journal = dive_journal::Journal::open("nowhere", dive_journal::Mode::Live).unwrap();
        let error =
            crate::open_with(journal, &[&dir.write("pg.toml", &manifest(head, sql))], false).err().unwrap().to_string();
        assert!(error.contains(words) && !error.contains("secret"), "{error}");
    }
    for (head, kind, words) in [
        ("connection = 'host=127.0.0.1 port=1 user=me'", ErrorKind::Transport, "pg (price)"),
        ("connection_env = 'DIVE_NO_SUCH_VARIABLE'", ErrorKind::Unauthorised, "DIVE_NO_SUCH_VARIABLE is not set"),
        ("connection = 'host=db.example sslmode=disable'", ErrorKind::Unauthorised, "would be unencrypted"),
    ] {
        let t = live(&dir.write("pg.toml", &manifest(head, sql)));
        refused(&t, "price", json!({"item": "pen"}), kind, words);
    }
}
