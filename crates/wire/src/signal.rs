//! What a reply's headers tell about limits. Each provider names them in its own way: a [`HeaderStyle`] is that way, as data.

use std::time::Duration;

use crate::duration::parse_seconds_or_go;
use crate::headers::Headers;

/// What a limit counts.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Dimension {
    /// Requests.
    Requests,
    /// Input and output tokens together.
    Tokens,
    /// Tokens of the prompt.
    InputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// Requests open at once.
    Concurrency,
    /// Money.
    Cost,
}

/// The period that a limit is for, as the provider names it. How it is counted, the wire does not say.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Period {
    /// One second.
    Second,
    /// One minute.
    Minute,
    /// One hour.
    Hour,
    /// One day: of which zone, or rolling, is the provider's secret.
    Day,
    /// One calendar month.
    Month,
    /// Any other.
    Other(Duration),
}

impl Period {
    /// The named period of this length, else [`Period::Other`].
    pub fn from_duration(length: Duration) -> Self {
        [Self::Second, Self::Minute, Self::Hour, Self::Day]
            .into_iter()
            .find(|period| period.longest() == length)
            .unwrap_or(Self::Other(length))
    }

    /// The longest that the period can nominally be: a month is 31 days.
    pub fn longest(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Month => 31 * 86_400,
            Self::Other(length) => return length,
        })
    }

    /// Reads a word such as "min", "minute", "days".
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let named = [
            ("sec", Self::Second),
            ("min", Self::Minute),
            ("hour", Self::Hour),
            ("day", Self::Day),
            ("month", Self::Month),
        ];
        let word = word.to_ascii_lowercase();
        named
            .into_iter()
            .find(|(start, _)| word.starts_with(start))
            .map(|(_, period)| period)
    }
}

/// One limit, as the headers of a reply show it at that moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitSignal {
    /// What is counted.
    pub dimension: Dimension,
    /// For how long; `None` where the headers leave it open.
    pub per: Option<Period>,
    /// How much fits.
    pub limit: Option<u64>,
    /// How much of it is left.
    pub remaining: Option<u64>,
    /// Until nothing of it is used any more. With buckets (Groq, OpenAI) that is the time to *full*: a slot is free long
    /// before, so it is no time to wait for.
    pub reset: Option<Duration>,
}

/// How a provider names limits in its headers. All but one say `x-ratelimit-{limit,remaining,reset}-...`, and all differ
/// after it.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum HeaderStyle {
    /// Says nothing, or nothing that binds (Gemini, GitHub Models, NVIDIA).
    #[default]
    None,
    /// `-requests` is always per day, `-tokens` always per minute; the other two limits are invisible.
    Groq,
    /// `-tokens` per minute; `-requests` shows whichever of minute and day is tighter.
    OpenAi,
    /// `-req-minute` and `-tokens-minute`, no reset.
    Mistral,
    /// `-requests` and `-tokens`, each `-minute`, `-hour`, `-day`.
    Cerebras,
    /// `-requests` per minute, `-requests-day`.
    SambaNova,
    /// `anthropic-ratelimit-...-{limit,remaining}`, all per minute; its `-tokens` repeats whichever is tightest.
    Anthropic,
}

/// What the name of a header says beside `limit`, `remaining` or `reset`, and what that means.
type Row = (&'static str, Dimension, Option<Period>);

impl HeaderStyle {
    const fn rows(self) -> &'static [Row] {
        use Dimension::{InputTokens, OutputTokens, Requests, Tokens};
        use Period::{Day, Hour, Minute};
        match self {
            Self::None => &[],
            Self::Groq => &[("requests", Requests, Some(Day)), ("tokens", Tokens, Some(Minute))],
            Self::OpenAi => &[("requests", Requests, None), ("tokens", Tokens, Some(Minute))],
            Self::Mistral => &[
                ("req-minute", Requests, Some(Minute)),
                ("tokens-minute", Tokens, Some(Minute)),
            ],
            Self::Cerebras => &[
                ("requests-minute", Requests, Some(Minute)),
                ("requests-hour", Requests, Some(Hour)),
                ("requests-day", Requests, Some(Day)),
                ("tokens-minute", Tokens, Some(Minute)),
                ("tokens-hour", Tokens, Some(Hour)),
                ("tokens-day", Tokens, Some(Day)),
            ],
            Self::SambaNova => &[
                ("requests", Requests, Some(Minute)),
                ("requests-day", Requests, Some(Day)),
            ],
            Self::Anthropic => &[
                ("requests", Requests, Some(Minute)),
                ("input-tokens", InputTokens, Some(Minute)),
                ("output-tokens", OutputTokens, Some(Minute)),
            ],
        }
    }

    /// Reads all limits that the headers show. `now`, Unix seconds by the provider's clock, is for resets given as instants.
    pub(crate) fn read(self, headers: &Headers<'_>, now: u64) -> Vec<LimitSignal> {
        self.rows()
            .iter()
            .filter_map(|row| self.read_row(row, headers, now))
            .collect()
    }

    fn name(self, what: &str, which: &str) -> String {
        match self {
            Self::Anthropic => format!("anthropic-ratelimit-{which}-{what}"),
            _ => format!("x-ratelimit-{what}-{which}"),
        }
    }

    fn read_row(self, &(which, dimension, per): &Row, headers: &Headers<'_>, now: u64) -> Option<LimitSignal> {
        let value = |what: &str| headers.get(&self.name(what, which));
        let limit = value("limit").and_then(count);
        let remaining = value("remaining").and_then(count);
        if limit.is_none() && remaining.is_none() {
            return None;
        }
        let reset = value("reset").and_then(|text| until(text, now));
        let per = match per {
            Some(named) if which.contains("day") => Some(named),
            Some(named) => Some(named).filter(|named| can_be(*named, limit, remaining, reset)),
            None => window_by_drain(limit?, remaining?, reset?),
        };
        Some(LimitSignal {
            dimension,
            per,
            limit,
            remaining,
            reset,
        })
    }
}

