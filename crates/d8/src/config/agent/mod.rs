//! `[[agent]]`: work that comes by itself.
//!
//! In reading order: [`Agent`] is one of them; `timing` says when it works, `text` what it asks, `topics` about what,
//! `wish` how it wants its answers, `delivery` where they go.

mod delivery;
mod text;
mod timing;
mod topics;
mod wish;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;

pub use text::{Braces, ByLanguage, Template};
pub use timing::{CatchUp, Hours, Overlap, Schedule};
pub use topics::Topic;

use super::Config;
use super::fault::Fault;
use super::file::AgentTable;
use super::suggestion::nearest;
use super::surroundings::Surroundings;
use crate::{text, words};

/// What every agent's texts may name.
pub(crate) const OWN_NAMES: [&str; 4] = ["agent", "date", "time", "n"];
const PRIORITY: u8 = 5;

/// One agent.
#[derive(Clone, PartialEq, Debug)]
pub struct Agent {
    /// Its name; unique. It holds no slash: it is a folder's name too.
    pub name: String,
    /// When it works.
    pub schedule: Schedule,
    /// Whose clock it goes by.
    pub zone: TimeZone,
    /// The hours of the day in which it works; none: all.
    pub active: Option<Hours>,
    /// Each piece of work starts up to so much later.
    pub jitter: Duration,
    /// What becomes of an occurrence while the former one is not done.
    pub overlap: Overlap,
    /// What becomes of occurrences that nobody was there for.
    pub catch_up: CatchUp,
    /// It does nothing by itself.
    pub paused: bool,
    /// What it asks.
    pub prompt: ByLanguage<Template>,
    /// Who shall answer.
    pub system: Option<ByLanguage<Template>>,
    /// What it asks about, in turn; may be empty.
    pub topics: Vec<Topic>,
    /// More names for its texts; of several values each has its turn.
    pub vars: BTreeMap<String, ByLanguage<Vec<String>>>,
    /// The route or model that it asks for; none: the default route.
    pub asks_for: Option<String>,
    /// 1..=10, higher first.
    pub priority: u8,
    /// The longest answer, in tokens.
    pub max_tokens: Option<u32>,
    /// As the provider takes it.
    pub temperature: Option<f64>,
    /// OpenAI's `response_format`.
    pub response_format: Option<Value>,
    /// Where its answers go, relative to `folder`; none: they stay in the store.
    pub output: Option<Template>,
    /// Who is told of each end.
    pub webhook: Option<String>,
    /// A program that gets each answer on its standard input, and its arguments; may be empty.
    pub command: Vec<String>,
    /// The program is stopped after so long.
    pub command_timeout: Duration,
    /// What its paths are relative to.
    pub folder: PathBuf,
}

/// Judges all agents.
pub(crate) fn judge(
    tables: &[AgentTable],
    around: &Surroundings<'_>,
    private_hooks: bool,
) -> Result<Vec<Agent>, Fault> {
    let mut agents: Vec<Agent> = Vec::new();
    for table in tables {
        let name = table.name.as_ref();
        if name.trim().is_empty() || name.contains(['/', '\\']) {
            // It becomes a folder's name.
            return Err(Fault::new(text!("agent-nameless")).at(table.name.span()));
        }
        if agents.iter().any(|other| other.name == *name) {
            return Err(Fault::new(text!("agent-twice", name = name.as_str())).at(table.name.span()));
        }
        agents.push(agent(table, around, private_hooks)?);
    }
    Ok(agents)
}

fn agent(table: &AgentTable, around: &Surroundings<'_>, private_hooks: bool) -> Result<Agent, Fault> {
    let topics = topics::judge(table, around)?;
    let vars = text::vars(table.vars.as_ref())?;
    let names = text::Names::new(&topics, &vars);
    let prompt = text::texts("prompt", &table.prompt, &names, around)?;
    let system = table
        .system
        .as_ref()
        .map(|system| text::texts("system", system, &names, around))
        .transpose()?;
    Ok(Agent {
        name: table.name.as_ref().clone(),
        schedule: timing::schedule(table)?,
        zone: timing::zone(table)?,
        active: timing::active(table)?,
        jitter: timing::length(table.jitter.as_ref())?.unwrap_or_default(),
        overlap: timing::overlap(table)?,
        catch_up: timing::catch_up(table)?,
        paused: table.paused.unwrap_or_default(),
        prompt,
        system,
        asks_for: wish::asks_for(table)?,
        priority: wish::priority(table)?.unwrap_or(PRIORITY),
        max_tokens: wish::max_tokens(table)?,
        temperature: wish::temperature(table)?,
        response_format: wish::response_format(table, around)?,
        output: delivery::output(table, &names)?,
        webhook: delivery::webhook(table, private_hooks)?,
        command: delivery::command(table)?,
        command_timeout: timing::length(table.command_timeout.as_ref())?.unwrap_or(delivery::COMMAND_TIMEOUT),
        folder: around.folder.to_owned(),
        topics,
        vars,
    })
}

/// What agents ask for must be there, where anything is: without an account nobody can know yet.
pub(crate) fn check_what_they_ask_for(tables: &[AgentTable], config: &Config) -> Result<(), Fault> {
    for table in tables {
        if let Some(route) = &table.route
            && config.route(route.as_ref()).is_none()
        {
            let names: Vec<&str> = config.routes.iter().map(|route| route.name.as_str()).collect();
            return Err(Fault::new(text!("agent-no-route", name = route.as_ref().as_str()))
                .at(route.span())
                .choices(route.as_ref(), &text!("agent-routes-are"), names));
        }
        if let Some(model) = &table.model
            && !config.accounts.is_empty()
            && let Err(unknown) = config.resolve(Some(model.as_ref()))
        {
            let fault = Fault::new(words::unknown_model(&unknown)).at(model.span());
            return Err(match unknown.suggestion {
                Some(near) => fault.hint(text!("fault-did-you-mean", near = near)),
                None => fault.hint(text!("agent-no-model-next")),
            });
        }
    }
    Ok(())
}

/// An unknown name in braces.
fn unknown_name(name: &str, shown: &str, known: &[&str]) -> Fault {
    let fault = Fault::new(text!("agent-unknown-name", name = shown));
    match nearest(name, known.iter().copied()) {
        Some(near) => fault.hint(text!("fault-did-you-mean", near = near)),
        None if name == "topic" => fault.hint(text!("agent-no-topics")),
        None => fault.hint(text!(
            "agent-names-are",
            known = super::suggestion::quoted(known.iter().copied()),
            vars = format!("vars = {{ {name} = \"...\" }}")
        )),
    }
}
