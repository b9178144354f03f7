//! Where an open task is: in a queue, in a delay or under a lease; and how it leaves.

use super::{Engine, HeldPlace, Timer};
use crate::change::Change;
use crate::id::AttemptNo;
use crate::message::{Effects, Output};
use crate::queue::Place;
use crate::task::{Event, Status};
use crate::time::Timestamp;

impl Engine {
    /// Puts a delayed task where it belongs now: into its queue, or back behind its timer.
    pub(super) fn place(&mut self, slot: u32) {
        let task = &mut self.tasks[slot as usize];
        if task.row.not_before > self.now {
            self.timers.insert((task.row.not_before, Timer::Due(task.row.id)));
            return;
        }
        task.place = HeldPlace::Queued;
        let place = Place::of(&task.row, slot, &self.bounds);
        let class = &mut self.classes[task.class.0 as usize];
        class.delayed -= 1;
        class.queue.insert(task.row.client, place);
        self.dirty.extend(class.targets());
    }

    /// Takes a task out of wherever it is. Its lease, if any, must be settled by the caller.
    pub(super) fn unplace(&mut self, slot: u32) {
        let task = &self.tasks[slot as usize];
        let class = &mut self.classes[task.class.0 as usize];
        match task.place {
            HeldPlace::Queued => {
                class
                    .queue
                    .remove(task.row.client, &Place::of(&task.row, slot, &self.bounds));
                class.went(&task.row.estimate);
                // The next in line may be cheaper than what stood before it.
                self.dirty.extend(class.targets());
            }
            HeldPlace::Delayed => {
                class.delayed -= 1;
                class.went(&task.row.estimate);
                self.timers.remove(&(task.row.not_before, Timer::Due(task.row.id)));
            }
            HeldPlace::Leased => {}
        }
    }

    /// Moves a task's status and its group's counts. Every change of status passes here.
    pub(super) fn advance_status(&mut self, slot: u32, event: Event) -> Status {
        let task = &mut self.tasks[slot as usize];
        let next = task.status.after(event).expect("only legal moves are asked for");
        let group = self.groups.entry(task.row.group).or_default();
        *group.of(task.status) -= 1;
        *group.of(next) += 1;
        task.status = next;
        next
    }

    /// Ends an open task that holds no lease, without a report.
    pub(super) fn end(&mut self, slot: u32, event: Event, effects: &mut Effects) {
        self.end_by(slot, event, None, effects);
    }

    /// Ends an open task that holds no lease, because of an attempt's report.
    pub(super) fn end_by(&mut self, slot: u32, event: Event, by: Option<AttemptNo>, effects: &mut Effects) {
        self.unplace(slot);
        let Status::Ended(ending) = self.advance_status(slot, event) else {
            return;
        };
        let task = self.tasks.remove(slot as usize);
        self.by_id.remove(&task.row.id);
        if task.row.deadline < Timestamp::MAX {
            self.timers.remove(&(task.row.deadline, Timer::Deadline(task.row.id)));
        }
        let (id, group) = (task.row.id, task.row.group);
        effects.changes.push(Change::Finished {
            task: id,
            group,
            ending,
            at: self.now,
        });
        effects.outputs.push(Output::Ended {
            task: id,
            group,
            ending,
            by,
            durable: task.row.durable,
            callback: task.row.callback,
        });
    }

    /// Lets a task wait again, from `not_before` on.
    pub(super) fn requeue(&mut self, slot: u32, event: Event, not_before: Timestamp, effects: &mut Effects) {
        self.advance_status(slot, event);
        let task = &mut self.tasks[slot as usize];
        task.row.not_before = not_before;
        task.place = HeldPlace::Delayed;
        self.classes[task.class.0 as usize].delayed += 1;
        self.classes[task.class.0 as usize].came(&task.row.estimate);
        effects.changes.push(Change::Requeued {
            task: task.row.id,
            not_before,
            attempt: task.row.attempt,
            faults: task.row.faults,
            silences: task.row.silences,
        });
        self.place(slot);
    }
}
