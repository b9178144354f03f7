//! When a task's turn comes.

use std::collections::BTreeSet;

use d8_core::engine::{Line, Outlook, Waiting, Workload};
use d8_core::id::TargetId;
use d8_core::time::Timestamp;

use super::{Present, merged};
use crate::bound::{Class, about};

/// So many sets of targets are looked at for those that the task can go around.
const LOOKED_AT: usize = 8;

/// When a task whose turn comes after these can be started at the soonest. The first class is its own.
///
/// Those before it that wait for long for a target are gone around where it has another one: then it has all but what they
/// take meanwhile, which is everything of theirs.
pub fn expected_start(outlook: &Outlook, workload: &Workload, line: &Line) -> Option<Timestamp> {
    let (own, rivals) = line.classes.split_first()?;
    if own.targets.is_empty() {
        return None;
    }
    let present = Present::new(outlook, workload);
    let start_of = |classes: &[Waiting]| about(outlook, &present, &merged(classes));
    // Those that can go nowhere as things are take nothing.
    let movable: Vec<Waiting> = rivals
        .iter()
        .filter(|class| !class.targets.is_empty())
        .cloned()
        .collect();
    let mut best = start_of(&[&movable[..], std::slice::from_ref(own)].concat());
    let mut slow: Vec<(Option<Timestamp>, Class)> = merged(&movable)
        .into_iter()
        .map(|class| (about(outlook, &present, std::slice::from_ref(&class)), class))
        .collect();
    // None: not within any time that matters.
    slow.sort_by_key(|(start, _)| std::cmp::Reverse(start.unwrap_or(Timestamp::MAX)));
    let mut theirs: BTreeSet<TargetId> = BTreeSet::new();
    for (at, (start, class)) in slow.iter().enumerate().take(LOOKED_AT) {
        theirs.extend(&class.targets);
        let around: Vec<TargetId> = own.targets.iter().copied().filter(|id| !theirs.contains(id)).collect();
        if around.is_empty() {
            break;
        }
        let gone_around: Vec<&Class> = slow[..=at].iter().map(|(_, class)| class).collect();
        let mut rest = movable.clone();
        rest.retain(|class| !gone_around.iter().any(|slow| same_targets(class, slow)));
        rest.push(Waiting {
            targets: around,
            ..own.clone()
        });
        let sooner = start_of(&rest).filter(|sooner| start.is_none_or(|start| *sooner <= start));
        best = best.into_iter().chain(sooner).min();
    }
    best
}

fn same_targets(class: &Waiting, other: &Class) -> bool {
    let sorted = |targets: &[TargetId]| targets.iter().copied().collect::<BTreeSet<_>>();
    sorted(&class.targets) == sorted(&other.targets)
}
