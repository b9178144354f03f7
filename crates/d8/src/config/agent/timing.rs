//! When an agent works.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::config::cron;
use crate::config::fault::{Fault, one_of};
use crate::config::file::{AgentTable, Text};
use crate::config::limit::period::duration;
use crate::text;

/// An agent that works more often is a loop.
const SHORTEST: Duration = Duration::from_secs(1);
/// Once a second.
const MOST_PER_DAY: u32 = 86_400;

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

/// Hours of the day, by the agent's clock: from the first, up to the second.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Hours {
    /// Its beginning.
    pub from: Time,
    /// Its end; midnight is the day's.
    pub to: Time,
}

/// What becomes of an occurrence while the former one is not done.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// It is left out.
    Skip,
    /// It waits until the former one is done.
    Queue,
    /// Both are at work.
    Allow,
}

/// What becomes of occurrences that nobody was there for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum CatchUp {
    /// They are left out.
    None,
    /// The last one is made up for.
    Last,
    /// All of them are, up to a bound.
    All,
}

pub(super) fn schedule(table: &AgentTable) -> Result<Schedule, Fault> {
    match (&table.every, &table.cron, &table.per_day) {
        (Some(every), None, None) => match duration(every.as_ref()) {
            Ok(length) if length < SHORTEST => Err(Fault::new(text!("agent-too-often")).at(every.span())),
            Ok(length) => Ok(Schedule::Every(length)),
            Err(fault) => Err(fault.at(every.span())),
        },
        (None, Some(cron), None) => {
            cron::check(cron.as_ref()).map_err(|fault| fault.at(cron.span()))?;
            Ok(Schedule::Cron(cron.as_ref().clone()))
        }
        (None, None, Some(times)) => match *times.as_ref() {
            0 => Err(Fault::new(text!("agent-never-works")).at(times.span())),
            MOST_PER_DAY.. => Err(Fault::new(text!("agent-too-often")).at(times.span())),
            times => Ok(Schedule::PerDay(times)),
        },
        _ => Err(Fault::new(text!("agent-one-schedule"))
            .at(table.name.span())
            .hint(text!("agent-write-schedule"))),
    }
}

pub(super) fn length(text: Option<&Text>) -> Result<Option<Duration>, Fault> {
    let read = |text: &Text| duration(text.as_ref()).map_err(|fault| fault.at(text.span()));
    text.map(read).transpose()
}

pub(super) fn zone(table: &AgentTable) -> Result<TimeZone, Fault> {
    let Some(text) = &table.zone else {
        return Ok(TimeZone::system());
    };
    TimeZone::get(text.as_ref()).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let fault = Fault::new(text!("agent-unknown-zone", name = text.as_ref().as_str())).at(text.span());
        match crate::config::suggestion::nearest(text.as_ref(), known.iter().map(String::as_str)) {
            Some(near) => fault.hint(text!("fault-did-you-mean", near = near)),
            None => fault.hint(text!("agent-write-zone")),
        }
    })
}

pub(super) fn active(table: &AgentTable) -> Result<Option<Hours>, Fault> {
    let Some(text) = &table.active else { return Ok(None) };
    let wrong = |what: String| {
        Fault::new(what)
            .at(text.span())
            .hint(text!("fault-write-it-like", example = "08:00-22:00"))
    };
    let time = |part: &str| match part.trim() {
        "24:00" => Some(Time::midnight()),
        part => part.parse::<Time>().ok(),
    };
    let hours = text.as_ref().split_once('-').and_then(|(from, to)| {
        Some(Hours {
            from: time(from)?,
            to: time(to)?,
        })
    });
    let hours = hours.ok_or_else(|| wrong(text!("agent-no-hours", written = text.as_ref().as_str())))?;
    if hours.to != Time::midnight() && hours.to <= hours.from {
        return Err(wrong(text!("agent-hours-turned")));
    }
    Ok(Some(hours))
}

pub(super) fn overlap(table: &AgentTable) -> Result<Overlap, Fault> {
    let meanings = [
        ("skip", Overlap::Skip),
        ("queue", Overlap::Queue),
        ("allow", Overlap::Allow),
    ];
    word("overlap", table.overlap.as_ref(), &meanings, Overlap::Skip)
}

pub(super) fn catch_up(table: &AgentTable) -> Result<CatchUp, Fault> {
    let meanings = [("none", CatchUp::None), ("last", CatchUp::Last), ("all", CatchUp::All)];
    word("catch_up", table.catch_up.as_ref(), &meanings, CatchUp::Last)
}

fn word<T: Copy>(what: &str, text: Option<&Text>, meanings: &[(&str, T)], default: T) -> Result<T, Fault> {
    text.map_or(Ok(default), |text| {
        one_of(what, text.as_ref(), meanings).map_err(|fault| fault.at(text.span()))
    })
}
