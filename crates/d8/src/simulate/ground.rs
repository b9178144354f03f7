//! What a configuration stands on: its targets, the providers behind them with their true limits, and what is believed
//! of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use d8_core::id::{AccountId, LimitId, RouteId, TargetId, WorkerId};
use d8_core::limit::{Dimension, LimitSpec, Window};
use d8_core::setup::Setup;
use d8_core::time::Timestamp;
use d8_core::usage::CostRule;
use d8_emulator as judge;
use d8_store::Names;

use super::conditions::{Belief, Conditions};
use super::workload::Workload;
use crate::config::limit::reset::ResetTime;
use crate::config::{Account, Config, HeaderStyle, Limit, Wire};
use crate::orchestrator::Plan;

/// An account and a model.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) id: TargetId,
    pub(super) account: usize,
    pub(super) provider: usize,
    pub(super) model: String,
    pub(super) cost: CostRule,
}

/// One account, as its clients see it.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) name: String,
    pub(super) id: AccountId,
    pub(super) worker: WorkerId,
    pub(super) concurrency: u32,
    /// Requests a minute that are believed to be allowed, over its default model.
    pub(super) per_minute: Option<(u64, Duration)>,
}

/// One limit of a provider.
#[derive(Clone, Debug)]
pub(super) struct TrueLimit {
    pub(super) id: LimitId,
    pub(super) label: String,
    pub(super) called: String,
    /// The account that it is shown with.
    pub(super) account: String,
    pub(super) models: Vec<String>,
    pub(super) spec: LimitSpec,
    /// The period by its name; none for concurrency.
    pub(super) nominal: Option<Duration>,
}

/// One quota: what its accounts have together.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    pub(super) accounts: Vec<String>,
    pub(super) wire: Wire,
    pub(super) headers: HeaderStyle,
    pub(super) limits: Vec<TrueLimit>,
    /// Models that together have all of these limits.
    pub(super) models: Vec<String>,
    /// The same in the terms of the emulator, and behind them the slices of some.
    pub(super) counted: Arc<[judge::Limit]>,
    /// For each slice the limit that it is a slice of.
    pub(super) sliced: Vec<usize>,
}

/// Everything that stands still while a world runs.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) places: Vec<Place>,
    pub(super) by_target: BTreeMap<TargetId, usize>,
    pub(super) clients: Vec<Client>,
    pub(super) quotas: Vec<Quota>,
    /// The routes of the workload, and the places of each in their order.
    pub(super) routes: Vec<(RouteId, Vec<usize>)>,
    /// What D8 is told.
    pub(super) believed: Setup,
    /// What is so.
    pub(super) truth: Setup,
}

impl Ground {
    pub(super) fn new(config: &Config, workload: &Workload, conditions: &Conditions) -> Self {
        let believed_config = believed(config, conditions.belief);
        let mut names = Names::default();
        let truth = Plan::new(config, &mut names);
        let mut believed = Plan::new(&believed_config, &mut names);
        let quotas = quotas(config, &mut names, conditions);
        let mut ground = Self {
            places: Vec::new(),
            by_target: BTreeMap::new(),
            clients: Vec::new(),
            quotas: Vec::new(),
            routes: Vec::new(),
            believed: Setup::default(),
            truth: truth.setup,
        };
        for (index, (account, told)) in config.accounts.iter().zip(&believed_config.accounts).enumerate() {
            ground.clients.push(client(account, told, &mut names));
            let provider = quotas.iter().position(|(key, _)| *key == account.quota_key);
            for model in &account.models {
                let words = truth
                    .targets
                    .iter()
                    .find(|(_, words)| words.account == account.name && words.model == model.id);
                if let (Some((id, _)), Some(provider)) = (words, provider) {
                    ground.by_target.insert(*id, ground.places.len());
                    ground.places.push(Place {
                        id: *id,
                        account: index,
                        provider,
                        model: model.id.clone(),
                        cost: model.cost_rule,
                    });
                }
            }
        }
        for route in &workload.routes {
            let (id, spec) = believed.route(route, &mut names);
            let targets = truth_places(&ground, &believed.targets_of(route));
            ground.routes.push((id, targets));
            if believed.setup.routes.iter().all(|(known, _)| *known != id) {
                believed.setup.routes.push((id, spec));
            }
        }
        ground.believed = believed.setup;
        ground.quotas = quotas.into_iter().map(|(_, quota)| quota).collect();
        ground
    }
}

fn truth_places(ground: &Ground, targets: &[TargetId]) -> Vec<usize> {
    targets
        .iter()
        .filter_map(|target| ground.by_target.get(target).copied())
        .collect()
}

/// The configuration as D8 is told it.
fn believed(config: &Config, belief: Belief) -> Config {
    let mut config = config.clone();
    for account in &mut config.accounts {
        let is_place = |limit: &Limit| limit.spec.dimension == Dimension::Concurrency;
        match belief {
            Belief::True => {}
            Belief::Unknown => account.limits.retain(is_place),
            Belief::Times(times) => {
                for limit in account.limits.iter_mut().filter(|limit| !is_place(limit)) {
                    limit.spec.amount = (limit.spec.amount as f64 * times).round() as u64;
                }
            }
        }
    }
    config
}

