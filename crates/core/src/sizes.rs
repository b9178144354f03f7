//! How large a target's tasks turn out to be: an estimate ten times too high would wait for quota that nobody needs.

use crate::setup::TargetSpec;
use crate::usage::{Estimate, OutputCharge, Spend, Usage};

/// So many must have been seen before anything follows from them.
const ENOUGH: u32 = 20;
/// Older ones count half each time that so many have come.
const FADES: u32 = 512;
/// Four steps to each power of two.
const STEPS: usize = 4;
const BUCKETS: usize = 33 * STEPS;

/// Whole numbers, counted in steps of a fifth at most.
#[derive(Clone, Debug)]
struct Histogram {
    counts: [u32; BUCKETS],
    sum: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: [0; BUCKETS],
            sum: 0,
        }
    }
}

impl Histogram {
    fn add(&mut self, value: u64) {
        if self.sum >= FADES {
            self.counts.iter_mut().for_each(|count| *count /= 2);
            self.sum = self.counts.iter().sum();
        }
        self.counts[bucket(value)] += 1;
        self.sum += 1;
    }

    /// No more than `permille` of a thousand were larger; none where too few were seen.
    fn quantile(&self, permille: u32) -> Option<u64> {
        if self.sum < ENOUGH {
            return None;
        }
        let wanted = (u64::from(self.sum) * u64::from(permille)).div_ceil(1_000);
        let mut seen = 0_u64;
        let at = self.counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= wanted
        })?;
        Some(upper_edge(at))
    }

    /// The mean; none where too few were seen.
    fn mean(&self) -> Option<u64> {
        if self.sum < ENOUGH {
            return None;
        }
        let middle = |at: usize| (upper_edge(at.saturating_sub(1)) + upper_edge(at)).div_ceil(2);
        let counted = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let sum: u64 = counted.map(|(at, count)| middle(at) * u64::from(*count)).sum();
        Some(sum / u64::from(self.sum))
    }
}

fn bucket(value: u64) -> usize {
    let value = value.clamp(1, u64::from(u32::MAX));
    let power = value.ilog2() as usize;
    let step = ((value - (1 << power)) * STEPS as u64) >> power;
    (power * STEPS + step as usize).min(BUCKETS - 1)
}

/// The largest number in a bucket.
fn upper_edge(bucket: usize) -> u64 {
    let (power, step) = (bucket / STEPS, (bucket % STEPS) as u64 + 1);
    let below = ((1_u64 << power) * step).div_ceil(STEPS as u64) + (1 << power);
    below.saturating_sub(1).max(1)
}

/// What the tasks of one target really took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sizes {
    output: Histogram,
    /// Thousandths of the estimate that the prompts turned out to be.
    input: Histogram,
}

impl Sizes {
    pub(crate) fn learn(&mut self, estimate: &Estimate, usage: Usage) {
        self.output.add(usage.output_tokens);
        if usage.input_tokens > 0 && estimate.input_tokens > 0 {
            self.input
                .add(usage.input_tokens.saturating_mul(1_000) / u64::from(estimate.input_tokens));
        }
    }

    /// What a task of so many estimated tokens takes in the mean, as far as that is known.
    pub(crate) fn usual(&self, input_tokens: u64) -> Option<Usage> {
        let output_tokens = self.output.mean()?;
        let input_tokens = match self.input.mean() {
            Some(thousandths) => (input_tokens * thousandths).div_ceil(1_000),
            None => input_tokens,
        };
        Some(Usage {
            input_tokens,
            output_tokens,
        })
    }

    /// What to reserve for a task before it is sent: what nearly all of its kind turned out to need.
    pub(crate) fn reserve(&self, spec: &TargetSpec, estimate: &Estimate) -> Spend {
        const NEARLY_ALL: u32 = 980;
        // Prompts are counted at admission, where one that is larger than reserved may be refused.
        const ALL: u32 = 1_000;
        let plain = spec.cost.reserve(estimate);
        let input = match self.input.quantile(ALL) {
            Some(thousandths) => (u64::from(estimate.input_tokens) * thousandths).div_ceil(1_000).max(1),
            None => plain.input_tokens,
        };
        let seen = self.output.quantile(NEARLY_ALL);
        let output = match (spec.cost.output_charge, estimate.max_output_tokens, seen) {
            // The provider reserves just that, whatever comes of it.
            (OutputCharge::AtAdmission, Some(_), _) | (_, _, None) => plain.output_tokens,
            (_, Some(most), Some(seen)) => seen.min(u64::from(most)),
            (_, None, Some(seen)) => seen,
        };
        Spend {
            input_tokens: input,
            output_tokens: output,
            cost: spec.cost.price.of(input, output),
            ..plain
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;
    use crate::money::Price;
    use crate::usage::CostRule;

    fn target(output_charge: OutputCharge) -> TargetSpec {
        TargetSpec {
            account: AccountId(1),
            limits: Vec::new(),
            cost: CostRule {
                output_charge,
                default_output_tokens: 1_024,
                price: Price::default(),
            },
        }
    }

    fn task(max_output_tokens: Option<u32>) -> Estimate {
        Estimate {
            input_tokens: 1_000,
            input_tokens_least: 100,
            max_output_tokens,
        }
    }

    fn seen(count: u64) -> Sizes {
        let mut sizes = Sizes::default();
        for number in 0..count {
            let usage = Usage {
                input_tokens: 280 + number % 20,
                output_tokens: 50 + number % 50,
            };
            sizes.learn(&task(None), usage);
        }
        sizes
    }

    #[test]
    fn edges_hold_what_was_counted() {
        for value in (1..5_000).chain([1 << 20, u64::from(u32::MAX)]) {
            let edge = upper_edge(bucket(value));
            assert!(
                edge >= value && edge <= value + value / 4 + 1,
                "{value} is counted as {edge}"
            );
        }
    }

    #[test]
    fn what_is_usual_is_the_mean_once_enough_was_seen() {
        assert_eq!(seen(10).usual(1_000), None);
        let usual = seen(100).usual(1_000).unwrap_or_default();
        assert!((270..=320).contains(&usual.input_tokens), "{usual:?}");
        assert!((65..=90).contains(&usual.output_tokens), "{usual:?}");
    }

    #[test]
    fn a_few_answers_change_nothing() {
        let spend = seen(10).reserve(&target(OutputCharge::AsProduced), &task(None));
        assert_eq!((spend.input_tokens, spend.output_tokens), (1_000, 1_024));
    }

    #[test]
    fn reservations_follow_what_tasks_really_took() {
        let spend = seen(100).reserve(&target(OutputCharge::AsProduced), &task(None));
        assert!((299..=400).contains(&spend.input_tokens), "{spend:?}");
        assert!((99..=130).contains(&spend.output_tokens), "{spend:?}");
        let small = seen(100).reserve(&target(OutputCharge::AsProduced), &task(Some(20)));
        assert_eq!(small.output_tokens, 20);
    }

    #[test]
    fn what_the_provider_reserves_itself_is_reserved() {
        let spend = seen(100).reserve(&target(OutputCharge::AtAdmission), &task(Some(800)));
        assert_eq!(spend.output_tokens, 800);
    }
}
