//! What went past the loop, on its way to the engine.

use d8_core::id::TaskId;
use d8_core::message::Input;
use tokio::sync::oneshot;

use super::Turn;
use crate::orchestrator::aside::{Aside, Unknown};

impl Turn {
    pub(super) fn spent_aside(
        &mut self,
        aside: &Aside,
        task: TaskId,
        reply: oneshot::Sender<Result<(), Unknown>>,
        inputs: &mut Vec<Input>,
    ) {
        let directory = &self.own.directory;
        let entries = directory.entries();
        let spent = directory.names_mut(|names| aside.in_terms_of(&entries.plan, &entries.config, names, task));
        let known = spent.map(|spent| inputs.push(Input::SpentAside(spent)));
        self.later(Some(reply), known);
    }
}