fn client(account: &Account, told: &Account, names: &mut Names) -> Client {
    let model = account
        .default_model()
        .map(|model| model.id.clone())
        .unwrap_or_default();
    let shortest = told
        .limits
        .iter()
        .filter(|limit| limit.spec.dimension == Dimension::Requests && limit.models.contains(&model))
        .min_by_key(|limit| limit.nominal);
    Client {
        name: account.name.clone(),
        id: names.intern(&account.name),
        worker: names.intern(&format!("simulated:{}", account.name)),
        concurrency: account.concurrency,
        per_minute: shortest.map(|limit| (limit.spec.amount, limit.nominal)),
    }
}

/// The quotas by their keys, in the order of the accounts.
fn quotas(config: &Config, names: &mut Names, conditions: &Conditions) -> Vec<(String, Quota)> {
    let mut quotas: Vec<(String, Quota)> = Vec::new();
    for account in &config.accounts {
        let known = quotas.iter().position(|(key, _)| *key == account.quota_key);
        let at = known.unwrap_or_else(|| {
            let quota = Quota {
                accounts: Vec::new(),
                wire: account.wire,
                headers: account.header_style,
                limits: Vec::new(),
                models: Vec::new(),
                counted: Arc::from([]),
                sliced: Vec::new(),
            };
            quotas.push((account.quota_key.clone(), quota));
            quotas.len() - 1
        });
        let quota = &mut quotas[at].1;
        quota.accounts.push(account.name.clone());
        for limit in &account.limits {
            let id: LimitId = names.intern(&limit.key);
            match quota.limits.iter_mut().find(|known| known.id == id) {
                Some(known) => {
                    let fresh = limit.models.iter().filter(|model| !known.models.contains(model));
                    let fresh: Vec<String> = fresh.cloned().collect();
                    known.models.extend(fresh);
                }
                None => quota.limits.push(TrueLimit {
                    id,
                    label: limit.label.clone(),
                    called: limit.called.clone(),
                    account: account.name.clone(),
                    models: limit.models.clone(),
                    spec: limit.spec.clone(),
                    nominal: (limit.spec.dimension != Dimension::Concurrency).then_some(limit.nominal),
                }),
            }
        }
    }
    for (_, quota) in &mut quotas {
        for model in quota.limits.iter().filter_map(|limit| limit.models.first()) {
            if !quota.models.contains(model) {
                quota.models.push(model.clone());
            }
        }
        let wire = quota.wire;
        let whole = quota.limits.iter().map(|limit| counted(limit, wire, conditions.start));
        let mut all: Vec<judge::Limit> = whole.collect();
        for (index, limit) in quota.limits.iter().enumerate().filter(|_| conditions.slices) {
            let slice = slice(limit, &all[index]);
            quota.sliced.extend(slice.iter().map(|_| index));
            all.extend(slice);
        }
        quota.counted = all.into();
    }
    quotas
}

/// The second's share of a minute's requests, by the second.
fn slice(limit: &TrueLimit, counted: &judge::Limit) -> Option<judge::Limit> {
    let is_minute = limit.nominal == Some(Duration::from_secs(60)) && limit.spec.dimension == Dimension::Requests;
    is_minute.then(|| judge::Limit {
        amount: limit.spec.amount.div_ceil(60),
        per: judge::MINUTE / 60,
        kind: judge::Kind::Fixed,
        ..counted.clone()
    })
}

/// A limit in the emulator's terms.
fn counted(limit: &TrueLimit, wire: Wire, start: Timestamp) -> judge::Limit {
    let micros = |per: Duration| i64::try_from(per.as_micros()).unwrap_or(i64::MAX);
    let nominal = micros(limit.nominal.unwrap_or_default());
    let (kind, per) = match &limit.spec.window {
        Window::InFlight => (judge::Kind::Fixed, 0),
        Window::Bucket { per } => (judge::Kind::Bucket, micros(*per)),
        Window::Sliding { per } => (judge::Kind::Sliding, micros(*per)),
        Window::Fixed { per } => (judge::Kind::Fixed, micros(*per)),
        Window::Resets(edges) if is_pacific(edges, start) => (judge::Kind::PacificDay, nominal),
        Window::Resets(edges) => {
            let edges = edges.iter().map(|edge| edge.as_micros()).collect();
            (judge::Kind::Edges(edges), nominal)
        }
    };
    judge::Limit {
        provider: match wire {
            Wire::Gemini => judge::Provider::Gemini,
            Wire::OpenAi => judge::Provider::Groq,
        },
        dimension: match limit.spec.dimension {
            Dimension::Requests => judge::Dimension::Requests,
            Dimension::Tokens => judge::Dimension::Tokens,
            Dimension::InputTokens => judge::Dimension::InputTokens,
            Dimension::OutputTokens => judge::Dimension::OutputTokens,
            Dimension::Cost => judge::Dimension::Money,
            Dimension::Concurrency => judge::Dimension::Concurrency,
        },
        amount: limit.spec.amount,
        per,
        kind,
        scope: judge::Scope::Models(limit.models.clone()),
    }
}

/// Days that end at midnight in Los Angeles: the emulator has a calendar of its own for them.
fn is_pacific(edges: &[Timestamp], start: Timestamp) -> bool {
    ResetTime::parse("00:00 America/Los_Angeles").is_ok_and(|reset| *reset.edges(start) == *edges)
}
