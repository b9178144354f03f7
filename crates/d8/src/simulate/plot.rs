//! A picture of quota use over time: a column for each policy, a block for each account, in it a strip for each limit: how
//! full it was, against the line at which it is full. Red ticks are 429s.

use std::fmt::Write as _;
use std::time::Duration;

use super::figures::{Curve, Outcome, Panel};
use crate::text;
use crate::words;

const WIDTH: f64 = 1_180.0;
const LABELS: f64 = 190.0;
const MARGIN: f64 = 24.0;
const GAP: f64 = 22.0;
const STRIP: f64 = 58.0;
const BETWEEN: f64 = 12.0;
const TICKS: f64 = 16.0;
const HEAD: f64 = 118.0;
const BLOCK: f64 = 26.0;
const FOOT: f64 = 74.0;
/// One for each policy; they are told apart in grey too.
const COLOURS: [&str; 7] = [
    "#1f6f8b", "#c98a1b", "#6a4c93", "#3a7d44", "#8d5b4c", "#4a6fa5", "#777777",
];
const RED: &str = "#d1242f";
const INK: &str = "#1f2328";
const FAINT: &str = "#656d76";

/// The picture as SVG.
pub fn svg(outcomes: &[Outcome], title: &str) -> String {
    let Some(first) = outcomes.first() else {
        return String::new();
    };
    let height = HEAD + first.panels.iter().map(block_height).sum::<f64>() + FOOT;
    let longest = outcomes
        .iter()
        .map(|outcome| outcome.figures.seconds)
        .fold(1.0, f64::max);
    let mut sheet = Sheet {
        text: String::new(),
        column: (WIDTH - LABELS - MARGIN - GAP * (outcomes.len() as f64 - 1.0)) / outcomes.len() as f64,
        longest,
    };
    let _ = write!(
        sheet.text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" height=\"{height:.0}\" \
         font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\" fill=\"{INK}\">\n\
         <title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        escaped(title)
    );
    sheet.say(MARGIN, 30.0, "font-size=\"18\" font-weight=\"600\"", title);
    sheet.legend();
    for (index, outcome) in outcomes.iter().enumerate() {
        sheet.column(index, outcome, height);
    }
    sheet.labels(first);
    sheet.text += "</svg>\n";
    sheet.text
}

struct Sheet {
    text: String,
    /// How wide a column is.
    column: f64,
    /// How many seconds it shows.
    longest: f64,
}

fn block_height(panel: &Panel) -> f64 {
    BLOCK + panel.curves.len() as f64 * (STRIP + BETWEEN) + TICKS + BETWEEN
}

