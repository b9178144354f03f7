//! `--watch`: the same look again and again, until somebody has seen enough.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

use super::ClientError;
use super::table::Surface;
use crate::cli::{Failure, OK, interrupted, say, tell};
use crate::{config, text};

/// More often nobody can read it.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(86_400);

/// Whether to look once, or how often.
#[derive(Copy, Clone, Debug, Default, Args)]
pub(crate) struct Watch {
    /// Show it anew each second, or every so many seconds, until Ctrl-C
    #[arg(short, long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "1", value_parser = interval)]
    watch: Option<Duration>,
}

/// What one look came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Look {
    /// Data.
    pub(crate) data: String,
    /// Talk about it.
    pub(crate) note: Option<String>,
    /// There will be nothing new.
    pub(crate) is_last: bool,
}

impl Look {
    /// Data alone.
    pub(crate) fn of(data: impl Into<String>) -> Self {
        Self {
            data: data.into(),
            ..Self::default()
        }
    }

    /// Talk alone: there is no data.
    pub(crate) fn note(note: String) -> Self {
        Self {
            note: Some(note),
            ..Self::default()
        }
    }

    /// What a program gets: the objects of the API, on one line.
    pub(crate) fn of_json(text: &str) -> Self {
        // Ours come on one line. A line end within JSON stands only between values.
        Self::of(text.replace(['\r', '\n'], ""))
    }
}

impl Watch {
    /// Looks once and prints it, or looks until Ctrl-C: on a terminal drawn anew in its place, elsewhere one below the other,
    /// apart from each other unless each is a line.
    ///
    /// Whoever asks for what is not there learns it at once, and not once a second.
    pub(crate) async fn show(
        self,
        json: bool,
        mut look: impl AsyncFnMut(Surface) -> Result<Look, ClientError>,
    ) -> Result<u8, Failure> {
        let surface = if json { Surface::Plain } else { Surface::of_output() };
        let first = look(surface).await?;
        let Some(every) = self.watch else {
            if !first.data.is_empty() {
                tell(&first.data);
            }
            if let Some(note) = &first.note {
                say(note);
            }
            return Ok(OK);
        };
        let mut show: Box<dyn FnMut(Result<Look, ClientError>) -> ControlFlow<()>> = if surface.is_terminal() {
            let bar = screen();
            Box::new(move |seen| drawn(&bar, seen))
        } else {
            let mut is_first = true;
            Box::new(move |seen| written(&mut std::io::stdout(), json, std::mem::take(&mut is_first), seen))
        };
        let watching = async {
            let mut seen = Ok(first);
            while show(seen).is_continue() {
                tokio::time::sleep(every).await;
                // The window may have another size by now.
                let surface = if json { Surface::Plain } else { Surface::of_output() };
                seen = look(surface).await;
            }
        };
        tokio::select! {
            () = watching => {}
            () = interrupted() => {}
        }
        Ok(OK)
    }
}

/// On a terminal, in place of what was there. It may be starting again: that is no end.
fn drawn(bar: &ProgressBar, seen: Result<Look, ClientError>) -> ControlFlow<()> {
    let (message, is_last) = match seen {
        Ok(look) => {
            let parts = [Some(look.data).filter(|data| !data.is_empty()), look.note];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            (parts.join("\n"), look.is_last)
        }
        Err(error) => (text!("watch-lost", why = error.to_string()), false),
    };
    bar.set_message(message);
    if is_last {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// One below the other, until nobody reads them any more.
fn written(out: &mut dyn Write, json: bool, is_first: bool, seen: Result<Look, ClientError>) -> ControlFlow<()> {
    match seen {
        Ok(look) => {
            let apart = if is_first || json { "" } else { "\n" };
            let data = if look.data.is_empty() {
                String::new()
            } else {
                format!("{apart}{}\n", look.data)
            };
            if out.write_all(data.as_bytes()).and_then(|()| out.flush()).is_err() {
                return ControlFlow::Break(());
            }
            if let Some(note) = look.note {
                say(&note);
            }
            if look.is_last {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
        Err(error) => {
            say(&text!("error", message = error.to_string()));
            ControlFlow::Continue(())
        }
    }
}

fn screen() -> ProgressBar {
    // The last look stays when it ends.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout()).with_finish(ProgressFinish::Abandon);
    bar.with_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// Reads "2", "0.5", "10s", "1m".
fn interval(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    let plain = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let length = plain.or_else(|| config::duration(text).ok());
    length
        .filter(|length| (SHORTEST..=LONGEST).contains(length))
        .ok_or_else(|| text!("watch-interval", text = text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lost() -> ClientError {
        ClientError::Setup { why: "test".to_owned() }
    }

    #[test]
    fn intervals_are_read_as_people_write_them() {
        let read = |text| interval(text).map(|length| length.as_millis());
        assert_eq!(
            [read("2"), read("0.5"), read("10s"), read("1m")],
            [Ok(2_000), Ok(500), Ok(10_000), Ok(60_000)]
        );
        for wrong in ["0", "-1", "task_12", "NaN", "1e300", "2d"] {
            assert!(interval(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn looks_stand_apart_and_objects_on_a_line_each() {
        let blocks = |json| {
            let mut out = Vec::new();
            assert!(written(&mut out, json, true, Ok(Look::of("{\"a\":1}"))).is_continue());
            assert!(written(&mut out, json, false, Err(lost())).is_continue());
            assert!(written(&mut out, json, false, Ok(Look::of_json("{\n\"a\":2}"))).is_continue());
            let last = Look {
                is_last: true,
                ..Look::default()
            };
            assert!(written(&mut out, json, false, Ok(last)).is_break());
            String::from_utf8(out).unwrap()
        };
        assert_eq!(blocks(true), "{\"a\":1}\n{\"a\":2}\n");
        assert_eq!(blocks(false), "{\"a\":1}\n\n{\"a\":2}\n");
    }

    #[test]
    fn a_reader_that_has_gone_ends_it() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        assert!(written(&mut Gone, false, true, Ok(Look::of("a"))).is_break());
    }
}
