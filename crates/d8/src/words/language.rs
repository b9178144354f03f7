//! Which language the program speaks, and its texts: one Fluent file for each language, built into the binary.
//!
//! [`text!`](crate::text) says a text by its key. What the chosen language lacks is said in English; a test sees to it that
//! neither language lacks anything.

use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::config::env_names::D8_LANG;

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
        #[cfg(test)]
        if let Some(language) = tests::HERE.get() {
            return language;
        }
        SPOKEN.get().copied().unwrap_or_default()
    }

    /// From now on texts are said in this one. Only the first call counts: a program does not change its language.
    pub fn speak(self) {
        let _ = SPOKEN.set(self);
    }

    /// What the user wants: what the command line says, else `D8_LANG`, else the system's locale, else English.
    pub fn wanted(asked: Option<&str>) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|tag| !tag.is_empty());
        match asked.map(str::to_owned).or_else(|| variable(D8_LANG)) {
            Some(tag) => Self::of(&tag).unwrap_or_default(),
            None => Self::of_locale(variable, sys_locale::get_locales()),
        }
    }

    /// What the locale wants: POSIX has the first of three variables that is set decide, also where it names a language that
    /// we do not speak. `LANGUAGE`, which lists several, goes before all but the locale C, as in other programs. Where nothing
    /// is set, the first of the `system`'s languages that we speak.
    fn of_locale(variable: impl Fn(&str) -> Option<String>, mut system: impl Iterator<Item = String>) -> Self {
        let Some(locale) = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(&variable) else {
            return system.find_map(|tag| Self::of(&tag)).unwrap_or_default();
        };
        let name = locale.split(['.', '@']).next().unwrap_or_default();
        if ["C", "POSIX"].contains(&name) {
            return Self::English;
        }
        let listed = variable("LANGUAGE").unwrap_or_default();
        listed
            .split(':')
            .find_map(Self::of)
            .or_else(|| Self::of(&locale))
            .unwrap_or_default()
    }

    /// A whole number with its thousands apart: "1,500" and "12,900" in English, "1500" and "12 900" in Spanish.
    ///
    /// Spanish follows the RAE: four digits stand together, more are grouped by a space, one that does not break. Neither comma
    /// nor point will do: what parts thousands in Spain parts decimals in Mexico, and the other way round. Decimals keep their
    /// point, as the RAE recommends for all countries.
    pub fn number(self, value: u64) -> String {
        let digits = value.to_string();
        let (mark, from) = match self {
            Self::English => (',', 4),
            Self::Spanish => ('\u{a0}', 5),
        };
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && digits.len() >= from && (digits.len() - at).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }

    /// What plurals follow.
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
            bundle.set_formatter(Some(match self {
                Self::English => |value, _| whole(Self::English, value),
                Self::Spanish => |value, _| whole(Self::Spanish, value),
            }));
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

/// A whole number as the language writes it; none where it is something else.
fn whole(language: Language, value: &FluentValue<'_>) -> Option<String> {
    /// From here on a float skips numbers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 && (0.0..EXACT).contains(&number.value) => {
            Some(language.number(number.value as u64))
        }
        _ => None,
    }
}

/// The text of a key in a language, else in English; none where there is none.
pub fn look_up(language: Language, key: &str, arguments: &[(&str, FluentValue<'_>)]) -> Option<String> {
    let arguments: FluentArgs<'_> = arguments.iter().cloned().collect();
    [language, Language::English]
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
/// file. What counts something is given as a number: the text may choose by it (one, other), and shows it with its thousands
/// apart. What only names something, such as a line, a port, a year or a status, is given as text.
///
/// `text!(language => "run-done", ...)` says it in a certain language, whatever the program speaks.
#[macro_export]
macro_rules! text {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::text!($crate::words::language::Language::spoken() => $key $(, $name = $value)*)
    };
    ($language:expr => $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::words::language::look_up($language, $key, &[$((stringify!($name), ($value).into())),*])
            .unwrap_or_else(|| $key.to_owned())
    };
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub(super) static HERE: Cell<Option<Language>> = const { Cell::new(None) };
    }

    /// What is said while the program speaks a language, on this thread alone.
    pub(crate) fn speaking<T>(language: Language, say: impl FnOnce() -> T) -> T {
        let before = HERE.replace(Some(language));
        let said = say();
        HERE.set(before);
        said
    }

    /// The keys of a language's file.
    pub(crate) fn keys(language: Language) -> std::collections::BTreeSet<&'static str> {
        let lines = language.source().lines().filter(|line| !line.starts_with(['#', ' ']));
        lines
            .filter_map(|line| Some(line.split_once('=')?.0.trim_end()))
            .collect()
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        let all = [0, 999, 1_000, 1_500, 12_900, 1_234_567];
        assert_eq!(
            all.map(|value| Language::English.number(value)),
            ["0", "999", "1,000", "1,500", "12,900", "1,234,567"]
        );
        assert_eq!(
            all.map(|value| Language::Spanish.number(value)),
            ["0", "999", "1000", "1500", "12\u{a0}900", "1\u{a0}234\u{a0}567"]
        );
        let shown = |value: FluentValue<'_>| whole(Language::English, &value);
        assert_eq!(shown(1_500.into()).as_deref(), Some("1,500"));
        assert_eq!(
            [shown(0.5.into()), shown((-3).into()), shown("1500".into())],
            [None, None, None]
        );
    }

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
    fn the_first_locale_that_is_set_decides() {
        let wanted = |set: &[(&str, &str)]| {
            let variable = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            Language::of_locale(variable, ["de-DE", "es-ES"].map(str::to_owned).into_iter())
        };
        let (spanish, english) = (Language::Spanish, Language::English);
        for (set, language) in [
            (vec![], spanish),
            (vec![("LANG", "es_ES.UTF-8")], spanish),
            (vec![("LC_ALL", "C"), ("LANG", "es_ES.UTF-8")], english),
            (vec![("LC_MESSAGES", "POSIX"), ("LANG", "es_ES.UTF-8")], english),
            (vec![("LC_ALL", "C.UTF-8"), ("LANGUAGE", "es")], english),
            (vec![("LC_ALL", "de_DE.UTF-8"), ("LANG", "es_ES.UTF-8")], english),
            (vec![("LC_ALL", "es_MX"), ("LANG", "C")], spanish),
            (vec![("LANG", "de_DE.UTF-8"), ("LANGUAGE", "de:es:en")], spanish),
            (vec![("LANG", "es_ES.UTF-8"), ("LANGUAGE", "en")], english),
        ] {
            assert_eq!(wanted(&set), language, "{set:?}");
        }
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
