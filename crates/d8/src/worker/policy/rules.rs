//! What each of the Hive's workers kept to.

use std::time::Duration;

use d8_core::limit::Dimension;

use super::MARGIN;
use super::pace::Cap;
use crate::config::{Account, Policy};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// What a policy says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// As d8.toml calls it.
    pub(super) name: &'static str,
    pub(super) caps: Vec<Cap>,
    /// How often a refused request is sent again.
    pub(super) retries: u32,
    /// The first wait before that; each further one is twice as long.
    pub(super) first_wait: Duration,
}

impl Rules {
    /// Those of an account's policy, where time runs `speed` times as fast; none where the ledger decides.
    pub fn of(account: &Account, speed: u32) -> Option<Self> {
        let speed = speed.max(1);
        let cap = |requests: usize, per: Duration| Cap {
            requests: requests.max(1),
            per: (per + MARGIN) / speed,
        };
        let (caps, retries) = match account.policy {
            Policy::D8 => return None,
            Policy::Plain => (Vec::new(), 0),
            Policy::Resilient => {
                let (requests, per) = two_thirds(account).unwrap_or((10, MINUTE));
                (vec![cap(requests, per)], 5)
            }
            Policy::Groq => (vec![cap(30, MINUTE), cap(14_400, DAY)], 0),
        };
        Some(Self {
            name: account.policy.name(),
            caps,
            retries,
            first_wait: Duration::from_secs(2) / speed,
        })
    }

    /// How long to wait before a request is sent again that has been so often; none: it is given up.
    pub(super) fn backoff(&self, retries: u32) -> Option<Duration> {
        (retries < self.retries).then(|| self.first_wait * 2_u32.saturating_pow(retries))
    }
}

/// Two thirds of what the account's limits allow in a minute, or in the shorter time that they name.
fn two_thirds(account: &Account) -> Option<(usize, Duration)> {
    let of_a_minute = account.limits.iter().filter(|limit| {
        limit.spec.dimension == Dimension::Requests && !limit.nominal.is_zero() && limit.nominal <= MINUTE
    });
    let tightest = of_a_minute.min_by_key(|limit| (limit.nominal, limit.spec.amount))?;
    let requests = tightest.spec.amount.saturating_mul(2) / 3;
    Some((usize::try_from(requests).unwrap_or(usize::MAX), tightest.nominal))
}
