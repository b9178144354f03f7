//! Agents as rows, and one of them as lines.

use std::time::Duration;

use crate::client::moment;
use crate::client::objects::{Agent, AgentSchedule};
use crate::client::table::{Cell, Table, Tone, one_line};
use crate::config::Schedule;
use crate::{text, words};

/// A row for each.
pub(super) fn of(agents: &[Agent], now: f64) -> Table {
    let titles = [
        text!("agents-col-agent"),
        text!("agents-col-state"),
        text!("agents-col-schedule"),
        text!("agents-col-next"),
        text!("agents-col-last"),
        text!("agents-col-n"),
        text!("agents-col-open"),
        text!("agents-fact-delivered"),
        text!("agents-col-failed"),
        text!("agents-col-skipped"),
    ];
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let mut table = Table::new(&titles, &[5, 6, 7, 8, 9])
        .usual(8, "0")
        .usual(9, "0")
        .gives(&[2])
        .spare(&[6, 4]);
    for agent in agents {
        let count = |count: Option<u64>| Cell::from(words::number(count.unwrap_or_default()));
        table.row(vec![
            agent.agent.as_str().into(),
            Cell::toned(state(agent), tone(agent)),
            schedule(&agent.schedule).into(),
            agent
                .next
                .map_or_else(|| "-".to_owned(), |next| moment::ahead(next, now))
                .into(),
            agent
                .last
                .map_or_else(|| "-".to_owned(), |last| moment::past(last, now))
                .into(),
            count(agent.n),
            count(Some(under_way(agent))),
            count(agent.delivered),
            count(agent.failed),
            count(agent.skipped),
        ]);
    }
    table
}

fn under_way(agent: &Agent) -> u64 {
    let counts = [agent.open, agent.queued, agent.undelivered];
    counts.into_iter().flatten().sum()
}

fn state(agent: &Agent) -> String {
    match agent.state.as_deref() {
        Some("paused") => text!("agents-state-paused"),
        Some("trouble") => text!("agents-state-trouble"),
        Some("working") => text!("agents-state-working"),
        Some("idle") => text!("agents-state-idle"),
        other => other.unwrap_or("-").to_owned(),
    }
}

fn tone(agent: &Agent) -> Tone {
    match agent.state.as_deref() {
        Some("paused") => Tone::Attention,
        Some("trouble") => Tone::Bad,
        Some("working") => Tone::Good,
        _ => Tone::Neutral,
    }
}

fn schedule(schedule: &AgentSchedule) -> String {
    let every = schedule.every.and_then(|every| Duration::try_from_secs_f64(every).ok());
    let schedule = match (every, &schedule.cron, schedule.per_day) {
        (Some(every), ..) => Schedule::Every(every),
        (_, Some(cron), _) => Schedule::Cron(cron.clone()),
        (_, _, Some(times)) => Schedule::PerDay(times),
        _ => return "-".to_owned(),
    };
    words::schedule(&schedule)
}

/// All that is known of one, a line each.
pub(super) fn facts(agent: &Agent, now: f64) -> String {
    let moment = |then: Option<f64>, words: fn(f64, f64) -> String| {
        then.map(|then| format!("{} ({})", moment::on_the_clock(then), words(then, now)))
    };
    let count = |count: Option<u64>| count.map(words::number);
    let webhook = agent.webhook.filter(|told| *told).map(|_| text!("agents-yes"));
    let facts = [
        (text!("agents-col-agent"), Some(agent.agent.clone())),
        (text!("agents-col-state"), Some(state(agent))),
        (text!("agents-fact-trouble"), agent.trouble.as_deref().map(one_line)),
        (text!("agents-col-schedule"), Some(schedule(&agent.schedule))),
        (text!("agents-fact-zone"), agent.zone.clone()),
        (text!("agents-col-next"), moment(agent.next, moment::ahead)),
        (text!("agents-col-last"), moment(agent.last, moment::past)),
        (text!("agents-col-n"), count(agent.n)),
        (text!("agents-col-open"), count(agent.open)),
        (text!("agents-fact-queued"), count(agent.queued)),
        (text!("agents-fact-undelivered"), count(agent.undelivered)),
        (text!("agents-fact-delivered"), count(agent.delivered)),
        (text!("agents-col-failed"), count(agent.failed)),
        (text!("agents-col-skipped"), count(agent.skipped)),
        (text!("agents-fact-topics"), count(agent.topics)),
        (text!("agents-fact-model"), agent.model.clone()),
        (text!("agents-fact-overlap"), agent.overlap.clone()),
        (text!("agents-fact-catch-up"), agent.catch_up.clone()),
        (text!("agents-fact-output"), agent.output.clone()),
        (text!("agents-fact-webhook"), webhook),
        (text!("agents-fact-command"), agent.command.clone()),
        (
            text!("agents-fact-tasks"),
            agent.group.as_ref().map(|group| format!("d8 tasks ls --group {group}")),
        ),
    ];
    let facts: Vec<(String, String)> = facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name, fact?)))
        .collect();
    let width = facts
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or_default();
    let line = |(name, fact): &(String, String)| {
        let gap = " ".repeat(width - name.chars().count());
        format!("{name}{gap}  {fact}")
    };
    facts.iter().map(line).collect::<Vec<_>>().join("\n")
}
