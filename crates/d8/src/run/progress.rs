//! What a person sees while a run is under way: a bar on a terminal, now and then a line elsewhere.

use std::collections::VecDeque;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use d8_core::wait::WaitCode;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::place::Place;
use crate::cli::say;
use crate::client::stacked::paragraph;
use crate::client::table::Surface;
use crate::orchestrator::{Plan, View};
use crate::text;
use crate::words;

/// The rate is that of the last so long.
const RATE_OVER: Duration = Duration::from_secs(30);
/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// How long it is quiet in a run of hours.
const LONGEST_QUIET: Duration = Duration::from_secs(300);
/// Columns of the bar itself.
const BAR: usize = 10;

/// Shows how far a run is.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    total: u64,
    history: VecDeque<(Instant, u64)>,
    last_line: Instant,
    /// How long it is quiet between two lines.
    line_every: Duration,
}

impl Progress {
    /// For so many lines, of which `ready` need nothing more. Where answers are written to the terminal there is no bar: taking
    /// it away would take the end of an answer with it.
    pub(super) fn start(total: u64, ready: u64, out: &Place) -> Self {
        let is_shared = *out == Place::Standard && std::io::stdout().is_terminal();
        let has_bar = std::io::stderr().is_terminal() && !is_shared;
        let bar = has_bar.then(|| bar(total));
        let now = Instant::now();
        Self {
            bar,
            total,
            history: VecDeque::from([(now, ready)]),
            last_line: now,
            line_every: LINE_EVERY,
        }
    }

    /// Shows the present.
    pub(super) fn show(&mut self, done: u64, failed: u64, waiting: Option<String>, finish: Option<Duration>) {
        let now = Instant::now();
        self.history.push_back((now, done + failed));
        while self.history.len() > 2 && now.duration_since(self.history[0].0) > RATE_OVER {
            self.history.pop_front();
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done + failed);
            bar.set_message(self.short_facts(done + failed, failed, finish));
            let terminal = Surface::of_talk().unwrap_or(Surface::Plain);
            bar.set_prefix(paragraph(&waiting.unwrap_or_default(), terminal));
        } else if now.duration_since(self.last_line) >= self.line_every {
            self.last_line = now;
            // What takes hours need not be told every few seconds.
            self.line_every = (self.line_every + self.line_every / 4).min(LONGEST_QUIET);
            let facts = self.facts(done + failed, failed, finish);
            let waiting = waiting.map_or_else(String::new, |waiting| format!(" · {waiting}"));
            say(&text!(
                "run-progress",
                ended = done + failed,
                total = self.total,
                facts = format!("{facts}{waiting}"),
            ));
        }
    }

    fn facts(&self, ended: u64, failed: u64, finish: Option<Duration>) -> String {
        let mut facts = vec![text!("run-failed", failed = failed)];
        if let Some(rate) = self.rate() {
            facts.push(text!("run-rate", rate = format!("{:.0}", rate * 60.0)));
        }
        if let Some(left) = self.time_left(ended, finish) {
            facts.push(text!("run-done-in", left = words::span(left)));
        }
        facts.join(" · ")
    }

    /// The same in so few words that 80 columns hold them beside a bar.
    fn short_facts(&self, ended: u64, failed: u64, finish: Option<Duration>) -> String {
        let mut facts = vec![text!("run-failed", failed = failed)];
        if let Some(rate) = self.rate() {
            facts.push(text!("run-bar-rate", rate = format!("{:.0}", rate * 60.0)));
        }
        if let Some(left) = self.time_left(ended, finish) {
            facts.push(text!("run-bar-left", left = words::span(left)));
        }
        facts.join(" · ")
    }

    /// What the quotas allow at best, or what the present rate makes likely, if that is later.
    fn time_left(&self, ended: u64, allowed: Option<Duration>) -> Option<Duration> {
        let rate = self.rate().filter(|rate| *rate > 0.0);
        let likely = rate.map(|rate| Duration::from_secs_f64(self.total.saturating_sub(ended) as f64 / rate));
        allowed.max(likely)
    }

    fn rate(&self) -> Option<f64> {
        let ((from, before), (to, after)) = (self.history.front()?, self.history.back()?);
        let seconds = to.duration_since(*from).as_secs_f64();
        (seconds > 0.5).then(|| after.saturating_sub(*before) as f64 / seconds)
    }

    /// Says something without tearing the bar.
    pub(super) fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(line)),
            None => say(line),
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What it waits for has a line of its own: beside the rest there is no room for it.
fn bar(total: u64) -> ProgressBar {
    let template = format!("{{bar:{BAR}.cyan}} {{pos}}/{{len}} · {{elapsed_precise}} · {{wide_msg}}\n{{prefix:.dim}}");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8)).with_style(style)
}

/// What the run waits for, if nothing can start now: the soonest of all accounts.
pub(crate) fn waiting_for(plan: &Plan, view: &View) -> Option<String> {
    let soonest = view
        .targets
        .iter()
        .filter_map(|target| target.wait)
        .min_by_key(|wait| wait.until.unwrap_or(d8_core::time::Timestamp::MAX))?;
    let left = soonest.until.map(|until| until.since(view.now));
    let target = soonest.target.and_then(|target| plan.targets.get(&target));
    match soonest.code {
        WaitCode::Quota => {
            let limit = soonest.limit.and_then(|limit| plan.limits.get(&limit))?;
            Some(words::wait(&limit.account, Some(&limit.called), left))
        }
        WaitCode::Parked(why) => {
            let target = target?;
            Some(words::parked(&target.account, Some(&target.model), why, left))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::table::width;
    use crate::words::language::{Language, tests::speaking};

    #[test]
    fn the_bar_and_what_stands_beside_it_fit_80_columns() {
        let begun = Instant::now();
        let later = begun + Duration::from_secs(30);
        let progress = Progress {
            bar: None,
            total: 10_000,
            history: VecDeque::from([(begun, 9_000), (later, 9_050)]),
            last_line: begun,
            line_every: LINE_EVERY,
        };
        for language in Language::ALL {
            let facts = speaking(language, || {
                progress.short_facts(9_050, 100, Some(Duration::from_secs(3_252)))
            });
            assert!(facts.contains("54 m 12 s"), "{facts}");
            let line = format!("{} 9050/10000 · 00:12:34 · {facts}", " ".repeat(BAR));
            assert!(width(&line) < 80, "{language}: {line}");
        }
    }
}
