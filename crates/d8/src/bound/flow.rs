//! Whether all classes fit at once, as a linear program: the largest part of every class that fits, the same part of each.

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem, SolveOutcome, Variable};

/// A class at one of its targets.
pub(super) struct Share {
    /// Which class.
    pub(super) class: usize,
    /// What all of the class would take of each limit there, as a part of what the limit holds.
    pub(super) takes: Vec<(usize, f64)>,
}

/// Rounding of the solver.
const TOLERANCE: f64 = 1e-7;

/// Whether the classes fit. What no class can use does not.
pub(super) fn fits(classes: usize, limits: usize, shares: &[Share]) -> bool {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let part = problem.add_var(1.0, (0.0, 1.0));
    let flows: Vec<Variable> = shares.iter().map(|_| problem.add_var(0.0, (0.0, 1.0))).collect();
    let mut of_class = vec![LinearExpr::empty(); classes];
    let mut of_limit = vec![LinearExpr::empty(); limits];
    for (share, flow) in shares.iter().zip(&flows) {
        of_class[share.class].add(*flow, 1.0);
        for (limit, takes) in &share.takes {
            of_limit[*limit].add(*flow, *takes);
        }
    }
    for mut sum in of_class {
        sum.add(part, -1.0);
        problem.add_constraint(sum, ComparisonOp::Eq, 0.0);
    }
    for sum in of_limit {
        problem.add_constraint(sum, ComparisonOp::Le, 1.0);
    }
    match problem.solve() {
        Ok(SolveOutcome::Solution(solution)) => solution.objective() >= 1.0 - TOLERANCE,
        Ok(SolveOutcome::Interrupted(_)) | Err(_) => false,
    }
}
