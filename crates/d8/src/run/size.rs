//! How large lines are: at least, before they are answered, and as their answers told. It bounds how fast they can be done.

use std::collections::BTreeMap;

use d8_core::id::TargetId;
use d8_wire::ChatRequest;
use serde::Deserialize;

use crate::bound::Class;
use crate::task::estimate;

/// Tokens of one line.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Size {
    input: u32,
    output: u32,
}

/// The lines of one route by their size.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sizes(BTreeMap<Size, u64>);

#[derive(Deserialize)]
struct Answer {
    usage: Usage,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

impl Size {
    /// What a request takes at least.
    pub(super) fn least(request: &ChatRequest) -> Self {
        Self {
            input: estimate(request).input_tokens_least,
            output: 0,
        }
    }

    /// What an answer says that it took.
    pub(super) fn told(answer: &[u8]) -> Option<Self> {
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        Some(Self {
            input: answer.usage.prompt_tokens,
            output: answer.usage.completion_tokens,
        })
    }
}

impl Sizes {
    pub(super) fn add(&mut self, size: Size) {
        *self.0.entry(size).or_default() += 1;
    }

    /// One class for each size.
    pub(super) fn classes<'a>(&'a self, targets: &'a [TargetId]) -> impl Iterator<Item = Class> + 'a {
        self.0.iter().map(|(size, count)| Class {
            targets: targets.to_vec(),
            count: *count,
            input_tokens: f64::from(size.input),
            output_tokens: f64::from(size.output),
        })
    }

    /// All of them as one class of their mean size: good enough for a forecast, and quick.
    pub(super) fn mean_class(&self, targets: &[TargetId]) -> Class {
        let count: u64 = self.0.values().sum();
        let mean = |of: fn(&Size) -> u32| {
            let sum: f64 = self
                .0
                .iter()
                .map(|(size, count)| f64::from(of(size)) * *count as f64)
                .sum();
            sum / count.max(1) as f64
        };
        Class {
            targets: targets.to_vec(),
            count,
            input_tokens: mean(|size| size.input),
            output_tokens: mean(|size| size.output),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_what_it_took() {
        let told = Size::told(br#"{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":7,"total_time":0.1}}"#);
        assert_eq!(told, Some(Size { input: 12, output: 7 }));
        for silent in [&b"{}"[..], b"not JSON", br#"{"usage":null}"#] {
            assert_eq!(Size::told(silent), None);
        }
    }

    #[test]
    fn sizes_keep_their_sum_when_they_become_one_class() {
        let mut sizes = Sizes::default();
        for input in [10, 10, 40] {
            sizes.add(Size { input, output: 3 });
        }
        let mean = sizes.mean_class(&[TargetId(1)]);
        assert_eq!((mean.count, mean.input_tokens, mean.output_tokens), (3, 20.0, 3.0));
        let counts: Vec<u64> = sizes.classes(&[TargetId(1)]).map(|class| class.count).collect();
        assert_eq!(counts, [2, 1]);
    }
}
