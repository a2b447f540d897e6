use dive_core::task::{Reason, Rejection};
use dive_report::html::{self, Report, Retention};
use dive_report::steer::{Outcomes, under_covered};

use crate::{analysis, catalogue, tasks};

fn report() -> Report {
    let samples = tasks();
    let stats = analysis(&samples).stats;
    Report {
        name: "fixture".into(),
        retention: Retention { episodes: 20, accepted: 16, ..Retention::default() },
        lacking: under_covered(&stats, &Outcomes::default()),
        catalogue: catalogue(&samples),
        stats,
        samples,
        ..Report::default()
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let page = html::report(&report());
    assert_eq!(page, html::report(&report()));
    assert!(page.starts_with("<!DOCTYPE html>") && page.len() < 600_000, "{}", page.len());
    for id in ["retention", "diversity", "equal-n", "topology", "gallery", "tools", "growth", "wording", "samples"] {
        assert!(page.contains(&format!("<section id=\"{id}\"")), "{id}");
    }
    // A table behind every chart, and nothing from elsewhere.
    assert_eq!(page.matches("<svg class=\"chart\"").count(), page.matches("<details class=\"data\"").count());
    for outside in ["<script", "<link", "<img", "http-equiv=\"refresh\"", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn hostile_data_stays_text() {
    const HOSTILE: &str = "</style><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}\u{1b}[2J";
    let mut report = report();
    report.name = HOSTILE.into();
    report.settings = vec![(HOSTILE.into(), HOSTILE.into())];
    report.stats.forms.insert(HOSTILE.into(), 3);
    report.stats.tool_use.counts.insert(HOSTILE.into(), 99);
    report.retention.rejected.insert(HOSTILE.into(), 2);
    report.lacking.unused_tools = vec![HOSTILE.into()];
    for task in &mut report.samples {
        task.question = format!("{HOSTILE}{}", task.question);
        task.id = HOSTILE.into();
        task.domains = vec![HOSTILE.into()];
        task.topology.tools.iter_mut().for_each(|t| *t = HOSTILE.into());
        task.rounds.iter_mut().for_each(|r| r.question = HOSTILE.into());
        for call in &mut task.evidence.calls {
            call.tool = HOSTILE.into();
            call.args.insert(HOSTILE.into(), HOSTILE.into());
        }
    }
    let rejection = Rejection {
        schema: 1,
        reason: Reason::Leaked,
        detail: HOSTILE.into(),
        question: HOSTILE.into(),
        form: HOSTILE.into(),
        focal: HOSTILE.into(),
        seed_entity: report.samples[0].seed_entity.clone(),
        evidence: report.samples[0].evidence.clone(),
    };
    report.rejections = vec![(3, rejection)];
    let page = html::report(&report);
    assert!(!page.contains("<script") && !page.contains("<img"), "markup got through");
    assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'), "control characters got through");
    assert_eq!(page.matches("</style>").count(), 1);
}

#[test]
fn a_run_without_tasks_has_a_report() {
    let page = html::report(&Report { name: "empty".into(), ..Report::default() });
    assert!(page.contains("0 tasks") && page.contains("<section id=\"retention\""));
}
