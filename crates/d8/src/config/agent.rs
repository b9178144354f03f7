//! `[[agent]]`: work that comes by itself.

use std::path::PathBuf;
use std::time::Duration;

use super::cron;
use super::fault::Fault;
use super::file::{AgentTable, Text};
use super::limit::period::duration;
use super::surroundings::Surroundings;

/// What may stand in braces in an output path.
const PLACEHOLDERS: [&str; 4] = ["agent", "date", "n", "topic"];

/// One agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agent {
    /// Its name; unique.
    pub name: String,
    /// When it works.
    pub schedule: Schedule,
    /// What it asks, with `{{date}}`, `{{n}}`, `{{topic}}` still in it.
    pub prompt: Prompt,
    /// What it asks about, in turn; may be empty.
    pub topics: Vec<String>,
    /// Where its answers go, with `{agent}`, `{date}`, `{n}`, `{topic}` still in it; none: they stay in the store.
    pub output: Option<PathBuf>,
}

/// When an agent works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Schedule {
    /// Once in this time.
    Every(Duration),
    /// By the clock: minute, hour, day of the month, month, day of the week.
    Cron(String),
    /// So often in a day, spread evenly.
    PerDay(u32),
}

/// An agent's prompt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// The text itself.
    Text(String),
    /// The content of a file.
    File(PathBuf),
}

/// Judges all agents.
pub(crate) fn judge(tables: &[AgentTable], around: &Surroundings<'_>) -> Result<Vec<Agent>, Fault> {
    let mut agents: Vec<Agent> = Vec::new();
    for table in tables {
        let name = table.name.as_ref();
        if name.trim().is_empty() || name.contains(['/', '\\']) {
            // It becomes a folder's name.
            return Err(Fault::new("an agent needs a name without slashes").at(table.name.span()));
        }
        if agents.iter().any(|other| other.name == *name) {
            return Err(Fault::new(format!("two agents are named `{name}`")).at(table.name.span()));
        }
        agents.push(agent(table, around)?);
    }
    Ok(agents)
}

fn agent(table: &AgentTable, around: &Surroundings<'_>) -> Result<Agent, Fault> {
    let prompt = table.prompt.as_ref();
    if prompt.trim().is_empty() {
        return Err(Fault::new("the prompt is empty").at(table.prompt.span()));
    }
    Ok(Agent {
        name: table.name.as_ref().clone(),
        schedule: schedule(table)?,
        prompt: match prompt.strip_prefix("file:") {
            Some(path) => Prompt::File(around.path(path.trim())),
            None => Prompt::Text(prompt.clone()),
        },
        topics: table.topics.clone(),
        output: match &table.output {
            Some(text) => Some(output(text, around).map_err(|fault| fault.at(text.span()))?),
            None => None,
        },
    })
}

fn schedule(table: &AgentTable) -> Result<Schedule, Fault> {
    match (&table.every, &table.cron, &table.per_day) {
        (Some(every), None, None) => duration(every.as_ref())
            .map(Schedule::Every)
            .map_err(|fault| fault.at(every.span())),
        (None, Some(cron), None) => {
            cron::check(cron.as_ref()).map_err(|fault| fault.at(cron.span()))?;
            Ok(Schedule::Cron(cron.as_ref().clone()))
        }
        (None, None, Some(times)) if *times.as_ref() == 0 => {
            Err(Fault::new("`per_day` of 0 never works").at(times.span()))
        }
        (None, None, Some(times)) => Ok(Schedule::PerDay(*times.as_ref())),
        _ => Err(Fault::new("an agent has one of `every`, `cron` and `per_day`")
            .at(table.name.span())
            .hint("write `every = \"15m\"`, `cron = \"*/15 * * * *\"` or `per_day = 100`")),
    }
}

fn output(text: &Text, around: &Surroundings<'_>) -> Result<PathBuf, Fault> {
    let path = text.as_ref();
    if path.trim().is_empty() {
        return Err(Fault::new("the output has no name").hint("write it like `out/{agent}/{date}/{n}.md`"));
    }
    for piece in path.split('{').skip(1) {
        let name = piece.split('}').next().unwrap_or_default();
        if !PLACEHOLDERS.contains(&name) {
            return Err(Fault::new(format!("unknown placeholder `{{{name}}}`")).choices(
                name,
                "it is one of",
                PLACEHOLDERS,
            ));
        }
    }
    Ok(around.path(path))
}
