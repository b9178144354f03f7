//! Waits for a task that an orchestrator has taken.

use std::time::Duration;

use tokio::time::Instant;

use crate::cli::tasks::{answer_text, error_words, waiting};
use crate::client::objects::Task;
use crate::client::table::one_line;
use crate::client::{Answer, Client, ClientError, moment};
use crate::{text, words};

/// The longest that an orchestrator is asked to wait at a time.
const AT_A_TIME: Duration = Duration::from_secs(60);
/// An answer may be that much later than it was asked for.
const SLACK: Duration = Duration::from_secs(30);
/// Between two questions, should the orchestrator not wait.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// How a wait ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// The answer's text.
    Answered(String),
    /// It will not be answered; why.
    NotAnswered(String),
    /// It has not ended yet; why.
    Open(String),
}

/// Asks until the task is over, or so long has passed; gives back what was answered last. Each new reason to wait is said.
pub(super) async fn until_over(
    client: &Client,
    mut task: Task,
    mut answer: Answer,
    longest: Option<Duration>,
    pause: Duration,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<(Task, Answer), ClientError> {
    let began = Instant::now();
    let mut reason = None;
    loop {
        let left = longest.map(|longest| longest.saturating_sub(began.elapsed()));
        if task.is_over() || left == Some(Duration::ZERO) {
            return Ok((task, answer));
        }
        let code = task.wait.as_ref().and_then(|wait| wait.code.clone());
        if let Some(wait) = &task.wait
            && code != reason
        {
            say(&format!(
                "{}: {}",
                one_line(&task.task_id),
                waiting(wait, moment::now())
            ));
        }
        reason = code;
        let (next, asked) = (ask(client, &task.task_id, left.unwrap_or(AT_A_TIME)), Instant::now());
        answer = next.await?;
        task = answer.read()?;
        if !task.is_over() {
            let early = pause.saturating_sub(asked.elapsed());
            tokio::time::sleep(left.map_or(early, |left| early.min(left))).await;
        }
    }
}

async fn ask(client: &Client, id: &str, left: Duration) -> Result<Answer, ClientError> {
    let wait = left.min(AT_A_TIME);
    let seconds = wait.as_secs_f64().ceil().to_string();
    client
        .get_within(&["api", "tasks", id], &[("wait", &seconds)], wait + SLACK)
        .await
}

/// What became of it, in words that follow the task's name.
pub(super) fn ending(task: &Task) -> Ending {
    let error = || {
        task.error
            .as_ref()
            .map_or_else(String::new, |error| format!(": {}", error_words(error)))
    };
    match (task.status.as_str(), &task.result) {
        ("completed", Some(result)) => Ending::Answered(answer_text(result)),
        ("completed", None) => Ending::Answered(String::new()),
        ("failed" | "cancelled", _) => {
            Ending::NotAnswered(one_line(&format!("{}{}", words::task_state(&task.status), error())))
        }
        (status, _) => {
            let why = task.wait.as_ref().map(|wait| waiting(wait, moment::now()));
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            Ending::Open(one_line(&text!(
                "submit-still",
                status = words::task_state(status),
                why = why
            )))
        }
    }
}
