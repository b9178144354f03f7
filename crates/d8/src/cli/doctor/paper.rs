//! How findings look: a word for the grade, the check, and what is so, in three columns that fit the terminal. The words
//! alone say it: colour only repeats them.

use crate::client::table::Surface;
use crate::doctor::{Finding, Grade, Verdict};
use crate::text;

/// The widest that the column of names gets: beyond that a name has a line of its own.
const WIDEST_NAME: usize = 22;
/// Less is no column.
const LEAST: usize = 30;

/// What is written on.
#[derive(Copy, Clone, Debug)]
pub(super) struct Paper {
    /// Columns; none: lines are as long as they are.
    width: Option<usize>,
    color: bool,
    /// Of the grades' words.
    mark: usize,
    /// Of the names.
    name: usize,
}

impl Paper {
    /// With room for the names of these.
    pub(super) fn new(surface: Surface, findings: &[Finding]) -> Self {
        let (width, color) = match surface {
            Surface::Plain => (None, false),
            Surface::Terminal { width, color } => (Some(usize::from(width)), color && cfg!(unix)),
        };
        let marks = [Grade::Ok, Grade::Warning, Grade::Problem].map(|grade| mark(grade).chars().count());
        let names = findings.iter().map(|finding| finding.shown_name().chars().count());
        Self {
            width,
            color,
            mark: marks.into_iter().max().unwrap_or_default(),
            name: names
                .chain([text!("doctor-check", check = "orchestrator").chars().count()])
                .max()
                .unwrap_or_default()
                .min(WIDEST_NAME),
        }
    }

    /// A finding, with what to do next below it.
    pub(super) fn finding(&self, finding: &Finding) -> String {
        let indent = self.mark + 2 + self.name + 2;
        let mut lines = Vec::new();
        let next = finding
            .next
            .as_ref()
            .map(|next| text!("doctor-next", next = next.as_str()));
        for text in [Some(&finding.message), next.as_ref()].into_iter().flatten() {
            lines.extend(text.lines().flat_map(|line| self.wrapped(line, indent)));
        }
        let mut head = format!("{}  ", self.marked(finding.grade));
        let name = finding.shown_name();
        head.push_str(&padded(&name, self.name));
        let mut shown = Vec::new();
        let is_long = name.chars().count() > self.name;
        if is_long || lines.is_empty() {
            shown.push(head.trim_end().to_owned());
        }
        for (index, line) in lines.into_iter().enumerate() {
            if index == 0 && !is_long {
                shown.push(format!("{head}  {line}"));
            } else {
                shown.push(format!("{:indent$}{line}", ""));
            }
        }
        shown.join("\n")
    }

    /// What all comes to, and the one thing to do first.
    pub(super) fn verdict(&self, verdict: &Verdict<'_>) -> String {
        let (problems, warnings) = (verdict.problems as u64, verdict.warnings as u64);
        let told = match verdict.grade {
            Grade::Ok => text!("doctor-verdict-ok"),
            Grade::Warning => text!("doctor-verdict-warnings", warnings = warnings),
            Grade::Problem => text!("doctor-verdict-problems", problems = problems, warnings = warnings),
        };
        let first = verdict.first.map(|finding| {
            // The picture of a faulty line was shown above.
            let message = finding.message.lines().next().unwrap_or_default();
            let next = finding.next.as_deref().unwrap_or(message);
            text!("doctor-first", name = finding.shown_name(), next = next)
        });
        let whole = match first {
            Some(first) => format!("{told} {first}"),
            None => told,
        };
        let lines: Vec<String> = whole.lines().flat_map(|line| self.wrapped(line, 0)).collect();
        format!("\n{}", lines.join("\n"))
    }

    fn marked(&self, grade: Grade) -> String {
        let word = padded(mark(grade).as_str(), self.mark);
        let code = match grade {
            _ if !self.color => return word,
            Grade::Ok => "32",
            Grade::Warning => "33",
            Grade::Problem => "1;31",
        };
        format!("\u{1b}[{code}m{word}\u{1b}[0m")
    }

    /// Cut between words so that it fits beside so much indent. What is drawn, with blanks before it, is left as it is.
    fn wrapped(&self, line: &str, indent: usize) -> Vec<String> {
        let Some(width) = self.width.filter(|_| !line.starts_with(' ')) else {
            return vec![line.to_owned()];
        };
        let room = width.saturating_sub(indent).max(LEAST);
        let mut lines = vec![String::new()];
        for word in line.split(' ') {
            let last = lines.last().map_or(0, |line| line.chars().count());
            if last > 0 && last + 1 + word.chars().count() > room {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        lines
    }
}

fn mark(grade: Grade) -> String {
    match grade {
        Grade::Ok => text!("doctor-mark-ok"),
        Grade::Warning => text!("doctor-mark-warning"),
        Grade::Problem => text!("doctor-mark-problem"),
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text:width$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::verdict;

    fn findings() -> Vec<Finding> {
        vec![
            Finding::ok("config", "d8.toml: one account (groq)"),
            Finding::problem(
                "key groq",
                "Groq refuses the key, and says that it knows nobody by that name",
            )
            .next("run `d8 setup groq`"),
        ]
    }

    fn narrow(color: bool) -> Paper {
        Paper::new(Surface::Terminal { width: 60, color }, &findings())
    }

    #[test]
    fn a_terminal_gets_columns_that_fit() {
        let shown: Vec<String> = findings()
            .iter()
            .map(|finding| narrow(false).finding(finding))
            .collect();
        let expected = "\
ok       config        d8.toml: one account (groq)
PROBLEM  key groq      Groq refuses the key, and says that
                       it knows nobody by that name
                       next: run `d8 setup groq`";
        assert_eq!(shown.join("\n"), expected);
    }

    #[test]
    fn elsewhere_nothing_is_cut_and_nothing_is_coloured() {
        let paper = Paper::new(Surface::Plain, &findings());
        let shown = paper.finding(&findings()[1]);
        assert_eq!(shown.lines().count(), 2, "{shown}");
        assert!(!shown.contains('\u{1b}'));
        assert_eq!(narrow(true).finding(&findings()[1]).contains('\u{1b}'), cfg!(unix));
    }

    #[test]
    fn the_picture_of_a_faulty_line_is_shown_once() {
        let all = [Finding::problem(
            "config",
            "invalid key\n --> d8.toml:1:1\n  |\n1 | [[[",
        )];
        let shown = Paper::new(Surface::Plain, &all).verdict(&verdict(&all));
        assert!(shown.ends_with("(config): invalid key"), "{shown}");
    }

    #[test]
    fn the_last_line_says_what_to_do_first() {
        let all = findings();
        let shown = Paper::new(Surface::Plain, &all).verdict(&verdict(&all));
        assert!(
            shown.contains("1 problem") && shown.ends_with("run `d8 setup groq`"),
            "{shown}"
        );
        let fine = Paper::new(Surface::Plain, &all[..1]).verdict(&verdict(&all[..1]));
        assert!(!fine.contains("problem"), "{fine}");
    }
}