impl Sheet {
    fn say(&mut self, x: f64, y: f64, style: &str, text: &str) {
        let _ = writeln!(
            self.text,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{}</text>",
            escaped(text)
        );
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), style: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = writeln!(
            self.text,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {style}/>"
        );
    }

    fn legend(&mut self) {
        let y = 50.0;
        let mut x = MARGIN;
        let faint = format!("fill=\"{FAINT}\"");
        let _ = writeln!(
            self.text,
            "<rect x=\"{x}\" y=\"{:.1}\" width=\"18\" height=\"10\" fill=\"{}\" fill-opacity=\"0.55\"/>",
            y - 9.0,
            COLOURS[0]
        );
        self.say(x + 24.0, y, &faint, &text!("plot-used"));
        x += 268.0;
        self.line(
            (x, y - 4.0),
            (x + 18.0, y - 4.0),
            &format!("stroke=\"{INK}\" stroke-dasharray=\"4 3\""),
        );
        self.say(x + 24.0, y, &faint, &text!("plot-limit"));
        x += 96.0;
        for tick in 0..3 {
            let at = x + f64::from(tick) * 5.0;
            self.line(
                (at, y - 10.0),
                (at, y),
                &format!("stroke=\"{RED}\" stroke-width=\"1.2\""),
            );
        }
        self.say(x + 20.0, y, &faint, &text!("plot-refusal"));
    }

    fn left(&self, index: usize) -> f64 {
        LABELS + index as f64 * (self.column + GAP)
    }

    /// Where a time is in a column.
    fn x(&self, index: usize, seconds: f64) -> f64 {
        self.left(index) + (seconds / self.longest).clamp(0.0, 1.0) * self.column
    }

    fn column(&mut self, index: usize, outcome: &Outcome, height: f64) {
        let figures = &outcome.figures;
        let left = self.left(index);
        let colour = COLOURS[index % COLOURS.len()];
        self.say(
            left,
            78.0,
            &format!("font-size=\"15\" font-weight=\"600\" fill=\"{colour}\""),
            figures.name,
        );
        let span = words::span(Duration::try_from_secs_f64(figures.seconds).unwrap_or_default());
        let done = text!(
            "plot-done",
            done = figures.completed,
            total = figures.total,
            span = span
        );
        self.say(left, 95.0, &format!("fill=\"{FAINT}\""), &done);
        let refused = text!("plot-refused", refused = figures.refused, failed = figures.failed);
        let tone = if figures.refused + figures.failed > 0 {
            RED
        } else {
            FAINT
        };
        self.say(left, 110.0, &format!("fill=\"{tone}\""), &refused);
        let mut y = HEAD;
        for panel in &outcome.panels {
            y += BLOCK;
            for curve in &panel.curves {
                self.strip(index, y, curve, outcome.step, figures.seconds, colour);
                y += STRIP + BETWEEN;
            }
            self.refusals(index, y, panel, outcome.step);
            y += TICKS + BETWEEN;
        }
        self.axis(index, height - FOOT + 6.0, figures.seconds);
    }

    fn strip(&mut self, index: usize, y: f64, curve: &Curve, step: Duration, seconds: f64, colour: &str) {
        let (left, bottom) = (self.left(index), y + STRIP);
        let _ = writeln!(
            self.text,
            "<rect x=\"{left:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{STRIP}\" fill=\"#f6f8fa\"/>",
            self.column
        );
        let mut path = format!("M{left:.1} {bottom:.1}");
        let mut end = left;
        for (from, to, used) in self.pixels(curve, step, seconds) {
            let part = (used as f64 / curve.amount.max(1) as f64).min(1.0);
            let top = bottom - part * STRIP;
            let (from, to) = (self.x(index, from), self.x(index, to));
            let _ = write!(path, "L{from:.1} {top:.1}L{to:.1} {top:.1}");
            end = to;
        }
        let _ = writeln!(
            self.text,
            "<path d=\"{path}L{end:.1} {bottom:.1}Z\" fill=\"{colour}\" fill-opacity=\"0.55\"/>"
        );
        self.line((left, bottom), (left + self.column, bottom), "stroke=\"#d0d7de\"");
        self.line(
            (left, y),
            (left + self.column, y),
            &format!("stroke=\"{INK}\" stroke-dasharray=\"4 3\""),
        );
    }

    /// A curve's steps, no finer than half a point of the picture: the most of those that fall together.
    fn pixels(&self, curve: &Curve, step: Duration, seconds: f64) -> Vec<(f64, f64, u64)> {
        let step = step.as_secs_f64();
        let finest = self.longest / self.column / 2.0;
        let together = (finest / step).ceil().max(1.0) as usize;
        let of = |(index, steps): (usize, &[u64])| {
            let from = (index * together) as f64 * step;
            let to = (from + steps.len() as f64 * step).min(seconds);
            (from.min(seconds), to, steps.iter().copied().max().unwrap_or(0))
        };
        curve.steps.chunks(together).enumerate().map(of).collect()
    }

    fn refusals(&mut self, index: usize, y: f64, panel: &Panel, step: Duration) {
        let (left, bottom) = (self.left(index), y + TICKS - 2.0);
        self.line((left, bottom), (left + self.column, bottom), "stroke=\"#d0d7de\"");
        // Ticks that fall on each other are one.
        let mut last = f64::MIN;
        let mut path = String::new();
        for (at, _) in panel.refusals.iter().enumerate().filter(|(_, count)| **count > 0) {
            let x = self.x(index, at as f64 * step.as_secs_f64());
            if x - last >= 0.6 {
                let _ = write!(path, "M{x:.1} {y:.1}V{bottom:.1}");
                last = x;
            }
        }
        if !path.is_empty() {
            let _ = writeln!(
                self.text,
                "<path d=\"{path}\" stroke=\"{RED}\" stroke-width=\"1\" fill=\"none\"/>"
            );
        }
    }

    fn axis(&mut self, index: usize, y: f64, seconds: f64) {
        let (unit, every) = scale(self.longest, self.column);
        let left = self.left(index);
        self.line((left, y), (left + self.column, y), &format!("stroke=\"{FAINT}\""));
        let mut at = 0.0;
        while at <= self.longest * 1.0001 {
            let x = self.x(index, at);
            self.line((x, y), (x, y + 4.0), &format!("stroke=\"{FAINT}\""));
            let text = format!("{}", ((at / unit.seconds) * 100.0).round() / 100.0);
            self.say(x, y + 17.0, &format!("text-anchor=\"middle\" fill=\"{FAINT}\""), &text);
            at += every;
        }
        let middle = left + self.column / 2.0;
        let title = text!("plot-since-start", unit = unit.name);
        self.say(
            middle,
            y + 36.0,
            &format!("text-anchor=\"middle\" fill=\"{FAINT}\""),
            &title,
        );
        if seconds < self.longest * 0.97 {
            // The end of the work, down all strips.
            let x = self.x(index, seconds);
            self.line(
                (x, HEAD + BLOCK),
                (x, y),
                &format!("stroke=\"{FAINT}\" stroke-dasharray=\"1 3\""),
            );
            self.say(
                x + 4.0,
                HEAD + BLOCK - 6.0,
                &format!("font-size=\"11\" fill=\"{FAINT}\""),
                &text!("plot-end"),
            );
        }
    }

    /// What the blocks and their strips are.
    fn labels(&mut self, outcome: &Outcome) {
        let mut y = HEAD;
        for panel in &outcome.panels {
            self.say(
                MARGIN,
                y + BLOCK - 8.0,
                "font-size=\"14\" font-weight=\"600\"",
                &panel.account,
            );
            y += BLOCK;
            for curve in &panel.curves {
                let (amount, rest) = curve.limit.split_once(' ').unwrap_or((&curve.limit, ""));
                self.say(MARGIN, y + 22.0, "font-weight=\"600\"", amount);
                self.say(MARGIN, y + 37.0, &format!("fill=\"{FAINT}\""), rest);
                let end = format!("text-anchor=\"end\" font-size=\"10\" fill=\"{FAINT}\"");
                self.say(LABELS - 6.0, y + 4.0, &end, "100 %");
                self.say(LABELS - 6.0, y + STRIP + 2.0, &end, "0");
                y += STRIP + BETWEEN;
            }
            let faint = format!("font-size=\"11\" fill=\"{FAINT}\"");
            self.say(MARGIN, y + TICKS - 3.0, &faint, &text!("plot-429s"));
            y += TICKS + BETWEEN;
        }
    }
}

