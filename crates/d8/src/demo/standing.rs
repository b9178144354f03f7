//! How a contestant stands: as a row, as JSON, and in a sentence.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Quotas, Who};
use crate::client::table::{Cell, Surface, Table, Tone};
use crate::text;
use crate::words;

/// The characters of a progress bar.
const BAR: u64 = 10;
/// The columns that the whole table takes.
const WIDE: u16 = 102;

/// How a contestant stands.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Standing {
    /// Whose quotas it has.
    pub quotas: Quotas,
    /// Who it is.
    pub who: Who,
    /// All of its tasks.
    pub total: u64,
    /// Answered.
    pub done: u64,
    /// Lost.
    pub failed: u64,
    /// 429s that its providers gave.
    pub refused: u64,
    /// Requests under way.
    pub in_flight: u64,
    /// Since it began, or until all was over.
    pub time: Duration,
    /// The least time in which its quotas allow all of the work.
    pub bound: Option<Duration>,
}

impl Quotas {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gemini => "Gemini",
            Self::Both => "Gemini + Groq",
        }
    }

    /// For programs.
    fn code(self) -> &'static [&'static str] {
        match self {
            Self::Gemini => &["gemini"],
            Self::Both => &["gemini", "groq"],
        }
    }
}

impl Who {
    /// For people.
    pub fn name(self, quotas: Quotas) -> String {
        match (self, quotas) {
            (Self::Plain, Quotas::Gemini) => text!("demo-plain"),
            (Self::Plain, Quotas::Both) => text!("demo-plain-both"),
            (Self::Resilient, Quotas::Gemini) => text!("demo-resilient"),
            (Self::Resilient, Quotas::Both) => text!("demo-resilient-both"),
            (Self::D8, _) => "D8".to_owned(),
        }
    }

    /// For programs: the policies of its accounts.
    fn code(self, quotas: Quotas) -> &'static str {
        match (self, quotas) {
            (Self::Plain, _) => "plain",
            (Self::Resilient, Quotas::Gemini) => "resilient",
            (Self::Resilient, Quotas::Both) => "resilient+groq",
            (Self::D8, _) => "d8",
        }
    }
}

/// Only D8 knows its limits; who has the same quotas has the same bound.
pub(super) fn bind(standings: &mut [Standing]) {
    let known: Vec<_> = standings
        .iter()
        .filter_map(|standing| Some((standing.quotas, standing.bound?)))
        .collect();
    for standing in standings {
        let same = known.iter().find(|(quotas, _)| *quotas == standing.quotas);
        standing.bound = same.map(|(_, bound)| *bound);
    }
}

impl Standing {
    /// Whether nothing of its work is left.
    pub fn is_over(&self) -> bool {
        self.done + self.failed == self.total
    }

    /// The bound, and never more than it took: the clocks of both begin a moment apart.
    fn least(&self) -> Option<Duration> {
        let all_done = self.done == self.total;
        self.bound
            .map(|bound| if all_done { bound.min(self.time) } else { bound })
    }

    /// The bound over the time it took, where it did all of the work.
    pub fn ratio(&self) -> Option<f64> {
        let least = self.least().filter(|_| self.done == self.total && self.total > 0)?;
        Some(rounded(
            least.as_secs_f64() / self.time.as_secs_f64().max(f64::MIN_POSITIVE),
        ))
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.who.code(self.quotas),
            "quotas": self.quotas.code(),
            "total": self.total,
            "completed": self.done,
            "failed": self.failed,
            "refused": self.refused,
            "seconds": rounded(self.time.as_secs_f64()),
            "bound_seconds": self.least().map(|least| rounded(least.as_secs_f64())),
            "ratio": self.ratio(),
        })
    }

    /// "D8: 300 of 300 in 18 s, no 429".
    pub fn sentence(&self) -> String {
        let mut text = text!(
            "demo-standing",
            who = self.who.name(self.quotas),
            done = self.done,
            total = self.total,
            time = time(self.time),
        );
        if self.failed > 0 {
            text += &text!("demo-lost", failed = self.failed);
        }
        let left = self.total - self.done - self.failed;
        if left > 0 {
            text += &text!("demo-not-yet", left = left);
        }
        text += &text!("demo-refused", refused = self.refused);
        if let (Who::D8, Some(least)) = (self.who, self.least()) {
            text += &text!("demo-least", least = time(least));
        }
        text
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// Short times are told more exactly: here a second is half a minute.
fn time(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        _ => words::span(time),
    }
}

