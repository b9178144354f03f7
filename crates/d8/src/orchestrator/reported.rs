//! What reports brought, until the engine has said which of them ended a task: only that one's text is the task's result.

use std::collections::BTreeMap;

use d8_core::id::{AttemptNo, TaskId};
use d8_core::message::Output;
use d8_store::ResultRow;

/// The texts of the reports of one turn.
#[derive(Debug, Default)]
pub(crate) struct Reported(BTreeMap<(TaskId, AttemptNo), ResultRow>);

impl Reported {
    /// Keeps what a report brought. Of an attempt that reports twice the first counts, as it does for the engine.
    pub(crate) fn hear(&mut self, task: TaskId, attempt: AttemptNo, result: Option<ResultRow>) {
        if let Some(result) = result {
            self.0.entry((task, attempt)).or_insert(result);
        }
    }

    /// Once the engine has decided: the results of the tasks that have ended. All else is forgotten.
    pub(crate) fn results(&mut self, outputs: &[Output]) -> Vec<(TaskId, ResultRow)> {
        let mut heard = std::mem::take(&mut self.0);
        let result = |output: &Output| match output {
            Output::Ended {
                task,
                by: Some(attempt),
                ..
            } => Some((*task, heard.remove(&(*task, *attempt))?)),
            _ => None,
        };
        outputs.iter().filter_map(result).collect()
    }
}

#[cfg(test)]
mod tests {
    use d8_core::change::Ending;
    use d8_core::id::GroupId;

    use super::*;

    fn text(text: &str) -> ResultRow {
        ResultRow {
            status: 200,
            body: text.into(),
        }
    }

    fn ended(task: u64, by: Option<u32>) -> Output {
        let (group, ending) = (GroupId(1), Ending::Completed);
        Output::Ended {
            task: TaskId(task),
            group,
            ending,
            by: by.map(AttemptNo),
            durable: true,
            callback: false,
        }
    }

    #[test]
    fn a_late_error_never_takes_an_answers_place() {
        for order in [[1, 2], [2, 1]] {
            let mut reported = Reported::default();
            for attempt in order {
                let result = text(if attempt == 2 { "answer" } else { "late error" });
                reported.hear(TaskId(7), AttemptNo(attempt), Some(result));
            }
            reported.hear(TaskId(7), AttemptNo(2), Some(text("the same again")));
            assert_eq!(reported.results(&[ended(7, Some(2))]), [(TaskId(7), text("answer"))]);
            assert!(
                reported.results(&[ended(7, Some(1))]).is_empty(),
                "a turn's texts outlive it"
            );
        }
    }

    #[test]
    fn what_no_report_ended_has_no_text() {
        let mut reported = Reported::default();
        reported.hear(TaskId(7), AttemptNo(1), Some(text("a fault")));
        assert!(reported.results(&[ended(7, None)]).is_empty());
    }
}
