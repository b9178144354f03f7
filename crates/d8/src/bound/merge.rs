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
    let mut by_targets: BTreeMap<Vec<TargetId>, Vec<Class>> = BTreeMap::new();
    for class in classes.iter().filter(|class| class.count > 0) {
        let mut targets = class.targets.clone();
        targets.sort_unstable();
        targets.dedup();
        by_targets.entry(targets).or_default().push(class.clone());
    }
    by_targets
        .into_iter()
        .flat_map(|(targets, members)| {
            let parts = neighbours(alike(members));
            parts.into_iter().map(move |part| joined(&targets, &part))
        })
        .collect()
}

/// Ascending, those of one size as one.
fn alike(mut members: Vec<Class>) -> Vec<Class> {
    let order = |class: &Class| (size(class), class.input_tokens);
    members.sort_by(|a, b| {
        size(a)
            .total_cmp(&size(b))
            .then(a.input_tokens.total_cmp(&b.input_tokens))
    });
    members.dedup_by(|next, known| {
        let same = order(next) == order(known);
        if same {
            known.count += next.count;
        }
        same
    });
    members
}

/// Classes of one set of targets in parts that are alike: each part has about as much of all the tokens and all the
/// requests as any other.
fn neighbours(members: Vec<Class>) -> Vec<Vec<Class>> {
    let all_tokens: f64 = members.iter().map(|class| size(class) * class.count as f64).sum();
    let all: u64 = members.iter().map(|class| class.count).sum();
    let weight = |class: &Class| {
        let count = class.count as f64;
        size(class) * count / all_tokens.max(1.0) + count / all as f64
    };
    let mut parts: Vec<Vec<Class>> = Vec::new();
    let (mut before, mut last_part) = (0.0, usize::MAX);
    let few = members.len() <= CLASSES;
    for (index, class) in members.into_iter().enumerate() {
        let part = if few {
            index
        } else {
            (before / 2.0 * CLASSES as f64) as usize
        };
        before += weight(&class);
        match parts.last_mut() {
            Some(open) if part == last_part => open.push(class),
            _ => parts.push(vec![class]),
        }
        last_part = part;
    }
    parts
}

fn size(class: &Class) -> f64 {
    class.input_tokens + class.output_tokens
}

fn joined(targets: &[TargetId], part: &[Class]) -> Class {
    let count: u64 = part.iter().map(|class| class.count).sum();
    let mean =
        |of: fn(&Class) -> f64| part.iter().map(|class| of(class) * class.count as f64).sum::<f64>() / count as f64;
    Class {
        targets: targets.to_vec(),
        count,
        input_tokens: mean(|class| class.input_tokens),
        output_tokens: mean(|class| class.output_tokens),
    }
}
