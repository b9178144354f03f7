//! Any configuration and any work in virtual time: a day in seconds. The engine is the shipped one, providers count by the
//! emulator's rules, and other policies run in the same world for comparison.
//!
//! In reading order: [`workload`] is what is to be done, [`conditions`] what the world is like; `ground` is the
//! configuration as it is and as it is believed to be; [`policy`] lets requests out, `provider` and `foreign` are what they
//! meet; `play` lets time pass and `record` looks on; `least` bounds it, [`figures`] sums up, `table` and `plot` show it;
//! [`scenario`] keeps worlds by name.

pub mod conditions;
pub mod figures;
mod foreign;
mod ground;
mod least;
mod play;
pub mod plot;
pub mod policy;
mod provider;
mod record;
pub mod scenario;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub mod workload;

use std::sync::Arc;

pub use conditions::{Belief, Conditions, Jitter, Outage};
pub use figures::{Figures, Outcome};
pub use policy::Policy;
pub use workload::{Job, Sizes, Workload};

use crate::config::Config;
use ground::Ground;
use play::Play;

/// The accounts of the seed: Groq's and Gemini's free tiers of November 2025.
pub const DEMO: &str = r#"
[[account]]
name = "groq"
provider = "groq"
tier = "free-2025-11"
api_key = "demo"
models = ["llama-3.3-70b-versatile"]
[[account]]
name = "gemini"
provider = "gemini"
tier = "free-2025-11"
api_key = "demo"
models = ["gemini-2.0-flash"]
"#;

/// Does some work by each of the policies, in one and the same world.
pub fn simulate(config: &Config, workload: &Workload, conditions: &Conditions, policies: &[Policy]) -> Vec<Outcome> {
    let ground = Arc::new(Ground::new(config, workload, conditions));
    let jobs: Arc<[Job]> = workload.jobs.clone().into();
    let one = |policy: &Policy| {
        let record = Play::new(*policy, conditions, ground.clone(), jobs.clone()).run();
        figures::outcome(*policy, &record, &ground, conditions, &jobs)
    };
    policies.iter().map(one).collect()
}