/// All of them as a table. A terminal gets progress bars too, and a narrow one shorter names.
pub(crate) fn table(standings: &[Standing], surface: Surface) -> Table {
    match surface {
        Surface::Terminal { width, .. } if width < WIDE => narrow(standings),
        _ => wide(standings, surface.is_terminal()),
    }
}

fn wide(standings: &[Standing], bars: bool) -> Table {
    let titles = [
        text!("demo-title-quotas"),
        text!("demo-title-who"),
        text!("demo-title-done"),
        text!("demo-title-lost"),
        "429S".to_owned(),
        text!("demo-title-busy"),
        text!("demo-title-wait"),
        text!("demo-title-time"),
        text!("demo-title-progress"),
    ];
    let shown = if bars { titles.len() } else { titles.len() - 1 };
    let mut table = Table::new(&titles[..shown], &[2, 3, 4, 5, 6, 7]);
    let mut above = None;
    for standing in standings {
        let Standing {
            quotas, who, in_flight, ..
        } = *standing;
        let repeated = bars && above == Some(quotas);
        above = Some(quotas);
        let mut cells = vec![
            Cell::from(if repeated { "" } else { quotas.name() }),
            who.name(quotas).into(),
        ];
        cells.extend(standing.counts());
        cells.push(words::number(in_flight).into());
        cells.push(words::number(standing.left().saturating_sub(in_flight)).into());
        cells.push(standing.seconds());
        cells.extend(bars.then(|| standing.bar()));
        table.row(cells);
    }
    table
}

fn narrow(standings: &[Standing]) -> Table {
    let titles = [
        text!("demo-title-quotas"),
        text!("demo-title-who"),
        text!("demo-title-done"),
        text!("demo-title-lost"),
        "429S".to_owned(),
        text!("demo-title-left"),
        text!("demo-title-time"),
        text!("demo-title-progress"),
    ];
    let mut table = Table::new(&titles, &[2, 3, 4, 5, 6]);
    for standing in standings {
        let Standing { quotas, who, .. } = *standing;
        let quotas_name = match (quotas, who) {
            (Quotas::Gemini, Who::Plain) => "Gemini".to_owned(),
            (Quotas::Both, Who::Plain) => text!("demo-both"),
            _ => String::new(),
        };
        let who_name = match (who, quotas) {
            (Who::Plain, _) => text!("demo-short-plain"),
            (Who::Resilient, Quotas::Gemini) => text!("demo-short-resilient"),
            (Who::Resilient, Quotas::Both) => text!("demo-short-resilient-both"),
            (Who::D8, _) => "D8".to_owned(),
        };
        let mut cells = vec![Cell::from(quotas_name), who_name.into()];
        cells.extend(standing.counts());
        cells.extend([
            words::number(standing.left()).into(),
            standing.seconds(),
            standing.bar(),
        ]);
        table.row(cells);
    }
    table
}

impl Standing {
    /// Neither answered nor lost.
    fn left(&self) -> u64 {
        self.total.saturating_sub(self.done + self.failed)
    }

    fn tone(&self) -> Tone {
        match self.done == self.total {
            true => Tone::Good,
            false => Tone::Neutral,
        }
    }

    /// Done, lost, 429s.
    fn counts(&self) -> [Cell; 3] {
        let bad = |count: u64| Cell::toned(words::number(count), if count > 0 { Tone::Bad } else { Tone::Neutral });
        let done = Cell::toned(words::number(self.done), self.tone());
        [done, bad(self.failed), bad(self.refused)]
    }

    fn seconds(&self) -> Cell {
        let seconds = self.time.as_secs_f64();
        let digits = usize::from(seconds < 1_000.0);
        format!("{seconds:.digits$} s").into()
    }

