//! Runs of other processes: who waits for which, so that an orchestrator inside a run does what somebody waits for and no more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use d8_core::id::GroupId;
use tokio::time::Instant;

use super::app::App;

/// Whoever is away for longer has gone.
const AWAY: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Who waits for the tasks of which group.
#[derive(Debug, Default)]
pub struct Guests {
    seats: Mutex<Seats>,
    /// Held by whoever changes what is to be done for a run: what is let go and what is taken up must not cross.
    pub(super) settling: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Seats {
    taken: BTreeMap<GroupId, u32>,
    /// Groups that nobody waits for any more, and since when.
    left: BTreeMap<GroupId, Instant>,
    /// How many seats there ever were.
    ever: u64,
}

/// Somebody waits for a group, until this is dropped.
#[derive(Debug)]
pub struct Seat {
    guests: Arc<Guests>,
    group: GroupId,
}

impl Guests {
    /// Somebody waits for this group from now on.
    pub fn sit(self: &Arc<Self>, group: GroupId) -> Seat {
        let mut seats = self.lock();
        *seats.taken.entry(group).or_default() += 1;
        seats.left.remove(&group);
        seats.ever += 1;
        Seat {
            guests: self.clone(),
            group,
        }
    }

    /// How many seats there ever were.
    pub fn ever(&self) -> u64 {
        self.lock().ever
    }

    /// Groups that nobody has waited for lately.
    fn gone(&self) -> Vec<GroupId> {
        let seats = self.lock();
        let gone = seats.left.iter().filter(|(_, since)| since.elapsed() >= AWAY);
        gone.map(|(group, _)| *group).collect()
    }

    fn forget(&self, group: GroupId) {
        self.lock().left.remove(&group);
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.guests.lock();
        let left = seats.taken.get_mut(&self.group).is_none_or(|count| {
            *count -= 1;
            *count == 0
        });
        if left {
            seats.taken.remove(&self.group);
            seats.left.insert(self.group, Instant::now());
        }
    }
}

/// Lets go of what nobody waits for any more, until the server stops. What is under way may end; what waits stays open in
/// the store, for the same command to go on with.
pub async fn see_off(app: Arc<App>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = app.shutdown.cancelled() => return,
        }
        let _settling = app.guests.settling.lock().await;
        for group in app.guests.gone() {
            if app.handle.release(group).is_err() {
                return;
            }
            // What was under way may wait again after a fault: it is looked at until nothing is left.
            let Ok(view) = app.handle.view(group).await else { return };
            if view.counts.pending + view.counts.assigned == 0 {
                app.guests.forget(group);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_group_is_gone_when_its_last_guest_stays_away() {
        let guests = Arc::new(Guests::default());
        let (first, second) = (guests.sit(GroupId(1)), guests.sit(GroupId(1)));
        drop(first);
        tokio::time::advance(AWAY * 2).await;
        assert!(guests.gone().is_empty(), "somebody still waits");
        drop(second);
        assert!(guests.gone().is_empty(), "it may come back at once");
        tokio::time::advance(AWAY).await;
        assert_eq!(guests.gone(), [GroupId(1)]);
        let _back = guests.sit(GroupId(1));
        assert!(guests.gone().is_empty());
    }
}
