//! Fewer classes: the linear program grows with their number, and a file of work can have a size of its own in every line.

use super::Class;
use d8_core::id::TargetId;
use std::collections::BTreeMap;

/// So many classes of one set of targets are told apart.
const CLASSES: usize = 32;

/// The classes, those of one set of targets joined with their likes where they are many. A joined class has the mean size
/// of its members, so that nothing of the whole is lost; what a finer choice of targets could save is below what two
/// neighbours differ by. Where there is no choice of targets the sums alone matter, and one class says it all.
pub(super) fn merged(classes: &[Class]) -> Vec<Class> {
    let mut by_targets: BTreeMap<Vec<TargetId>, Vec<&Class>> = BTreeMap::new();
    for class in classes.iter().filter(|class| class.count > 0) {
        let mut targets = class.targets.clone();
        targets.sort_unstable();
        targets.dedup();
        by_targets.entry(targets).or_default().push(class);
    }
    let mut merged = Vec::new();
    for (targets, mut members) in by_targets {
        members.sort_by(|a, b| size(a).total_cmp(&size(b)));
        let equal = members.windows(2).all(|pair| pair[0].input_tokens == pair[1].input_tokens && pair[0].output_tokens == pair[1].output_tokens);
        let parts = if equal { 1 } else { CLASSES };
        let all: f64 = members.iter().map(|class| weight(class)).sum();
        let mut part: Vec<&Class> = Vec::new();
        let (mut taken, mut number) = (0.0, 1);
        for class in members {
            taken += weight(class);
            part.push(class);
            if taken >= all * f64::from(number) / parts as f64 {
                merged.push(joined(&targets, &part));
                part.clear();
                while taken >= all * f64::from(number) / parts as f64 {
                    number += 1;
                }
            }
        }
        if !part.is_empty() {
            merged.push(joined(&targets, &part));
        }
    }
    merged
}

fn size(class: &Class) -> f64 {
    class.input_tokens + class.output_tokens
}

/// Large tasks count for more: among them a difference matters.
fn weight(class: &Class) -> f64 {
    (size(class) + 1.0) * class.count as f64
}

fn joined(targets: &[TargetId], part: &[&Class]) -> Class {
    let count: u64 = part.iter().map(|class| class.count).sum();
    let mean = |of: fn(&Class) -> f64| part.iter().map(|class| of(class) * class.count as f64).sum::<f64>() / count as f64;
    Class {
        targets: targets.to_vec(),
        count,
        input_tokens: mean(|class| class.input_tokens),
        output_tokens: mean(|class| class.output_tokens),
    }
}
