//! What a person sees meanwhile, on standard error: a table that lives on a terminal, and elsewhere a line for each who has
//! ended.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::standing::{Standing, table};
use crate::cli::say;
use crate::client::table::Surface;

pub(super) struct Screen {
    live: Option<Live>,
    /// Who has been told of.
    told: Vec<usize>,
}

/// A table that is drawn anew in its place.
struct Live {
    bar: ProgressBar,
    surface: Surface,
}

impl Screen {
    pub(super) fn start() -> Self {
        let live = Surface::of_talk().map(|surface| {
            let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
            let target = ProgressDrawTarget::stderr_with_hz(8);
            Live {
                bar: ProgressBar::with_draw_target(None, target).with_style(style),
                surface,
            }
        });
        Self { live, told: Vec::new() }
    }

    pub(super) fn show(&mut self, standings: &[Standing]) {
        if let Some(Live { bar, surface }) = &self.live {
            // The terminal's own `^C` moves everything by a line; the one that then stays behind is empty.
            bar.set_message(format!("\n{}", table(standings, *surface).render(*surface)));
            bar.tick();
            return;
        }
        for (index, standing) in standings.iter().enumerate() {
            if standing.is_over() && !self.told.contains(&index) {
                self.told.push(index);
                say(&format!("{}: {}", standing.quotas.name(), standing.sentence()));
            }
        }
    }

    /// Takes the table away: the last one is data.
    pub(super) fn end(&self) {
        if let Some(Live { bar, .. }) = &self.live {
            bar.finish_and_clear();
        }
    }
}
