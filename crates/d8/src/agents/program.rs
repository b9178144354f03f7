//! Gives an answer to a program of the user's: on its standard input, without a shell, and not for longer than allowed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::note::Answer;
use crate::config::{Agent, env_names};
use crate::server::ids;
use crate::{text, words};

/// So much of what it complains is told.
const MOST_WORDS: u64 = 2_000;
/// How long its last complaint may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs the agent's command to its end. `output` is the file that the answer was written to.
///
/// # Errors
/// Why it has not taken the answer, in words.
pub(super) async fn give(agent: &Agent, answer: &Answer, output: Option<&Path>) -> Result<(), String> {
    let Some((program, arguments)) = agent.command.split_first() else {
        return Ok(());
    };
    let mut command = Command::new(found(program, &agent.folder));
    command
        .args(arguments)
        .current_dir(&agent.folder)
        .env(env_names::D8_AGENT, &agent.name)
        .env(env_names::D8_AGENT_NUMBER, answer.note.number.to_string())
        .env(
            env_names::D8_AGENT_TOPIC,
            answer.note.topic.as_deref().unwrap_or_default(),
        )
        .env(env_names::D8_AGENT_TASK, ids::shown(answer.task))
        .env(env_names::D8_AGENT_OUTPUT, output.unwrap_or(Path::new("")))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // It has no business with what opens accounts.
    for (name, _) in std::env::vars_os() {
        let is_secret = name
            .to_str()
            .is_some_and(|name| name.ends_with(env_names::API_KEY) || name == env_names::D8_TOKEN);
        if is_secret {
            command.env_remove(name);
        }
    }
    let limit = agent.command_timeout;
    let done = tokio::time::timeout(limit, finish(command, answer.plain())).await;
    let why = match done {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(why)) => why,
        Err(_) => text!("agents-program-late", seconds = limit.as_secs()),
    };
    Err(format!("`{program}` {why}"))
}

/// A program with a folder before its name is meant from the agent's folder; else it is looked for as any command is.
fn found(program: &str, folder: &Path) -> PathBuf {
    if program.contains(['/', std::path::MAIN_SEPARATOR]) {
        folder.join(program)
    } else {
        PathBuf::from(program)
    }
}

async fn finish(mut command: Command, text: String) -> Result<(), String> {
    let mut child = command
        .spawn()
        .map_err(|error| text!("agents-program-unstartable", why = words::system(&error)))?;
    let complaints = child.stderr.take();
    let reading = tokio::spawn(async move {
        let mut words = Vec::new();
        if let Some(mut complaints) = complaints {
            let _ = (&mut complaints).take(MOST_WORDS).read_to_end(&mut words).await;
            // What comes after that is not kept, but a full pipe would stop it.
            let _ = tokio::io::copy(&mut complaints, &mut tokio::io::sink()).await;
        }
        String::from_utf8_lossy(&words).trim().replace('\n', " ")
    });
    if let Some(mut input) = child.stdin.take() {
        // Whoever does not read to the end knows enough.
        let _ = input.write_all(text.as_bytes()).await;
        let _ = input.shutdown().await;
    }
    let status = child
        .wait()
        .await
        .map_err(|error| text!("agents-program-lost", why = words::system(&error)))?;
    if status.success() {
        return Ok(());
    }
    // What it left running may hold its standard error open for ever.
    let words = tokio::time::timeout(LAST_WORDS, reading).await;
    match words {
        Ok(Ok(words)) if !words.is_empty() => Err({
            let ended = text!("agents-program-ended", status = status.to_string());
            format!("{ended}: {words}")
        }),
        _ => Err(text!("agents-program-ended", status = status.to_string())),
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::note::tests::answer;
    use super::super::piece::tests::agent;
    use super::*;

    fn with_command(words: &[&str], folder: &Path) -> Agent {
        Agent {
            command: words.iter().map(|word| (*word).to_owned()).collect(),
            folder: folder.to_owned(),
            ..agent("every = \"1h\"\nprompt = \"p\"\ncommand_timeout = \"5s\"\n")
        }
    }

    #[tokio::test]
    async fn the_answer_is_on_its_standard_input_and_no_shell_reads_the_words() {
        let folder = tempfile::tempdir().unwrap();
        let script = "cat > got; printf '%s %s' \"$D8_AGENT\" \"$1\" > said";
        let agent = with_command(&["sh", "-c", script, "sh", "$(touch no)"], folder.path());
        assert_eq!(give(&agent, &answer(7, "Hello"), None).await, Ok(()));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(
            (read("got").as_str(), read("said").as_str()),
            ("Hello\n", "w $(touch no)")
        );
    }

    #[tokio::test]
    async fn a_program_that_fails_or_hangs_or_is_not_there_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let run = async |words: &[&str]| give(&with_command(words, folder.path()), &answer(7, "x"), None).await;
        let failed = run(&["sh", "-c", "echo no room >&2; exit 3"]).await;
        assert_eq!(failed, Err("`sh` ended with exit status: 3: no room".to_owned()));
        assert!(
            run(&["./nowhere"])
                .await
                .unwrap_err()
                .starts_with("`./nowhere` cannot be started")
        );
        let hanging = Agent {
            command_timeout: std::time::Duration::from_millis(50),
            ..with_command(&["sleep", "1000"], folder.path())
        };
        assert!(
            give(&hanging, &answer(7, "x"), None)
                .await
                .unwrap_err()
                .contains("was stopped")
        );
    }
}
