//! Durations as Go writes them, and so Groq, OpenAI and Gemini on the wire: `370ms`, `11.455s`, `9m38.016s`, `17h25m25s`.

use crate::counting::{HOUR, MINUTE, Micros, SECOND};

/// A length of time in Go's notation. Negative lengths are written as zero.
pub(crate) fn go_duration(length: Micros) -> String {
    let length = length.max(0);
    if length == 0 {
        return "0s".to_owned();
    }
    if length < 1_000 {
        return format!("{length}µs");
    }
    if length < SECOND {
        return format!("{}ms", with_fraction(length, 1_000));
    }
    let (hours, minutes) = (length / HOUR, length % HOUR / MINUTE);
    let seconds = with_fraction(length % MINUTE, SECOND);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// The length in units, with as many decimals as it needs.
fn with_fraction(length: Micros, unit: Micros) -> String {
    let width = unit.ilog10() as usize;
    let text = format!("{}.{:0width$}", length / unit, length % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_the_captures_do() {
        let cases = [
            (0, "0s"),
            (250, "250µs"),
            (900_200, "900.2ms"),
            (370_000, "370ms"),
            (SECOND, "1s"),
            (11_455_000, "11.455s"),
            (36_270_000, "36.27s"),
            (86_400_000, "1m26.4s"),
            (186 * SECOND, "3m6s"),
            (578_016_000, "9m38.016s"),
            (6 * MINUTE, "6m0s"),
            (17 * HOUR + 25 * MINUTE + 25 * SECOND, "17h25m25s"),
        ];
        for (length, text) in cases {
            assert_eq!(go_duration(length), text);
        }
    }
}
