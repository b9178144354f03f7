//! Hands work in.

use std::sync::Arc;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_store::{AgentRow, Payload};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{AGAIN, Office, now};
use crate::agents::group_of;
use crate::agents::note::Note;
use crate::agents::piece::Piece;
use crate::config::Overlap;
use crate::orchestrator::{AgentWork, NewTask, Refusal, Way};
use crate::server::particulars::Particulars;
use crate::task::{estimate, is_plain, prefix};
use crate::{text, words};

/// Why nothing was handed in.
#[derive(Debug)]
pub(super) enum Refused {
    /// The process is about to end.
    Stopping,
    /// In words.
    Because(String),
}

impl Refused {
    pub(super) fn words(self) -> String {
        match self {
            Self::Stopping => Refusal::Stopping.to_string(),
            Self::Because(why) => why,
        }
    }
}

impl Office {
    /// Hands in what waits in an agent's line, as far as it may now.
    pub(super) async fn give_out(&mut self, at: usize) {
        while let Some(moment) = self.desks[at].line.front().copied() {
            let desk = &self.desks[at];
            let must_wait = desk.agent.overlap != Overlap::Allow && desk.is_at_work();
            if desk.is_paused() || must_wait || desk.not_before.is_some_and(|until| now() < until) {
                return;
            }
            let known = self.is_known(at, moment).await;
            let handed_in = if known {
                self.pass_over(at, moment).await
            } else {
                self.hand_in(at, &[moment], false).await.map(drop)
            };
            let desk = &mut self.desks[at];
            match handed_in {
                Ok(()) => {
                    desk.line.pop_front();
                    desk.not_before = None;
                }
                Err(Refused::Stopping) => {
                    desk.not_before = Some(now() + AGAIN);
                    return;
                }
                Err(Refused::Because(why)) => {
                    tracing::warn!(
                        agent = desk.agent.name,
                        "its work is not taken in: {why}; tried again in 30 s"
                    );
                    desk.trouble = Some(why);
                    desk.not_before = Some(now() + AGAIN);
                    return;
                }
            }
        }
    }

    /// Whether this occurrence was worked on before, by a clock that has been put back since.
    async fn is_known(&self, at: usize, moment: Timestamp) -> bool {
        let key = key(&self.desks[at].agent.name, moment);
        let found = self.library.ask(move |reader| reader.task_by_request(key)).await;
        found.is_ok_and(|found| found.is_some())
    }

    async fn pass_over(&mut self, at: usize, moment: Timestamp) -> Result<(), Refused> {
        self.desks[at].row.last = Some(moment);
        let row = self.desks[at].row.clone();
        self.handle.agent_stands(row).await.map_err(|_| Refused::Stopping)
    }

    /// Hands in a piece for each moment, all of them or none.
    pub(super) async fn hand_in(
        &mut self,
        at: usize,
        moments: &[Timestamp],
        by_hand: bool,
    ) -> Result<Vec<(TaskId, Note)>, Refused> {
        let desk = &self.desks[at];
        let config = self.handle.directory.config();
        let route = config.resolve(desk.agent.asks_for.as_deref());
        let route = Arc::new(route.map_err(|unknown| Refused::Because(words::unknown_model(&unknown)))?);
        let mut row = desk.row.clone();
        let mut tasks = Vec::new();
        let mut notes = Vec::new();
        for moment in moments {
            row.number += 1;
            row.last = if by_hand { row.last } else { Some(*moment) };
            let piece = Piece::new(&desk.agent, row.number, *moment);
            let note = Note {
                by_hand,
                ..piece.note()
            };
            let task = self.task(at, &piece, Way::Route(route.clone()), &row, &note);
            let task = task.ok_or_else(|| Refused::Because(text!("agents-no-request")))?;
            notes.push((task.id, note));
            tasks.push(task);
        }
        let accepted = self.handle.submit(tasks).await.map_err(|_| Refused::Stopping)?;
        let accepted = accepted.map_err(|refusal| match refusal {
            Refusal::Stopping => Refused::Stopping,
            other => Refused::Because(other.to_string()),
        })?;
        let desk = &mut self.desks[at];
        desk.row = row;
        desk.worked = moments.last().copied().or(desk.worked);
        notes.retain(|(task, _)| accepted.iter().any(|one| one.id == *task && !one.repeated));
        desk.open.extend(notes.iter().cloned());
        Ok(notes)
    }

    fn task(&self, at: usize, piece: &Piece<'_>, way: Way, row: &AgentRow, note: &Note) -> Option<NewTask> {
        let agent = &self.desks[at].agent;
        let request = piece.request()?;
        let group: Arc<str> = group_of(&agent.name).into();
        let key = key(&agent.name, piece.at);
        let metadata = json!({"agent": note.agent, "n": note.number, "date": note.date, "topic": note.topic});
        let particulars = Particulars {
            metadata: metadata.as_object().cloned(),
            callback: agent.webhook.clone(),
            ..Particulars::default()
        };
        let late = u64::try_from(key % agent.jitter.as_micros().max(1)).unwrap_or_default();
        let later = || piece.at + std::time::Duration::from_micros(late);
        Some(NewTask {
            priority: agent.priority,
            not_before: (!note.by_hand && late > 0).then(later),
            plain: is_plain(&request),
            prefix: prefix(&request),
            // What somebody asks for by hand is new each time.
            request_key: (!note.by_hand).then_some(key),
            callback: agent.webhook.is_some(),
            payload: Some(Payload {
                endpoint: self.handle.chat,
                custom: particulars.to_text(),
                body: request.to_bytes(),
            }),
            agent: Some(Box::new(AgentWork {
                row: row.clone(),
                note: note.to_text(),
            })),
            ..NewTask::new(self.handle.new_id(), group.clone(), group, way, estimate(&request))
        })
    }
}

/// What makes an occurrence the same when it comes again.
fn key(agent: &str, moment: Timestamp) -> u128 {
    let name = format!("{}/{}", group_of(agent), moment.as_micros());
    let hash = Sha256::digest(name.as_bytes());
    hash.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte))
}
