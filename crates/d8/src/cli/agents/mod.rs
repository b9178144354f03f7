//! `d8 agents`: work that comes by itself, and what a person may do about it.

mod demo;
mod preview;
mod table;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, OK, say, tell};
use crate::client::Client;
use crate::client::moment;
use crate::client::objects::{Agent, Agents, Given};
use crate::client::reach::Reach;
use crate::client::table::Surface;
use crate::text;

/// List the agents of a running orchestrator, look at one, pause or resume it, let it work now, or preview its work.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Agents are the [[agent]] tables of d8.toml: prompts that come by themselves. Without a word more it lists them.\n\n\
  Examples:\n  \
  d8 agents\n  \
  d8 agents preview tweet --times 3    what it will ask and when; sends nothing\n  \
  d8 agents run tweet                  a piece of work now, beside its schedule\n  \
  d8 agents run --all --times 5 --demo --config examples/content-empire/d8.toml"
)]
pub(super) struct AgentsArguments {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them: when each works next, how much it has done, what is under way.
    #[command(after_help = "Example:\n  d8 agents ls --json | jq '.agents[] | select(.state == \"trouble\")'")]
    Ls(Reach),
    /// Show one agent with all that is known of it.
    #[command(after_help = "Example:\n  d8 agents show tweet")]
    Show(Named),
    /// Start no more of an agent's work until it is resumed; what is under way goes on.
    #[command(after_help = "Example:\n  d8 agents pause tweet")]
    Pause(Named),
    /// Let a paused agent go on; what it would have done meanwhile is not made up for.
    #[command(after_help = "Example:\n  d8 agents resume tweet")]
    Resume(Named),
    /// Let an agent work now, beside its schedule.
    #[command(after_help = "Examples:\n  \
      d8 agents run tweet --times 3\n  \
      d8 agents run --all\n  \
      d8 agents run --all --times 5 --demo --config examples/content-empire/d8.toml\n\n\
      With --demo no orchestrator and no key is needed: providers are emulated, their answers are filler text, and files \
      go to a folder demo beside d8.toml. Ctrl-C loses nothing: the same command goes on.\n\n\
      Exit codes: 0 done, 1 some of it failed, 2 could not start, 130 Ctrl-C")]
    Run(RunArguments),
    /// Show what an agent will ask and when; sends nothing and needs no orchestrator.
    #[command(after_help = "Example:\n  d8 agents preview tweet --times 3")]
    Preview(preview::PreviewArguments),
}

#[derive(Debug, Args)]
struct Named {
    /// The agent, as d8.toml names it.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    reach: Reach,
}

#[derive(Debug, Args)]
struct RunArguments {
    /// The agent, as d8.toml names it.
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    name: Option<String>,
    /// Every agent.
    #[arg(long)]
    all: bool,
    /// How many pieces of work each does.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
    /// Here and now, with emulated providers, until all is done.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: AgentsArguments) -> Result<u8, Failure> {
    match arguments.command {
        None => list(&arguments.reach).await,
        Some(Command::Ls(reach)) => list(&reach).await,
        Some(Command::Show(named)) => show(&named).await,
        Some(Command::Pause(named)) => change(&named, "pause").await,
        Some(Command::Resume(named)) => change(&named, "resume").await,
        Some(Command::Run(arguments)) if arguments.demo => demo::run(&arguments).await,
        Some(Command::Run(arguments)) => work(&arguments).await,
        Some(Command::Preview(arguments)) => preview::run(&arguments).await,
    }
}

async fn list(reach: &Reach) -> Result<u8, Failure> {
    let client = reach.open().await?;
    let answer = client.get(&["api", "d8", "agents"], &[]).await?;
    if reach.json {
        tell(&answer.text);
        return Ok(OK);
    }
    let agents = answer.read::<Agents>()?.agents;
    if agents.is_empty() {
        say(&text!("agents-none"));
        say(&text!("hint", message = text!("agents-none-hint")));
        return Ok(OK);
    }
    tell(&table::of(&agents, moment::now()).render(Surface::of_output()));
    for agent in &agents {
        if let Some(trouble) = &agent.trouble {
            say(&text!(
                "agents-trouble",
                agent = agent.agent.as_str(),
                why = trouble.as_str()
            ));
        }
    }
    Ok(OK)
}

async fn show(named: &Named) -> Result<u8, Failure> {
    let client = named.reach.open().await?;
    let agents = all(&client).await?;
    let agent = agents.iter().find(|agent| agent.agent == named.name);
    let agent = agent.ok_or_else(|| unknown(&named.name, agents.iter().map(|agent| agent.agent.as_str())))?;
    if named.reach.json {
        // As the orchestrator said it, with whatever a newer one says besides.
        let answer: serde_json::Value = client.get(&["api", "d8", "agents"], &[]).await?.read()?;
        let mut objects = answer["agents"].as_array().into_iter().flatten();
        let object = objects.find(|object| object["agent"] == named.name.as_str());
        tell(&object.cloned().unwrap_or_default().to_string());
    } else {
        tell(&table::facts(agent, moment::now()));
    }
    Ok(OK)
}

async fn all(client: &Client) -> Result<Vec<Agent>, Failure> {
    Ok(client
        .get(&["api", "d8", "agents"], &[])
        .await?
        .read::<Agents>()?
        .agents)
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    let failure = Failure::not_started(text!("agents-unknown", name = name));
    if known.is_empty() {
        return failure.hint(text!("agents-none-hint"));
    }
    match crate::config::suggestion::nearest(name, known.iter().copied()) {
        Some(near) => failure.hint(text!("agents-did-you-mean", name = near)),
        None => failure.hint(text!("agents-known", names = known.join(", "))),
    }
}

async fn change(named: &Named, call: &str) -> Result<u8, Failure> {
    let client = named.reach.open().await?;
    let answer = client
        .post(&["api", "d8", "agents", &named.name, call], &json!({}))
        .await?;
    if named.reach.json {
        tell(&answer.text);
        return Ok(OK);
    }
    let agent: Agent = answer.read()?;
    say(&match (call, agent.next) {
        ("pause", _) => text!("agents-paused", agent = named.name.as_str()),
        (_, Some(next)) => text!(
            "agents-resumed-next",
            agent = named.name.as_str(),
            when = moment::ahead(next, moment::now())
        ),
        (_, None) => text!("agents-resumed", agent = named.name.as_str()),
    });
    Ok(OK)
}

async fn work(arguments: &RunArguments) -> Result<u8, Failure> {
    let client = arguments.reach.open().await?;
    let names = match &arguments.name {
        Some(name) => vec![name.clone()],
        None => all(&client).await?.into_iter().map(|agent| agent.agent).collect(),
    };
    if names.is_empty() {
        return Err(Failure::not_started(text!("agents-none")).hint(text!("agents-none-hint")));
    }
    for name in names {
        let body = json!({"times": arguments.times});
        let answer = client.post(&["api", "d8", "agents", &name, "run"], &body).await?;
        if arguments.reach.json {
            tell(&answer.text);
            continue;
        }
        for piece in answer.read::<Given>()?.pieces {
            let number = piece.n.unwrap_or_default().to_string();
            tell(&format!(
                "{}  {name} #{number}  {}",
                piece.task_id,
                piece.topic.as_deref().unwrap_or("-")
            ));
            if let Some(output) = &piece.output {
                say(&text!("agents-goes-to", output = output.as_str()));
            }
        }
    }
    Ok(OK)
}

#[cfg(test)]
mod tests;
