//! What rows are printed on.

use std::io::IsTerminal;

use crate::config::{Environment, env_names};

/// What is printed on.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Surface {
    /// Lines for a file or another program.
    Plain,
    /// A terminal.
    Terminal {
        /// Its columns.
        width: u16,
        /// Whether colour is wanted.
        color: bool,
    },
}

impl Surface {
    /// What standard output leads to.
    pub(crate) fn of_output() -> Self {
        if !std::io::stdout().is_terminal() {
            return Self::Plain;
        }
        Self::terminal(comfy_table::Table::new().width())
    }

    /// What standard error leads to, where it is a terminal.
    pub(crate) fn of_talk() -> Option<Self> {
        let is_terminal = std::io::stderr().is_terminal();
        is_terminal.then(|| Self::terminal(comfy_table::Table::new().use_stderr().width()))
    }

    fn terminal(width: Option<u16>) -> Self {
        Self::Terminal {
            width: width.unwrap_or(80),
            color: wants_color(),
        }
    }

    /// Whether it is a terminal.
    pub(crate) fn is_terminal(self) -> bool {
        self != Self::Plain
    }
}

/// Whether the user has nothing against colour, see <https://no-color.org>.
pub(crate) fn wants_color() -> bool {
    Environment::of_process().get(env_names::NO_COLOR).is_none()
}
