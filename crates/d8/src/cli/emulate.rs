//! `d8 emulate`: the emulator as a server of its own.

use std::time::Duration;

use clap::Args;
use d8_emulator::{DailyHint, Delay, Emulator, FaultKind, Faults, GeminiMinute, Latency, Options, Speed, Spread, Tier};
use tokio::net::TcpListener;

use super::{Failure, OK, interrupted, say, tell};
use crate::config;
use crate::text;

/// Stand in for Groq, OpenAI and Gemini, and enforce their limits as they do: test any client against 429s.
#[derive(Debug, Args)]
#[command(
    after_help = "Serves /openai/v1 (Groq), /v1 (OpenAI), /v1beta (Gemini) and /__d8/score.\n\
  Each key is an account of its own; keys that begin with bad- are refused.\n\n\
  Examples:\n  \
  d8 emulate\n  \
  d8 emulate --listen 127.0.0.1:9000 --tier free-2025-11 --speed 30 --latency hosted\n  \
  d8 emulate --fault 503=0.05 --fault drop=0.01 --seed 7\n  \
  GROQ_API_KEY=test GROQ_BASE_URL=http://127.0.0.1:9000/openai/v1 d8 run work.jsonl"
)]
pub(super) struct EmulateArguments {
    /// Where to listen; port 0 takes a free one and prints it.
    #[arg(long, default_value = "127.0.0.1:9000", value_name = "ADDR")]
    listen: String,
    /// Which limits: free (today's), free-2025-11, unlimited.
    #[arg(long, default_value = "free", value_parser = tier)]
    tier: Tier,
    /// Divides periods, latencies and hints; clocks stay true.
    #[arg(long, default_value_t = 1.0, value_name = "N")]
    speed: f64,
    /// The seed of all chance.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// none, hosted (a provider as seen from home), or a fixed time such as 200ms.
    #[arg(long, default_value = "none", value_parser = latency)]
    latency: Latency,
    /// A fault and its probability, such as 503=0.05: 500, 503, hang, drop, cut, garbage. May be repeated.
    #[arg(long = "fault", value_name = "KIND=P", value_parser = fault)]
    faults: Vec<(FaultKind, f64)>,
    /// Count Gemini's minute as a sliding window, not by the clock.
    #[arg(long)]
    gemini_sliding: bool,
    /// Let Gemini's refusals for the day point at midnight UTC, as from October 2026, not at the next minute.
    #[arg(long)]
    gemini_utc_hints: bool,
}

pub(super) async fn run(arguments: EmulateArguments) -> Result<u8, Failure> {
    let emulator = Emulator::new(options(&arguments)?);
    let listen = &arguments.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::not_started(text!(
            "emulate-cannot-listen",
            address = listen.as_str(),
            error = error.to_string()
        ))
        .hint(text!("emulate-cannot-listen-hint"))
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::not_started(error.to_string()))?;
    // Listened for before anybody can know that it is there.
    let ended = interrupted();
    tell(&format!("http://{address}"));
    say(&text!("emulate-serving"));
    let served = d8_emulator::serve(listener, emulator, ended).await;
    served.map_err(|error| Failure::broke_off(error.to_string()))?;
    Ok(OK)
}

fn options(arguments: &EmulateArguments) -> Result<Options, Failure> {
    let speed = Speed::new(arguments.speed).ok_or_else(|| Failure::not_started(text!("emulate-bad-speed")))?;
    let mut faults = Faults::default();
    for (kind, probability) in &arguments.faults {
        *place(&mut faults, *kind) = *probability;
    }
    Ok(Options {
        tier: arguments.tier.clone(),
        speed,
        seed: arguments.seed,
        latency: arguments.latency,
        faults,
        gemini_minute: if arguments.gemini_sliding {
            GeminiMinute::Sliding
        } else {
            GeminiMinute::Fixed
        },
        gemini_daily_hint: if arguments.gemini_utc_hints {
            DailyHint::UtcMidnight
        } else {
            DailyHint::NextMinute
        },
        ..Options::default()
    })
}

fn place(faults: &mut Faults, kind: FaultKind) -> &mut f64 {
    match kind {
        FaultKind::ServerError => &mut faults.server_error,
        FaultKind::Unavailable => &mut faults.unavailable,
        FaultKind::Hang => &mut faults.hang,
        FaultKind::Drop => &mut faults.drop,
        FaultKind::Cut => &mut faults.cut,
        FaultKind::Garbage => &mut faults.garbage,
    }
}

fn tier(text: &str) -> Result<Tier, String> {
    text.parse().map_err(|_| {
        text!(
            "emulate-unknown-tier",
            written = text,
            known = "free, free-2025-11, unlimited"
        )
    })
}

fn latency(text: &str) -> Result<Latency, String> {
    match text {
        "none" => Ok(Latency::default()),
        "hosted" => Ok(Latency::hosted()),
        _ => {
            let time = length(text)?;
            let first_token = Delay {
                least: time,
                spread: Spread::None,
            };
            Ok(Latency {
                first_token,
                ..Latency::default()
            })
        }
    }
}

fn length(text: &str) -> Result<Duration, String> {
    if let Some(millis) = text.strip_suffix("ms") {
        return millis
            .parse()
            .map(Duration::from_millis)
            .map_err(|_| text!("emulate-no-time", written = text));
    }
    config::duration(text).map_err(|error| error.to_string())
}

fn fault(text: &str) -> Result<(FaultKind, f64), String> {
    let (kind, probability) = text.split_once('=').ok_or_else(|| text!("emulate-write-fault"))?;
    let probability: f64 = probability
        .parse()
        .map_err(|_| text!("simulate-no-number", written = probability))?;
    if !(0.0..=1.0).contains(&probability) {
        return Err(text!("emulate-no-probability", written = probability.to_string()));
    }
    let known = || FaultKind::ALL.iter().map(|kind| kind.name()).chain(["500", "503"]);
    let unknown = |_| {
        text!(
            "emulate-unknown-fault",
            written = kind,
            known = known().collect::<Vec<_>>().join(", ")
        )
    };
    Ok((kind.parse().map_err(unknown)?, probability))
}
