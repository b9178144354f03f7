//! Go's notation for durations ("2m59.56s", "900.2ms"), in which most providers write how long to wait.

use std::time::Duration;

/// Longest names first: "ms" must not be read as minutes.
const UNITS: [(&str, f64); 8] = [
    ("ms", 1e-3),
    ("us", 1e-6),
    ("\u{b5}s", 1e-6),
    ("\u{3bc}s", 1e-6),
    ("ns", 1e-9),
    ("h", 3600.0),
    ("m", 60.0),
    ("s", 1.0),
];

/// Reads a whole text as a Go duration: numbers with units, fractions allowed. `None` for anything else.
pub fn parse_go(text: &str) -> Option<Duration> {
    match leading_go(text)? {
        (duration, "") => Some(duration),
        _ => None,
    }
}

/// Reads the Go duration a text begins with, and gives the rest: sentences go on after it.
pub(crate) fn leading_go(text: &str) -> Option<(Duration, &str)> {
    let mut seconds = 0.0;
    let mut rest = text;
    while let Some((part, after)) = leading_part(rest) {
        seconds += part;
        rest = after;
    }
    if rest.len() == text.len() {
        return None;
    }
    Some((Duration::try_from_secs_f64(seconds).ok()?, rest))
}

/// Reads plain seconds ("57", "33011.382867") or a Go duration.
pub(crate) fn parse_seconds_or_go(text: &str) -> Option<Duration> {
    let text = text.trim();
    match leading_number(text) {
        Some((seconds, "")) => Duration::try_from_secs_f64(seconds).ok(),
        _ => parse_go(text),
    }
}

fn leading_part(text: &str) -> Option<(f64, &str)> {
    let (number, rest) = leading_number(text)?;
    let (name, scale) = UNITS.iter().find(|(name, _)| rest.starts_with(name))?;
    Some((number * scale, &rest[name.len()..]))
}

/// A decimal number without sign or exponent. A full stop that no digit follows ends a sentence, not a number.
pub(crate) fn leading_number(text: &str) -> Option<(f64, &str)> {
    let digits = |from: &str| from.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    if whole == 0 {
        return None;
    }
    let fraction = text[whole..].strip_prefix('.').map_or(0, digits);
    let end = if fraction == 0 { whole } else { whole + 1 + fraction };
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_seen_on_the_wire() {
        let cases = [
            ("370ms", 370_000_000),
            ("7.66s", 7_660_000_000),
            ("3m6s", 186_000_000_000),
            ("2m59.56s", 179_560_000_000),
            ("1m26.4s", 86_400_000_000),
            ("17h25m25s", 62_725_000_000_000),
            ("900.2ms", 900_200_000),
            ("55.550570083s", 55_550_570_083),
            ("0.539477544s", 539_477_544),
            ("250us", 250_000),
            ("250\u{b5}s", 250_000),
            ("6m0s", 360_000_000_000),
            ("0s", 0),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse_go(text), Some(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_none() {
        for text in ["", "s", "12", "1.s", "-1s", "1s ", "1d", "soon", "1m26.4", "1e3s"] {
            assert_eq!(parse_go(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_sentence_goes_on_after_the_duration() {
        assert_eq!(
            leading_go("11.455s. Need more?"),
            Some((Duration::from_millis(11_455), ". Need more?"))
        );
        assert_eq!(leading_number("5. Then"), Some((5.0, ". Then")));
    }

    #[test]
    fn plain_seconds_and_go_are_told_apart() {
        assert_eq!(parse_seconds_or_go("33011.5"), Some(Duration::from_millis(33_011_500)));
        assert_eq!(parse_seconds_or_go(" 36.27s "), Some(Duration::from_millis(36_270)));
        assert_eq!(parse_seconds_or_go("tomorrow"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", digits in "[0-9.hmsu]{0,60}") {
            let _ = parse_go(&text);
            let _ = parse_seconds_or_go(&digits);
        }
    }
}
