use dive_core::evidence::Outcome;
use dive_core::tool::ErrorKind;
use dive_journal::{Journal, Mode};
use serde_json::json;

use crate::{call, dir, open_with};

/// A program that answers differently each time, and whose failures are of both kinds.
const COUNTER: &str = "read -r line\nn=$(cat count 2>/dev/null || echo 0)\nn=$((n + 1))\necho $n > count\n\
case \"$line\" in *gone*) echo 'no such thing' >&2; exit 1;; *dead*) kill -9 $$;; esac\necho \"{\\\"n\\\": $n}\"\n";

#[test]
fn answers_are_asked_for_once_and_outlive_their_provider() {
    let dir = dir("replay");
    dir.write("count.sh", COUNTER);
    let manifest = dir.write(
        "local.toml",
        "[provider]\nid = 'local'\ndomain = 'general'\nbackend = 'command'\nretries = 1\n[[tool]]\nname = 'count'\n\
         kind = 'retrieval'\neffect = 'read_only'\ndescription = 'Counts how often it was asked.'\n\
         command = ['sh', 'count.sh']\nparams.of = { description = 'What.' }\n",
    );
    let run = dir.0.join("run");
    let t = open_with(Journal::open(&run, Mode::Record).unwrap(), &[&manifest], false).unwrap();
    let first = call(&t, "count", json!({"of": "a"})).unwrap();
    assert_eq!(first, json!({"n": 1}));
    assert_eq!(call(&t, "count", json!({"of": "a"})).unwrap(), first);
    // Many at once, from tasks: one call.
    let args = json!({"of": "b"});
    let calls = (0..50).map(|_| t.call("count", args.as_object().unwrap()));
    let all = t.block_on(futures::future::join_all(calls)).unwrap();
    assert!(all.iter().all(|o| *o == Outcome::Value { value: json!({"n": 2}), complete: false }), "{all:?}");
    // A failure that says something is an answer; one on the way is none, and whoever worked with it starts over.
    let answer = dive_connect::undisturbed(|| call(&t, "count", json!({"of": "gone"})));
    assert_eq!(answer.unwrap().unwrap_err().kind, ErrorKind::Provider);
    let disturbed = dive_connect::undisturbed(|| call(&t, "count", json!({"of": "dead"})));
    assert_eq!(disturbed.unwrap_err(), "local (count): The program was killed.");
    drop(t);

    std::fs::remove_file(dir.0.join("count.sh")).unwrap();
    let other = dir.0.join("other");
    let journal = Journal::opening(&other, Mode::Replay).source(&run).open().unwrap();
    let t = open_with(journal, &[&manifest], false).unwrap();
    assert_eq!(call(&t, "count", json!({"of": "a"})).unwrap(), first);
    assert_eq!(call(&t, "count", json!({"of": "gone"})).unwrap_err().kind, ErrorKind::Provider);
    let missed = dive_connect::undisturbed(|| call(&t, "count", json!({"of": "dead"})));
    assert!(missed.unwrap_err().contains("no entry for this tool call"));
    drop(t);

    // Another request is another question, even with the same name and arguments.
    let text = std::fs::read_to_string(&manifest).unwrap().replace("'sh', 'count.sh'", "'sh', './count.sh'");
    let manifest = dir.write("local.toml", &text);
    let t = open_with(Journal::open(&run, Mode::Replay).unwrap(), &[&manifest], false).unwrap();
    assert!(dive_connect::undisturbed(|| call(&t, "count", json!({"of": "a"}))).is_err());
}