/// Whether a limit whose header does not say that it is a day's can be one: with something used, hours pass until nothing is. Whoever imitates a
/// provider's headers may mean another period by the same name; to take it for a day would hold everything back for hours.
fn can_be(named: Period, limit: Option<u64>, remaining: Option<u64>, reset: Option<Duration>) -> bool {
    const HOUR: Duration = Duration::from_secs(3600);
    if named != Period::Day {
        return true;
    }
    let Some(reset) = reset else { return false };
    let used = limit.zip(remaining).map(|(limit, left)| limit.saturating_sub(left));
    let drains = limit
        .zip(used)
        .filter(|(_, used)| *used > 0)
        .map(|(limit, used)| reset.as_secs_f64() * limit as f64 / used as f64);
    reset > HOUR || drains.is_some_and(|seconds| seconds > HOUR.as_secs_f64())
}

/// What is used of a bucket drains at `limit / window`, so the time to full tells a day's limit from a minute's.
fn window_by_drain(limit: u64, remaining: u64, reset: Duration) -> Option<Period> {
    let used = limit.checked_sub(remaining).filter(|used| *used > 0)?;
    let seconds = reset.as_secs_f64() * limit as f64 / used as f64;
    match seconds {
        1.0..600.0 => Some(Period::Minute),
        3600.0.. => Some(Period::Day),
        _ => None,
    }
}

fn count(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().or_else(|| {
        let number = text.parse::<f64>().ok()?;
        number.is_finite().then_some(number.max(0.0) as u64)
    })
}

/// Time left, or an instant in Unix seconds or milliseconds.
fn until(text: &str, now: u64) -> Option<Duration> {
    const NO_WAIT_IS_SO_LONG: u64 = 1_000_000_000;
    match text.parse::<u64>() {
        Ok(instant) if instant > NO_WAIT_IS_SO_LONG * 1000 => Some(until_epoch_millis(instant, now)),
        Ok(instant) if instant > NO_WAIT_IS_SO_LONG => Some(Duration::from_secs(instant.saturating_sub(now))),
        _ => parse_seconds_or_go(text),
    }
}

