use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use dive_store::{Progress, Run, Writer, synthesise};

use crate::fake::{self, Dir, dataset, run};

const PLACE: &str = "DIVE_TEST_KILLED_RUN";
const COUNT: u64 = 3000;

/// Not a test by itself: the process that is killed.
#[test]
fn child() {
    let Some(path) = env::var_os(PLACE) else { return };
    let mut writer = Writer::open(Path::new(&path), fake::manifest(1, None), &[&fake::tool()]).unwrap();
    let options = dive_store::Options { count: Some(COUNT), workers: 2, min_yield: 2.0 };
    let reported = |p: Progress| eprintln!("done {}", p.accepted);
    synthesise(&mut writer, &fake::propose, &options, &mut { reported }).unwrap();
}

fn spawn(path: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture"])
        .env(PLACE, path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_any_moment_it_continues_where_it_was() {
    let dir = Dir::new();
    let path = dir.join("run");
    let mut kills = 0;
    for i in 0..12u64 {
        let mut child = spawn(&path);
        thread::sleep(Duration::from_millis(15 + i * 7919 % 160));
        let finished = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        kills += u32::from(!finished);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let done = text.lines().filter_map(|l| l.strip_prefix("done ")?.parse::<u64>().ok()).next_back().unwrap_or(0);
        if done > 0 {
            let kept = Run::open(&path).unwrap().summary().unwrap();
            assert!(kept.accepted >= done, "{} of {done} reported tasks are left", kept.accepted);
            assert_eq!(kept.episodes, kept.accepted + kept.rejections() + kept.failed + kept.pending);
        }
        if finished {
            break;
        }
    }
    assert!(kills >= 3, "the child was too quick to be killed");
    let (_, resumed) = run(&path, COUNT, 3).unwrap();
    let (_, whole) = run(&dir.join("whole"), COUNT, 2).unwrap();
    assert_eq!(dataset(&resumed), dataset(&whole));
}
