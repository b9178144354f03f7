//! Counts as people write them: 1500, 10,000, 500k, 50M, 1.5B.

use crate::text;

/// No workload is larger.
const MOST: u128 = 1_000_000_000_000;

/// Reads a count of at least one. Fails with what is wrong and how to write it.
pub(crate) fn count(written: &str) -> Result<u64, String> {
    let bad = || text!("plan-no-count", written = written);
    let trimmed = written.trim();
    let (digits, unit) = match trimmed.char_indices().last() {
        Some((at, 'k' | 'K')) => (&trimmed[..at], 3),
        Some((at, 'm' | 'M')) => (&trimmed[..at], 6),
        Some((at, 'b' | 'B' | 'g' | 'G')) => (&trimmed[..at], 9),
        _ => (trimmed, 0),
    };
    if digits.starts_with('-') {
        return Err(text!("plan-not-negative", written = written));
    }
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = without_separators(whole).ok_or_else(bad)?;
    let fits = decimals.len() <= unit && decimals.bytes().all(|byte| byte.is_ascii_digit());
    if !fits || (digits.contains('.') && decimals.is_empty()) {
        return Err(bad());
    }
    let value: u128 = format!("{whole}{decimals:0<unit$}").parse().map_err(|_| bad())?;
    match value {
        0 => Err(text!("plan-not-zero", written = written)),
        more if more > MOST => Err(text!("plan-too-much", written = written)),
        value => u64::try_from(value).map_err(|_| bad()),
    }
}

/// A count of tokens of one task.
pub(crate) fn tokens(written: &str) -> Result<u32, String> {
    u32::try_from(count(written)?).map_err(|_| text!("plan-too-much", written = written))
}

/// "10,000" and "10_000" as "10000"; none where the marks do not part thousands.
fn without_separators(whole: &str) -> Option<String> {
    let groups: Vec<&str> = whole.split([',', '_']).collect();
    let digits = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let thousands = groups.iter().skip(1).all(|group| group.len() == 3) && (groups.len() == 1 || groups[0].len() <= 3);
    (groups.iter().all(digits) && thousands).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_exactly() {
        for (written, expected) in [
            ("1500", 1_500),
            ("10,000", 10_000),
            ("10_000", 10_000),
            ("500k", 500_000),
            ("50M", 50_000_000),
            ("1.5M", 1_500_000),
            ("2B", 2_000_000_000),
            ("0.000001M", 1),
        ] {
            assert_eq!(count(written), Ok(expected), "{written}");
        }
    }

    #[test]
    fn what_is_no_count_is_told_apart() {
        for written in ["50X", "", "M", "1.5", "1.", ".5M", "1,00", "1e6", "ten", "0.0000001M"] {
            assert_eq!(
                count(written),
                Err(text!("plan-no-count", written = written)),
                "{written}"
            );
        }
        assert_eq!(count("-5"), Err(text!("plan-not-negative", written = "-5")));
        assert_eq!(count("0"), Err(text!("plan-not-zero", written = "0")));
        assert_eq!(count("0M"), Err(text!("plan-not-zero", written = "0M")));
        assert_eq!(count("2000B"), Err(text!("plan-too-much", written = "2000B")));
    }
}
