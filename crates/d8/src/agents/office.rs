//! Where all agents are at work: one loop that looks at their clocks, hands their work in, and sees to it that answers are
//! delivered. What has been given is stored with the task itself, so a crash at any point neither repeats nor loses it.

mod calls;
mod opening;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use d8_core::change::Ending;
use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_store::AgentRow;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

pub use calls::{Agents, Delivered, NotDone, View};
pub use opening::Settings;

use super::delivery::Progress;
use super::desk::Desk;
use crate::orchestrator::{Done, Handle, Library};
use crate::server::ids;
use crate::text;
use calls::Call;

/// The clock may be set, and the machine may sleep: it is looked at no later than this.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// What was refused is handed in again after so long.
const AGAIN: Duration = Duration::from_secs(30);

/// What the loop hears.
enum Word {
    Call(Call),
    Ended(Done),
    Progress(TaskId, Progress),
}

struct Office {
    handle: Handle,
    library: Library,
    desks: Vec<Desk>,
    /// What the store knows of agents that are not here.
    known: BTreeMap<String, AgentRow>,
    /// What an earlier process left for them.
    strangers: Vec<(TaskId, String)>,
    /// One file at a time is written, whichever agent's: two of them may share one.
    files: Arc<Mutex<()>>,
    words: mpsc::UnboundedSender<Word>,
    settings: Settings,
    shutdown: CancellationToken,
}

/// The clock on the wall: schedules go by it, however it is set.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

impl Office {
    async fn work(mut self, mut inbox: mpsc::UnboundedReceiver<Word>) {
        loop {
            let wait = self.look().await;
            let word = tokio::select! {
                word = inbox.recv() => word,
                () = tokio::time::sleep(wait) => continue,
                () = self.shutdown.cancelled() => return,
            };
            let Some(word) = word else { return };
            self.hear(word).await;
            while let Ok(word) = inbox.try_recv() {
                self.hear(word).await;
            }
        }
    }

    async fn hear(&mut self, word: Word) {
        match word {
            Word::Call(call) => self.call(call).await,
            Word::Ended(done) => self.ended(&done),
            Word::Progress(task, progress) => self.progress(task, progress),
        }
    }

    /// Looks at all clocks and hands in what is due; gives how long nothing more will be.
    async fn look(&mut self) -> Duration {
        if !self.settings.by_itself {
            return LOOK_EVERY;
        }
        for at in 0..self.desks.len() {
            let desk = &mut self.desks[at];
            if desk.look(now()) {
                let row = desk.row.clone();
                let _ = self.handle.agent_stands(row).await;
            }
            self.give_out(at).await;
        }
        let now = now();
        let wake = |desk: &Desk| {
            let held_back = desk.not_before.filter(|_| !desk.line.is_empty());
            desk.next(now).into_iter().chain(held_back).min()
        };
        let next = self.desks.iter().filter_map(wake).min();
        next.map_or(LOOK_EVERY, |next| next.since(now).min(LOOK_EVERY))
    }

    /// A task has ended; perhaps for the second time, tried again by hand.
    fn ended(&mut self, done: &Done) {
        let found = self
            .desks
            .iter_mut()
            .find_map(|desk| Some((desk.take(done.task)?, desk)));
        let Some((note, desk)) = found else { return };
        match done.ending {
            Ending::Completed => {
                desk.trouble = None;
                desk.undelivered.insert(done.task, note.clone());
                let _ = desk.lane.send((done.task, note));
            }
            Ending::Failed(_) => {
                let task = ids::shown(done.task);
                let link = text!("agents-piece-failed", task = task.as_str());
                tracing::warn!(agent = note.agent, task = done.task.0, "piece {} failed", note.number);
                desk.trouble = Some(link);
                desk.failed.insert(done.task, note);
            }
            // Nobody wants it.
            Ending::Cancelled => drop(self.handle.delivered(done.task, None)),
        }
    }

    fn progress(&mut self, task: TaskId, progress: Progress) {
        let Some(desk) = self.desks.iter_mut().find(|desk| desk.undelivered.contains_key(&task)) else {
            return;
        };
        match progress {
            Progress::Delayed(why) => desk.trouble = Some(why),
            Progress::Delivered { file, refused } => {
                let note = desk.undelivered.remove(&task);
                desk.delivered_here += 1;
                desk.row.delivered += 1;
                desk.trouble = refused;
                // Stored behind the file: after a crash in between the file is known again.
                let _ = self.handle.delivered(task, Some(desk.row.clone()));
                if let (Some(deliveries), Some(note)) = (&self.settings.deliveries, note) {
                    let _ = deliveries.send(Delivered { task, note, file });
                }
            }
        }
    }
}
