//! Prices as people quote them, dollars for a million tokens, as integers.

use d8_core::money::Picodollars;

/// Picodollars a token for "0.59" dollars a million tokens: exact, or nothing. At most six decimals fit.
pub(crate) fn per_token(dollars_per_million: &str) -> Option<Picodollars> {
    let (whole, decimals) = dollars_per_million.split_once('.').unwrap_or((dollars_per_million, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 6 || !digits(whole) || !digits(decimals) {
        return None;
    }
    let micros: u64 = format!("{decimals:0<6}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(micros)
        .map(Picodollars)
}

/// "0.59" for 590,000 picodollars a token: exact, with at least two decimals.
pub(crate) fn per_million(per_token: Picodollars) -> String {
    let (whole, micros) = (per_token.0 / 1_000_000, per_token.0 % 1_000_000);
    let decimals = format!("{micros:06}");
    let kept = decimals.trim_end_matches('0').len().max(2);
    format!("{whole}.{}", &decimals[..kept])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_shown_as_they_are_quoted() {
        let shown = [50_000, 37_500, 2_000_000, 590_000, 0, 1].map(|price| per_million(Picodollars(price)));
        assert_eq!(shown, ["0.05", "0.0375", "2.00", "0.59", "0.00", "0.000001"]);
    }

    #[test]
    fn prices_are_exact() {
        for (text, expected) in [
            ("0.05", Some(50_000)),
            ("0.0375", Some(37_500)),
            ("2", Some(2_000_000)),
            ("10.00", Some(10_000_000)),
            ("0", Some(0)),
            ("0.0000001", None),
            ("-1", None),
            ("1e3", None),
            (".5", None),
            ("", None),
        ] {
            assert_eq!(per_token(text), expected.map(Picodollars), "{text}");
        }
    }
}
