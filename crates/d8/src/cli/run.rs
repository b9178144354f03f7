//! `d8 run`: the main job.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;

use super::{Failure, INTERRUPTED, OK, PARTLY, say, tell};
use crate::client::{Address, find};
use crate::clock::Clock;
use crate::config::{self, Config, LoadOptions};
use crate::run::demo::{self, Demo};
use crate::run::{Job, Place, run as do_job};
use crate::text;

/// Do all the work in a file, to the end. Killed at any point, the same command goes on where it stopped.
#[derive(Debug, Args)]
#[command(after_help = "Each line is one of\n  \
  {\"prompt\": \"...\"}   {\"messages\": [...]}   {\"custom_id\": \"...\", \"url\": \"/v1/chat/completions\", \"body\": {...}}\n  \
  each with optional id, model, priority (1..10), max_tokens\n\n\
  Examples:\n  \
  d8 run work.jsonl                       answers go to work.out.jsonl\n  \
  d8 run work.jsonl -o answers.jsonl --for 1h\n  \
  cat work.jsonl | d8 run - -o - | jq .response\n  \
  d8 run --demo examples/day.jsonl        emulated providers, no key needed\n\n\
  Exit codes: 0 all answered, 1 some not, 2 could not start, 130 Ctrl-C")]
pub(super) struct RunArguments {
    /// The work: one JSON object a line; `-` is standard input.
    #[arg(value_name = "FILE.jsonl")]
    input: String,
    /// Where the answers go; `-` is standard output. Default: the input's name with .out.jsonl.
    #[arg(short, long, value_name = "OUT.jsonl")]
    output: Option<String>,
    /// A route, an account/model or a model for every line, in place of the line's own.
    #[arg(short, long)]
    model: Option<String>,
    /// A name by which the run is known when it goes on; default: host and path of the input.
    #[arg(long = "run", value_name = "NAME")]
    name: Option<String>,
    /// End after so long ("90s", "1h30m") with what is done; the same command goes on.
    #[arg(long = "for", value_name = "TIME")]
    time: Option<String>,
    /// One JSON object with the sums at the end.
    #[arg(long)]
    json: bool,
    /// Emulated providers with the free tiers of November 2025, time 32 times as fast, no key needed.
    #[arg(long)]
    demo: bool,
    /// Let this orchestrator do the work, however it is set up.
    #[arg(long, value_name = "URL", conflicts_with = "demo")]
    orchestrator: Option<SecretString>,
    /// The configuration; default: ./d8.toml, then the user's own.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) async fn run(arguments: RunArguments) -> Result<u8, Failure> {
    let job = job(&arguments)?;
    let (config, demo) = world(&arguments).await?;
    for notice in &config.notices {
        say(&text!("note", message = notice.to_string()));
    }
    let named = orchestrator(&arguments)?;
    let speed = if demo.is_some() { demo::SPEED } else { 1 };
    let (summary, interrupted) = do_job(&job, Arc::new(config), speed, named.as_ref()).await?;
    if let Some(demo) = &demo {
        let (accepted, refused) = demo.score();
        say(&text!(
            "run-demo-score",
            accepted = accepted.to_string(),
            refused = refused.to_string()
        ));
        if summary.total > 0 && summary.done == summary.total && accepted == 0 {
            say(&text!("hint", message = text!("run-demo-all-done-before")));
        }
    }
    say(&summary.to_text());
    if arguments.json {
        match job.output {
            Place::Standard => say(&summary.to_json()),
            Place::File(_) => tell(&summary.to_json()),
        }
    }
    Ok(match (interrupted, summary.failed) {
        (true, _) => INTERRUPTED,
        (false, 0) => OK,
        (false, _) => PARTLY,
    })
}

fn job(arguments: &RunArguments) -> Result<Job, Failure> {
    let input = Place::parse(&arguments.input);
    let output = match (&arguments.output, &input) {
        (Some(output), _) => Place::parse(output),
        (None, Place::Standard) => Place::Standard,
        (None, Place::File(path)) => Place::File(default_output(path)),
    };
    let time = arguments.time.as_deref().map(time).transpose()?;
    Ok(Job {
        input,
        output,
        model: arguments.model.clone(),
        name: arguments.name.clone(),
        time,
    })
}

fn time(text: &str) -> Result<Duration, Failure> {
    config::duration(text).map_err(|error| Failure::not_started(format!("--for {text}: {error}")))
}

fn default_output(input: &Path) -> PathBuf {
    let is_jsonl = input.extension().is_some_and(|extension| extension == "jsonl");
    if is_jsonl {
        input.with_extension("out.jsonl")
    } else {
        PathBuf::from(format!("{}.out.jsonl", input.display()))
    }
}

async fn world(arguments: &RunArguments) -> Result<(Config, Option<Demo>), Failure> {
    let now = Clock::start().now();
    if arguments.demo {
        let demo = Demo::start(now)
            .await
            .map_err(|error| Failure::not_started(error.to_string()))?;
        say(&text!("run-demo", speed = demo::SPEED));
        return Ok((demo.config.clone(), Some(demo)));
    }
    let options = LoadOptions::of_process(arguments.config.clone(), now)
        .map_err(|error| Failure::not_started(text!("folder-unreadable", error = error.to_string())))?;
    let config = Config::load(options).map_err(|error| Failure::not_started(error.to_string()))?;
    Ok((config, None))
}

fn orchestrator(arguments: &RunArguments) -> Result<Option<Address>, Failure> {
    let Some(named) = &arguments.orchestrator else {
        return Ok(None);
    };
    let options = LoadOptions::of_process(arguments.config.clone(), Clock::start().now())
        .map_err(|error| Failure::not_started(text!("folder-unreadable", error = error.to_string())))?;
    Ok(find::addresses(Some(named), options)?.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_go_beside_the_input() {
        assert_eq!(
            default_output(Path::new("a/work.jsonl")),
            PathBuf::from("a/work.out.jsonl")
        );
        assert_eq!(
            default_output(Path::new("work.txt")),
            PathBuf::from("work.txt.out.jsonl")
        );
    }
}
