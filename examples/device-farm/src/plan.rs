//! The test plan: a client that hands the goals of a day in, and waits until each has been tried.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;

use crate::app::AppName;
use crate::goal::{Goal, TASK_TYPE, Verdict};
use crate::orchestrator::{Orchestrator, Standing, Trouble};

/// How often it is asked after goals that are open.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The goals of a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plan(Vec<Goal>);

/// What came of one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Finding {
    /// It was tried to the end.
    Tried(Verdict),
    /// It could not be tried.
    Broken(String),
}

/// Goals that were handed in, each with its task, in the order in which they were.
#[derive(Debug)]
pub(crate) struct Open {
    tasks: VecDeque<(String, Goal)>,
    /// What came of those that have ended.
    pub(crate) findings: Vec<(Goal, Finding)>,
}

impl Plan {
    /// As many goals for each device as fit into its actions; apps and variants in turn.
    pub(crate) fn of(devices: usize, actions: u32, most_actions: u32, apps: &[AppName]) -> Self {
        let each = usize::try_from(actions / most_actions.max(1)).unwrap_or(0);
        let number = |number: usize| Goal::new(apps[number % apps.len()], number / apps.len(), most_actions);
        Self((0..devices * each).filter(|_| !apps.is_empty()).map(number).collect())
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Hands all of them in.
    pub(crate) async fn hand_in(self, orchestrator: &Orchestrator) -> Result<Open, Trouble> {
        let mut tasks = VecDeque::new();
        for goal in self.0 {
            let task = orchestrator.submit(TASK_TYPE, &json!(goal)).await?;
            tasks.push_back((task, goal));
        }
        let findings = Vec::new();
        Ok(Open { tasks, findings })
    }
}

impl Open {
    /// Looks on until all have ended.
    pub(crate) async fn wait_for_all(&mut self, orchestrator: &Orchestrator) {
        while !self.tasks.is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look(orchestrator).await;
        }
    }

    /// Asks after the oldest, and after the next ones as long as those have ended too: they hardly end before it.
    async fn look(&mut self, orchestrator: &Orchestrator) {
        while let Some((task, _)) = self.tasks.front() {
            let Some(finding) = finding(orchestrator.standing(task).await) else {
                return;
            };
            let front = self.tasks.pop_front();
            self.findings.extend(front.map(|(_, goal)| (goal, finding)));
        }
    }

    /// Takes back what is still open, and tells how many that were.
    pub(crate) async fn take_back(&mut self, orchestrator: &Orchestrator) -> usize {
        let open = std::mem::take(&mut self.tasks);
        for (task, _) in &open {
            // What has ended meanwhile needs nothing.
            let _ = orchestrator.cancel(task).await;
        }
        open.len()
    }
}

/// What came of a task; none while it is open, or while nobody can tell.
fn finding(standing: Result<Standing, Trouble>) -> Option<Finding> {
    let standing = match standing {
        Ok(standing) => standing,
        Err(Trouble::Refused(why)) => return Some(Finding::Broken(why)),
        Err(Trouble::Away(_) | Trouble::StillWaiting) => return None,
    };
    match standing.status.as_str() {
        "completed" => Some(match serde_json::from_value(standing.result) {
            Ok(verdict) => Finding::Tried(verdict),
            Err(error) => Finding::Broken(format!("the report cannot be read: {error}")),
        }),
        "failed" | "cancelled" => {
            let why = standing.result["error"].as_str().unwrap_or("no reason was given");
            Some(Finding::Broken(format!("{}: {why}", standing.status)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_orchestrator_says_of_a_task_is_a_finding_or_not_yet() {
        let standing = |status: &str, result| {
            let status = status.to_owned();
            finding(Ok(Standing { status, result }))
        };
        assert_eq!(standing("assigned", json!(null)), None);
        assert_eq!(finding(Err(Trouble::Away("gone".into()))), None);
        let broken = |why: &str| Some(Finding::Broken(why.to_owned()));
        assert_eq!(standing("failed", json!({"error": "no"})), broken("failed: no"));
        assert_eq!(finding(Err(Trouble::Refused("404".into()))), broken("404"));
        assert!(matches!(
            standing("completed", json!({"output": 1})),
            Some(Finding::Broken(_))
        ));
    }

    #[test]
    fn a_day_is_fifty_actions_a_device_and_meets_every_app() {
        let plan = Plan::of(20, 50, 10, &AppName::ALL);
        assert_eq!(plan.len(), 100);
        assert_eq!(plan.0.iter().map(|goal| goal.most_actions).sum::<u32>(), 1_000);
        let of = |app| plan.0.iter().filter(move |goal| goal.app == app).count();
        assert_eq!(AppName::ALL.map(of), [25; 4]);
        assert_eq!(Plan::of(3, 9, 10, &AppName::ALL).len(), 0);
    }
}
