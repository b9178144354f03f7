//! Where one value came from: its line, its variable, or nothing at all.

use std::ops::Range;

use secrecy::ExposeSecret;
use toml::Spanned;

use super::{HIDDEN, Setting, Source};
use crate::config::environment::Environment;
use crate::config::file::SecretText;
use crate::secret::SecretSource;

/// The text of d8.toml, and the environment.
pub(super) struct Places<'a> {
    text: &'a str,
    pub(super) env: &'a Environment,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str, env: &'a Environment) -> Self {
        Self { text, env }
    }

    /// The line of some bytes, from 1.
    fn line_of(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    /// The line of some bytes.
    pub(super) fn line(&self, span: &Range<usize>) -> Source {
        Source::File {
            line: self.line_of(span),
        }
    }

    /// What is written is written; the rest has its default.
    pub(super) fn written<T>(&self, written: Option<&Spanned<T>>) -> Source {
        written.map_or(Source::Default, |value| self.line(&value.span()))
    }

    /// A variable that is set, in the environment or in `.env`.
    pub(super) fn variable(&self, name: &str) -> Option<Source> {
        self.env.get(name).map(|_| self.of_variable(name, None))
    }

    fn of_variable(&self, name: &str, line: Option<usize>) -> Source {
        let name = name.to_owned();
        match self.env.file_of(&name) {
            Some(file) => Source::Dotenv {
                file: file.to_owned(),
                name,
                line,
            },
            None => Source::Variable { name, line },
        }
    }

    /// A setting that a variable replaces.
    pub(super) fn overridden<T>(&self, variable: &str, written: Option<&Spanned<T>>) -> Source {
        self.variable(variable).unwrap_or_else(|| self.written(written))
    }

    /// A secret in d8.toml, or the variable or file that it names. The value tells where to look, never what it is.
    pub(super) fn secret(&self, key: &str, written: Option<&Spanned<SecretText>>) -> Setting {
        let Some(written) = written else {
            return Setting::new(key, serde_json::Value::Null, Source::Default);
        };
        let line = self.line_of(&written.span());
        match SecretSource::parse(&written.as_ref().0) {
            SecretSource::Variable(name) => {
                Setting::new(key, format!("env:{name} {HIDDEN}"), self.of_variable(&name, Some(line)))
            }
            SecretSource::File(_) => {
                let notation = written.as_ref().0.expose_secret();
                Setting::new(key, format!("{notation} {HIDDEN}"), Source::File { line })
            }
            SecretSource::Literal(_) => Setting::new(key, HIDDEN, Source::File { line }),
        }
    }
}
