//! What is added while the engine runs: the accounts that workers bring.

use super::Engine;
use crate::id::{LimitId, RouteId, TargetId};
use crate::limit::LimitSpec;
use crate::queue::ClassId;
use crate::setup::TargetSpec;

impl Engine {
    /// Adds a count of a limit; a known one stays as it is.
    pub fn add_limit(&mut self, id: LimitId, spec: LimitSpec) {
        self.ledger.add(id, spec);
    }

    /// Adds a target; a known one stays as it is.
    pub fn add_target(&mut self, id: TargetId, spec: TargetSpec) {
        if !self.targets.contains_key(&id) {
            self.insert_target(id, spec);
        }
    }

    /// Lets a target serve a route too, behind those of its level.
    pub fn extend_route(&mut self, id: RouteId, level: usize, target: TargetId) {
        let Some(route) = self.routes.get_mut(&id) else { return };
        if level >= route.levels.len() || route.levels.iter().flatten().any(|known| *known == target) {
            return;
        }
        route.levels[level].push(target);
        for class in self.route_classes.get(&id).cloned().unwrap_or_default() {
            self.extend_class(class, level, target);
        }
        self.move_what_does_not_fit(id, target);
        self.touch(target);
    }

    fn extend_class(&mut self, id: ClassId, level: usize, target: TargetId) {
        let class = &mut self.classes[id.0 as usize];
        if class.key.except.contains(&target) {
            return;
        }
        class.levels[level].push(target);
        let above: Vec<TargetId> = class.above(level).collect();
        let below: Vec<TargetId> = class.levels.iter().skip(level + 1).flatten().copied().collect();
        for upper in above {
            if let Some(upper) = self.targets.get_mut(&upper) {
                upper.dependents.insert(target);
            }
        }
        if let Some(own) = self.targets.get_mut(&target) {
            own.classes.push((id, level));
            own.dependents.extend(below);
        }
    }

    /// Tasks that are too large for the new target belong to a class without it.
    fn move_what_does_not_fit(&mut self, route: RouteId, target: TargetId) {
        let Some(spec) = self.targets.get(&target).map(|target| target.spec.clone()) else {
            return;
        };
        let too_large = |row: &crate::change::TaskRow| {
            let least = spec.cost.least(&row.estimate);
            spec.limits.iter().any(|limit| self.ledger.never_fits(*limit, &least))
        };
        let moving: Vec<usize> = self
            .tasks
            .iter()
            .filter(|(_, task)| task.row.route == route && too_large(&task.row))
            .map(|(slot, _)| slot)
            .collect();
        for slot in moving {
            let mut key = self.classes[self.tasks[slot].class.0 as usize].key.clone();
            let Err(at) = key.except.binary_search(&target) else {
                continue;
            };
            key.except.insert(at, target);
            let class = self.intern(key);
            self.reclassify(slot, class);
        }
    }
}
