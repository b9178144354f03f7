//! Demo Shop: search, compare, put in the cart. Play money.

use super::{App, Element, Screen};
use crate::step::Step;

const PAIRS: [[(&str, u32); 3]; 2] = [
    [("City Runner", 59), ("Plain Canvas", 24), ("Hill Walker", 89)],
    [("Rain Boot", 45), ("Summer Clog", 19), ("Old School", 52)],
];
const ROWS: [&str; 3] = ["first", "second", "third"];

#[derive(Clone, Debug)]
pub(super) struct Shop {
    shoes: [(&'static str, u32); 3],
    at: At,
    found: bool,
    cart: Vec<usize>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum At {
    Home,
    Results,
    Product(usize),
    Cart,
}

impl Shop {
    pub(super) fn start(number: usize) -> Self {
        Self {
            shoes: PAIRS[number % PAIRS.len()],
            at: At::Home,
            found: false,
            cart: Vec::new(),
        }
    }

    fn row(&self, number: usize) -> Element {
        let (name, price) = self.shoes[number];
        Element::button(ROWS[number], format!("{name}, {price}.00"))
    }

    fn cart_button(&self) -> Element {
        Element::button("cart", format!("Cart: {}", self.cart.len()))
    }

    fn total(&self) -> u32 {
        self.cart.iter().map(|pair| self.shoes[*pair].1).sum()
    }

    fn tap(&mut self, target: &str) -> &'static str {
        match (self.at, target) {
            (_, "cart") => {
                self.at = At::Cart;
                "opened"
            }
            (At::Product(pair), "add") => {
                self.cart.push(pair);
                "added"
            }
            (At::Cart, "remove") => match self.cart.pop() {
                Some(_) => "removed",
                None => "the cart is empty",
            },
            (_, row) => match ROWS.iter().position(|known| *known == row) {
                Some(pair) => {
                    self.at = At::Product(pair);
                    "opened"
                }
                None => "nothing happened",
            },
        }
    }
}

impl App for Shop {
    fn screen(&self) -> Screen {
        let (screen, elements) = match self.at {
            At::Home => (
                "home",
                vec![
                    Element::field("search", "What are you looking for?", &["shoes"]),
                    self.cart_button(),
                ],
            ),
            At::Results => ("results", (0..ROWS.len()).map(|number| self.row(number)).collect()),
            At::Product(pair) => {
                let (name, price) = self.shoes[pair];
                let shown = Element::label("price", format!("{name}: {price}.00"));
                let add = Element::button("add", "Add to cart");
                (
                    "product",
                    vec![Element::button("back", "Back"), shown, add, self.cart_button()],
                )
            }
            At::Cart => {
                let total = Element::label("total", format!("{} pairs, total {}.00", self.cart.len(), self.total()));
                let remove = Element::button("remove", "Remove the last");
                ("cart", vec![Element::button("back", "Keep shopping"), total, remove])
            }
        };
        Screen { screen, elements }
    }

    fn carry_out(&mut self, step: &Step) -> &'static str {
        match step {
            Step::Type { .. } => {
                self.found = true;
                self.at = At::Results;
                "3 results"
            }
            Step::Back {} => {
                self.at = if self.found { At::Results } else { At::Home };
                "ok"
            }
            Step::Tap { target } => self.tap(target),
        }
    }

    fn is_at_goal(&self) -> bool {
        let cheapest = (0..ROWS.len()).min_by_key(|pair| self.shoes[*pair].1);
        self.cart.len() == 1 && self.cart.first().copied() == cheapest
    }
}
