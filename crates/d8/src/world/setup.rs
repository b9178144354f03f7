//! A scene in the engine's terms.

use std::time::Duration;

use d8_core::id::{AccountId, LimitId, RouteId, TargetId, WorkerId};
use d8_core::limit::{Dimension, LimitSpec, Standing, Window};
use d8_core::money::{Picodollars, Price};
use d8_core::setup::{Bounds, Patience, RouteSpec, Setup, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::CostRule;
use d8_emulator::{Kind, Limit, Scope};

use super::scene::{Account, Scene};
use crate::config::limit::reset::ResetTime;

/// The route that all work takes.
pub(super) const ROUTE: RouteId = RouteId(1);

pub(super) fn setup(scene: &Scene) -> Setup {
    let mut setup = Setup {
        bounds: Bounds::default(),
        ..Setup::default()
    };
    let mut levels: [Vec<TargetId>; 3] = Default::default();
    for (index, account) in scene.accounts.iter().enumerate() {
        for model in 0..account.models.len() {
            let limits = limits_of(account, index, model);
            for (id, limit) in limits.iter().zip(&account.limits) {
                if setup.limits.iter().all(|(known, _)| known != id) {
                    setup.limits.push((*id, spec(limit, scene.start)));
                }
            }
            let cost = CostRule {
                output_charge: account.charge,
                default_output_tokens: 0,
                price: Price {
                    input: Picodollars(0),
                    output: Picodollars(0),
                },
            };
            let target = TargetSpec {
                account: AccountId(number(index)),
                limits,
                cost,
            };
            setup.targets.push((target_id(index, model), target));
            levels[account.level].push(target_id(index, model));
        }
    }
    let route = RouteSpec {
        levels,
        patience: Patience {
            queued: Duration::from_secs(20),
            interactive: Duration::from_secs(1),
        },
        last_resort_after: Duration::from_secs(120),
    };
    setup.routes.push((ROUTE, route));
    setup
}

/// The worker of an account.
pub(super) fn worker_id(index: usize) -> WorkerId {
    WorkerId(number(index))
}

/// The account and the model behind a target.
pub(super) fn place_of(target: TargetId) -> (usize, usize) {
    (target.0 as usize / 10 - 1, target.0 as usize % 10)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX - 1) + 1
}

fn target_id(index: usize, model: usize) -> TargetId {
    TargetId(number(index) * 10 + number(model) - 1)
}

/// One count for each model, or one for all.
fn limits_of(account: &Account, index: usize, model: usize) -> Vec<LimitId> {
    let id = |(k, limit): (usize, &Limit)| {
        let of_model = if limit.scope == Scope::EachModel {
            number(model)
        } else {
            0
        };
        LimitId(number(index) * 100 + number(k) * 10 + of_model)
    };
    account.limits.iter().enumerate().map(id).collect()
}

fn spec(limit: &Limit, start: Timestamp) -> LimitSpec {
    let per = Duration::from_micros(limit.per.unsigned_abs());
    let dimension = match limit.dimension {
        d8_emulator::Dimension::Requests => Dimension::Requests,
        d8_emulator::Dimension::Tokens => Dimension::Tokens,
        d8_emulator::Dimension::InputTokens => Dimension::InputTokens,
        d8_emulator::Dimension::OutputTokens => Dimension::OutputTokens,
        d8_emulator::Dimension::Money => Dimension::Cost,
        d8_emulator::Dimension::Concurrency => Dimension::Concurrency,
    };
    let window = match &limit.kind {
        _ if dimension == Dimension::Concurrency => Window::InFlight,
        Kind::Bucket => Window::Bucket { per },
        Kind::Fixed => Window::Fixed { per },
        Kind::Sliding => Window::Sliding { per },
        Kind::PacificDay => pacific_day(start),
        Kind::Edges(edges) => Window::Resets(edges.iter().copied().map(Timestamp::from_micros).collect()),
    };
    LimitSpec {
        dimension,
        amount: limit.amount,
        window,
        reserve_permille: 0,
        standing: Standing::Ceiling,
    }
}

/// Without the zone a day is held over the longest that it can be.
fn pacific_day(start: Timestamp) -> Window {
    match ResetTime::parse("00:00 America/Los_Angeles") {
        Ok(reset) => Window::Resets(reset.edges(start)),
        Err(_) => Window::Sliding {
            per: Duration::from_secs(25 * 3_600),
        },
    }
}
