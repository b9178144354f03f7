//! When an agent works, in words.

use crate::config::Schedule;
use crate::text;

/// "every 15 m 00 s", "cron 0 9 * * *", "100 a day".
pub fn schedule(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Every(length) => text!("agents-every", time = super::span(*length)),
        Schedule::Cron(line) => text!("agents-cron", line = line.as_str()),
        Schedule::PerDay(times) => text!("agents-per-day", times = super::number(u64::from(*times))),
    }
}
