//! What is wrong with a configuration, where, and what to do about it; before it is drawn beside the text.

use std::ops::Range;

use super::suggestion::{nearest, quoted};
use crate::text;

/// Where a value was written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) enum Place {
    /// Nowhere in particular.
    #[default]
    Nowhere,
    /// In d8.toml, at these bytes.
    File(Range<usize>),
    /// In a variable of the environment.
    Variable(String),
}

/// One thing that is wrong. It holds no text of the file but the names that it complains about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Fault {
    /// What happened, in one line.
    pub(crate) message: String,
    /// On what.
    pub(crate) place: Place,
    /// A word beside the caret.
    pub(crate) label: String,
    /// What to do next.
    pub(crate) hints: Vec<String>,
}

impl Fault {
    /// Something wrong, wherever it is.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// It is at these bytes of d8.toml. A place that is known already stays.
    pub(crate) fn at(self, span: Range<usize>) -> Self {
        self.on(&Place::File(span))
    }

    /// It is there. A place that is known already stays.
    pub(crate) fn on(mut self, place: &Place) -> Self {
        if self.place == Place::Nowhere {
            self.place = place.clone();
        }
        self
    }

    /// A word beside the caret.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The nearest of the words that would have been right, else all of them under `heading`.
    pub(crate) fn choices<'a>(self, word: &str, heading: &str, words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<&str> = words.into_iter().collect();
        match nearest(word, words.iter().copied()) {
            Some(near) => self.hint(text!("fault-did-you-mean", near = near)),
            None if words.is_empty() => self,
            None => self.hint(format!("{heading}: {}", quoted(words))),
        }
    }
}

/// The meaning of a word that must be one of a few.
pub(crate) fn one_of<T: Copy>(what: &str, word: &str, meanings: &[(&str, T)]) -> Result<T, Fault> {
    match meanings.iter().find(|(name, _)| *name == word) {
        Some((_, meaning)) => Ok(*meaning),
        None => Err(
            Fault::new(text!("fault-unknown-word", what = what, word = word)).choices(
                word,
                &text!("fault-one-of"),
                meanings.iter().map(|(name, _)| *name),
            ),
        ),
    }
}
