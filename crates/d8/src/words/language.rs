//! Which language the program speaks, and its texts: one Fluent file for each language, built into the binary.
//!
//! [`text!`](crate::text) says a text by its key. What the chosen language lacks is said in English; a test sees to it that
//! neither language lacks anything.

use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language that the program speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English, which every text is written in first.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

static SPOKEN: OnceLock<Language> = OnceLock::new();

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// The language of a tag or a locale's name: "es", "es-MX", "es_ES.UTF-8". None where we do not speak it.
    pub fn of(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    /// "en", "es".
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The one that texts are said in.
    pub fn spoken() -> Self {
        SPOKEN.get().copied().unwrap_or_default()
    }

    /// From now on texts are said in this one. Only the first call counts: a program does not change its language.
    pub fn speak(self) {
        let _ = SPOKEN.set(self);
    }

    /// What the user wants: what the command line says, else `D8_LANG`, else the system's locale, else English.
    pub fn wanted(asked: Option<&str>) -> Self {
        let variable = std::env::var("D8_LANG").ok().filter(|tag| !tag.is_empty());
        asked
            .or(variable.as_deref())
            .map(|tag| Self::of(tag).unwrap_or_default())
            .or_else(|| sys_locale::get_locales().find_map(|tag| Self::of(&tag)))
            .unwrap_or_default()
    }

    /// What plurals and numbers follow.
    fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().unwrap_or_default()
    }

    fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("en.ftl"),
            Self::Spanish => include_str!("es.ftl"),
        }
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static SPANISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        let made = match self {
            Self::English => &ENGLISH,
            Self::Spanish => &SPANISH,
        };
        made.get_or_init(|| {
            let mut bundle = FluentBundle::new_concurrent(vec![self.identifier()]);
            // The marks are for texts that mix directions of writing; terminals and logs show them as rubbish.
            bundle.set_use_isolating(false);
            // A fault in the file leaves out that text alone; the tests find it.
            let resource = FluentResource::try_new(self.source().to_owned()).unwrap_or_else(|(resource, _)| resource);
            let _ = bundle.add_resource(resource);
            bundle
        })
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// The text of a key in the spoken language, else in English; none where there is none.
pub fn look_up(key: &str, arguments: &[(&str, FluentValue<'_>)]) -> Option<String> {
    let arguments: FluentArgs<'_> = arguments.iter().cloned().collect();
    [Language::spoken(), Language::English]
        .into_iter()
        .find_map(|language| say(language, key, &arguments))
}

fn say(language: Language, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let bundle = language.bundle();
    let pattern = bundle.get_message(key)?.value()?;
    let mut faults = Vec::new();
    Some(
        bundle
            .format_pattern(pattern, Some(arguments), &mut faults)
            .into_owned(),
    )
}

/// Says a text: `text!("run-done", done = 5, file = name)`. The key stands in `words/en.ftl` and in every other language's
/// file. Numbers are given as numbers where the text chooses by them (one, other), and as text where they are only shown.
#[macro_export]
macro_rules! text {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::words::language::look_up($key, &[$((stringify!($name), ($value).into())),*])
            .unwrap_or_else(|| $key.to_owned())
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_a_language() {
        let of = ["es", "es-MX", "es_ES.UTF-8", "ES", "en-GB", "de", "C", ""].map(Language::of);
        let (spanish, english) = (Some(Language::Spanish), Some(Language::English));
        assert_eq!(of, [spanish, spanish, spanish, spanish, english, None, None, None]);
    }

    #[test]
    fn what_is_asked_for_goes_before_everything_else() {
        assert_eq!(Language::wanted(Some("es")), Language::Spanish);
        assert_eq!(Language::wanted(Some("en")), Language::English);
    }

    #[test]
    fn every_file_is_without_faults() {
        for language in Language::ALL {
            let made = FluentResource::try_new(language.source().to_owned());
            assert!(made.is_ok(), "{language}: {:?}", made.err().map(|(_, faults)| faults));
            let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
            let twice = made.ok().map(|resource| bundle.add_resource(resource));
            assert!(matches!(twice, Some(Ok(()))), "{language}: {twice:?}");
        }
    }
}
