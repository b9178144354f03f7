//! One task, followed all the way through, in the five steps that the Hive's test scripts showed.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::{Finding, milliseconds};
use crate::cli::Failure;
use crate::client::objects::{Stats, Task};
use crate::client::table::one_line;
use crate::client::{Client, ClientError, moment};
use crate::text;
use crate::words;

/// An orchestrator is asked to wait so long at a time.
const AT_A_TIME: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_secs(30);
/// So much of an answer is shown.
const SHOWN: usize = 60;

#[derive(Deserialize)]
struct Submitted {
    task_id: String,
}

/// A step of the five.
fn name(step: u8) -> String {
    format!("end-to-end {step}/5")
}

/// The test: what it found so far, and the task that is under way.
pub(crate) struct Trial<'a> {
    client: &'a Client,
    timeout: Duration,
    /// The task, until it has ended.
    pub(crate) open: Option<String>,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(client: &'a Client, timeout: Duration) -> Self {
        Self {
            client,
            timeout,
            open: None,
        }
    }

    /// Goes through the steps as far as they lead. Each finding is told when it is there, and progress in between.
    pub(crate) async fn run(
        &mut self,
        found: &mut (dyn FnMut(Finding) + Send),
        progress: &mut (dyn FnMut(&str) + Send),
    ) {
        if let Err(finding) = self.steps(found, progress).await {
            found(finding);
        }
    }

    async fn steps(
        &mut self,
        found: &mut (dyn FnMut(Finding) + Send),
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(), Finding> {
        let url = self.client.address().shown();
        self.client.get(&[], &[]).await.map_err(|error| failed(1, error))?;
        found(Finding::ok(name(1), text!("doctor-e2e-online", url = url.as_str())));

        let before = self.stats(2).await?;
        found(staffed(&before, &url)?);

        let id = self.submit().await.map_err(|error| failed(3, error))?;
        self.open = Some(id.clone());
        found(Finding::ok(
            name(3),
            text!("doctor-e2e-submitted", task = one_line(&id)),
        ));

        let began = Instant::now();
        let task = self
            .follow(&id, began, progress)
            .await
            .map_err(|error| failed(4, error))?;
        let outcome = outcome(&task, began.elapsed());
        if !task.is_over() {
            let finding = self.give_up(&task, outcome).await;
            found(finding);
        } else {
            self.open = None;
            found(outcome);
        }
        let after = self.stats(5).await?;
        found(Finding::ok(name(5), statistics(&after)));
        Ok(())
    }

    async fn stats(&self, step: u8) -> Result<Stats, Finding> {
        let answer = self.client.get(&["api", "workers", "stats"], &[]).await;
        answer
            .and_then(|answer| answer.read())
            .map_err(|error| failed(step, error))
    }

    /// By the Hive's call: that way every worker may do it, those of the Hive that bring their own key too.
    async fn submit(&self) -> Result<String, ClientError> {
        let data = json!({
            "messages": [{"role": "user", "content": "Reply with the word ok."}],
            "max_tokens": 16,
        });
        let body = json!({"type": "agent_action", "data": data, "priority": 10});
        let answer = self.client.post(&["api", "tasks", "submit"], &body).await?;
        Ok(answer.read::<Submitted>()?.task_id)
    }

    /// Until it is over or the time is. Each new state and each new reason to wait is told.
    async fn follow(
        &self,
        id: &str,
        began: Instant,
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Task, ClientError> {
        let mut told = String::new();
        loop {
            let left = self.timeout.saturating_sub(began.elapsed());
            let wait = left.min(AT_A_TIME);
            let seconds = format!("{:.1}", wait.as_secs_f64());
            let answer = self
                .client
                .get_within(&["api", "tasks", id], &[("wait", &seconds)], wait + SLACK)
                .await?;
            let task: Task = answer.read()?;
            if task.is_over() || left.is_zero() {
                return Ok(task);
            }
            let now = standing(&task);
            if now != told {
                progress(&now);
                told = now;
            }
        }
    }

    /// Nobody waits for it any more, so it shall not spend anybody's quota later.
    async fn give_up(&mut self, task: &Task, outcome: Finding) -> Finding {
        let cancelled = self.cancel().await;
        let message = if cancelled {
            format!("{}; {}", outcome.message, text!("doctor-e2e-cancelled"))
        } else {
            outcome.message
        };
        let next = task.wait.as_ref().and_then(|wait| wait.next.as_deref()).map(one_line);
        Finding::problem(outcome.name, message).next(next.unwrap_or_else(|| text!("doctor-e2e-late-next")))
    }

    /// Takes back the task that is under way.
    pub(crate) async fn cancel(&mut self) -> bool {
        match self.open.take() {
            Some(id) => self
                .client
                .post(&["api", "tasks", &id, "cancel"], &json!({}))
                .await
                .is_ok(),
            None => false,
        }
    }
}

fn failed(step: u8, error: ClientError) -> Finding {
    let failure = Failure::from(error);
    Finding::problem(name(step), failure.message).next(failure.hints.join("; "))
}

/// Without a worker there is nothing to follow.
fn staffed(stats: &Stats, url: &str) -> Result<Finding, Finding> {
    let workers = &stats.workers;
    if workers.online == 0 {
        return Err(
            Finding::problem(name(2), text!("doctor-workers-none")).next(text!("doctor-workers-none-next", url = url))
        );
    }
    let kinds = workers
        .by_type
        .iter()
        .map(|(kind, count)| format!("{} {count}", one_line(kind)));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    Ok(Finding::ok(
        name(2),
        text!("doctor-e2e-workers", online = workers.online, kinds = kinds),
    ))
}

/// Where a task is that is not over: "pending: groq-main: 30 requests a minute used up".
fn standing(task: &Task) -> String {
    let why = task.wait.as_ref().map(|wait| crate::cli::waiting(wait, moment::now()));
    match (why, &task.assigned_to) {
        (Some(why), _) => text!("doctor-e2e-waits", why = why),
        (None, Some(worker)) => text!("doctor-e2e-at-work", worker = one_line(worker)),
        (None, None) => text!("doctor-e2e-waits", why = one_line(&task.status)),
    }
}

/// What became of it.
fn outcome(task: &Task, took: Duration) -> Finding {
    let time = milliseconds(took);
    let last = task.attempts.last();
    let target = last.and_then(|attempt| attempt.target.as_deref()).map(one_line);
    let worker = last
        .and_then(|attempt| attempt.worker_id.as_deref())
        .map_or_else(|| "-".to_owned(), one_line);
    match (task.status.as_str(), &task.result) {
        ("completed", result) => {
            let answer = result.as_ref().map(crate::cli::answer_text).unwrap_or_default();
            Finding::ok(
                name(4),
                text!(
                    "doctor-e2e-completed",
                    time = time,
                    target = target.unwrap_or_else(|| "-".to_owned()),
                    worker = worker,
                    answer = shortened(&one_line(&answer))
                ),
            )
        }
        ("failed" | "cancelled", _) => {
            let why = task.error.as_ref().map(crate::cli::error_words).unwrap_or_default();
            let why = text!(
                "doctor-e2e-failed",
                status = task.status.as_str(),
                time = time,
                why = one_line(&why)
            );
            Finding::problem(name(4), why).next(text!("doctor-e2e-failed-next", task = one_line(&task.task_id)))
        }
        _ => Finding::problem(
            name(4),
            text!("doctor-e2e-late", time = time, standing = standing(task)),
        ),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

fn statistics(stats: &Stats) -> String {
    let rate = stats.performance.success_rate.unwrap_or(0.0) * 100.0;
    text!(
        "doctor-e2e-statistics",
        online = words::number(stats.workers.online),
        busy = words::number(stats.workers.busy),
        completed = words::number(stats.tasks.completed),
        failed = words::number(stats.tasks.failed),
        pending = words::number(stats.tasks.pending),
        rate = format!("{:.1} %", rate.clamp(0.0, 100.0))
    )
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;
    use crate::client::objects::{Attempt, Reason, Wait};

    fn task(status: &str) -> Task {
        Task {
            task_id: "task_7".to_owned(),
            status: status.to_owned(),
            ..Task::default()
        }
    }

    #[test]
    fn an_answer_is_shown_with_who_gave_it() {
        let done = Task {
            attempts: vec![Attempt {
                worker_id: Some("pi-1".to_owned()),
                target: Some("groq-main/llama".to_owned()),
                ..Attempt::default()
            }],
            result: Some(json!({"choices": [{"message": {"content": "ok"}}]})),
            ..task("completed")
        };
        let found = outcome(&done, Duration::from_millis(1_240));
        assert_eq!(found.grade, Grade::Ok);
        assert!(
            found.message.contains("groq-main/llama") && found.message.contains("pi-1"),
            "{found:?}"
        );
    }

    #[test]
    fn a_failure_and_a_wait_that_is_too_long_are_explained() {
        let failed = Task {
            error: Some(Reason {
                message: Some("the provider refuses the request".to_owned()),
                ..Reason::default()
            }),
            ..task("failed")
        };
        let found = outcome(&failed, Duration::from_secs(1));
        assert_eq!(found.grade, Grade::Problem);
        assert!(found.message.contains("refuses the request"), "{found:?}");
        assert!(found.next.is_some_and(|next| next.contains("d8 tasks show task_7")));
        let late = Task {
            wait: Some(Wait {
                message: Some("groq-main: no worker serves it now".to_owned()),
                ..Wait::default()
            }),
            ..task("pending")
        };
        let found = outcome(&late, Duration::from_secs(30));
        assert_eq!(found.grade, Grade::Problem);
        assert!(found.message.contains("no worker serves it now"), "{found:?}");
    }

    #[test]
    fn without_a_worker_there_is_nothing_to_follow() {
        let stats = Stats::default();
        let found = staffed(&stats, "http://pi:5000").err().map(|finding| finding.grade);
        assert_eq!(found, Some(Grade::Problem));
    }
}
