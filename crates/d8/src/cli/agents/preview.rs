//! `d8 agents preview`: what an agent will ask and when. It reads d8.toml alone, sends nothing and changes nothing; a running
//! orchestrator is only asked how far the agent has come.

use clap::Args;
use d8_core::time::Timestamp;
use serde_json::{Value, json};

use super::{Failure, OK, all, say, tell, unknown};
use crate::agents::piece::Piece;
use crate::agents::timetable::{Timetable, local};
use crate::client::moment;
use crate::client::reach::Reach;
use crate::clock::Clock;
use crate::config::{Agent, Config, LoadOptions};
use crate::server::app::seconds;
use crate::text;

#[derive(Debug, Args)]
pub(super) struct PreviewArguments {
    /// The agent, as d8.toml names it.
    #[arg(value_name = "NAME")]
    name: String,
    /// How many pieces of work to show.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: &PreviewArguments) -> Result<u8, Failure> {
    let now = Clock::start().now();
    let agents = agents(&arguments.reach, now)?;
    let agent = agents.iter().find(|agent| agent.name == arguments.name);
    let agent = agent.ok_or_else(|| unknown(&arguments.name, agents.iter().map(|agent| agent.name.as_str())))?;
    let known = known(arguments).await;
    if known.is_none() {
        say(&text!("agents-preview-alone"));
    }
    let (number, next) = known.unwrap_or_default();
    let pieces = pieces(agent, number, next, now, arguments.times);
    if pieces.is_empty() {
        say(&text!("agents-never", agent = agent.name.as_str()));
    }
    if arguments.reach.json {
        let objects: Vec<Value> = pieces.iter().map(object).collect();
        tell(&json!({"agent": agent.name, "pieces": objects}).to_string());
    } else {
        let shown: Vec<String> = pieces.iter().map(|piece| shown(agent, piece, now)).collect();
        tell(&shown.join("\n\n"));
    }
    Ok(OK)
}

/// The agents of d8.toml.
pub(super) fn agents(reach: &Reach, now: Timestamp) -> Result<Vec<Agent>, Failure> {
    let options = LoadOptions::of_process(reach.config.clone(), now)
        .map_err(|error| Failure::not_started(text!("agents-no-folder", why = error.to_string())))?;
    Config::load_agents(&options).map_err(|error| Failure::not_started(error.to_string()))
}

/// How far a running orchestrator says the agent has come: its number, and when it works next.
async fn known(arguments: &PreviewArguments) -> Option<(u64, Option<Timestamp>)> {
    let client = arguments.reach.open().await.ok()?;
    let agents = all(&client).await.ok()?;
    let agent = agents.into_iter().find(|agent| agent.agent == arguments.name)?;
    let next = agent
        .next
        .map(|next| Timestamp::from_micros((next * 1e6).round() as i64));
    Some((agent.n.unwrap_or_default(), next))
}

fn pieces(agent: &Agent, number: u64, next: Option<Timestamp>, now: Timestamp, times: u32) -> Vec<Piece<'_>> {
    let table = Timetable::of(agent);
    let first = next.or_else(|| table.next(None, now));
    let moments = std::iter::successors(first, |last| table.next(Some(*last), *last));
    let numbered = (number + 1..).zip(moments).take(times as usize);
    numbered.map(|(number, at)| Piece::new(agent, number, at)).collect()
}

fn shown(agent: &Agent, piece: &Piece<'_>, now: Timestamp) -> String {
    let when = local(piece.at, &agent.zone).map(|at| at.strftime("%Y-%m-%d %H:%M:%S %:z").to_string());
    let ahead = moment::ahead(seconds(piece.at), seconds(now));
    let mut lines = vec![format!(
        "#{} · {} ({ahead})",
        piece.number,
        when.unwrap_or_else(|| "-".to_owned())
    )];
    if let Some(topic) = piece.topic() {
        lines.push(text!("agents-preview-topic", topic = topic));
    }
    if let Some(output) = piece.output() {
        lines.push(text!("agents-preview-output", output = output));
    }
    if let Some(system) = piece.system() {
        lines.push(text!("agents-preview-system", text = system.trim_end()));
    }
    lines.push(text!("agents-preview-prompt", text = piece.prompt().trim_end()));
    lines.join("\n")
}

fn object(piece: &Piece<'_>) -> Value {
    json!({
        "n": piece.number,
        "at": seconds(piece.at),
        "topic": piece.topic(),
        "language": piece.language(),
        "output": piece.output(),
        "system": piece.system(),
        "prompt": piece.prompt(),
    })
}
