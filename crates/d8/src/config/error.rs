//! The error that a user reads: what happened, the line of d8.toml with a caret, and what to do next.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::fault::{Fault, Place};
use super::mask::masked;
use crate::text;

/// A configuration that cannot be used. Shown, it is the whole message: one line that says what happened, the excerpt
/// of the file with a caret, and a line `hint: ...` for each thing to do next. No secret is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigError {
    message: String,
    excerpt: Option<String>,
    hints: Vec<String>,
}

impl ConfigError {
    /// What happened, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What happened, and the excerpt of the file with a caret below it where there is one.
    pub fn what_and_where(&self) -> String {
        match &self.excerpt {
            Some(excerpt) => format!("{}\n{excerpt}", self.message),
            None => self.message.clone(),
        }
    }

    /// What to do next.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Draws a fault of the file called `path` that holds `source`.
    pub(crate) fn new(fault: Fault, path: &str, source: &str) -> Self {
        let Fault {
            message,
            place,
            label,
            hints,
        } = fault;
        match place {
            Place::Nowhere => Self {
                message,
                excerpt: None,
                hints,
            },
            Place::Variable(name) => Self {
                message: format!("{name}: {message}"),
                excerpt: None,
                hints,
            },
            Place::File(span) => Self {
                message,
                excerpt: Some(excerpt(path, source, span, &label)),
                hints,
            },
        }
    }
}

/// A fault without a file.
impl From<Fault> for ConfigError {
    fn from(fault: Fault) -> Self {
        Self::new(fault, "", "")
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what_and_where())?;
        self.hints
            .iter()
            .try_for_each(|hint| write!(f, "\n{}", text!("hint", message = hint.as_str())))
    }
}

impl std::error::Error for ConfigError {}

/// The line with the caret under the span, and above it where that is.
fn excerpt(path: &str, source: &str, span: Range<usize>, label: &str) -> String {
    let shown = masked(source);
    let span = within_line(&shown, span);
    let annotation = AnnotationKind::Primary
        .span(span)
        .label((!label.is_empty()).then_some(label));
    let snippet = Snippet::source(shown.as_str()).path(path).annotation(annotation);
    let report = [Group::with_level(Level::ERROR).element(snippet)];
    Renderer::plain().render(&report)
}

/// A span that stays in the text and in the line where it begins: a caret under a whole table says less than one line.
fn within_line(source: &str, span: Range<usize>) -> Range<usize> {
    let start = floor_char_boundary(source, span.start);
    let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
    let end = floor_char_boundary(source, span.end).clamp(start, line_end);
    start..end
}

fn floor_char_boundary(source: &str, at: usize) -> usize {
    (0..=at.min(source.len()))
        .rev()
        .find(|at| source.is_char_boundary(*at))
        .unwrap_or(0)
}
