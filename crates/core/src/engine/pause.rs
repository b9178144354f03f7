//! What somebody holds back, and what somebody moves forward or back in the queue.

use super::{Engine, HeldPlace};
use crate::change::{Change, Pausable};
use crate::id::{RouteId, TargetId, TaskId};
use crate::message::Effects;
use crate::queue::{ClassId, Place};

impl Engine {
    pub(super) fn pause(&mut self, what: Pausable, effects: &mut Effects) {
        if self.set_paused(what, true) {
            effects.changes.push(Change::Paused(what));
        }
    }

    pub(super) fn resume(&mut self, what: Pausable, effects: &mut Effects) {
        if self.set_paused(what, false) {
            effects.changes.push(Change::Resumed(what));
        }
    }

    /// True when that is news.
    pub(super) fn set_paused(&mut self, what: Pausable, paused: bool) -> bool {
        let news = match what {
            Pausable::Account(id) => self
                .accounts
                .get_mut(&id)
                .is_some_and(|account| std::mem::replace(&mut account.paused, paused) != paused),
            Pausable::Route(id) if paused => self.paused_routes.insert(id),
            Pausable::Route(id) => self.paused_routes.remove(&id),
        };
        let targets: Vec<TargetId> = match what {
            Pausable::Account(id) => self
                .accounts
                .get(&id)
                .map(|account| account.targets.clone())
                .unwrap_or_default(),
            Pausable::Route(id) => self.targets_of_route(id),
        };
        self.dirty.extend(targets);
        news
    }

    fn targets_of_route(&self, id: RouteId) -> Vec<TargetId> {
        let levels = self
            .routes
            .get(&id)
            .map(|route| route.levels.iter().flatten().copied().collect());
        levels.unwrap_or_default()
    }

    /// Whether somebody holds it back.
    pub fn is_paused(&self, what: Pausable) -> bool {
        match what {
            Pausable::Account(id) => self.accounts.get(&id).is_some_and(|account| account.paused),
            Pausable::Route(id) => self.paused_routes.contains(&id),
        }
    }

    /// Gives an open task another place in its queue.
    pub(super) fn reprioritise(&mut self, id: TaskId, priority: u8, effects: &mut Effects) {
        let Some(slot) = self.by_id.get(&id).copied() else {
            return;
        };
        if self.tasks[slot as usize].row.priority == priority {
            return;
        }
        let queued = self.tasks[slot as usize].place == HeldPlace::Queued;
        if queued {
            self.unqueue(slot);
        }
        self.tasks[slot as usize].row.priority = priority;
        if queued {
            self.enqueue(slot);
        }
        effects.changes.push(Change::Reprioritised { task: id, priority });
    }

    /// Moves a task to another class, wherever it is.
    pub(super) fn reclassify(&mut self, slot: usize, class: ClassId) {
        let index = u32::try_from(slot).expect("slots were made from 32 bits");
        match self.tasks[slot].place {
            HeldPlace::Queued => {
                self.unqueue(index);
                self.move_asked(slot, class);
                self.enqueue(index);
            }
            HeldPlace::Delayed => {
                self.classes[self.tasks[slot].class.0 as usize].delayed -= 1;
                self.move_asked(slot, class);
                self.classes[class.0 as usize].delayed += 1;
            }
            HeldPlace::Leased => self.tasks[slot].class = class,
        }
    }

    /// What it asks for is another class's from now on.
    fn move_asked(&mut self, slot: usize, class: ClassId) {
        let task = &mut self.tasks[slot];
        self.classes[task.class.0 as usize].went(&task.row.estimate);
        task.class = class;
        self.classes[class.0 as usize].came(&task.row.estimate);
    }

    fn unqueue(&mut self, slot: u32) {
        let task = &self.tasks[slot as usize];
        let class = &mut self.classes[task.class.0 as usize];
        class
            .queue
            .remove(task.row.client, &Place::of(&task.row, slot, &self.bounds));
        self.dirty.extend(class.targets());
    }

    fn enqueue(&mut self, slot: u32) {
        let task = &self.tasks[slot as usize];
        let class = &mut self.classes[task.class.0 as usize];
        class
            .queue
            .insert(task.row.client, Place::of(&task.row, slot, &self.bounds));
        self.dirty.extend(class.targets());
    }
}
