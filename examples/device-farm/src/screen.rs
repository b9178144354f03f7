//! What one sees while it goes on: a table that stays in its place on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use crate::board::{Board, Row};

const ON_A_TERMINAL: Duration = Duration::from_millis(250);
const ELSEWHERE: Duration = Duration::from_secs(10);
/// So many devices fit on a small terminal, beside the head and the sum.
const MOST_ROWS: usize = 20;

/// Talk: a line on standard error. Whoever has closed it does not want to hear.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Data: a line on standard output.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Shows the board until it is dropped; `all` is how many goals there are.
pub(crate) async fn show(board: Board, all: usize) {
    if !std::io::stderr().is_terminal() {
        loop {
            tokio::time::sleep(ELSEWHERE).await;
            say(&line(&board.rows(), all));
        }
    }
    let mut drawn = 0;
    loop {
        drawn = draw(&board.rows(), all, drawn);
        tokio::time::sleep(ON_A_TERMINAL).await;
    }
}

/// The board as it stands at the end: on a terminal over what was drawn last.
pub(crate) fn last(board: &Board, all: usize) {
    let rows = board.rows();
    if std::io::stderr().is_terminal() {
        draw(&rows, all, height(&rows));
    } else {
        say(&line(&rows, all));
    }
}

fn height(rows: &[Row]) -> usize {
    rows.len().min(MOST_ROWS) + 2
}

/// Draws the table over `drawn` lines, and tells how many it has.
fn draw(rows: &[Row], all: usize, drawn: usize) -> usize {
    let mut text = if drawn > 0 {
        format!("\x1b[{drawn}A")
    } else {
        String::new()
    };
    for line in table(rows, all) {
        text += &format!("\x1b[2K{line}\n");
    }
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    height(rows)
}

fn table(rows: &[Row], all: usize) -> Vec<String> {
    let mut lines = vec![columns([
        "device", "at", "goals", "reached", "actions", "invalid", "waits",
    ])];
    let figures =
        |row: &Row| [row.goals, row.passed, row.actions, row.invalid, row.waits].map(|figure| figure.to_string());
    let shown = |name: &str, doing: &str, row: &Row| {
        let [goals, passed, actions, invalid, waits] = figures(row);
        columns([name, doing, &goals, &passed, &actions, &invalid, &waits])
    };
    lines.extend(rows.iter().take(MOST_ROWS).map(|row| shown(&row.name, &row.doing, row)));
    let sum = Row::sum(rows);
    lines.push(shown("all", &format!("{} of {all} goals", sum.goals), &sum));
    lines
}

fn columns([name, doing, goals, passed, actions, invalid, waits]: [&str; 7]) -> String {
    format!("{name:<10} {doing:<26.26} {goals:>6} {passed:>8} {actions:>8} {invalid:>8} {waits:>6}")
}

fn line(rows: &[Row], all: usize) -> String {
    let sum = Row::sum(rows);
    format!(
        "{} of {all} goals tried, {} reached; {} actions, {} invalid answers, {} waits",
        sum.goals, sum.passed, sum.actions, sum.invalid, sum.waits
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_eighty_columns_and_sums_up() {
        let row = |name: &str| Row {
            name: name.into(),
            doing: "something that takes a great many words to say".into(),
            goals: 5,
            passed: 3,
            actions: 50,
            ..Row::default()
        };
        let lines = table(&[row("device-01"), row("device-02")], 10);
        assert!(lines.iter().all(|line| line.chars().count() <= 79), "{lines:#?}");
        let words: Vec<&str> = lines[3].split_whitespace().collect();
        assert_eq!(words, ["all", "10", "of", "10", "goals", "10", "6", "100", "0", "0"]);
    }
}
