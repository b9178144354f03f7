//! An orchestrator in another process: lines go to it over HTTP, and the ends of its tasks come back as one stream.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use d8_core::change::Ending;
use d8_core::id::TaskId;
use d8_store::ResultRow;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::{LineTask, Look};
use crate::cli::Failure;
use crate::client::{Address, Client, ClientError};
use crate::clock::Clock;
use crate::config::Config;
use crate::orchestrator::Done;
use crate::run::Trouble;
use crate::server::runs::{
    AnswerObject, EndObject, KeyObject, LineAnswer, LineObject, RunStatus, SettleObject, setup_of,
};
use crate::text;

/// An orchestrator elsewhere.
pub(in crate::run) struct There {
    client: Client,
    name: String,
    pub(super) endings: mpsc::UnboundedReceiver<Done>,
    /// Its process, where it is known.
    pub(super) process: Option<u32>,
    /// It did not answer, or said that it stops.
    gone: AtomicBool,
    /// Its refusals for quota when this run came, and at the last look.
    refused_before: OnceLock<u64>,
    refused: AtomicU64,
}

/// How this configuration differs from the orchestrator's, in words. None: it cannot be reached.
pub(super) async fn differences(client: &Client, config: &Config) -> Result<Option<Vec<String>>, Failure> {
    #[derive(serde::Deserialize)]
    struct Agreed {
        differences: Vec<String>,
    }
    match client.post(&["api", "runs", "agree"], &setup_of(config)).await {
        Ok(answer) => {
            let agreed: Agreed = answer.read().map_err(Failure::from)?;
            Ok(Some(agreed.differences))
        }
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl There {
    pub(super) async fn connect(address: Address, name: &str) -> Result<Box<Self>, ClientError> {
        let client = Client::open(vec![address]).await?;
        Self::follow(client, name).await
    }

    /// Listens first: an end between the question and the answer is then not missed.
    pub(super) async fn follow(client: Client, name: &str) -> Result<Box<Self>, ClientError> {
        let response = client.stream(&["api", "runs", name, "ends"], &[]).await?;
        let (sender, endings) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut bytes = response.bytes_stream();
            let mut line = Vec::new();
            while let Some(Ok(piece)) = bytes.next().await {
                for byte in piece {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let end: Option<EndObject> = serde_json::from_slice(&line).ok();
                    line.clear();
                    if let Some(done) = end.and_then(EndObject::into_done)
                        && sender.send(done).is_err()
                    {
                        return;
                    }
                }
            }
        });
        Ok(Box::new(Self {
            client,
            name: name.to_owned(),
            endings,
            process: None,
            gone: AtomicBool::new(false),
            refused_before: OnceLock::new(),
            refused: AtomicU64::new(0),
        }))
    }

    pub(super) fn of_process(mut self: Box<Self>, process: u32) -> Box<Self> {
        self.process = Some(process);
        self
    }

    /// Whether it has gone, as far as is known.
    pub(super) fn has_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed) || self.endings.is_closed()
    }

    /// Its 429s for quota since this run came, as of the last look.
    pub(super) fn refused(&self) -> u64 {
        let before = self.refused_before.get().copied().unwrap_or_default();
        self.refused.load(Ordering::Relaxed).saturating_sub(before)
    }

    fn failed(&self, error: ClientError) -> Failure {
        if is_gone(&error) {
            self.gone.store(true, Ordering::Relaxed);
        }
        error.into()
    }

    fn broken_off(&self) -> Failure {
        self.gone.store(true, Ordering::Relaxed);
        gone()
    }

    pub(super) async fn known(&self) -> Result<HashMap<u128, (TaskId, Option<Ending>)>, Failure> {
        let path = ["api", "runs", &self.name, "keys"];
        let answer = self.client.get(&path, &[]).await.map_err(|error| self.failed(error))?;
        let mut known = HashMap::new();
        for line in answer.text.lines().filter(|line| !line.is_empty()) {
            let key: KeyObject = serde_json::from_str(line).map_err(|error| unreadable(&error))?;
            if let Some((key, task, ended)) = key.read() {
                known.insert(key, (task, ended));
            }
        }
        Ok(known)
    }

    pub(super) async fn hand_in(&self, lines: Vec<LineTask>) -> Result<Vec<Result<TaskId, String>>, Failure> {
        let mut body = Vec::new();
        for line in &lines {
            let object = LineObject::new(
                line.key,
                &line.route.name,
                line.priority,
                line.id.as_deref(),
                &line.request,
            );
            serde_json::to_writer(&mut body, &object).map_err(|error| unreadable(&error))?;
            body.push(b'\n');
        }
        let path = ["api", "runs", &self.name, "lines"];
        let response = self.client.post_lines(&path, body.into()).await;
        let response = response.map_err(|error| self.failed(error))?;
        let text = response.text().await.map_err(|_| self.broken_off())?;
        let mut answers = Vec::with_capacity(lines.len());
        for line in text.lines().filter(|line| !line.is_empty()) {
            let answer: LineAnswer = serde_json::from_str(line).map_err(|error| unreadable(&error))?;
            answers.push(answer.read());
        }
        if answers.len() == lines.len() {
            Ok(answers)
        } else {
            Err(self.broken_off())
        }
    }

    pub(super) async fn settle(
        &self,
        reopen: &[(TaskId, Ending)],
        open: Vec<TaskId>,
        stale: Vec<TaskId>,
    ) -> Result<(), Failure> {
        let numbers = |tasks: &mut dyn Iterator<Item = TaskId>| tasks.map(|task| task.0).collect();
        let settle = SettleObject {
            reopen: numbers(&mut reopen.iter().map(|(task, _)| *task)),
            adopt: numbers(&mut open.into_iter()),
            cancel: numbers(&mut stale.into_iter()),
        };
        let path = ["api", "runs", &self.name, "tasks"];
        let settled = self.client.post(&path, &settle).await;
        settled.map(|_| ()).map_err(|error| self.failed(error))
    }

    /// Asks for one answer. Blocks: it is asked for where the store would be.
    pub(super) fn result(&self, task: TaskId) -> Result<Option<ResultRow>, Trouble> {
        let number = task.0.to_string();
        let path = ["api", "runs", &self.name, "answers", &number];
        let asked = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async { self.client.get(&path, &[]).await })
        });
        let answer = asked.map_err(|error| Trouble::Gone(self.failed(error).message))?;
        let answer: AnswerObject = answer.read().map_err(|error| Trouble::Gone(error.to_string()))?;
        Ok(answer.read())
    }

    pub(super) async fn look(&self) -> Option<Look> {
        let answer = self
            .client
            .get(&["api", "runs", &self.name, "status"], &[])
            .await
            .ok()?;
        let status: RunStatus = answer.read().ok()?;
        self.refused_before.get_or_init(|| status.refused);
        self.refused.store(status.refused, Ordering::Relaxed);
        Some(Look {
            waiting: status.waiting,
            hopeless: status.hopeless,
            troubles: status.troubles,
            outlook: None,
            now: Clock::start().now(),
        })
    }
}

/// Whether whoever was there no longer is: nobody answers, somebody else does, or it is about to end.
pub(super) fn is_gone(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } | ClientError::Stranger { .. } => true,
        ClientError::Refused { status, .. } => *status == 503,
        _ => false,
    }
}

pub(in crate::run) fn gone() -> Failure {
    Failure::broke_off(text!("run-orchestrator-gone")).hint(text!("run-same-command"))
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::broke_off(text!("run-unknown-form", error = error.to_string())).hint(text!("run-same-version"))
}
