//! What was tested and what came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::AppName;
use crate::board::Row;
use crate::goal::Goal;
use crate::plan::Finding;

/// All findings, with what the devices counted.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) findings: Vec<(Goal, Finding)>,
    pub(crate) rows: Vec<Row>,
    /// Goals that were taken back unfinished.
    pub(crate) not_done: usize,
    pub(crate) took: Duration,
    /// What emulated providers counted: accepted, refused.
    pub(crate) score: Option<(u64, u64)>,
}

/// The goals of one app.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Tested {
    tried: u32,
    passed: u32,
    broken: u32,
    actions: u32,
    /// Where devices stood that did not reach the goal.
    stuck: BTreeMap<String, u32>,
}

impl Summary {
    /// Goals that could not be tried, with those that were not done.
    pub(crate) fn broken(&self) -> usize {
        let broken = self
            .findings
            .iter()
            .filter(|(_, finding)| matches!(finding, Finding::Broken(_)));
        broken.count() + self.not_done
    }

    pub(crate) fn passed(&self) -> usize {
        let passed = |finding: &Finding| matches!(finding, Finding::Tried(verdict) if verdict.passed);
        self.findings.iter().filter(|(_, finding)| passed(finding)).count()
    }

    fn tried(&self) -> usize {
        self.findings.len() + self.not_done - self.broken()
    }

    fn by_app(&self) -> BTreeMap<AppName, Tested> {
        let mut apps: BTreeMap<AppName, Tested> = BTreeMap::new();
        for (goal, finding) in &self.findings {
            let app = apps.entry(goal.app).or_default();
            match finding {
                Finding::Tried(verdict) => {
                    app.tried += 1;
                    app.passed += u32::from(verdict.passed);
                    app.actions += verdict.actions;
                    if !verdict.passed {
                        *app.stuck.entry(verdict.screen.clone()).or_default() += 1;
                    }
                }
                Finding::Broken(_) => app.broken += 1,
            }
        }
        apps
    }

    /// For people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let row = |app: &str, [tried, reached, not, actions]: [&str; 4], stuck: &str| {
            format!("{app:<8} {tried:>6} {reached:>8} {not:>12} {actions:>8}  {stuck}")
                .trim_end()
                .to_owned()
        };
        let mut lines = vec![row(
            "app",
            ["tried", "reached", "not reached", "actions"],
            "stood at the end on",
        )];
        for (app, tested) in self.by_app() {
            let figures = [
                tested.tried,
                tested.passed,
                tested.tried - tested.passed,
                tested.actions,
            ];
            let figures = figures.map(|figure| figure.to_string());
            let stuck: Vec<String> = tested
                .stuck
                .iter()
                .map(|(screen, count)| format!("{screen} {count}"))
                .collect();
            lines.push(row(
                app.word(),
                figures.each_ref().map(String::as_str),
                &stuck.join(", "),
            ));
        }
        let sum = Row::sum(&self.rows);
        lines.push(format!(
            "{} goals tried on {} devices in {:.0} s: {} reached, {} not",
            self.tried(),
            self.rows.len(),
            self.took.as_secs_f64(),
            self.passed(),
            self.tried() - self.passed(),
        ));
        lines.push(format!(
            "{} actions, {} invalid answers; {} waited for quota, {:.1} s each",
            sum.actions,
            sum.invalid,
            sum.waits,
            sum.waited.as_secs_f64() / f64::from(sum.waits.max(1)),
        ));
        if let Some((accepted, refused)) = self.score {
            lines.push(format!(
                "the emulated providers accepted {accepted} requests and refused {refused}"
            ));
        }
        if self.not_done > 0 {
            lines.push(format!("{} goals were taken back", self.not_done));
        }
        for (goal, finding) in &self.findings {
            if let Finding::Broken(why) = finding {
                lines.push(format!("could not be tried: {}: {why}", goal.app.word()));
            }
        }
        lines
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let sum = Row::sum(&self.rows);
        let apps = self.by_app();
        let apps = apps.iter().map(|(app, tested)| {
            json!({"app": app, "tried": tested.tried, "passed": tested.passed, "broken": tested.broken,
                "actions": tested.actions, "stood_at_the_end_on": tested.stuck})
        });
        json!({
            "goals": self.findings.len() + self.not_done,
            "tried": self.tried(),
            "passed": self.passed(),
            "broken": self.broken(),
            "devices": self.rows.len(),
            "actions": sum.actions,
            "invalid": sum.invalid,
            "waits": sum.waits,
            "seconds": self.took.as_secs_f64(),
            "accepted": self.score.map(|(accepted, _)| accepted),
            "refused": self.score.map(|(_, refused)| refused),
            "apps": apps.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goal::Verdict;

    fn tried(app: AppName, passed: bool) -> (Goal, Finding) {
        let verdict = Verdict {
            success: true,
            output: String::new(),
            passed,
            app,
            actions: 7,
            invalid: 0,
            screen: "home".into(),
            steps: Vec::new(),
        };
        (Goal::new(app, 0, 10), Finding::Tried(verdict))
    }

    #[test]
    fn what_was_reached_what_was_not_and_what_could_not_be_tried_are_three_things() {
        let broken = (Goal::new(AppName::Radio, 0, 10), Finding::Broken("failed: no".into()));
        let summary = Summary {
            findings: vec![tried(AppName::Shop, true), tried(AppName::Shop, false), broken],
            rows: vec![Row::default(); 2],
            not_done: 1,
            took: Duration::from_secs(3),
            score: Some((14, 0)),
        };
        assert_eq!((summary.tried(), summary.passed(), summary.broken()), (2, 1, 2));
        let lines = summary.lines();
        assert_eq!(
            lines[1].split_whitespace().collect::<Vec<_>>(),
            ["shop", "2", "1", "1", "14", "home", "1"]
        );
        assert!(
            lines.iter().any(|line| line == "could not be tried: radio: failed: no"),
            "{lines:#?}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line.contains("accepted 14 requests and refused 0")),
            "{lines:#?}"
        );
        assert_eq!(summary.json()["apps"][0]["stood_at_the_end_on"]["home"], 1);
    }
}
