//! What a run came to, for people and for programs.

use std::time::Duration;

use d8_core::time::Timestamp;
use serde_json::json;

use crate::words;

/// The sums of a run.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Summary {
    /// Lines that are not blank.
    pub total: u64,
    /// Answered, by earlier invocations too.
    pub done: u64,
    /// Not answered: failed, bad, or not done.
    pub failed: u64,
    /// 429s for quota, of this invocation.
    pub refused: u64,
    /// How long this invocation took.
    pub seconds: f64,
    /// The least that the quotas allowed, where that is known.
    pub bound_seconds: Option<f64>,
}

impl Summary {
    /// The bound over the time it took: 1 is perfect.
    pub fn ratio(&self) -> Option<f64> {
        let bound = self.bound_seconds?;
        (self.seconds > 0.0).then(|| round(bound / self.seconds, 1_000.0))
    }

    /// As the public contract has it.
    pub fn to_json(&self) -> String {
        json!({
            "total": self.total,
            "done": self.done,
            "failed": self.failed,
            "refused": self.refused,
            "seconds": round(self.seconds, 1_000.0),
            "bound_seconds": self.bound_seconds.map(|bound| round(bound, 1_000.0)),
            "ratio": self.ratio(),
        })
        .to_string()
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let time = words::span(Duration::from_secs_f64(self.seconds.max(0.0)));
        let mut text = format!(
            "{} of {} done in {time}",
            words::number(self.done),
            words::number(self.total)
        );
        if self.failed > 0 {
            text += &format!(", {} not", words::number(self.failed));
        }
        text += &format!("; {} refused for quota", words::number(self.refused));
        if let (Some(bound), Some(ratio)) = (self.bound_seconds, self.ratio()) {
            let bound = words::span(Duration::from_secs_f64(bound.max(0.0)));
            text += &format!(
                "; the quotas allow no less than {bound} ({:.0} % of the bound)",
                ratio * 100.0
            );
        }
        text
    }
}

fn round(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// When the quotas allow the work to be done, as near as it matters.
pub(super) fn allowed_by(ready: Timestamp, now: Timestamp) -> String {
    let left = ready.since(now);
    if left < Duration::from_secs(3_600) {
        return format!("the quotas allow it in about {}", words::span(left));
    }
    format!("the quotas allow it by about {}", words::clock(ready, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: Summary = Summary {
        total: 1_500,
        done: 1_499,
        failed: 1,
        refused: 0,
        seconds: 62.5,
        bound_seconds: Some(60.0),
    };

    #[test]
    fn programs_get_one_object() {
        assert_eq!(
            SUMMARY.to_json(),
            r#"{"total":1500,"done":1499,"failed":1,"refused":0,"seconds":62.5,"bound_seconds":60.0,"ratio":0.96}"#
        );
        let unknown = Summary {
            bound_seconds: None,
            ..SUMMARY
        };
        assert!(unknown.to_json().ends_with(r#""bound_seconds":null,"ratio":null}"#));
    }

    #[test]
    fn people_get_one_sentence() {
        assert_eq!(
            SUMMARY.to_text(),
            "1,499 of 1,500 done in 1 m 02 s, 1 not; 0 refused for quota; the quotas allow no less than 1 m 00 s (96 % of the bound)"
        );
    }

    #[test]
    fn a_moment_is_told_as_far_as_it_is_not_plain() {
        const DAY: u64 = 86_400;
        let now = Timestamp::from_secs(1_795_521_600);
        let told = |days: u64| words::clock(now + Duration::from_secs(days * DAY), now);
        assert!(told(1).ends_with(" tomorrow"));
        assert!(told(20).ends_with(" December"), "{}", told(20));
        assert!(told(417).ends_with(" January 2028"), "{}", told(417));
    }
}
