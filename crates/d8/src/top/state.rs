//! What the dashboard knows, and what a key does to it. No I/O: what is to be done is given back as an [`Action`].

use std::collections::BTreeMap;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::client::objects::{AccountForecast, OpenForecast, Standing, Task};
use crate::client::table::Tone;
use crate::text;
use crate::words::language::Language;

/// How long a message stays, in seconds.
const MESSAGE_STAYS: f64 = 6.0;
/// So many rows a page key moves.
const PAGE: isize = 10;
/// So long a failure is news, in seconds.
const RECENT: f64 = 3_600.0;

/// The lists that can be moved through.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) enum Panel {
    #[default]
    Accounts,
    Workers,
    Queue,
    Tasks,
}

impl Panel {
    pub(super) const ALL: [Self; 4] = [Self::Accounts, Self::Workers, Self::Queue, Self::Tasks];

    fn moved(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }
}

/// What the keys mean now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Mode {
    #[default]
    Look,
    /// The filter is being typed.
    Filter,
    Help,
    /// Whether to cancel this task.
    Cancel(String),
}

/// What the user wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Action {
    Quit,
    /// Ctrl-C.
    Interrupt,
    /// Start nothing more on this account.
    Pause(String),
    Resume(String),
    Retry(String),
    Cancel(String),
}

/// What comes from the orchestrator.
#[derive(Clone, Debug)]
pub(super) enum News {
    Standing(Box<Standing>),
    /// By account, and of everything.
    Forecasts(BTreeMap<String, AccountForecast>, OpenForecast),
    /// At work, failed, waiting.
    Tasks([Vec<Task>; 3]),
    /// Nobody answers, and why.
    Lost(String),
    /// What came of an action.
    Said(String, Tone),
}

/// Whether what is shown is true.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) enum Link {
    /// Nothing has come yet.
    #[default]
    Opening,
    Open,
    /// Why, and since when.
    Lost(String, f64),
}

/// Everything that is drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Where the orchestrator is.
    pub(super) address: String,
    pub(super) link: Link,
    pub(super) standing: Standing,
    pub(super) forecasts: BTreeMap<String, AccountForecast>,
    pub(super) forecast: OpenForecast,
    pub(super) tasks: [Vec<Task>; 3],
    pub(super) panel: Panel,
    pub(super) mode: Mode,
    pub(super) filter: String,
    pub(super) message: Option<(String, Tone, f64)>,
    /// By how much the orchestrator's clock is ahead of ours, in seconds.
    ahead: f64,
    /// What has failed since then stands before everything else: seconds since 1970.
    recent: f64,
    /// What is chosen in each panel, and where it stood.
    chosen: BTreeMap<Panel, (String, usize)>,
}

impl State {
    pub(super) fn new(address: String) -> Self {
        Self {
            address,
            ..Self::default()
        }
    }

    /// The orchestrator's time for ours, both in seconds since 1970.
    pub(super) fn there(&self, now: f64) -> f64 {
        now + self.ahead
    }

    /// Takes in what has come; `now` is our time.
    pub(super) fn take(&mut self, news: News, now: f64) {
        match news {
            News::Standing(standing) => {
                self.ahead = standing.now.map_or(0.0, |there| there - now);
                self.standing = *standing;
                self.link = Link::Open;
            }
            News::Forecasts(accounts, all) => {
                self.forecasts = accounts;
                self.forecast = all;
            }
            News::Tasks(tasks) => {
                self.tasks = tasks;
                self.recent = self.there(now) - RECENT;
            }
            News::Lost(why) => {
                let since = match &self.link {
                    Link::Lost(_, since) => *since,
                    _ => now,
                };
                self.link = Link::Lost(why, since);
            }
            News::Said(text, tone) => self.message = Some((text, tone, now)),
        }
    }

    /// Old messages go.
    pub(super) fn tick(&mut self, now: f64) {
        self.message.take_if(|(_, _, since)| now - *since > MESSAGE_STAYS);
    }

    /// Whether a row with these words passes the filter.
    pub(super) fn passes(&self, words: &[&str]) -> bool {
        let wanted = self.filter.to_lowercase();
        wanted.is_empty() || words.iter().any(|word| word.to_lowercase().contains(&wanted))
    }

