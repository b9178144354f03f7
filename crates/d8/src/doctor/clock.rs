//! Whether this machine's clock is right, by the clocks of the providers.

use super::Finding;
use super::asked::Patient;
use crate::text;
use crate::words;
use std::time::Duration;

const NAME: &str = "clock";
/// Seconds that do no harm: a provider's clock is told to a second only.
const HARMLESS: u64 = 5;

/// None where no provider told the time.
pub(crate) fn judge(patients: &[Patient<'_>]) -> Option<Finding> {
    let told = patients.iter().filter_map(|patient| {
        let ahead = patient.said()?.seen.as_ref()?.clock_ahead?;
        Some((patient.title, ahead))
    });
    let all: Vec<(&str, i64)> = told.collect();
    // Where they differ among themselves one of them is wrong: the nearest to ours is believed.
    let (title, ahead) = all.iter().min_by_key(|(_, ahead)| ahead.unsigned_abs())?;
    let off = ahead.unsigned_abs();
    if off <= HARMLESS {
        return Some(Finding::ok(NAME, text!("doctor-clock-ok", provider = *title)));
    }
    let time = words::span(Duration::from_secs(off));
    let message = if *ahead > 0 {
        text!("doctor-clock-behind", time = time, provider = *title)
    } else {
        text!("doctor-clock-ahead", time = time, provider = *title)
    };
    Some(Finding::warning(NAME, message).next(text!("doctor-clock-next")))
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::super::patients::{account, asked, patient, seen};
    use super::*;
    use crate::probe::{Seen, Verdict};

    fn with_clock(clock_ahead: Option<i64>) -> Option<Finding> {
        let account = account("groq");
        let seen = Seen { clock_ahead, ..seen() };
        judge(&[patient(&account, asked(Verdict::Works, Some(seen)))])
    }

    #[test]
    fn a_clock_is_right_behind_or_ahead() {
        let grade = |ahead| with_clock(Some(ahead)).map(|finding| finding.grade);
        assert_eq!(grade(0), Some(Grade::Ok));
        assert_eq!(grade(-5), Some(Grade::Ok));
        let message = |ahead| {
            with_clock(Some(ahead))
                .map(|finding| finding.message)
                .unwrap_or_default()
        };
        assert!(message(90).contains("1 m 30 s behind"), "{}", message(90));
        assert!(message(-90).contains("1 m 30 s ahead"), "{}", message(-90));
        assert_eq!(with_clock(None), None);
    }
}
