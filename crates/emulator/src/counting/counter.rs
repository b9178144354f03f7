//! One limit's count for one scope: the four ways of counting and the gauge behind one set of calls.

use super::bucket::Bucket;
use super::calendar::Calendar;
use super::gauge::Gauge;
use super::limit::{Dimension, Kind, Limit, Micros, Speed};
use super::log::Log;
use super::refusal::Wait;
use super::window::Window;

#[derive(Debug, Clone)]
pub(super) enum Counter {
    Bucket(Bucket),
    Window(Window),
    Log(Log),
    Gauge(Gauge),
}

/// What is to be settled: which arrival, when it came, what it reserved and what it really used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settlement {
    pub(super) ticket: u64,
    pub(super) arrived: Micros,
    pub(super) reserved: u64,
    pub(super) real: u64,
}

impl Counter {
    pub(super) fn new(limit: &Limit, speed: Speed) -> Counter {
        if limit.dimension == Dimension::Concurrency {
            return Counter::Gauge(Gauge::new(limit.amount));
        }
        let per = counted_per(limit, speed);
        match &limit.kind {
            Kind::Bucket => Counter::Bucket(Bucket::new(limit.amount, per)),
            Kind::Sliding => Counter::Log(Log::new(limit.amount, per)),
            Kind::PacificDay if speed.is_real() => Counter::Window(Window::new(limit.amount, Calendar::PacificDay)),
            Kind::Edges(edges) => Counter::Window(Window::new(limit.amount, Calendar::Edges(edges.clone()))),
            Kind::Fixed | Kind::PacificDay => Counter::Window(Window::new(limit.amount, Calendar::Every(per))),
        }
    }

    /// What is used now, rounded up to whole units.
    pub(super) fn used(&mut self, now: Micros) -> u64 {
        match self {
            Counter::Bucket(bucket) => bucket.used(now),
            Counter::Window(window) => window.used(now),
            Counter::Log(log) => log.used(now),
            Counter::Gauge(gauge) => gauge.open(),
        }
    }

    /// How long until nothing is used, if nothing else arrives.
    pub(super) fn full_in(&mut self, now: Micros) -> Micros {
        match self {
            Counter::Bucket(bucket) => bucket.full_in(now),
            Counter::Window(window) => window.full_in(now),
            Counter::Log(log) => log.full_in(now),
            Counter::Gauge(_) => 0,
        }
    }

    /// How long until `cost` fits; `None` when it fits now.
    pub(super) fn wait(&mut self, now: Micros, cost: u64) -> Option<Wait> {
        match self {
            Counter::Bucket(bucket) => bucket.wait(now, cost),
            Counter::Window(window) => window.wait(now, cost),
            Counter::Log(log) => log.wait(now, cost),
            Counter::Gauge(gauge) => gauge.wait(),
        }
    }

    pub(super) fn add(&mut self, now: Micros, ticket: u64, cost: u64) {
        match self {
            Counter::Bucket(bucket) => bucket.add(now, cost),
            Counter::Window(window) => window.add(now, cost),
            Counter::Log(log) => log.add(now, ticket, cost),
            Counter::Gauge(gauge) => gauge.enter(),
        }
    }

    pub(super) fn settle(&mut self, now: Micros, what: Settlement) {
        match self {
            Counter::Bucket(bucket) => bucket.amend(now, what.reserved, what.real),
            Counter::Window(window) => window.amend(now, what.arrived, what.reserved, what.real),
            Counter::Log(log) => log.amend(now, what.ticket, what.real),
            Counter::Gauge(gauge) => gauge.leave(),
        }
    }
}

/// The period as it is counted.
pub(super) fn counted_per(limit: &Limit, speed: Speed) -> Micros {
    speed.shorten(limit.per)
}