#[derive(Copy, Clone, PartialEq, Debug)]
struct Unit {
    name: &'static str,
    seconds: f64,
}

/// The unit of the time axis, and how many seconds are between two numbers on it: as many as there is room for.
fn scale(longest: f64, width: f64) -> (Unit, f64) {
    let units = [
        ("seconds", 1.0),
        ("minutes", 60.0),
        ("hours", 3_600.0),
        ("days", 86_400.0),
    ];
    let fits = |(_, seconds): &&(&str, f64)| longest >= 3.0 * seconds;
    let (name, seconds) = units.iter().rev().find(fits).copied().unwrap_or(units[0]);
    let steps = [1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0];
    let most = (width / 46.0).max(2.0);
    let step = steps.into_iter().find(|step| longest / (step * seconds) <= most);
    let unit = Unit { name, seconds };
    (unit, step.unwrap_or(240.0) * seconds)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::simulate::policy::Policy;
    use crate::simulate::scenario::config_of;
    use crate::simulate::workload::{Sizes, Workload, default_route};
    use crate::simulate::{Conditions, DEMO, simulate};

    #[test]
    fn a_picture_names_what_it_shows() {
        let conditions = Conditions::default();
        let config = config_of(DEMO, conditions.start).unwrap();
        let sizes = Sizes {
            count: 200,
            input: 10,
            output: 10,
            wildness: 0.0,
        };
        let workload = Workload::of_sizes(&sizes, default_route(&config).unwrap(), 1);
        let outcomes = simulate(&config, &workload, &conditions, &[Policy::D8, Policy::Plain]);
        let picture = svg(&outcomes, "A day & <more>");
        for told in [
            "A day &amp; &lt;more&gt;",
            ">groq<",
            "requests a minute",
            "since the start",
            ">plain<",
        ] {
            assert!(picture.contains(told), "{told}");
        }
        // Only the plain worker was refused, at one or both of its accounts.
        let ticks = |outcomes: &[Outcome]| svg(outcomes, "").matches("stroke-width=\"1\" fill=\"none\"").count();
        assert_eq!(ticks(&outcomes[..1]), 0);
        assert!((1..=2).contains(&ticks(&outcomes[1..])));
    }

    #[test]
    fn the_axis_is_in_a_unit_that_people_count_in() {
        let seconds = |longest| scale(longest, 400.0);
        assert_eq!((seconds(1_951.0).0.name, seconds(1_951.0).1), ("minutes", 300.0));
        assert_eq!((seconds(86_400.0).0.name, seconds(86_400.0).1), ("hours", 18_000.0));
        assert_eq!(seconds(604_800.0).0.name, "days");
    }
}
