//! How tasks come in, and go back to the store.

use super::{Engine, HeldPlace, Task, Timer};
use crate::change::{Change, Ending, FailureCode, TaskRow};
use crate::id::{GroupId, RouteId, TargetId};
use crate::message::Effects;
use crate::queue::ClassKey;
use crate::task::{Event, Status};
use crate::time::Timestamp;

impl Engine {
    pub(super) fn submit(&mut self, row: TaskRow, effects: &mut Effects) {
        if self.by_id.contains_key(&row.id) {
            return;
        }
        effects.changes.push(Change::Added(row));
        self.admit(row, effects);
    }

    /// An open task that the store knows and this engine does not yet.
    pub(super) fn adopt(&mut self, row: TaskRow, effects: &mut Effects) {
        if !self.by_id.contains_key(&row.id) {
            self.admit(row, effects);
        }
    }

    /// The tasks of a group that wait leave as they are: open, and in the store. What is under way may end.
    pub(super) fn release(&mut self, group: GroupId) {
        let waits = |task: &Task| task.row.group == group && task.status == Status::Pending;
        let waiting: Vec<usize> = self
            .tasks
            .iter()
            .filter(|(_, task)| waits(task))
            .map(|(slot, _)| slot)
            .collect();
        for slot in waiting {
            self.unplace(u32::try_from(slot).expect("fewer than 2^32 open tasks fit in memory"));
            let task = self.tasks.remove(slot);
            self.by_id.remove(&task.row.id);
            if task.row.deadline < Timestamp::MAX {
                self.timers.remove(&(task.row.deadline, Timer::Deadline(task.row.id)));
            }
            self.groups.entry(group).or_default().pending -= 1;
        }
    }

    pub(super) fn revive(&mut self, row: TaskRow, was: Ending, effects: &mut Effects) {
        if self.by_id.contains_key(&row.id) || Status::Ended(was).after(Event::Revive).is_none() {
            return;
        }
        let counts = self.groups.entry(row.group).or_default().of(Status::Ended(was));
        *counts = counts.saturating_sub(1);
        let row = TaskRow {
            faults: 0,
            silences: 0,
            ..row
        };
        effects.changes.push(Change::Revived(row));
        self.admit(row, effects);
    }

    /// Takes in an open task: queued, delayed, or ended at once where it can never be served.
    pub(super) fn admit(&mut self, row: TaskRow, effects: &mut Effects) {
        let except = self.too_small_for(&row);
        let class = self.intern(ClassKey {
            route: row.route,
            except,
            band: ClassKey::band(&row.estimate),
            demand: row.demand,
            interactive: row.interactive,
        });
        // A route without any target is a matter of configuration: such a task waits, and says so.
        let impossible = self.classes[class.0 as usize].breadth() == 0 && self.has_targets(row.route);
        if row.deadline < Timestamp::MAX {
            self.timers.insert((row.deadline, Timer::Deadline(row.id)));
        }
        let id = row.id;
        self.groups.entry(row.group).or_default().pending += 1;
        let slot = self.tasks.insert(Task {
            row,
            status: Status::Pending,
            class,
            place: HeldPlace::Delayed,
            shuns: None,
        });
        let slot = u32::try_from(slot).expect("fewer than 2^32 open tasks fit in memory");
        self.by_id.insert(id, slot);
        self.classes[class.0 as usize].delayed += 1;
        self.classes[class.0 as usize].came(&row.estimate);
        if impossible {
            self.end(slot, Event::Fail(FailureCode::TooLarge), effects);
        } else {
            self.place(slot);
        }
    }

    fn has_targets(&self, route: RouteId) -> bool {
        self.routes
            .get(&route)
            .is_some_and(|route| route.levels.iter().any(|level| !level.is_empty()))
    }

    /// The targets of the task's route whose limits it exceeds even at its least.
    pub(super) fn too_small_for(&self, row: &TaskRow) -> Vec<TargetId> {
        let Some(route) = self.routes.get(&row.route) else {
            return Vec::new();
        };
        let too_small = |id: &TargetId| {
            self.targets.get(id).is_some_and(|target| {
                let least = target.spec.cost.least(&row.estimate);
                target
                    .spec
                    .limits
                    .iter()
                    .any(|limit| self.ledger.never_fits(*limit, &least))
            })
        };
        let mut except: Vec<TargetId> = route.levels.iter().flatten().copied().filter(too_small).collect();
        except.sort_unstable();
        except.dedup();
        except
    }
}
