//! `d8 submit`: hands work to a running orchestrator.

mod fields;
mod lines;
mod wait;

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use self::fields::Fields;
use super::{Failure, INTERRUPTED, OK, interrupted, say, tell};
use crate::client::objects::Task;
use crate::client::reach::Reach;
use crate::client::table::one_line;
use crate::client::{Answer, Client};
use crate::config::{self, text_file};
use crate::text;

/// Hand a prompt, or a file of tasks, to a running orchestrator. It is kept when the command ends.
#[derive(Debug, Args)]
#[command(
    after_help = "Prints the task's id; with --wait the answer. Lines of a file are what POST /api/tasks takes:\n  \
  {\"prompt\": \"...\"} or {\"messages\": [...]}, each with optional model, priority, group, idempotency_key ...\n\n\
  Examples:\n  \
  d8 submit 'Name three rivers'\n  \
  d8 submit 'Name three rivers' --wait -m groq-main/llama-3.3-70b-versatile\n  \
  git diff | d8 submit - --wait 5m --priority 9\n  \
  d8 submit --file work.jsonl --group monday --key monday\n\n\
  Exit codes: 0 taken (with --wait: answered), 1 refused or failed, 2 no orchestrator, 130 Ctrl-C"
)]
pub(super) struct SubmitArguments {
    /// The prompt; `-` is standard input.
    #[arg(value_name = "PROMPT", allow_hyphen_values = false)]
    prompt: Option<String>,
    /// Tasks, one JSON object a line, in place of a prompt; `-` is standard input.
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["prompt", "wait"])]
    file: Option<PathBuf>,
    /// Wait for the answer and print it; at most so long ("90s", "5m"). The task goes on after that.
    #[arg(long, value_name = "TIME", num_args = 0..=1)]
    wait: Option<Option<String>>,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    reach: Reach,
}

/// What is to be done, as the words of the command line are meant.
#[derive(PartialEq, Eq, Debug)]
enum Meant {
    File(PathBuf),
    Prompt {
        prompt: String,
        /// Whether to wait, and whether only so long.
        wait: Option<Option<Duration>>,
    },
}

pub(super) async fn run(arguments: SubmitArguments) -> Result<u8, Failure> {
    let meant = meant(&arguments)?;
    let json = arguments.reach.json;
    match meant {
        Meant::File(file) => {
            let client = arguments.reach.open().await?;
            lines::submit(&client, &file, &arguments.fields, json, &mut tell).await
        }
        Meant::Prompt { prompt, wait } => {
            let prompt = if prompt == "-" { of_input()? } else { prompt };
            if prompt.trim().is_empty() {
                return Err(Failure::not_started(text!("submit-empty")));
            }
            let client = arguments.reach.open().await?;
            let answer = client
                .post(&["api", "tasks"], &arguments.fields.with_prompt(&prompt))
                .await?;
            let task: Task = answer.read()?;
            if answer.status == 200 {
                say(&text!("submit-known", task = one_line(&task.task_id)));
            }
            match wait {
                None => {
                    tell(if json { &answer.text } else { &task.task_id });
                    Ok(OK)
                }
                Some(longest) => answered(&client, task, answer, longest, json).await,
            }
        }
    }
}

/// `--wait` takes the word after it for its time, and the prompt may be that word: `d8 submit --wait 'Name a river'`.
fn meant(arguments: &SubmitArguments) -> Result<Meant, Failure> {
    if let Some(file) = &arguments.file {
        return Ok(Meant::File(file.clone()));
    }
    let time = arguments.wait.as_ref().and_then(Option::as_deref);
    let length = time.map(config::duration).transpose();
    let (prompt, longest) = match (&arguments.prompt, length) {
        (Some(prompt), Ok(longest)) => (prompt.as_str(), longest),
        (Some(_), Err(error)) => return Err(Failure::not_started(format!("--wait: {error}"))),
        (None, Err(_)) => (time.unwrap_or_default(), None),
        (None, Ok(_)) => {
            return Err(Failure::not_started(text!("submit-no-prompt")).hint(text!("submit-no-prompt-next")));
        }
    };
    if is_file_name(prompt) {
        return Err(Failure::not_started(text!("submit-file-name", name = prompt))
            .hint(text!("submit-file-name-next", name = prompt)));
    }
    Ok(Meant::Prompt {
        prompt: prompt.to_owned(),
        wait: arguments.wait.as_ref().map(|_| longest),
    })
}

/// A single word that ends as files of tasks do is hardly a prompt, and asking a model about it would cost quota.
fn is_file_name(prompt: &str) -> bool {
    !prompt.contains(char::is_whitespace) && [".jsonl", ".ndjson"].iter().any(|ending| prompt.ends_with(ending))
}

fn of_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| {
        let (what, why) = (text!("submit-standard-input"), error.to_string());
        Failure::not_started(text!("submit-cannot-be-read", what = what, why = why))
    })?;
    text_file::decode(&bytes).ok_or_else(|| Failure::not_started(text!("submit-not-utf8")))
}

/// Waits for the end of a task that was taken, and prints it.
async fn answered(
    client: &Client,
    task: Task,
    answer: Answer,
    longest: Option<Duration>,
    json: bool,
) -> Result<u8, Failure> {
    let id = one_line(&task.task_id);
    let goes_on = text!("submit-goes-on", task = id.as_str());
    let mut say_so = say;
    let waiting = wait::until_over(client, task, answer, longest, wait::PAUSE, &mut say_so);
    let waited = tokio::select! {
        waited = waiting => waited,
        () = interrupted() => {
            say(&format!("{id}: {goes_on}"));
            return Ok(INTERRUPTED);
        }
    };
    let (task, answer) = waited.map_err(|error| Failure::from(error).hint(goes_on.clone()))?;
    let ending = wait::ending(&task);
    if json {
        tell(&answer.text);
    }
    match ending {
        wait::Ending::Answered(_) if json => Ok(OK),
        wait::Ending::Answered(text) => {
            tell(text.strip_suffix('\n').unwrap_or(&text));
            Ok(OK)
        }
        wait::Ending::NotAnswered(why) => Err(Failure::broke_off(format!("{id} {why}"))),
        wait::Ending::Open(why) => Err(Failure::broke_off(format!("{id} {why}")).hint(goes_on)),
    }
}

#[cfg(test)]
mod tests;
