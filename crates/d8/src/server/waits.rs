//! Why something is not running now, as the API shows it.

use std::time::Duration;

use d8_core::LimitView;
use d8_core::change::ParkReason;
use d8_core::id::LimitId;
use d8_core::limit::{Dimension, Window};
use d8_core::time::Timestamp;
use d8_core::wait::{Wait, WaitCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::app::seconds;
use super::forecasts::Turn;
use crate::orchestrator::{Entries, Status, diagnosis};
use crate::words;

/// The reason of a wait.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitObject {
    /// `quota`, `order`, `patience`, `workers`, `no_worker`, `no_skill`, `paused`, `not_before`, `backoff`, `no_target`,
    /// `quota_refused`, `overloaded`, `bad_key`, `no_money` or `model_unavailable`.
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// Seconds since 1970, where that is known.
    pub until: Option<f64>,
    /// The account concerned.
    pub account: Option<String>,
    /// The limit that decides.
    pub limit: Option<WaitLimit>,
    /// What would help.
    pub next: Option<String>,
    /// Of a task that waits for quota for longer than a minute: about when its turn comes, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_start: Option<f64>,
    /// How many tasks go before it, where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// The limit that a wait is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitLimit {
    /// `requests`, `tokens`, `input_tokens`, `output_tokens`, `concurrency` or `cost`.
    pub dimension: &'static str,
    /// How much it holds.
    pub limit: u64,
    /// Its period.
    pub per: Option<String>,
    /// Used now.
    pub used: u64,
    /// Used by others, as far as is known.
    pub used_by_others: u64,
}

impl WaitObject {
    /// A wait, with what `status` knows of its limit.
    pub fn new(wait: &Wait, status: &Status, entries: &Entries) -> Self {
        let plan = &entries.plan;
        let words = wait.limit.and_then(|limit| plan.limits.get(&limit));
        let target = wait.target.and_then(|target| plan.targets.get(&target));
        let account = wait
            .account
            .and_then(|account| plan.account_name(account))
            .or(target.map(|target| target.account.as_str()))
            .map(str::to_owned);
        let left = wait.until.map(|until| until.since(status.now));
        let named = account.as_deref().unwrap_or("no account");
        let view = |limit: LimitId| status.limits.iter().find(|(known, _)| *known == limit);
        let label = wait.limit.zip(words).map(|(limit, words)| {
            let called = view(limit).map(|(_, view)| words.called(view));
            called.unwrap_or_else(|| words.called.clone())
        });
        let (message, next) = if wait.code == WaitCode::Paused && account.is_none() {
            words::route_paused()
        } else {
            let model = target.map(|target| target.model.as_str());
            words::wait_reason(wait.code, named, model, label.as_deref(), left)
        };
        let spent = wait
            .limit
            .and_then(|limit| diagnosis::of_waited_for(limit, status, entries));
        Self {
            code: code(wait.code),
            message: spent.unwrap_or(message),
            until: wait.until.map(seconds),
            account,
            limit: wait.limit.and_then(|limit| limit_of(limit, status)),
            next,
            expected_start: None,
            before: None,
        }
    }

    /// The same with the task's turn, where that is worth telling.
    pub fn with_turn(mut self, turn: &Turn, now: Timestamp) -> Self {
        const WORTH_TELLING: Duration = Duration::from_secs(60);
        if turn.start.since(now) > WORTH_TELLING {
            if self.message.ends_with('.') {
                self.message.pop();
            }
            self.message += &words::turn(turn.start, turn.before, now);
            self.expected_start = Some(seconds(turn.start));
            self.before = Some(turn.before);
        }
        self
    }
}

fn limit_of(id: LimitId, status: &Status) -> Option<WaitLimit> {
    let (_, view) = status.limits.iter().find(|(known, _)| *known == id)?;
    Some(WaitLimit {
        dimension: dimension(view.spec.dimension),
        limit: view.amount,
        per: per(view),
        used: view.used,
        used_by_others: view.used_by_others,
    })
}

/// A limit's period as d8.toml writes it: what is held for longer, to be safe, is named as it was meant.
pub fn per(view: &LimitView) -> Option<String> {
    let length = match &view.spec.window {
        Window::InFlight => return None,
        Window::Bucket { per } | Window::Sliding { per } | Window::Fixed { per } => *per,
        Window::Resets(instants) => match instants.get(..2) {
            Some([first, second]) => second.since(*first),
            _ => return None,
        },
    };
    const HOUR: u64 = 3_600;
    let seconds = length.as_secs();
    Some(match seconds {
        _ if length.subsec_nanos() > 0 => format!("{}ms", length.as_millis()),
        seconds if (28 * 24 * HOUR..=32 * 24 * HOUR).contains(&seconds) => "1mo".to_owned(),
        seconds if (23 * HOUR..=25 * HOUR).contains(&seconds) => "1d".to_owned(),
        seconds if seconds >= HOUR && seconds.is_multiple_of(HOUR) => format!("{}h", seconds / HOUR),
        seconds if seconds >= 60 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    })
}

/// The word for what a limit counts.
pub fn dimension(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Requests => "requests",
        Dimension::Tokens => "tokens",
        Dimension::InputTokens => "input_tokens",
        Dimension::OutputTokens => "output_tokens",
        Dimension::Concurrency => "concurrency",
        Dimension::Cost => "cost",
    }
}

/// The word for a reason.
pub fn code(code: WaitCode) -> &'static str {
    match code {
        WaitCode::NotBefore => "not_before",
        WaitCode::Backoff => "backoff",
        WaitCode::Quota => "quota",
        WaitCode::Order => "order",
        WaitCode::Patience => "patience",
        WaitCode::Workers => "workers",
        WaitCode::NoWorker => "no_worker",
        WaitCode::NoSkill => "no_skill",
        WaitCode::Paused => "paused",
        WaitCode::Parked(why) => park_code(why),
        WaitCode::NoTarget => "no_target",
    }
}

/// The word for why something is parked.
pub fn park_code(why: ParkReason) -> &'static str {
    match why {
        ParkReason::QuotaRefused => "quota_refused",
        ParkReason::Overloaded => "overloaded",
        ParkReason::BadKey => "bad_key",
        ParkReason::NoMoney => "no_money",
        ParkReason::ModelUnavailable => "model_unavailable",
    }
}
