//! Where the windows of a fixed limit begin. By the catalogue and by what is written they are whole periods of the provider's
//! clock; a refusal that says when to come again shows where they are. A phase is kept as a clock: an offset at which whole
//! periods begin just there.

use super::Count;
use crate::clock::ClockOffset;
use crate::limit::Window;
use crate::time::{Timestamp, micros};

/// Hints that contradict each other so often tell nothing.
const CONTRADICTIONS: u8 = 3;

/// What was seen of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase {
    seen: Option<ClockOffset>,
    contradictions: u8,
}

impl Phase {
    /// The clock by which whole periods begin where they were seen to.
    pub(super) fn offset(&self) -> Option<ClockOffset> {
        self.seen
    }
}

impl Count {
    /// The provider says that a window ends between these moments. True where that is news: until now its end was taken to
    /// be elsewhere.
    pub(crate) fn ends_between(&mut self, first: Timestamp, last: Timestamp, clock: Option<ClockOffset>) -> bool {
        let Window::Fixed { per } = self.spec.window else {
            return false;
        };
        let per = micros(per);
        let (first, last) = (first.as_micros(), last.as_micros());
        if per <= 0 || last < first || last - first > per / 2 || self.phase.contradictions >= CONTRADICTIONS {
            return false;
        }
        let told = ClockOffset::of_edge(first, last, per);
        match self.phase.seen.or(clock) {
            Some(known) if known.may_be(told, per) => {
                if let Some(seen) = &mut self.phase.seen {
                    *seen = seen.narrowed_by(told.turned_to(*seen, per));
                }
                false
            }
            Some(_) => {
                self.phase.contradictions += 1;
                self.phase.seen = (self.phase.contradictions < CONTRADICTIONS).then_some(told);
                self.phase.seen.is_some()
            }
            None => false,
        }
    }
}
