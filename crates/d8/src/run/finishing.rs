//! The end of a run: OUT in the order of the input, and what it came to.

use std::time::Instant;

use d8_core::change::Ending;
use d8_store::ResultRow;
use serde_json::Value;

use super::intake::LineState;
use super::output::{Final, Verdict};
use super::{Place, Run, Stop, Summary, Trouble, trouble_failure};
use crate::bound::{Class, earliest};
use crate::cli::{Failure, say};
use crate::text;
use crate::words;

impl Run {
    /// Ends the loop, writes OUT, and sums up.
    pub(super) fn finish(&mut self, stop: Option<&Stop>, began: Instant) -> Result<Summary, Failure> {
        let seconds = began.elapsed();
        let tally = self.desk.tally();
        let ready = self.bound(&tally);
        let ended = self.desk.stop();
        // What the loop stored last was not told before it ended.
        while let Ok(done) = self.desk.endings().try_recv() {
            if let Some(index) = self.lines.remove(&done.task) {
                self.book.lines[index].state = LineState::Ended(done.task, done.ending);
                self.sums.end(done.ending);
            }
        }
        let written = self.write_all();
        ended?;
        written.map_err(|error| self.broken(&error))?;
        let sums = self.sums;
        let complete = sums.open == 0;
        if let Some(partial) = self.partial.take().filter(|_| complete) {
            let _ = partial.remove();
        }
        let summary = Summary {
            total: self.book.lines.len() as u64,
            done: sums.done,
            failed: sums.failed + sums.open,
            refused: self.refused + tally.refused,
            seconds: seconds.as_secs_f64(),
            bound_seconds: ready.map(|bound| bound.min(seconds.as_secs_f64())),
        };
        match stop {
            Some(Stop::Hopeless(reasons)) => {
                say(&text!("run-hopeless", open = sums.open));
                reasons.iter().for_each(|reason| say(&format!("  {reason}")));
            }
            Some(Stop::TimeUp) => say(&text!("run-time-up")),
            None => {}
            Some(Stop::Interrupted) => say(&text!("run-stopped")),
        }
        Ok(summary)
    }

    /// Writes OUT in the order of the input, or the rest of standard output.
    fn write_all(&mut self) -> Result<(), Trouble> {
        let Place::File(path) = &self.out else {
            let first = self.next_out.unwrap_or(0);
            for index in first..self.book.lines.len() {
                write_out(&self.book.render(index, None, &self.desk)?)?;
                self.next_out = Some(index + 1);
            }
            return Ok(());
        };
        let mut file = Final::begin(path)?;
        for index in 0..self.book.lines.len() {
            file.write(&self.book.render(index, None, &self.desk)?)?;
        }
        Ok(file.finish()?)
    }

    /// The least time that the quotas allow for what this invocation did, in seconds. Unknown where this orchestrator did
    /// only a part of it, or the work of others too.
    fn bound(&self, tally: &crate::worker::Count) -> Option<f64> {
        if self.is_taken_over || self.desk.had_guests() {
            return None;
        }
        let outlook = self.outlook.as_ref()?;
        let routes = self.targets.iter().zip(self.book.completed_by_route());
        let classes: Vec<Class> = routes
            .flat_map(|(targets, sizes)| sizes.classes(targets).collect::<Vec<_>>())
            .collect();
        let ready = earliest(outlook, outlook, &classes)?;
        let fastest = tally.fastest.unwrap_or_default();
        // What a killed process left behind counts as spent and may never have arrived: then it can be faster.
        Some((ready.since(outlook.at()) + fastest).as_secs_f64())
    }

    pub(super) fn broken(&self, trouble: &Trouble) -> Failure {
        trouble_failure(trouble, &self.out)
    }
}

pub(super) fn write_out(line: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(line)?;
    out.flush()
}

/// The provider's own words in a kept failure.
fn said(result: &ResultRow) -> Option<String> {
    let value: Value = serde_json::from_slice(&result.body).ok()?;
    Some(value.pointer("/error/message")?.as_str()?.to_owned())
}

/// What became of a line, for the output file.
pub(super) fn verdict(state: &LineState, result: Option<ResultRow>) -> Verdict {
    match state {
        LineState::Bad(problem) => Verdict::Failed {
            code: "invalid_line",
            message: problem.to_string(),
            result: None,
        },
        LineState::Open(_) => Verdict::Failed {
            code: "not_done",
            message: text!("run-not-done-yet"),
            result: None,
        },
        LineState::Ended(_, Ending::Completed) => match result {
            Some(result) => Verdict::Answered(result),
            None => Verdict::Failed {
                code: "not_done",
                message: text!("run-no-answer"),
                result: None,
            },
        },
        LineState::Ended(_, Ending::Cancelled) => Verdict::Failed {
            code: "cancelled",
            message: text!("run-cancelled"),
            result: None,
        },
        LineState::Ended(_, Ending::Failed(code)) => {
            let said = result.as_ref().and_then(said);
            let message = words::ending_message(*code, said.as_deref());
            Verdict::Failed {
                code: words::failure_code(*code),
                message,
                result,
            }
        }
    }
}
