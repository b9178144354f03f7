//! The headers of a reply, and what every provider says in them: the time, the wait, how long it worked.

use std::time::{Duration, UNIX_EPOCH};

use crate::duration::{leading_number, parse_seconds_or_go};
use crate::signal::LimitSignal;

/// The headers of one reply, as borrowed pairs; names are compared without case. Build it with `collect()`.
#[derive(Clone, Debug, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl<'a> FromIterator<(&'a str, &'a str)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<'a> Headers<'a> {
    /// The first value of a header, without surrounding white space.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value.trim())
    }

    /// The `Date` header in Unix seconds: the provider's own clock.
    pub(crate) fn date(&self) -> Option<u64> {
        unix_seconds(self.get("date")?)
    }

    /// How long the provider worked, as far as it says.
    pub(crate) fn processing(&self) -> Option<Duration> {
        let millis = self
            .get("openai-processing-ms")
            .or_else(|| self.get("x-envoy-upstream-service-time"));
        let millis = millis.or_else(|| self.get("server-timing")?.split("dur=").nth(1));
        let (millis, _) = leading_number(millis?)?;
        Duration::try_from_secs_f64(millis / 1e3).ok()
    }

    /// How long to wait: `retry-after-ms`, then `retry-after` in seconds, then as a date (against `now`, Unix seconds).
    pub(crate) fn retry_after(&self, now: u64) -> Option<Duration> {
        let millis = self.get("retry-after-ms").and_then(parse_seconds_or_go);
        let value = self.get("retry-after");
        millis
            .map(|seconds| seconds / 1000)
            .or_else(|| parse_seconds_or_go(value?))
            .or_else(|| Some(Duration::from_secs(unix_seconds(value?)?.saturating_sub(now))))
            .or_else(|| parse_seconds_or_go(self.get("x-ratelimit-timeremaining")?))
    }
}

fn unix_seconds(date: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(date).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// What a reply's headers say, whatever its status and body. Known before the body of a stream has begun.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HeaderFacts {
    /// What the headers say of limits. Empty where they say nothing.
    pub signals: Vec<LimitSignal>,
    /// The provider's clock, from `Date`: Unix seconds, to one second.
    pub date: Option<u64>,
    /// How long the provider says it worked on the request.
    pub processing: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT

    #[test]
    fn the_wait_is_read_in_the_order_of_precision() {
        let millis = Duration::from_millis;
        type Case = (&'static [(&'static str, &'static str)], Option<Duration>);
        let cases: [Case; 8] = [
            (&[("retry-after-ms", "1500"), ("retry-after", "9")], Some(millis(1500))),
            (&[("retry-after-ms", "0")], Some(millis(0))),
            (&[("Retry-After", "2")], Some(millis(2000))),
            (&[("retry-after", "1.25")], Some(millis(1250))),
            (
                &[("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")],
                Some(millis(10_000)),
            ),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")], Some(millis(0))),
            (&[("x-ratelimit-timeremaining", "5631")], Some(millis(5_631_000))),
            (&[("retry-after", "soon")], None),
        ];
        for (pairs, expected) in cases {
            let headers: Headers<'_> = pairs.iter().copied().collect();
            assert_eq!(headers.retry_after(NOW), expected, "{pairs:?}");
        }
    }

    #[test]
    fn date_and_processing_time() {
        let headers = |pairs: &[(&'static str, &'static str)]| pairs.iter().copied().collect::<Headers<'static>>();
        assert_eq!(headers(&[("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]).date(), Some(NOW));
        assert_eq!(headers(&[("date", "yesterday")]).date(), None);
        assert_eq!(
            headers(&[("openai-processing-ms", "788")]).processing(),
            Some(Duration::from_millis(788))
        );
        assert_eq!(
            headers(&[("server-timing", "gfet4t7; dur=145")]).processing(),
            Some(Duration::from_millis(145))
        );
    }
}
