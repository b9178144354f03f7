//! What the program says: the engine gives codes with parameters, here they become sentences, in the user's language.

pub mod language;
mod model;
mod moments;
mod schedule;
mod sentences;
mod spent;
mod state;
mod store;
mod system;

pub use model::{unknown_model, unknown_model_and_nearest};
pub use moments::{ago, ahead, clock};
pub use schedule::schedule;
pub use sentences::{
    ending_message, failure_code, forecast, parked, plural, refused, route_paused, turn, wait, wait_reason,
};
pub use spent::{Spent, spent};
pub use state::{attempt_outcome, task_state, worker_state};
pub use store::{hold_error, hold_hint, store_error, store_hint};
pub use system::system;

use language::Language;
use std::time::Duration;

/// A length of time as people say it: "12 s", "1 m 02 s", "3 h 05 m", "2 d 4 h".
pub fn span(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0 if length > Duration::ZERO => format!("{:.1} s", length.as_secs_f64()),
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {:02} m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// A number with its thousands apart, as the spoken language writes it.
pub fn number(value: u64) -> String {
    Language::spoken().number(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        let shown = [0, 12, 62, 3_605, 187_200].map(|seconds| span(Duration::from_secs(seconds)));
        assert_eq!(shown, ["0 s", "12 s", "1 m 02 s", "1 h 00 m", "2 d 4 h"]);
        assert_eq!(span(Duration::from_millis(300)), "0.3 s");
    }
}