    /// The tasks that are shown: those that failed lately, at work, failed before, waiting.
    pub(super) fn shown_tasks(&self) -> impl Iterator<Item = &Task> {
        let [assigned, failed, pending] = &self.tasks;
        let is_recent = |task: &&Task| task.completed_at.is_some_and(|at| at >= self.recent);
        let (new, old) = (
            failed.iter().filter(is_recent),
            failed.iter().filter(move |task| !is_recent(task)),
        );
        let all = new.chain(assigned).chain(old).chain(pending);
        all.filter(|task| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let code = task.error.as_ref().map(|error| text(&error.code)).unwrap_or_default();
            let (route, client, group) = (text(&task.route), text(&task.client), text(&task.group));
            let worker = text(&task.assigned_to);
            self.passes(&[&task.task_id, &task.status, &route, &client, &group, &worker, &code])
        })
    }

    /// What can be chosen in a panel, in the order of its rows.
    pub(super) fn items(&self, panel: Panel) -> Vec<String> {
        match panel {
            Panel::Accounts => {
                let accounts = self.standing.accounts.iter();
                let shown = accounts.filter(|one| self.passes(&[&one.account, one.provider.as_deref().unwrap_or("")]));
                shown.map(|one| one.account.clone()).collect()
            }
            Panel::Workers => {
                let workers = self.standing.fleet.iter();
                let shown =
                    workers.filter(|one| self.passes(&[&one.worker_id, one.worker_type.as_deref().unwrap_or("")]));
                shown.map(|one| one.worker_id.clone()).collect()
            }
            Panel::Queue => Vec::new(),
            Panel::Tasks => self.shown_tasks().map(|task| task.task_id.clone()).collect(),
        }
    }

    /// What is chosen in a panel; where it has gone, what stands in its place.
    pub(super) fn chosen(&self, panel: Panel) -> Option<String> {
        let items = self.items(panel);
        self.place(panel, &items).and_then(|place| items.get(place).cloned())
    }

    fn place(&self, panel: Panel, items: &[String]) -> Option<usize> {
        let last = items.len().checked_sub(1)?;
        let Some((name, stood)) = self.chosen.get(&panel) else {
            return Some(0);
        };
        Some(items.iter().position(|item| item == name).unwrap_or((*stood).min(last)))
    }

    fn go(&mut self, by: isize) {
        let items = self.items(self.panel);
        let Some(place) = self.place(self.panel, &items) else {
            return;
        };
        let place = place.saturating_add_signed(by).min(items.len() - 1);
        self.chosen.insert(self.panel, (items[place].clone(), place));
    }

    fn say(&mut self, text: String, tone: Tone, now: f64) {
        self.message = Some((text, tone, now));
    }

    /// What a key does; `now` is our time.
    pub(super) fn press(&mut self, key: KeyEvent, now: f64) -> Option<Action> {
        if key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('c' | 'C')) {
            return Some(Action::Interrupt);
        }
        match std::mem::take(&mut self.mode) {
            Mode::Look => return self.press_looking(key.code, now),
            Mode::Filter => match key.code {
                KeyCode::Enter => {}
                KeyCode::Esc => self.filter.clear(),
                KeyCode::Backspace => {
                    self.filter.pop();
                    self.mode = Mode::Filter;
                }
                KeyCode::Char(character) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
                    self.filter.push(character);
                    self.mode = Mode::Filter;
                }
                _ => self.mode = Mode::Filter,
            },
            // Any key closes it.
            Mode::Help => {}
            Mode::Cancel(task) => match key.code {
                KeyCode::Char(letter) if is_yes(letter) => return Some(Action::Cancel(task)),
                _ => self.say(text!("top-not-cancelled", task = task), Tone::Neutral, now),
            },
        }
        None
    }

    fn press_looking(&mut self, code: KeyCode, now: f64) -> Option<Action> {
        match code {
            KeyCode::Char('q' | 'Q') => return Some(Action::Quit),
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.mode = Mode::Help,
            KeyCode::Char('/') => self.mode = Mode::Filter,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => self.panel = self.panel.moved(1),
            KeyCode::BackTab | KeyCode::Left => self.panel = self.panel.moved(Panel::ALL.len() - 1),
            KeyCode::Char(digit @ '1'..='4') => self.panel = Panel::ALL[digit as usize - '1' as usize],
            KeyCode::Down | KeyCode::Char('j') => self.go(1),
            KeyCode::Up | KeyCode::Char('k') => self.go(-1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.go(PAGE),
            KeyCode::PageUp => self.go(-PAGE),
            KeyCode::Home | KeyCode::Char('g') => self.go(isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.go(isize::MAX),
            KeyCode::Char('p') => return self.pause(now),
            KeyCode::Char('r') => return self.retry(now),
            KeyCode::Char('c') => self.ask_to_cancel(now),
            _ => {}
        }
        None
    }

    fn pause(&mut self, now: f64) -> Option<Action> {
        let name = self.chosen(Panel::Accounts).filter(|_| self.panel == Panel::Accounts);
        let Some(name) = name else {
            self.say(text!("top-choose-account"), Tone::Attention, now);
            return None;
        };
        let mut accounts = self.standing.accounts.iter();
        let is_paused = accounts.any(|account| account.account == name && account.paused);
        Some(if is_paused {
            Action::Resume(name)
        } else {
            Action::Pause(name)
        })
    }

    /// The chosen task, where its panel is chosen.
    fn task(&self) -> Option<&Task> {
        let id = self.chosen(Panel::Tasks).filter(|_| self.panel == Panel::Tasks)?;
        self.tasks.iter().flatten().find(|task| task.task_id == id)
    }

    fn retry(&mut self, now: f64) -> Option<Action> {
        let ended = self
            .task()
            .filter(|task| task.is_over())
            .map(|task| task.task_id.clone());
        if ended.is_none() {
            self.say(text!("top-choose-failed"), Tone::Attention, now);
        }
        ended.map(Action::Retry)
    }

    fn ask_to_cancel(&mut self, now: f64) {
        match self.task().filter(|task| !task.is_over()) {
            Some(task) => self.mode = Mode::Cancel(task.task_id.clone()),
            None => self.say(text!("top-choose-open"), Tone::Attention, now),
        }
    }
}

/// "y", and "s" where the question was asked in Spanish.
fn is_yes(letter: char) -> bool {
    letter.eq_ignore_ascii_case(&'y') || (Language::spoken() == Language::Spanish && letter.eq_ignore_ascii_case(&'s'))
}

#[cfg(test)]
mod tests;
