//! `d8 doctor`: finds out why it does not work.

mod paper;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use serde_json::json;

use self::paper::Paper;
use super::{Failure, INTERRUPTED, OK, PARTLY, interrupted, say, tell};
use crate::client::Client;
use crate::client::table::Surface;
use crate::clock::Clock;
use crate::config::{self, LoadOptions};
use crate::doctor::end_to_end::Trial;
use crate::doctor::{Examined, Finding, Grade, Wishes, examine, verdict};
use crate::text;

/// Find out why it does not work: configuration, store, port, network, clock, keys, limits, quota, workers and queue, each
/// in plain words with the next step.
#[derive(Debug, Args)]
#[command(
    after_help = "Each key is asked one small real question, unless its quota is known to be spent; --offline asks nothing.\n\n\
  Examples:\n  \
  d8 doctor\n  \
  d8 doctor --offline                  sends nothing to any provider\n  \
  d8 doctor --end-to-end --timeout 5m  hands in a task and follows it through\n  \
  d8 doctor --json | jq '.checks[] | select(.status != \"ok\")'\n\n\
  Exit codes: 0 fine or warnings, 1 a problem, 2 it could not look, 130 Ctrl-C"
)]
pub(super) struct DoctorArguments {
    /// Send nothing to any provider: keys, network and clock are not tried.
    #[arg(long)]
    offline: bool,
    /// Hand a task to the running orchestrator and follow it through, in five steps.
    #[arg(long)]
    end_to_end: bool,
    /// How long that task may take; it is cancelled then.
    #[arg(long, value_name = "TIME", default_value = "2m", requires = "end_to_end")]
    timeout: String,
    /// The orchestrator. Default: ORCHESTRATOR_URL, whoever holds the store, http://127.0.0.1:5000.
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    orchestrator: Option<SecretString>,
    /// The configuration; default: ./d8.toml, then the user's own.
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    config: Option<PathBuf>,
    /// Print one object: {status, checks: [{name, status, message, next}]}.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: DoctorArguments) -> Result<u8, Failure> {
    let timeout = config::duration(&arguments.timeout).map_err(|error| {
        let message = text!("doctor-bad-timeout", why = error.message());
        Failure::not_started(message).hint(text!("doctor-bad-timeout-next"))
    })?;
    let now = Clock::start().now();
    let options = LoadOptions::of_process(arguments.config, now)
        .map_err(|error| Failure::not_started(text!("doctor-no-folder", why = error.to_string())))?;
    let wishes = Wishes {
        options,
        orchestrator: arguments.orchestrator,
        is_offline: arguments.offline,
        now,
    };
    let mut progress = |what: String| say(&format!("{what} ..."));
    let examined = tokio::select! {
        examined = examine(wishes, &mut progress) => examined?,
        () = interrupted() => return Ok(INTERRUPTED),
    };
    let Examined { mut findings, client } = examined;
    let paper = Paper::new(Surface::of_output(), &findings);
    let shown = |finding: &Finding| {
        if !arguments.json {
            tell(&paper.finding(finding));
        }
    };
    findings.iter().for_each(shown);
    if arguments.end_to_end && !followed(client.as_ref(), timeout, &mut findings, shown).await {
        return Ok(INTERRUPTED);
    }
    let told = verdict(&findings);
    if arguments.json {
        let object = json!({"status": told.grade, "checks": findings});
        tell(&object.to_string());
    } else {
        tell(&paper.verdict(&told));
    }
    Ok(match told.grade {
        Grade::Ok | Grade::Warning => OK,
        Grade::Problem => PARTLY,
    })
}

/// Follows a task through. False where the user did not wait for it: then it is taken back, so that it spends nothing later.
async fn followed(
    client: Option<&Client>,
    timeout: Duration,
    findings: &mut Vec<Finding>,
    shown: impl Fn(&Finding) + Send + Sync,
) -> bool {
    let mut found = |finding: Finding| {
        shown(&finding);
        findings.push(finding);
    };
    let Some(client) = client else {
        found(Finding::problem("end-to-end 1/5", text!("doctor-none-runs")).next(text!("doctor-none-runs-next")));
        return true;
    };
    let mut trial = Trial::new(client, timeout);
    let mut progress = |what: &str| say(what);
    let is_through = tokio::select! {
        () = trial.run(&mut found, &mut progress) => true,
        () = interrupted() => false,
    };
    if !is_through {
        trial.cancel().await;
    }
    is_through
}
