//! The flags that say a workload, for `d8 plan` and `d8 simulate` alike.

use clap::Args;

use crate::plan::amount;
use crate::plan::work::Demand;

/// Tokens of a prompt where nobody says.
const INPUT: u32 = 300;
/// Tokens of an answer where nobody says.
const OUTPUT: u32 = 200;

#[derive(Debug, Args)]
pub(super) struct WorkloadFlags {
    /// So many tasks a day, such as 1500, 10,000 or 20k
    #[arg(long, value_name = "N", value_parser = amount::count, allow_hyphen_values = true)]
    per_day: Option<u64>,
    /// Tokens of a prompt; 300 if not said
    #[arg(long, value_name = "N", value_parser = amount::tokens, allow_hyphen_values = true)]
    in_tokens: Option<u32>,
    /// Tokens of an answer, on average; 200 if not said
    #[arg(long, value_name = "N", value_parser = amount::tokens, allow_hyphen_values = true)]
    out_tokens: Option<u32>,
    /// Tokens of all prompts in a month of 30 days, such as 50M, in place of --in-tokens
    #[arg(long, value_name = "N", value_parser = amount::count, requires = "per_day", conflicts_with = "in_tokens",
        allow_hyphen_values = true)]
    in_per_month: Option<u64>,
    /// Tokens of all answers in a month of 30 days, such as 20M, in place of --out-tokens
    #[arg(long, value_name = "N", value_parser = amount::count, requires = "per_day", conflicts_with = "out_tokens",
        allow_hyphen_values = true)]
    out_per_month: Option<u64>,
}

impl WorkloadFlags {
    /// The work that they say; none without --per-day.
    pub(super) fn demand(&self) -> Option<Demand> {
        Some(self.of(self.per_day?))
    }

    /// So many tasks a day of the size that they say.
    pub(super) fn of(&self, per_day: u64) -> Demand {
        let demand = Demand::a_day(per_day, self.input(), self.output());
        Demand {
            input: self.in_per_month.map_or(demand.input, u128::from),
            output: self.out_per_month.map_or(demand.output, u128::from),
            ..demand
        }
    }

    /// How many tasks a day, where they say it.
    pub(super) fn per_day(&self) -> Option<u64> {
        self.per_day
    }

    /// Tokens of a prompt, where they say it for each task.
    pub(super) fn said_input(&self) -> Option<u32> {
        self.in_tokens
    }

    /// Tokens of a prompt.
    pub(super) fn input(&self) -> u32 {
        self.in_tokens.unwrap_or(INPUT)
    }

    /// Tokens of an answer.
    pub(super) fn output(&self) -> u32 {
        self.out_tokens.unwrap_or(OUTPUT)
    }
}
