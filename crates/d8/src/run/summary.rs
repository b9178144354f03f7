//! What a run came to, for people and for programs.

use std::time::Duration;

use d8_core::time::Timestamp;
use serde_json::json;

use crate::text;
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
        let mut text = text!("run-done", done = self.done, total = self.total, time = time);
        if self.failed > 0 {
            text += &text!("run-not-done", failed = self.failed);
        }
        text += &text!("run-refused", refused = self.refused);
        // Below a second the quotas decide nothing: what it took is the way there and back.
        let bound = self.bound_seconds.filter(|bound| *bound >= 1.0);
        if let (Some(bound), Some(ratio)) = (bound, self.ratio()) {
            let bound = words::span(Duration::from_secs_f64(bound.max(0.0)));
            text += &text!("run-bound", bound = bound, percent = format!("{:.0}", ratio * 100.0));
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
        return text!("run-allowed-in", left = words::span(left));
    }
    text!("run-allowed-by", at = words::clock(ready, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

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
    fn a_bound_of_less_than_a_second_is_not_told() {
        let short = Summary {
            seconds: 0.04,
            bound_seconds: Some(0.003),
            ..SUMMARY
        };
        assert!(
            short.to_text().ends_with("; 0 refused for quota"),
            "{}",
            short.to_text()
        );
        assert!(short.to_json().contains(r#""bound_seconds":0.003"#));
    }

    #[test]
    fn people_get_it_in_their_language() {
        let (done, soon) = speaking(Language::Spanish, || {
            let now = Timestamp::from_secs(1_795_521_600);
            (SUMMARY.to_text(), allowed_by(now + Duration::from_secs(60), now))
        });
        assert_eq!(
            done,
            "1499 de 1500 hechas en 1 m 02 s, 1 no; 0 rechazadas por cuota; las cuotas no permiten menos de 1 m 00 s (96 % de la \
             cota)"
        );
        assert_eq!(soon, "las cuotas lo permiten en unos 1 m 00 s");
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
