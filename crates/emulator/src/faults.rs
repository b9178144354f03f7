//! Faults on demand: with a probability each, or ordered for the next requests.

use std::collections::VecDeque;
use std::str::FromStr;

use serde::Serialize;

use crate::counting::Provider;
use crate::dice::Dice;

/// What can go wrong with a request that the quota has let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 500, an internal error.
    ServerError,
    /// 503, overloaded.
    Unavailable,
    /// No answer, ever: until the client goes or the server is shut down.
    Hang,
    /// The connection is closed before any byte of an answer.
    Drop,
    /// The answer begins and the connection is closed in its middle.
    Cut,
    /// 200, and a body that is not JSON.
    Garbage,
}

impl FaultKind {
    /// All kinds of faults.
    pub const ALL: [FaultKind; 6] = [
        FaultKind::ServerError,
        FaultKind::Unavailable,
        FaultKind::Hang,
        FaultKind::Drop,
        FaultKind::Cut,
        FaultKind::Garbage,
    ];

    /// The kind's name, as `/__d8/faults` and the score write it.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::ServerError => "server_error",
            FaultKind::Unavailable => "unavailable",
            FaultKind::Hang => "hang",
            FaultKind::Drop => "drop",
            FaultKind::Cut => "cut",
            FaultKind::Garbage => "garbage",
        }
    }
}

impl FromStr for FaultKind {
    type Err = String;

    /// Reads a name, or the status `500` or `503`.
    fn from_str(text: &str) -> Result<FaultKind, String> {
        match text {
            "500" => Ok(FaultKind::ServerError),
            "503" => Ok(FaultKind::Unavailable),
            _ => FaultKind::ALL
                .into_iter()
                .find(|kind| kind.name() == text)
                .ok_or_else(|| {
                    let names: Vec<&str> = FaultKind::ALL.iter().map(|kind| kind.name()).collect();
                    format!("unknown fault `{text}`: use one of {}, 500, 503", names.join(", "))
                }),
        }
    }
}

/// The probability of each fault, per admitted request. Their sum should not pass 1; what is above it never happens.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Faults {
    /// Probability of 500.
    pub server_error: f64,
    /// Probability of 503.
    pub unavailable: f64,
    /// Probability of no answer.
    pub hang: f64,
    /// Probability of a closed connection before any byte.
    pub drop: f64,
    /// Probability of an answer cut in its middle.
    pub cut: f64,
    /// Probability of a body that is not JSON.
    pub garbage: f64,
}

impl Faults {
    /// One throw: at most one fault.
    pub fn throw(&self, dice: &mut Dice) -> Option<FaultKind> {
        let mut left = dice.fraction();
        FaultKind::ALL.into_iter().find(|&kind| {
            left -= self.probability(kind);
            left < 0.0
        })
    }

    /// The probability of one kind.
    pub fn probability(&self, kind: FaultKind) -> f64 {
        match kind {
            FaultKind::ServerError => self.server_error,
            FaultKind::Unavailable => self.unavailable,
            FaultKind::Hang => self.hang,
            FaultKind::Drop => self.drop,
            FaultKind::Cut => self.cut,
            FaultKind::Garbage => self.garbage,
        }
    }
}

/// Faults that were ordered for the next admitted requests.
#[derive(Debug, Default)]
pub(crate) struct Ordered(VecDeque<Order>);

#[derive(Debug)]
struct Order {
    kind: FaultKind,
    left: u64,
    provider: Option<Provider>,
}

impl Ordered {
    pub(crate) fn order(&mut self, kind: FaultKind, count: u64, provider: Option<Provider>) {
        if count > 0 {
            self.0.push_back(Order {
                kind,
                left: count,
                provider,
            });
        }
    }

    /// The fault that is due for a request to this provider, if one was ordered.
    pub(crate) fn take(&mut self, provider: Provider) -> Option<FaultKind> {
        let due = self
            .0
            .iter()
            .position(|order| order.provider.is_none_or(|wanted| wanted == provider))?;
        let order = &mut self.0[due];
        let kind = order.kind;
        order.left -= 1;
        if order.left == 0 {
            self.0.remove(due);
        }
        Some(kind)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn faults_come_as_often_as_they_are_asked_for() {
        let faults = Faults {
            unavailable: 0.25,
            drop: 0.05,
            ..Faults::default()
        };
        let thrown: Vec<_> = (0..4_000)
            .map(|number| faults.throw(&mut Dice::new(3, number)))
            .collect();
        let count = |kind| thrown.iter().filter(|fault| **fault == kind).count();
        assert!((900..1_100).contains(&count(Some(FaultKind::Unavailable))));
        assert!((150..250).contains(&count(Some(FaultKind::Drop))));
        assert_eq!(count(Some(FaultKind::Hang)), 0);
    }

    #[test]
    fn ordered_faults_come_in_order_and_only_where_they_were_ordered() {
        let mut ordered = Ordered::default();
        ordered.order(FaultKind::Drop, 1, Some(Provider::Gemini));
        ordered.order(FaultKind::Hang, 2, None);
        let taken: Vec<_> = [Provider::Groq, Provider::Gemini, Provider::Groq, Provider::Groq]
            .into_iter()
            .map(|provider| ordered.take(provider))
            .collect();
        assert_eq!(
            taken,
            [
                Some(FaultKind::Hang),
                Some(FaultKind::Drop),
                Some(FaultKind::Hang),
                None
            ]
        );
    }

    #[test]
    fn names_and_statuses_are_read() {
        for kind in FaultKind::ALL {
            assert_eq!(kind.name().parse::<FaultKind>().unwrap(), kind);
        }
        assert_eq!("503".parse(), Ok(FaultKind::Unavailable));
        assert!("teapot".parse::<FaultKind>().unwrap_err().contains("teapot"));
    }
}
