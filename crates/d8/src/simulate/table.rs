//! Figures for people: a table of the policies, and of what each used of each limit.

use std::time::Duration;

use super::figures::Outcome;
use crate::client::table::{Cell, Table, Tone};
use crate::{text, words};

/// The policies side by side.
pub(crate) fn of_policies(outcomes: &[Outcome]) -> Table {
    let titles = [
        text!("simulate-title-policy"),
        text!("simulate-title-completed"),
        text!("table-failed"),
        text!("table-429s"),
        text!("simulate-title-time"),
        text!("simulate-title-bound"),
        text!("simulate-title-ratio"),
        text!("simulate-title-wait"),
        "P90".to_owned(),
        "P99".to_owned(),
    ];
    // The ratio says what the bound would, and the ends of the waits more than what is between them.
    let mut table = Table::new(&titles, &[1, 2, 3, 4, 5, 6, 7, 8, 9]).spare(&[8, 5, 9, 7]);
    for outcome in outcomes {
        let figures = &outcome.figures;
        let failed = if figures.failed > 0 { Tone::Bad } else { Tone::Neutral };
        let refused = if figures.refused > 0 {
            Tone::Attention
        } else {
            Tone::Good
        };
        table.row(vec![
            figures.name.into(),
            words::number(figures.completed).into(),
            Cell::toned(words::number(figures.failed), failed),
            Cell::toned(words::number(figures.refused), refused),
            seconds(figures.seconds).into(),
            figures.bound_seconds.map_or_else(|| "-".to_owned(), seconds).into(),
            Cell::from(ratio(figures.ratio, figures.ratio_seen)).or(ratio(figures.ratio, None)),
            seconds(figures.wait.p50).into(),
            seconds(figures.wait.p90).into(),
            seconds(figures.wait.p99).into(),
        ]);
    }
    table
}

/// What each policy used of each limit. A limit that nobody used is left out: an account has one for each of its models.
pub(crate) fn of_limits(outcomes: &[Outcome]) -> Table {
    let titles = [
        text!("table-account"),
        text!("table-limit"),
        text!("simulate-title-policy"),
        text!("simulate-title-peak"),
        text!("simulate-title-mean"),
        text!("simulate-title-in-all"),
    ];
    let mut table = Table::new(&titles, &[3, 4, 5]);
    let count = outcomes.first().map_or(0, |outcome| outcome.figures.limits.len());
    let is_used = |limit: &usize| outcomes.iter().any(|outcome| outcome.figures.limits[*limit].peak > 0);
    for limit in (0..count).filter(is_used) {
        for outcome in outcomes {
            let figures = &outcome.figures.limits[limit];
            let full = figures.peak >= figures.amount;
            table.row(vec![
                figures.account.as_str().into(),
                figures.called.as_str().into(),
                outcome.figures.name.into(),
                Cell::toned(
                    words::number(figures.peak),
                    if full { Tone::Good } else { Tone::Neutral },
                ),
                words::number(figures.mean_per_window.round() as u64).into(),
                words::number(figures.total).into(),
            ]);
        }
    }
    table
}

/// "0.991", or "0.984 (0.997 of what can be seen)" where windows slide.
pub(crate) fn ratio(ratio: Option<f64>, seen: Option<f64>) -> String {
    match (ratio, seen) {
        (None, _) => "-".to_owned(),
        (Some(ratio), Some(seen)) => text!(
            "simulate-ratio-seen",
            ratio = format!("{ratio:.3}"),
            seen = format!("{seen:.3}")
        ),
        (Some(ratio), None) => format!("{ratio:.3}"),
    }
}

pub(crate) fn seconds(seconds: f64) -> String {
    words::span(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::table::{Surface, width};
    use crate::simulate::figures::{Figures, Waits};
    use crate::simulate::policy::Policy;

    #[test]
    fn the_policies_fit_80_columns() {
        let outcome = Outcome {
            policy: Policy::Resilient,
            figures: Figures {
                name: "token-bucket",
                total: 100_000,
                completed: 100_000,
                failed: 12_345,
                open: 0,
                sent: 100_000,
                refused: 12_345,
                overloaded: 0,
                foreign: 0,
                seconds: 3_725.0,
                bound_seconds: Some(3_700.0),
                ratio: Some(0.993),
                bound_seconds_seen: Some(3_720.0),
                ratio_seen: Some(0.998),
                unseen_seconds: 0.1,
                wait: Waits {
                    p50: 124.0,
                    p90: 3_304.0,
                    p99: 3_709.0,
                },
                limits: Vec::new(),
            },
            step: Duration::from_secs(1),
            panels: Vec::new(),
        };
        let shown =
            |width| of_policies(std::slice::from_ref(&outcome)).render(Surface::Terminal { width, color: false });
        for room in [80_u16, 100, 120, 160] {
            let shown = shown(room);
            assert!(shown.lines().all(|line| width(line) <= usize::from(room)), "{shown}");
            assert!(shown.contains("RATIO") && shown.contains("0.993"), "{shown}");
        }
        assert!(shown(80).contains("left out to fit: "), "{}", shown(80));
        assert!(shown(160).contains("0.993 (seen 0.998)"), "{}", shown(160));
    }
}
