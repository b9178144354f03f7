//! One limit as it is written, in d8.toml and in the catalogue alike: read as a struct of options, judged afterwards.

use std::ops::Range;

use d8_core::limit::Dimension;
use serde::Deserialize;
use toml::Spanned;

use crate::config::fault::{Fault, one_of};
use crate::config::limit::period::Period;
use crate::config::limit::reset::ResetTime;
use crate::config::limit::rule::{Kind, Terms};
use crate::config::limit::scope::{Patterns, Spread};
use crate::text;
use crate::words::language::Language;

/// The keys of a limit.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitTable {
    requests: Option<Spanned<u64>>,
    tokens: Option<Spanned<u64>>,
    input_tokens: Option<Spanned<u64>>,
    output_tokens: Option<Spanned<u64>>,
    cost: Option<Spanned<f64>>,
    per: Option<Spanned<String>>,
    kind: Option<Spanned<String>>,
    resets: Option<Spanned<String>>,
    reserve: Option<Spanned<f64>>,
    models: Option<Spanned<Patterns>>,
}

/// One limit and the models that it is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WrittenLimit {
    pub(crate) terms: Terms,
    pub(crate) spread: Spread,
}

impl LimitTable {
    /// What it means. `span` is where it stands.
    pub(crate) fn judge(&self, span: Range<usize>) -> Result<WrittenLimit, Fault> {
        let (dimension, amount) = self.amount(span.clone())?;
        let Some(per) = &self.per else {
            return Err(Fault::new(text!("fault-limit-period"))
                .at(span)
                .hint(text!("fault-add-per")));
        };
        let period = Period::parse(per.as_ref()).map_err(|fault| fault.at(per.span()))?;
        let terms = Terms {
            dimension,
            amount,
            period,
            kind: self.kind(period)?,
            reserve_permille: self.reserve()?,
        };
        Ok(WrittenLimit {
            terms,
            spread: self.spread()?,
        })
    }

    fn amount(&self, span: Range<usize>) -> Result<(Dimension, u64), Fault> {
        let counts = [
            (Dimension::Requests, &self.requests),
            (Dimension::Tokens, &self.tokens),
            (Dimension::InputTokens, &self.input_tokens),
            (Dimension::OutputTokens, &self.output_tokens),
        ];
        let mut written: Vec<(Range<usize>, Dimension, u64)> = counts
            .into_iter()
            .filter_map(|(dimension, amount)| {
                amount
                    .as_ref()
                    .map(|amount| (amount.span(), dimension, *amount.as_ref()))
            })
            .collect();
        if let Some(dollars) = &self.cost {
            written.push((dollars.span(), Dimension::Cost, picodollars(dollars)?));
        }
        written.sort_by_key(|(span, ..)| span.start);
        match written[..] {
            [(_, dimension, amount)] => Ok((dimension, amount)),
            [] => Err(Fault::new(text!("fault-limit-of-what"))
                .at(span)
                .hint(text!("fault-limit-one-of"))),
            [_, (ref second, ..), ..] => Err(Fault::new(text!("fault-limit-of-two"))
                .at(second.clone())
                .hint(text!("fault-second-limit"))),
        }
    }

    fn kind(&self, period: Period) -> Result<Kind, Fault> {
        match (&self.kind, &self.resets) {
            (None, None) => Ok(Kind::Unknown),
            (Some(_), Some(resets)) => Err(Fault::new(text!("fault-kind-and-resets"))
                .at(resets.span())
                .hint(text!("fault-leave-kind-out"))),
            (Some(kind), None) => {
                let kinds = [
                    ("bucket", Kinds::Bucket),
                    ("sliding", Kinds::Sliding),
                    ("fixed", Kinds::Fixed),
                ];
                let named = one_of("kind", kind.as_ref(), &kinds).map_err(|fault| fault.at(kind.span()))?;
                Ok(match named {
                    Kinds::Bucket => Kind::Bucket,
                    Kinds::Sliding => Kind::Sliding,
                    Kinds::Fixed => Kind::Fixed,
                })
            }
            (None, Some(resets)) => reset(resets, period),
        }
    }

    fn reserve(&self) -> Result<u16, Fault> {
        let Some(reserve) = &self.reserve else { return Ok(0) };
        let share = *reserve.as_ref();
        if !(0.0..=1.0).contains(&share) {
            return Err(Fault::new(text!("fault-reserve", share = share.to_string())).at(reserve.span()));
        }
        Ok((share * 1000.0).round() as u16)
    }

    fn spread(&self) -> Result<Spread, Fault> {
        match &self.models {
            None => Ok(Spread::Each(Patterns::all())),
            Some(patterns) if patterns.as_ref().0.is_empty() => Err(Fault::new(text!("fault-limit-no-model"))
                .at(patterns.span())
                .hint(text!("fault-limit-all-models"))),
            Some(patterns) => Ok(Spread::Shared(patterns.as_ref().clone())),
        }
    }
}

/// The kinds that have a name.
#[derive(Copy, Clone)]
enum Kinds {
    Bucket,
    Sliding,
    Fixed,
}

fn reset(resets: &Spanned<String>, period: Period) -> Result<Kind, Fault> {
    let time = ResetTime::parse(resets.as_ref()).map_err(|fault| fault.at(resets.span()))?;
    if time.period() == period {
        return Ok(Kind::Resets(time));
    }
    let expected = time.period().canonical();
    Err(Fault::new(text!(
        "fault-reset-period",
        period = time.period().name(Language::spoken())
    ))
    .at(resets.span())
    .hint(text!("fault-reset-write", period = expected)))
}

fn picodollars(dollars: &Spanned<f64>) -> Result<u64, Fault> {
    let amount = *dollars.as_ref();
    // Up to here a float holds a cent's millionth, and the integer its picodollars.
    if !(0.0..=1_000_000.0).contains(&amount) {
        return Err(Fault::new(text!("fault-cost", amount = amount.to_string())).at(dollars.span()));
    }
    Ok((amount * 1e12).round() as u64)
}
