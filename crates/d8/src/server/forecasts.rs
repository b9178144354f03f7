//! What is to be expected, worked out beside the engine's loop and shared by all who ask at about the same time.

use std::sync::Arc;
use std::time::Duration;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::app::{App, seconds};
use super::error::ApiError;
use crate::forecast::{Expected, Forecast, expected_start};
use crate::orchestrator::{Handle, Open};

/// What took a moment to be worked out serves for so many moments: so forecasts take no more than a twentieth of one core,
/// however many ask and however much there is to work out.
const SERVES: u32 = 20;
/// No forecast is older than this, whatever it took.
const OLDEST: Duration = Duration::from_secs(5);
/// For no more tasks at once is it worked out when each can start.
const MOST_LINES: usize = 10;

/// The latest forecast.
#[derive(Debug, Default)]
pub struct Forecasts(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    forecast: Arc<Forecast>,
    until: Instant,
}

impl Forecasts {
    /// A forecast of now, or of so short a time ago that it is the same.
    pub async fn get(&self, handle: &Handle) -> Result<Arc<Forecast>, ApiError> {
        // Whoever comes meanwhile waits here, and takes the same.
        let mut kept = self.0.lock().await;
        if let Some(known) = kept.as_ref().filter(|known| Instant::now() < known.until) {
            return Ok(known.forecast.clone());
        }
        let open = handle.open(Vec::new()).await?;
        let begun = Instant::now();
        let forecast = tokio::task::spawn_blocking(move || Forecast::new(&open.outlook, &open.workload));
        let forecast = Arc::new(forecast.await.map_err(|_| ApiError::internal())?);
        let until = Instant::now() + (begun.elapsed() * SERVES).min(OLDEST);
        *kept = Some(Kept {
            forecast: forecast.clone(),
            until,
        });
        Ok(forecast)
    }
}

/// When a task can be started at the soonest, and how many go before it.
#[derive(Copy, Clone, Debug)]
pub struct Turn {
    /// How many tasks.
    pub before: u64,
    /// When.
    pub start: Timestamp,
}

impl App {
    /// The turns of some tasks; none where it cannot be said, or where they are too many to be worked out.
    pub async fn turns(&self, tasks: Vec<TaskId>) -> Result<Vec<(TaskId, Turn)>, ApiError> {
        if tasks.is_empty() || tasks.len() > MOST_LINES {
            return Ok(Vec::new());
        }
        let open = self.handle.open(tasks.clone()).await?;
        let turns = tokio::task::spawn_blocking(move || {
            let Open {
                outlook,
                workload,
                lines,
            } = open;
            let turn = |(task, line): (TaskId, Option<_>)| {
                let line = line?;
                let start = expected_start(&outlook, &workload, &line)?;
                let before = line.before;
                Some((task, Turn { before, start }))
            };
            tasks.into_iter().zip(lines).filter_map(turn).collect()
        });
        turns.await.map_err(|_| ApiError::internal())
    }
}

/// What is to be expected of an account.
#[derive(Copy, Clone, Debug, Default, Serialize, ToSchema)]
pub struct AccountForecast {
    /// Seconds since 1970: when one of its limits is spent, by what waits or at the present pace; null: none is.
    runs_out_at: Option<f64>,
    /// Seconds since 1970: when the next request can start there; null: not before somebody mends something.
    next_start_at: Option<f64>,
}

impl From<Expected> for AccountForecast {
    fn from(expected: Expected) -> Self {
        Self {
            runs_out_at: expected.runs_out_at.map(seconds),
            next_start_at: expected.next_start_at.map(seconds),
        }
    }
}

/// What is to be expected of everything that is open.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub struct OpenForecast {
    /// How many tasks are open.
    open: u64,
    /// Seconds since 1970: about when the quotas allow all of them to be done; null where nothing is open or nobody can say.
    all_done_at: Option<f64>,
}

impl From<&Forecast> for OpenForecast {
    fn from(forecast: &Forecast) -> Self {
        Self {
            open: forecast.open,
            all_done_at: forecast.all_done_at.map(seconds),
        }
    }
}
