//! Sees a run through: notes what ends, shows how it goes, and knows when there is nothing left to wait for.

use std::sync::Arc;
use std::time::Duration;

use d8_core::change::Ending;
use d8_store::ResultRow;

use super::desk::gone;
use super::finishing::write_out;
use super::intake::LineState;
use super::progress::Progress;
use super::{Run, Stop, Trouble};
use crate::cli::{Failure, interrupted};
use crate::orchestrator::Done;
use crate::text;

/// How long what is under way may take once the user wants an end.
const DRAIN: Duration = Duration::from_secs(10);
/// How often the display is brought up to date.
const SHOW_EVERY: Duration = Duration::from_millis(250);

impl Run {
    /// Waits for the end of everything, or of the user's patience. What is under way may end then.
    pub(super) async fn wait(&mut self) -> Result<Option<Stop>, Failure> {
        let total = self.book.lines.len() as u64;
        let mut progress = Progress::start(total, self.sums.done + self.sums.failed, &self.out);
        let stop = self.work(&mut progress).await;
        if matches!(stop, Ok(None)) {
            // A short run may end between two looks; what it met is told all the same.
            let _ = self.look(&mut progress).await;
        }
        progress.end();
        if self.desk.is_there() {
            // What others do goes on without us.
            return stop;
        }
        let is_alone = matches!(stop, Ok(None)) && !self.desk.had_guests();
        let drained = if is_alone { Ok(()) } else { self.drain().await };
        stop.and_then(|stop| drained.map(|()| stop))
    }

    async fn work(&mut self, progress: &mut Progress) -> Result<Option<Stop>, Failure> {
        let until = || self.time.map(|time| tokio::time::Instant::now() + time);
        self.until = self.until.or_else(until);
        let deadline = self.until;
        let mut ticks = tokio::time::interval(SHOW_EVERY);
        let mut interrupted = std::pin::pin!(interrupted());
        let mut stop = None;
        while self.sums.open > 0 && stop.is_none() {
            let time_up = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                done = self.desk.endings().recv() => match done {
                    Some(done) => self.note(done)?,
                    // Ours ends only by a failure, which its end tells.
                    None if self.desk.is_there() => return Err(gone()),
                    None => break,
                },
                _ = ticks.tick() => stop = self.look(progress).await?,
                () = &mut interrupted => stop = Some(Stop::Interrupted),
                () = time_up => stop = Some(Stop::TimeUp),
            }
        }
        Ok(stop)
    }

    /// Shows how things stand; tells when there is nothing left to hope for.
    async fn look(&mut self, progress: &mut Progress) -> Result<Option<Stop>, Failure> {
        let Some(look) = self.desk.look().await else {
            return if self.desk.has_gone() { Err(gone()) } else { Ok(None) };
        };
        let forecast = look.outlook.as_ref().and_then(|outlook| self.forecast(outlook));
        let finish = forecast.map(|ready| ready.since(look.now));
        progress.show(self.sums.done, self.sums.failed, look.waiting, finish);
        if let Some(reasons) = look.hopeless {
            return Ok(Some(Stop::Hopeless(reasons)));
        }
        for trouble in look.troubles {
            if !self.told.contains(&trouble) {
                progress.note(&text!("warning", message = trouble.as_str()));
                self.told.push(trouble);
            }
        }
        Ok(None)
    }

    /// Takes up the end of a task, and of all others that are known by now.
    fn note(&mut self, first: Done) -> Result<(), Failure> {
        let mut next = Some(first);
        while let Some(done) = next {
            if let Some(index) = self.lines.remove(&done.task) {
                self.book.lines[index].state = LineState::Ended(done.task, done.ending);
                self.sums.end(done.ending);
                if let Some(result) = &done.result {
                    self.book.answered(index, result);
                }
                self.put_out(index, Some(done.result))
                    .map_err(|error| self.broken(&error))?;
            }
            next = self.desk.endings().try_recv().ok();
        }
        self.flush().map_err(|error| self.broken(&error))
    }

    /// Nothing new is started; what is under way may end, that of others too, for a while or until a second Ctrl-C.
    async fn drain(&mut self) -> Result<(), Failure> {
        self.desk.drain();
        let end = tokio::time::Instant::now() + DRAIN;
        let mut again = std::pin::pin!(interrupted());
        loop {
            if self.desk.under_way().await == 0 {
                break;
            }
            tokio::select! {
                done = self.desk.endings().recv() => match done {
                    Some(done) => self.note(done)?,
                    None => break,
                },
                () = tokio::time::sleep_until(end) => break,
                () = tokio::time::sleep(SHOW_EVERY) => {}
                () = &mut again => break,
            }
        }
        while let Ok(done) = self.desk.endings().try_recv() {
            self.note(done)?;
        }
        Ok(())
    }

    /// Appends a line's output to OUT.partial, or to standard output when its turn has come.
    pub(super) fn put_out(&mut self, index: usize, result: Option<Option<Arc<ResultRow>>>) -> Result<(), Trouble> {
        if self.next_out.is_some() {
            return self.put_out_in_order();
        }
        let Some(partial) = &mut self.partial else {
            return Ok(());
        };
        let line = &self.book.lines[index];
        let custom_id = line.custom_id();
        if result.is_none() && partial.take_present(&custom_id) {
            return Ok(());
        }
        // A failed line may be answered yet by the same command; the partial file holds what is there to stay.
        if !matches!(line.state, LineState::Ended(_, Ending::Completed)) {
            return Ok(());
        }
        let rendered = self.book.render(index, result, &self.desk)?;
        partial.append(&rendered)?;
        Ok(())
    }

    fn put_out_in_order(&mut self) -> Result<(), Trouble> {
        while let Some(index) = self.next_out.filter(|index| *index < self.book.lines.len()) {
            if matches!(self.book.lines[index].state, LineState::Open(_)) {
                break;
            }
            let line = self.book.render(index, None, &self.desk)?;
            write_out(&line)?;
            self.next_out = Some(index + 1);
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), Trouble> {
        if let Some(partial) = &mut self.partial {
            partial.flush()?;
        }
        Ok(())
    }
}