/// Time from `now` (Unix seconds) to an instant in Unix milliseconds.
pub(crate) fn until_epoch_millis(instant: u64, now: u64) -> Duration {
    Duration::from_millis(instant.saturating_sub(now.saturating_mul(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_791_331_100;

    fn check(style: HeaderStyle, pairs: &[(&str, &str)], expected: &[LimitSignal]) {
        assert_eq!(style.read(&pairs.iter().copied().collect(), NOW), expected, "{style:?}");
    }

    fn signal(dimension: Dimension, per: Option<Period>, numbers: [u64; 2], reset_ms: Option<u64>) -> LimitSignal {
        let [limit, remaining] = numbers.map(Some);
        LimitSignal {
            dimension,
            per,
            limit,
            remaining,
            reset: reset_ms.map(Duration::from_millis),
        }
    }

    #[test]
    fn groq_shows_the_day_of_requests_and_the_minute_of_tokens() {
        let headers = [
            ("x-ratelimit-limit-requests", "1000"),
            ("x-ratelimit-limit-tokens", "8000"),
            ("x-ratelimit-remaining-requests", "999"),
            ("x-ratelimit-remaining-tokens", "3164"),
            ("x-ratelimit-reset-requests", "1m26.4s"),
            ("x-ratelimit-reset-tokens", "36.27s"),
        ];
        let day = signal(Dimension::Requests, Some(Period::Day), [1000, 999], Some(86_400));
        let minute = signal(Dimension::Tokens, Some(Period::Minute), [8000, 3164], Some(36_270));
        check(HeaderStyle::Groq, &headers, &[day, minute]);
        check(HeaderStyle::None, &headers, &[]);
    }

    #[test]
    fn openai_shows_a_day_or_a_minute_of_requests_and_the_drain_tells_which() {
        let headers = |remaining, reset| {
            [
                ("X-RateLimit-Limit-Requests", "10000"),
                ("X-RateLimit-Remaining-Requests", remaining),
                ("X-RateLimit-Reset-Requests", reset),
            ]
        };
        let expected = |per, left, ms| [signal(Dimension::Requests, per, [10_000, left], Some(ms))];
        check(
            HeaderStyle::OpenAi,
            &headers("9998", "14.981s"),
            &expected(Some(Period::Day), 9998, 14_981),
        );
        check(
            HeaderStyle::OpenAi,
            &headers("9998", "12ms"),
            &expected(Some(Period::Minute), 9998, 12),
        );
        check(HeaderStyle::OpenAi, &headers("10000", "0s"), &expected(None, 10_000, 0));
    }

    #[test]
    fn openai_tokens_are_per_minute() {
        let headers = [
            ("x-ratelimit-limit-tokens", "200000"),
            ("x-ratelimit-remaining-tokens", "199603"),
            ("x-ratelimit-reset-tokens", "119ms"),
        ];
        check(
            HeaderStyle::OpenAi,
            &headers,
            &[signal(
                Dimension::Tokens,
                Some(Period::Minute),
                [200_000, 199_603],
                Some(119),
            )],
        );
    }

    #[test]
    fn mistral_has_no_reset() {
        let headers = [
            ("x-ratelimit-limit-req-minute", "23"),
            ("x-ratelimit-remaining-req-minute", "0"),
        ];
        check(
            HeaderStyle::Mistral,
            &headers,
            &[signal(Dimension::Requests, Some(Period::Minute), [23, 0], None)],
        );
    }

    #[test]
    fn cerebras_counts_its_resets_in_fractions_of_seconds() {
        let headers = [
            ("x-ratelimit-limit-tokens-day", "1000000"),
            ("x-ratelimit-remaining-tokens-day", "999000"),
            ("x-ratelimit-reset-tokens-day", "33011.382867"),
        ];
        let mut expected = signal(Dimension::Tokens, Some(Period::Day), [1_000_000, 999_000], None);
        expected.reset = Some(Duration::from_micros(33_011_382_867));
        check(HeaderStyle::Cerebras, &headers, &[expected]);
    }

    #[test]
    fn sambanova_has_a_minute_and_a_day_and_maybe_an_instant() {
        let headers = [
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "1791331160"),
            ("x-ratelimit-limit-requests-day", "12000"),
            ("x-ratelimit-remaining-requests-day", "11999"),
        ];
        let minute = signal(Dimension::Requests, Some(Period::Minute), [60, 59], Some(60_000));
        let day = signal(Dimension::Requests, Some(Period::Day), [12_000, 11_999], None);
        check(HeaderStyle::SambaNova, &headers, &[minute, day]);
    }

    #[test]
    fn anthropic_has_names_of_its_own() {
        let headers = [
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "49"),
            ("anthropic-ratelimit-requests-reset", "2026-02-25T20:02:32Z"),
            ("anthropic-ratelimit-input-tokens-limit", "30000"),
            ("anthropic-ratelimit-input-tokens-remaining", "28000"),
            ("anthropic-ratelimit-tokens-limit", "38000"),
            ("anthropic-ratelimit-tokens-remaining", "36000"),
        ];
        let requests = signal(Dimension::Requests, Some(Period::Minute), [50, 49], None);
        let input = signal(Dimension::InputTokens, Some(Period::Minute), [30_000, 28_000], None);
        check(HeaderStyle::Anthropic, &headers, &[requests, input]);
    }

    /// A stand-in speaks as Groq does and counts two seconds: its "requests" are no day's.
    #[test]
    fn a_day_that_is_over_in_a_second_is_none() {
        let headers = |reset| {
            [
                ("x-ratelimit-limit-requests", "10"),
                ("x-ratelimit-remaining-requests", "3"),
                ("x-ratelimit-reset-requests", reset),
            ]
        };
        let expected = |per, ms| [signal(Dimension::Requests, per, [10, 3], Some(ms))];
        check(HeaderStyle::Groq, &headers("1.2s"), &expected(None, 1_200));
        check(
            HeaderStyle::Groq,
            &headers("16h48m0s"),
            &expected(Some(Period::Day), 60_480_000),
        );
        let silent = [headers("")[0], headers("")[1]];
        check(
            HeaderStyle::Groq,
            &silent,
            &[signal(Dimension::Requests, None, [10, 3], None)],
        );
    }

    #[test]
    fn numbers_that_are_none_are_left_out() {
        check(
            HeaderStyle::Groq,
            &[
                ("x-ratelimit-limit-requests", "many"),
                ("x-ratelimit-reset-tokens", "1s"),
            ],
            &[],
        );
    }
}
