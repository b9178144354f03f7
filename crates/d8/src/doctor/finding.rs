//! What a check found, and what all of them come to.

use serde::Serialize;

use crate::text;

/// How bad it is; the worst last.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, and could be better or will not for long.
    Warning,
    /// Work cannot be done.
    Problem,
}

/// What one check found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// The check: "store", "key groq-main".
    pub name: String,
    /// How bad it is.
    #[serde(rename = "status")]
    pub grade: Grade,
    /// What is so, in words; may have several lines.
    pub message: String,
    /// What to do next.
    pub next: Option<String>,
}

impl Finding {
    /// As it should be.
    pub fn ok(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(name, Grade::Ok, message)
    }

    /// It works, but.
    pub fn warning(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(name, Grade::Warning, message)
    }

    /// Work cannot be done.
    pub fn problem(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(name, Grade::Problem, message)
    }

    /// As bad as that.
    pub fn new(name: impl Into<String>, grade: Grade, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            grade,
            message: message.into(),
            next: None,
        }
    }

    /// The check's name for people: "store", "clave groq-main".
    pub fn shown_name(&self) -> String {
        let (check, of) = self.name.split_once(' ').unwrap_or((&self.name, ""));
        let check = text!("doctor-check", check = check);
        format!("{check} {of}").trim_end().to_owned()
    }

    /// With what to do next.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self {
            next: Some(next.into()).filter(|next: &String| !next.is_empty()),
            ..self
        }
    }
}

/// What all findings come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict<'a> {
    /// The worst.
    pub grade: Grade,
    /// How many problems.
    pub problems: usize,
    /// How many warnings.
    pub warnings: usize,
    /// What to do first: checks come in the order in which causes come, so the first of the worst goes first.
    pub first: Option<&'a Finding>,
}

/// Sums findings up.
pub fn verdict(findings: &[Finding]) -> Verdict<'_> {
    let count = |grade| findings.iter().filter(|finding| finding.grade == grade).count();
    let grade = findings.iter().map(|finding| finding.grade).max().unwrap_or(Grade::Ok);
    let of_worst = || findings.iter().filter(|finding| finding.grade == grade);
    let first = of_worst().find(|finding| finding.next.is_some());
    // A warning without a next step asks nobody for anything.
    let first = first.or_else(|| of_worst().next().filter(|_| grade == Grade::Problem));
    Verdict {
        grade,
        problems: count(Grade::Problem),
        warnings: count(Grade::Warning),
        first: first.filter(|_| grade > Grade::Ok),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_worst_goes_first() {
        let findings = [
            Finding::ok("config", "read"),
            Finding::warning("clock", "behind").next("set it"),
            Finding::problem("port", "taken"),
            Finding::problem("key groq", "refused").next("another key"),
        ];
        let told = verdict(&findings);
        assert_eq!((told.grade, told.problems, told.warnings), (Grade::Problem, 2, 1));
        assert_eq!(told.first.map(|finding| finding.name.as_str()), Some("key groq"));
        let told = verdict(&findings[..2]);
        assert_eq!((told.grade, told.first), (Grade::Warning, Some(&findings[1])));
        assert_eq!(verdict(&findings[..1]).first, None);
        assert_eq!(
            verdict(&[Finding::warning("quota", "spent, another takes over")]).first,
            None
        );
        assert!(verdict(&findings[2..3]).first.is_some());
        assert_eq!(verdict(&[]).grade, Grade::Ok);
    }
}
