//! Demo Weather: three cities, today and tomorrow.

use super::{App, Element, Screen};
use crate::step::Step;

const CITIES: [&str; 3] = ["Porto", "Bergen", "Cádiz"];
const ROWS: [&str; 3] = ["first", "second", "third"];
const SKIES: [[&str; 2]; 3] = [
    ["17°, cloudy", "19°, sun"],
    ["8°, rain", "9°, rain"],
    ["22°, sun", "21°, wind"],
];

/// The city of a variant.
pub(super) fn city(number: usize) -> &'static str {
    CITIES[number % CITIES.len()]
}

#[derive(Clone, Debug)]
pub(super) struct Weather {
    wanted: usize,
    city: usize,
    at: At,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum At {
    Today,
    Cities,
    Tomorrow,
}

impl Weather {
    /// It opens where the user was last, which is never the city that is asked for.
    pub(super) const fn start(number: usize) -> Self {
        Self {
            wanted: number % CITIES.len(),
            city: (number + 1) % CITIES.len(),
            at: At::Today,
        }
    }

    fn day(&self, word: &str, day: usize) -> Element {
        Element::label(
            "sky",
            format!("{}, {word}: {}", CITIES[self.city], SKIES[self.city][day]),
        )
    }
}

impl App for Weather {
    fn screen(&self) -> Screen {
        let (screen, elements) = match self.at {
            At::Today => {
                let tomorrow = Element::button("tomorrow", "Tomorrow");
                (
                    "today",
                    vec![Element::button("cities", "Cities"), self.day("today", 0), tomorrow],
                )
            }
            At::Cities => {
                let rows = ROWS.iter().zip(CITIES).map(|(id, city)| Element::button(id, city));
                ("cities", rows.collect())
            }
            At::Tomorrow => (
                "tomorrow",
                vec![Element::button("back", "Today"), self.day("tomorrow", 1)],
            ),
        };
        Screen { screen, elements }
    }

    fn carry_out(&mut self, step: &Step) -> &'static str {
        match step {
            Step::Tap { target } if target == "cities" => self.at = At::Cities,
            Step::Tap { target } if target == "tomorrow" => self.at = At::Tomorrow,
            Step::Tap { target } => {
                self.city = ROWS.iter().position(|row| row == target).unwrap_or(self.city);
                self.at = At::Today;
            }
            Step::Back {} | Step::Type { .. } => self.at = At::Today,
        }
        "ok"
    }

    fn is_at_goal(&self) -> bool {
        self.at == At::Tomorrow && self.city == self.wanted
    }
}
