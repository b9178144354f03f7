//! What a device is asked to do, and what it says when it is done: the two ends of a task.

use serde::{Deserialize, Serialize};

use crate::app::AppName;

/// The type of these tasks. Only workers that name it get them.
pub(crate) const TASK_TYPE: &str = "device_action";

/// A goal, as it stands in a task's `data`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Goal {
    /// The app to start.
    pub(crate) app: AppName,
    /// Which variant of its goal.
    pub(crate) variant: usize,
    /// The goal in words, for the model.
    pub(crate) goal: String,
    /// So many steps it may take.
    pub(crate) most_actions: u32,
}

/// What a device reports. `success` says that it did its work: that a goal was not reached is a finding, not a failure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// True.
    pub(crate) success: bool,
    /// The outcome as a sentence.
    pub(crate) output: String,
    /// Was the goal reached?
    pub(crate) passed: bool,
    pub(crate) app: AppName,
    /// Steps that it was told.
    pub(crate) actions: u32,
    /// Answers among them that were no step of the screen.
    pub(crate) invalid: u32,
    /// Where the app stood at the end.
    pub(crate) screen: String,
    /// Each step and what came of it.
    pub(crate) steps: Vec<String>,
}

impl Goal {
    pub(crate) fn new(app: AppName, variant: usize, most_actions: u32) -> Self {
        let goal = app.goal(variant);
        Self {
            app,
            variant,
            goal,
            most_actions,
        }
    }
}