    /// What is done, what is lost, and what is left.
    fn bar(&self) -> Cell {
        let of_bar = |count: u64| count * BAR / self.total.max(1);
        let done = of_bar(self.done);
        let ended = of_bar(self.done + self.failed);
        let part = |mark: &str, length: u64| mark.repeat(usize::try_from(length).unwrap_or(0));
        let text = part("█", done) + &part("▒", ended - done) + &part("·", BAR - ended);
        Cell::toned(text, self.tone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    fn standings() -> Vec<Standing> {
        let plain = Standing {
            quotas: Quotas::Gemini,
            who: Who::Plain,
            total: 300,
            done: 30,
            failed: 270,
            refused: 270,
            in_flight: 0,
            time: Duration::from_millis(2_140),
            bound: None,
        };
        let d8 = Standing {
            who: Who::D8,
            done: 150,
            failed: 0,
            refused: 0,
            in_flight: 15,
            time: Duration::from_millis(18_200),
            bound: Some(Duration::from_millis(35_600)),
            ..plain
        };
        let finished = Standing {
            quotas: Quotas::Both,
            done: 300,
            in_flight: 0,
            bound: Some(Duration::from_millis(17_290)),
            ..d8
        };
        vec![plain, d8, finished]
    }

    #[test]
    fn a_terminal_gets_bars_that_fit_eighty_columns() {
        let surface = Surface::Terminal {
            width: 80,
            color: false,
        };
        let expected = "\
┌────────┬───────┬──────┬──────┬──────┬──────┬────────┬────────────┐
│ QUOTAS ┆ WHO   ┆ DONE ┆ LOST ┆ 429S ┆ LEFT ┆   TIME ┆ PROGRESS   │
╞════════╪═══════╪══════╪══════╪══════╪══════╪════════╪════════════╡
│ Gemini ┆ plain ┆   30 ┆  270 ┆  270 ┆    0 ┆  2.1 s ┆ █▒▒▒▒▒▒▒▒▒ │
│        ┆ D8    ┆  150 ┆    0 ┆    0 ┆  150 ┆ 18.2 s ┆ █████····· │
│        ┆ D8    ┆  300 ┆    0 ┆    0 ┆    0 ┆ 18.2 s ┆ ██████████ │
└────────┴───────┴──────┴──────┴──────┴──────┴────────┴────────────┘";
        assert_eq!(table(&standings(), surface).render(surface), expected);
    }

    /// The longest names and counts fit without a line break.
    #[test]
    fn every_table_fits_its_terminal() {
        let longest = Standing {
            quotas: Quotas::Both,
            who: Who::Resilient,
            total: 1_500,
            done: 1_000,
            failed: 0,
            refused: 0,
            in_flight: 500,
            time: Duration::from_millis(9_999_900),
            bound: None,
        };
        for language in Language::ALL {
            for width in [80, 101, 102, 120] {
                let surface = Surface::Terminal { width, color: false };
                let text = speaking(language, || {
                    table(std::slice::from_ref(&longest), surface).render(surface)
                });
                assert_eq!(text.lines().count(), 5, "{language}, {width}:\n{text}");
            }
        }
    }

    #[test]
    fn other_programs_get_every_row_whole() {
        let expected = "\
QUOTAS         WHO           DONE  LOST  429S  BUSY  WAIT    TIME
Gemini         plain worker    30   270   270     0     0   2.1 s
Gemini         D8             150     0     0    15   135  18.2 s
Gemini + Groq  D8             300     0     0     0     0  18.2 s";
        assert_eq!(table(&standings(), Surface::Plain).render(Surface::Plain), expected);
    }

    #[test]
    fn a_sentence_says_what_was_seen() {
        let sentences: Vec<String> = standings().iter().map(Standing::sentence).collect();
        assert_eq!(
            sentences,
            [
                "plain worker: 30 of 300 in 2.1 s, 270 lost, 270 429s",
                "D8: 150 of 300 in 18.2 s, 150 not yet, no 429; the quotas allow no less than 35.6 s",
                "D8: 300 of 300 in 18.2 s, no 429; the quotas allow no less than 17.3 s",
            ]
        );
        let spanish = speaking(Language::Spanish, || {
            standings().iter().map(Standing::sentence).collect::<Vec<_>>()
        });
        assert_eq!(
            spanish,
            [
                "worker simple: 30 de 300 en 2.1 s, 270 perdidas, 270 respuestas 429",
                "D8: 150 de 300 en 18.2 s, 150 por hacer, ningún 429; las cuotas no permiten menos de 35.6 s",
                "D8: 300 de 300 en 18.2 s, ningún 429; las cuotas no permiten menos de 17.3 s",
            ]
        );
    }

    #[test]
    fn programs_get_the_same_bound_for_the_same_quotas() {
        let mut standings = standings();
        bind(&mut standings);
        let rows: Vec<Value> = standings.iter().map(Standing::to_json).collect();
        assert_eq!(
            rows[0],
            json!({"name": "plain", "quotas": ["gemini"], "total": 300, "completed": 30, "failed": 270, "refused": 270,
                   "seconds": 2.14, "bound_seconds": 35.6, "ratio": null})
        );
        assert_eq!(
            (&rows[2]["bound_seconds"], &rows[2]["ratio"]),
            (&json!(17.29), &json!(0.95))
        );
    }
}
