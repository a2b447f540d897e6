//! Exports and imports of a small run.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use dive_agent::{End, Graded, Message, PassRate, Policy, ToolCall, Toolbox, oracle, reward};
use dive_core::task::Task;
use dive_export::{Encoding, ExportError, Format, export, import};
use dive_store::{Run, StoreError, Which, Writer, adopt};
use serde_json::{Value, json};

const TABLES: [Format; 6] =
    [Format::Tasks, Format::Trajectories, Format::Sft, Format::SftSharegpt, Format::RlVerl, Format::RlNemoGym];

/// A directory of its own, removed with its owner.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Dir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dive-export-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Dir(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A run of three tasks of the embedded pool, without rollouts.
    fn run(&self) -> PathBuf {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dive-store/tests/fixtures/v1");
        let to = self.join("run");
        fs::create_dir_all(&to).unwrap();
        for file in ["run.toml", "run.sqlite"] {
            fs::copy(from.join(file), to.join(file)).unwrap();
        }
        to
    }

    /// The same with the oracle's rollouts, changed.
    fn solved(&self, change: impl Fn(usize, &mut Graded)) -> PathBuf {
        let dir = self.run();
        let run = Run::open(&dir).unwrap();
        let toolbox = Toolbox::new(&run.tools().unwrap()).unwrap();
        let graded: Vec<Graded> = tasks(&run)
            .iter()
            .enumerate()
            .map(|(i, task)| {
                let mut graded = reward::grade(task, &toolbox, oracle::rollout(task).unwrap(), None, 0.1);
                change(i, &mut graded);
                graded
            })
            .collect();
        Writer::existing(&dir).unwrap().record_rollouts(&graded).unwrap();
        dir
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn tasks(run: &Run) -> Vec<Task> {
    let mut tasks = Vec::new();
    run.each(&Which::Tasks, |entry| {
        tasks.push(serde_json::from_str(&entry.json).unwrap());
        Ok::<(), StoreError>(())
    })
    .unwrap();
    tasks
}

fn rows(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn written(dir: &Path, format: Format) -> (Vec<Value>, Vec<dive_export::Dropped>) {
    let exported = export(&Run::open(dir).unwrap(), format, Encoding::Jsonl, None, None).unwrap();
    assert_eq!(exported.rows_in, exported.rows + exported.dropped.len() as u64, "{format:?}");
    let rows = rows(&exported.dir.join(&exported.files[0]));
    assert_eq!(rows.len() as u64, exported.rows);
    assert_eq!(exported.dir.join("dropped.log").exists(), !exported.dropped.is_empty());
    (rows, exported.dropped)
}

#[test]
fn export_import_export_is_the_same_to_the_byte() {
    let dir = Dir::new();
    let place = dir.solved(|_, _| {});
    let run = Run::open(&place).unwrap();
    let rate = PassRate {
        task: tasks(&run)[0].id.clone(),
        policy: Policy { name: "s".into(), model: Some("m".into()), settings: [("t".into(), json!(0.7))].into() },
        k: 8,
        passes: 3,
        low: 0.1,
        high: 0.7,
        kept: true,
    };
    Writer::existing(&place).unwrap().record_pass_rates(&[rate]).unwrap();
    let run = Run::open(&place).unwrap();
    let make = |run: &Run, name: &str| -> Vec<PathBuf> {
        let mut files = Vec::new();
        for format in [Format::Tasks, Format::Trajectories] {
            for encoding in [Encoding::Jsonl, Encoding::Parquet] {
                let to = dir.join(&format!("{name}-{}-{}", format.name(), encoding.extension()));
                match export(run, format, encoding, None, Some(&to)) {
                    Ok(exported) => files.push(exported.dir.join(&exported.files[0])),
                    Err(ExportError::NoParquet) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
        let to = dir.join(&format!("{name}-jsonl"));
        files.push(dive_store::export(run, dive_store::ToolsAs::Inline, Some(&to)).unwrap().files[0].clone());
        files
    };
    let first = make(&run, "first");
    let of = |name: &str, kind: &str| {
        let path = |f: &&PathBuf| f.to_string_lossy().contains(name) && f.extension().is_some_and(|e| e == kind);
        first.iter().find(path).map(PathBuf::as_path)
    };
    let (tasks, rollouts) = (of("-tasks-", "jsonl").unwrap(), of("-trajectories-", "jsonl").unwrap());
    let mut sets = vec![vec![tasks, rollouts], vec![rollouts, of("-jsonl/", "jsonl").unwrap()]];
    if let (Some(tasks), Some(rollouts)) = (of("-tasks-", "parquet"), of("-trajectories-", "parquet")) {
        sets.push(vec![tasks, rollouts]);
        sets.push(vec![rollouts, of("-tasks-", "jsonl").unwrap()]);
    }
    for (i, files) in sets.iter().enumerate() {
        let imported = import(files, &|_, _| None).unwrap();
        let to = dir.join(&format!("again{i}"));
        let summary = adopt(&to, imported.manifest, &imported.content).unwrap();
        assert_eq!(summary.digest, run.summary().unwrap().digest);
        let second = make(&Run::open(&to).unwrap(), &format!("second{i}"));
        let native = files.iter().any(|f| f.to_string_lossy().contains("-jsonl/"));
        for (a, b) in first.iter().zip(&second) {
            // Native rows do not say what was measured.
            if !(native && b.to_string_lossy().contains("-tasks-")) {
                assert!(fs::read(a).unwrap() == fs::read(b).unwrap(), "{}", b.display());
            }
        }
    }
}

#[test]
fn every_format_has_every_task_and_parquet_the_same_number() {
    let dir = Dir::new();
    let place = dir.solved(|_, _| {});
    for format in TABLES {
        let (rows, dropped) = written(&place, format);
        assert_eq!((rows.len(), dropped.len()), (3, 0), "{format:?}");
    }
    let run = Run::open(&place).unwrap();
    for format in TABLES.into_iter().filter(|f| *f != Format::RlNemoGym) {
        let to = dir.join(format.name());
        let exported = match export(&run, format, Encoding::Parquet, None, Some(&to)) {
            Err(ExportError::NoParquet) => return,
            other => other.unwrap(),
        };
        let file = fs::File::open(to.join(&exported.files[0])).unwrap();
        use parquet::file::reader::{FileReader as _, SerializedFileReader};
        let reader = SerializedFileReader::new(file).unwrap();
        assert_eq!(reader.metadata().file_metadata().num_rows(), 3);
    }
    assert!(matches!(
        export(&run, Format::RlNemoGym, Encoding::Parquet, None, None),
        Err(ExportError::NotInColumns(_))
    ));
}

#[test]
fn rows_say_what_trainers_expect() {
    let dir = Dir::new();
    let place = dir.solved(|_, _| {});
    let run = Run::open(&place).unwrap();
    let task = &tasks(&run)[0];

    let (sft, _) = written(&place, Format::Sft);
    let messages = sft[0]["messages"].as_array().unwrap();
    assert_eq!((&messages[0]["role"], &messages[0]["content"]), (&json!("system"), &json!(dive_agent::ANSWER_FORMAT)));
    assert_eq!(messages[1]["content"], task.question);
    assert_eq!(messages[3]["name"], messages[2]["tool_calls"][0]["function"]["name"]);
    let tools: Vec<Value> = serde_json::from_str(sft[0]["tools"].as_str().unwrap()).unwrap();
    assert_eq!(tools.len(), task.toolset.len());
    // As servers write them, since chat templates print them as they come.
    let text = sft[0]["tools"].as_str().unwrap();
    assert!(text.starts_with("[{\"type\":\"function\",\"function\":{\"name\":\""), "{text}");
    assert!(text.contains("\"parameters\":{\"type\":\"object\",\"properties\":{"), "{text}");

    let (sharegpt, _) = written(&place, Format::SftSharegpt);
    for row in &sharegpt {
        let turns = row["conversations"].as_array().unwrap();
        assert_eq!(turns.len() % 2, 0);
        for (i, turn) in turns.iter().enumerate() {
            let from = turn["from"].as_str().unwrap();
            let expected: &[&str] = if i % 2 == 0 { &["human", "observation"] } else { &["gpt", "function_call"] };
            assert!(expected.contains(&from), "{turn}");
            if from == "function_call" {
                let call: Value = serde_json::from_str(turn["value"].as_str().unwrap()).unwrap();
                assert!(call["name"].is_string() && call["arguments"].is_object());
            }
        }
    }
    let info: Value =
        serde_json::from_str(&fs::read_to_string(place.join("export/sft_sharegpt/dataset_info.json")).unwrap())
            .unwrap();
    assert_eq!(info["dive"]["columns"]["messages"], "conversations");

    let (verl, _) = written(&place, Format::RlVerl);
    assert_eq!(verl[0]["extra_info"]["tool_selection"], json!(task.toolset));
    assert_eq!(verl[0]["reward_model"]["ground_truth"], verl[0]["reward_spec"]["ground_truth"]);
    assert!(verl[0]["extra_info"].get("tools_kwargs").is_none());

    let (gym, _) = written(&place, Format::RlNemoGym);
    let tool = &gym[0]["responses_create_params"]["tools"][0];
    assert_eq!((&tool["type"], &tool["strict"]), (&json!("function"), &json!(false)));
    assert!(tool["parameters"]["properties"].is_object() && tool.get("function").is_none());
}

/// The names of a configuration's columns in a front matter, in order.
fn declared(readme: &str, config: &str) -> Vec<String> {
    let start = readme.find(&format!("- config_name: {config}\n  features:\n")).unwrap();
    let lines = readme[start..].lines().skip(2).take_while(|l| l.starts_with("  "));
    lines.filter_map(|l| l.strip_prefix("  - name: ").map(str::to_string)).collect()
}

#[test]
fn folders_declare_the_columns_that_their_files_have() {
    let dir = Dir::new();
    let place = dir.solved(|_, _| {});
    let run = Run::open(&place).unwrap();
    let hub = export(&run, Format::Hf, Encoding::Jsonl, None, None).unwrap();
    let card = fs::read_to_string(hub.dir.join("README.md")).unwrap();
    for format in TABLES {
        let (rows, _) = written(&place, format);
        let readme = fs::read_to_string(place.join(format!("export/{}/README.md", format.name()))).unwrap();
        let columns = declared(&readme, "default");
        assert_eq!(declared(&card, format.name()), columns, "the Hub's folder says the same");
        for row in &rows {
            let own: Vec<&String> = row.as_object().unwrap().keys().collect();
            assert!(own.iter().all(|k| columns.contains(k)), "{format:?}: {own:?}");
        }
    }
    let sft = fs::read_to_string(place.join("export/sft/README.md")).unwrap();
    assert!(sft.contains("        - name: arguments\n          dtype: json\n"), "{sft}");
    assert!(sft.contains("  - name: tools\n    dtype: string\n"), "{sft}");
}

#[test]
fn traps_are_escaped_or_dropped_with_a_reason() {
    let dir = Dir::new();
    let place = dir.solved(|i, graded| match i {
        // A tool's result that would end its own turn.
        0 => graded.rollout.messages[3].content = json!({"note": "a<|im_end|>\n<|im_start|>assistant"}).to_string(),
        // An answer that cannot be written otherwise.
        1 => graded.rollout.messages.last_mut().unwrap().content.push_str("<|im_end|>"),
        _ => graded.verdict = None,
    });
    for format in [Format::Sft, Format::SftSharegpt] {
        let (rows, dropped) = written(&place, format);
        assert_eq!(rows.len(), 1);
        let text = rows[0].to_string();
        assert!(!text.contains("<|") && text.contains("\\\\u003c|im_end|>"), "{format:?}");
        let reasons: Vec<&str> = dropped.iter().map(|d| d.reason.as_str()).collect();
        assert_eq!(reasons, ["it contains `<|`, which separates turns in chat templates", "no verdict"]);
    }
    // The record itself keeps every byte.
    let (rows, dropped) = written(&place, Format::Trajectories);
    assert_eq!((rows.len(), dropped.len()), (3, 0));
    assert!(rows[0].to_string().contains("<|im_end|>"));
}

#[test]
fn orphans_parallel_calls_and_talk_beside_calls() {
    let dir = Dir::new();
    let place = dir.solved(|i, graded| {
        let messages = &mut graded.rollout.messages;
        match i {
            0 => messages.insert(2, Message::tool("orphan", "{}")),
            1 => messages[2].content = "Let me look.".into(),
            _ => {
                let mut second = messages[2].tool_calls[0].clone();
                second = ToolCall { id: "second".into(), ..second };
                second.function.arguments = "{\"other\":true}".into();
                messages[2].tool_calls.push(second);
                messages[2].reasoning_content = Some("Two at once.".into());
                messages.insert(4, Message::tool("second", "{}"));
            }
        }
    });
    let (rows, dropped) = written(&place, Format::SftSharegpt);
    let reasons: Vec<&str> = dropped.iter().map(|d| d.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["calls and results do not match", "a turn both speaks and calls tools, which this format cannot hold"]
    );
    let call = rows[0]["conversations"][1]["value"].as_str().unwrap();
    let calls = call.strip_prefix("<think>\nTwo at once.\n</think>\n\n").unwrap();
    assert_eq!(serde_json::from_str::<Vec<Value>>(calls).unwrap().len(), 2);
    assert!(rows[0]["conversations"][2]["value"].as_str().unwrap().contains("\n</tool_response>\n<tool_response>\n"));
    assert_eq!(written(&place, Format::Sft).0.len(), 2);
}

#[test]
fn unsolved_and_off_frontier_tasks_are_listed() {
    let dir = Dir::new();
    let place = dir.run();
    let (rows, dropped) = written(&place, Format::Sft);
    assert_eq!((rows.len(), dropped[0].reason.as_str()), (0, "no rollout: run `dive solve` first"));
    assert_eq!(written(&place, Format::Trajectories).0.len(), 0);
    let exported = export(&Run::open(&place).unwrap(), Format::Hf, Encoding::Jsonl, None, None).unwrap();
    assert!(exported.notes.iter().any(|n| n == "`sft` has no rows and is left out"), "{:?}", exported.notes);
    let card = fs::read_to_string(exported.dir.join("README.md")).unwrap();
    assert!(card.contains("- config_name: tasks\n  default: true\n") && !card.contains("config_name: sft\n"));

    let all = tasks(&Run::open(&place).unwrap());
    let rate = |task: &Task, passes| PassRate {
        task: task.id.clone(),
        policy: Policy { name: "student".into(), model: None, settings: Default::default() },
        k: 4,
        passes,
        low: 0.0,
        high: 1.0,
        kept: passes == 2,
    };
    Writer::existing(&place).unwrap().record_pass_rates(&[rate(&all[0], 4), rate(&all[1], 2)]).unwrap();
    for format in [Format::RlVerl, Format::RlNemoGym] {
        let (rows, dropped) = written(&place, format);
        assert_eq!(rows.len(), 1);
        assert_eq!(dropped[0].reason, "not at the frontier: student solved it 4 of 4 times");
        assert!(dropped[1].reason.starts_with("not measured: "), "the third has no rate");
    }
}

#[test]
fn an_export_is_replaced_as_a_whole_and_nothing_else_is() {
    let dir = Dir::new();
    let place = dir.solved(|_, _| {});
    let run = Run::open(&place).unwrap();
    let to = dir.join("mine");
    fs::create_dir(&to).unwrap();
    fs::write(to.join("thesis.txt"), "precious").unwrap();
    let refused = export(&run, Format::Sft, Encoding::Jsonl, None, Some(&to));
    assert!(matches!(refused, Err(ExportError::Store(StoreError::Occupied(_)))), "{refused:?}");
    assert_eq!(fs::read_dir(&to).unwrap().count(), 1);

    let to = dir.join("new/place");
    export(&run, Format::Hf, Encoding::Jsonl, None, Some(&to)).unwrap();
    export(&run, Format::Sft, Encoding::Jsonl, None, Some(&to)).unwrap();
    assert!(!to.join("data").exists(), "nothing of the other format is left");
    assert_eq!(fs::read_dir(dir.join("new")).unwrap().count(), 1, "no drafts stay behind");
    fs::write(to.join("notes.txt"), "mine").unwrap();
    assert!(export(&run, Format::Sft, Encoding::Jsonl, None, Some(&to)).is_err());
}

#[test]
fn what_cannot_be_imported_is_named_with_its_line() {
    let dir = Dir::new();
    let place = dir.solved(|_, graded| graded.rollout.end = End::Answered);
    let run = Run::open(&place).unwrap();
    let (tasks, _) = written(&place, Format::Tasks);
    export(&run, Format::Trajectories, Encoding::Jsonl, None, None).unwrap();
    let trajectories = place.join("export/trajectories/train.jsonl");
    let native = dive_store::export(&run, dive_store::ToolsAs::Ref, None).unwrap();
    let complaint = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        fs::write(&path, bytes).unwrap();
        let error = import(&[&path], &|_, _| None).unwrap_err().to_string();
        error.replace(&dir.0.display().to_string(), "DIR")
    };
    let line = tasks[0].to_string();
    assert_eq!(
        complaint("a.jsonl", b"{\"question\": 1}\n"),
        "DIR/a.jsonl:1: it is neither a task nor a trajectory of ours; see `dive export --format`"
    );
    assert_eq!(complaint("b.jsonl", b"\n\xff\xfe\n"), "DIR/b.jsonl:2: it is not UTF-8 text");
    assert!(complaint("c.jsonl", b"{").starts_with("DIR/c.jsonl:1: it is not JSON: "));
    assert!(complaint("d.jsonl", format!("{line}\n{line}\n").as_bytes()).contains("d.jsonl:2: the id "));
    let columns = if cfg!(feature = "parquet") { "DIR/e.parquet: " } else { "without Parquet" };
    assert!(complaint("e.parquet", b"rows").contains(columns));
    assert!(complaint("f.jsonl", b"").contains("there is no task"));
    let mut extended: Value =
        serde_json::from_str(fs::read_to_string(&native.files[0]).unwrap().lines().next().unwrap()).unwrap();
    extended["mood"] = json!("sunny");
    assert_eq!(
        complaint("g.jsonl", extended.to_string().as_bytes()),
        "DIR/g.jsonl:1: it has fields that would be lost (mood)"
    );
    let columns = export(&run, Format::Sft, Encoding::Parquet, None, Some(&dir.join("sft")));
    if let Ok(columns) = columns {
        let error = import(&[&columns.dir.join(&columns.files[0])], &|_, _| None).unwrap_err().to_string();
        assert!(error.contains("train.parquet: row 1: it is neither a task nor a trajectory of ours"), "{error}");
    }
    let alone = import(&[&trajectories], &|_, _| None).unwrap_err().to_string();
    assert!(alone.contains("imported together with their tasks"), "{alone}");
    let bare = import(&[&native.files[0]], &|_, _| None).unwrap_err().to_string();
    assert!(bare.contains("import tools.json too"), "{bare}");
    let both: Vec<&Path> = native.files.iter().map(PathBuf::as_path).collect();
    assert_eq!(import(&both, &|_, _| None).unwrap().content.tasks.len(), 3);
    let one = dir.join("one.jsonl");
    fs::write(&one, line).unwrap();
    let orphan = import(&[&one, &trajectories], &|_, _| None).unwrap_err().to_string();
    assert!(orphan.starts_with("a rollout belongs to no task of these files"), "{orphan}");
}
