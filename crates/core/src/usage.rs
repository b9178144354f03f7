//! What one attempt asks of the limits, and what it took in the end.

use crate::limit::Dimension;
use crate::money::{Picodollars, Price};

/// Tokens that an attempt used, as the provider said.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of the answer, thinking included.
    pub output_tokens: u64,
}

/// What is known of a task's size before it is sent.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Estimate {
    /// The reservation for the prompt: rather too much than too little.
    pub input_tokens: u32,
    /// The least that the prompt can be: what is larger than a limit even so can never be sent.
    pub input_tokens_least: u32,
    /// `max_tokens` of the request, where it names one.
    pub max_output_tokens: Option<u32>,
}

/// When a provider charges output tokens.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum OutputCharge {
    /// `max_tokens` at admission, corrected by the answer: Groq, OpenAI, Cerebras.
    AtAdmission,
    /// As they are produced: Anthropic, Gemini.
    AsProduced,
}

/// How a target turns a task into an amount of each dimension.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct CostRule {
    /// When output is charged.
    pub output_charge: OutputCharge,
    /// Output tokens to reserve for a request that names no `max_tokens`.
    pub default_output_tokens: u32,
    /// Money for tokens.
    pub price: Price,
}

/// An amount of every dimension at once.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Spend {
    /// Requests: one while or after it was sent, zero for one that never left.
    pub requests: u32,
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
    /// Money.
    pub cost: Picodollars,
}

impl Spend {
    /// Nothing: what never left has spent nothing.
    pub const NONE: Self = Self {
        requests: 0,
        input_tokens: 0,
        output_tokens: 0,
        cost: Picodollars::ZERO,
    };

    /// A refused request, where the provider may count it.
    pub const REFUSED: Self = Self {
        requests: 1,
        ..Self::NONE
    };

    /// The amount of one dimension.
    pub fn of(&self, dimension: Dimension) -> u64 {
        match dimension {
            Dimension::Requests | Dimension::Concurrency => u64::from(self.requests),
            Dimension::Tokens => self.input_tokens.saturating_add(self.output_tokens),
            Dimension::InputTokens => self.input_tokens,
            Dimension::OutputTokens => self.output_tokens,
            Dimension::Cost => self.cost.0,
        }
    }
}

impl Usage {
    /// Some workers tell one sum of both kinds of tokens: the prompt's part of it is the estimate's.
    pub(crate) fn parted(self, estimate: &Estimate) -> Self {
        if self.input_tokens > 0 {
            return self;
        }
        let input_tokens = u64::from(estimate.input_tokens).min(self.output_tokens);
        Self {
            input_tokens,
            output_tokens: self.output_tokens - input_tokens,
        }
    }
}

impl CostRule {
    /// What to reserve for a task before it is sent.
    pub fn reserve(&self, estimate: &Estimate) -> Spend {
        let input = u64::from(estimate.input_tokens);
        let output = u64::from(estimate.max_output_tokens.unwrap_or(self.default_output_tokens));
        Spend {
            requests: 1,
            input_tokens: input,
            output_tokens: output,
            cost: self.price.of(input, output),
        }
    }

    /// The least that a provider can charge a task at admission: what exceeds a limit even so can never be served.
    pub fn least(&self, estimate: &Estimate) -> Spend {
        let input = u64::from(estimate.input_tokens_least);
        let output = match self.output_charge {
            OutputCharge::AtAdmission => u64::from(estimate.max_output_tokens.unwrap_or(0)),
            OutputCharge::AsProduced => 0,
        };
        Spend {
            requests: 1,
            input_tokens: input,
            output_tokens: output,
            cost: Picodollars::ZERO,
        }
    }

    /// What an answered attempt really took.
    pub fn settled(&self, usage: Usage) -> Spend {
        Spend {
            requests: 1,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost: self.price.of(usage.input_tokens, usage.output_tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sum_of_tokens_is_parted_by_the_estimate() {
        let estimate = Estimate {
            input_tokens: 100,
            ..Estimate::default()
        };
        let parted = |input_tokens, output_tokens| {
            let usage = Usage {
                input_tokens,
                output_tokens,
            };
            let Usage {
                input_tokens,
                output_tokens,
            } = usage.parted(&estimate);
            (input_tokens, output_tokens)
        };
        assert_eq!(
            [parted(0, 250), parted(0, 40), parted(7, 250)],
            [(100, 150), (40, 0), (7, 250)]
        );
    }
}
