//! What every device is at and has done, for whoever looks on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// An answer that came later than this had to wait for quota; sooner is the queue's own pace.
const A_WAIT: Duration = Duration::from_millis(50);

/// All devices, shared by those and by the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board(Arc<Mutex<Vec<Row>>>);

/// One device.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// What it is at.
    pub(crate) doing: String,
    /// Goals that it tried to the end.
    pub(crate) goals: u32,
    /// Goals that it reached.
    pub(crate) passed: u32,
    /// Steps that it was told and took, or that were nonsense.
    pub(crate) actions: u32,
    /// Answers that were no step of the screen.
    pub(crate) invalid: u32,
    /// Answers that had to wait for quota.
    pub(crate) waits: u32,
    /// How long all answers waited.
    pub(crate) waited: Duration,
}

impl Board {
    /// With devices of these names.
    pub(crate) fn of(names: &[String]) -> Self {
        let row = |name: &String| Row {
            name: name.clone(),
            doing: "waits for a goal".to_owned(),
            ..Row::default()
        };
        Self(Arc::new(Mutex::new(names.iter().map(row).collect())))
    }

    /// Changes what is known of one.
    pub(crate) fn note(&self, number: usize, change: impl FnOnce(&mut Row)) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = rows.get_mut(number) {
            change(row);
        }
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Row {
    /// An answer has come.
    pub(crate) fn answered(&mut self, waited: Duration) {
        self.actions += 1;
        self.waited += waited;
        self.waits += u32::from(waited >= A_WAIT);
    }

    /// All rows as one.
    pub(crate) fn sum(rows: &[Self]) -> Self {
        let mut sum = Self::default();
        for row in rows {
            sum.goals += row.goals;
            sum.passed += row.passed;
            sum.actions += row.actions;
            sum.invalid += row.invalid;
            sum.waits += row.waits;
            sum.waited += row.waited;
        }
        sum
    }
}
