//! `--demo`: the providers are emulated in this process, with the free tiers of November 2025, and time runs faster for
//! them and for the ledger alike. Clocks stay true.

use d8_core::time::Timestamp;
use d8_emulator::{Emulator, Latency, Options, Speed, Tier};
use tokio::net::TcpListener;

use crate::config::{Config, ConfigError, Environment, LoadOptions};

/// So many times faster: a minute's quota comes back in under two seconds, and a day's work takes about a minute.
pub const SPEED: u32 = 32;

/// Two providers of the seed's free tiers, on a port of their own.
pub struct Demo {
    /// The accounts on them.
    pub config: Config,
    emulator: Emulator,
}

/// Why a demonstration cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The emulator has no port.
    #[error("no port for the emulated providers: {0}")]
    Port(#[from] std::io::Error),
    /// The configuration is ours, so this is our fault.
    #[error("{0}")]
    Config(#[from] ConfigError),
}

impl Demo {
    /// Starts the emulator; it ends with the runtime.
    pub async fn start(now: Timestamp) -> Result<Self, DemoError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let emulator = Emulator::new(Options {
            tier: Tier::Free202511,
            speed: Speed::new(f64::from(SPEED)).unwrap_or(Speed::REAL),
            latency: Latency::hosted(),
            ..Options::default()
        });
        tokio::spawn(d8_emulator::serve(listener, emulator.clone(), std::future::pending()));
        let mut options = LoadOptions::of_process(None, now)?;
        // The user's own keys have no part in it.
        options.env = Environment::default();
        let folder = options.folders.data.clone().unwrap_or_else(|| options.cwd.clone());
        let config = Config::from_text(&written(&origin, &folder.join("demo.db")), options)?;
        Ok(Self {
            config: config.scaled(SPEED),
            emulator,
        })
    }

    /// What the emulated providers saw: accepted, and refused for quota.
    pub fn score(&self) -> (u64, u64) {
        let totals = self.emulator.score().totals;
        (totals.accepted, totals.refused)
    }
}

fn written(origin: &str, store: &std::path::Path) -> String {
    let store = format!("sqlite:{}", store.display());
    format!(
        r#"
        [store]
        url = {store:?}
        [[account]]
        name = "groq-demo"
        provider = "groq"
        tier = "free-2025-11"
        api_key = "demo"
        models = ["llama-3.3-70b-versatile"]
        base_url = "{origin}/openai/v1"
        [[account]]
        name = "gemini-demo"
        provider = "gemini"
        tier = "free-2025-11"
        api_key = "demo"
        models = ["gemini-2.0-flash"]
        base_url = "{origin}/v1beta"
        "#
    )
}
