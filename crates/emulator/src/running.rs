//! A request that the quota has let in, from its admission to its end.

use crate::counting::{Cost, Ticket};
use crate::emulator::{Emulator, Standing};
use crate::score::{Outcome, Whose};

/// A request that the quota has let in. Dropped without an end, it keeps its reservation and frees its place.
#[derive(Debug)]
pub(crate) struct Running {
    emulator: Emulator,
    whose: Whose,
    key: String,
    /// The emulator's count of resets when it began.
    generation: u64,
    ticket: Option<Ticket>,
}

impl Running {
    pub(crate) fn new(emulator: Emulator, whose: Whose, key: &str, generation: u64, ticket: Ticket) -> Running {
        Running {
            emulator,
            whose,
            key: key.to_owned(),
            generation,
            ticket: Some(ticket),
        }
    }

    /// The request has ended: `real` replaces what it reserved, `None` keeps it. A second end changes nothing.
    pub(crate) fn finish(&mut self, real: Option<Cost>) {
        if let Some(ticket) = self.ticket.take() {
            self.emulator
                .finish(&self.whose, &self.key, self.generation, ticket, real);
        }
    }

    /// Writes what became of it into the score.
    pub(crate) fn note(&self, outcome: Outcome) {
        self.emulator.note(&self.whose, self.generation, outcome);
    }

    /// How full the limits are that hold for it.
    pub(crate) fn standings(&self) -> Vec<Standing> {
        self.emulator
            .standings(self.whose.provider, &self.key, &self.whose.model)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.finish(None);
    }
}
