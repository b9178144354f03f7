//! The emulator itself: all accounts, the score and the faults, behind one lock that is never held across a wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::catalogue::{Served, models};
use crate::counting::{Account, Cost, Kind, Limit, Micros, Provider, Reading, Refusal, Ticket};
use crate::dice::Dice;
use crate::faults::{FaultKind, Ordered};
use crate::fingerprint::mark;
use crate::options::{GeminiMinute, Options};
use crate::running::Running;
use crate::score::{Book, Outcome, Score, Whose};

/// How many keys are known at the same time; further ones are refused like bad keys.
const MAX_ACCOUNTS: usize = 10_000;

/// A stand-in for LLM providers. Cheap to clone; clones are the same emulator.
#[derive(Debug, Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: Options,
    limits: BTreeMap<Provider, Arc<[Limit]>>,
    state: Mutex<State>,
    closing: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    accounts: BTreeMap<(Provider, String), Account>,
    book: Book,
    ordered: Ordered,
    requests: u64,
    /// Grows with every reset: what began before it is not counted after it.
    generation: u64,
}

/// How full one limit is, together with the limit.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) limit: Limit,
    pub(crate) counted_per: Micros,
    pub(crate) reading: Reading,
}

impl Emulator {
    /// An emulator with fresh accounts.
    pub fn new(options: Options) -> Emulator {
        let of = |provider| (provider, limits_of(&options, provider));
        let limits = Provider::ALL.into_iter().map(of).collect();
        let (closing, _) = watch::channel(false);
        Emulator {
            inner: Arc::new(Inner {
                options,
                limits,
                state: Mutex::default(),
                closing,
            }),
        }
    }

    /// What it saw since it began, or was reset.
    pub fn score(&self) -> Score {
        self.state().book.score()
    }

    /// Forgets everything: quotas are whole again, the score is empty, ordered faults are off.
    pub fn reset(&self) {
        let mut state = self.state();
        state.accounts.clear();
        state.book = Book::default();
        state.ordered.clear();
        state.generation += 1;
    }

    /// Orders a fault for the next `count` requests that the quota lets in, at one provider or at any.
    pub fn fail_next(&self, kind: FaultKind, count: u64, provider: Option<Provider>) {
        self.state().ordered.order(kind, count, provider);
    }

    /// The label that the score gives to the account of a key.
    pub fn account_label(key: &str) -> String {
        mark(key)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn now(&self) -> Micros {
        self.inner.options.clock.now()
    }

    /// Chance for the next request. Requests are numbered as they come.
    pub(crate) fn dice(&self) -> Dice {
        let mut state = self.state();
        state.requests += 1;
        Dice::new(self.inner.options.seed, state.requests)
    }

    /// The models that are served, the catalogue's first.
    pub(crate) fn served(&self, provider: Provider) -> Vec<Served> {
        let extra = self
            .inner
            .options
            .extra_models
            .iter()
            .filter(|(whose, _)| *whose == provider);
        models(provider)
            .map(Served::from)
            .chain(extra.map(|(_, id)| Served::unlisted(id)))
            .collect()
    }

    pub(crate) fn find(&self, provider: Provider, id: &str) -> Option<Served> {
        self.served(provider).into_iter().find(|model| model.id == id)
    }

    /// A request arrives now.
    pub(crate) fn arrive(&self, provider: Provider, key: &str, model: &str, cost: Cost) -> Result<Running, Refusal> {
        let whose = Whose {
            provider,
            account: mark(key),
            model: model.to_owned(),
        };
        let now = self.now();
        let counts_refused = self.options().counting(provider).refused;
        self.with_account(provider, key, |state, account| match account.arrive(now, model, cost) {
            Ok(ticket) => {
                state.book.accepted(&whose, now, account);

                Ok(Running::new(self.clone(), whose, key, state.generation, ticket))
            }
            Err(refusal) => {
                if counts_refused {
                    account.charge_request(now, model);
                }
                if refused_for_size(provider, &refusal) {
                    state.book.ended(&whose, Outcome::Rejected);
                } else {
                    state.book.refused(&whose, now, &refusal, account);
                }
                Err(refusal)
            }
        })
    }

    /// A request of this generation has ended; see [`Running::finish`].
    pub(crate) fn finish(&self, whose: &Whose, key: &str, generation: u64, ticket: Ticket, real: Option<Cost>) {
        let now = self.now();
        self.with_account(whose.provider, key, |state, account| {
            if state.generation == generation {
                account.finish(now, ticket, real);
            }
        });
    }

    /// Writes into the score what became of a request of this generation.
    pub(crate) fn note(&self, whose: &Whose, generation: u64, outcome: Outcome) {
        let mut state = self.state();
        if state.generation == generation {
            state.book.ended(whose, outcome);
        }
    }

    /// A request was answered with a 4xx other than a refusal. `model` is empty where it is not known.
    pub(crate) fn rejected(&self, provider: Provider, key: Option<&str>, model: &str, counts: bool) {
        let account = key.map(mark).unwrap_or_default();
        self.state().book.ended(
            &Whose {
                provider,
                account,
                model: model.to_owned(),
            },
            Outcome::Rejected,
        );
        let (Some(key), true) = (key, counts && !model.is_empty()) else {
            return;
        };
        let now = self.now();
        self.with_account(provider, key, |_, account| account.charge_request(now, model));
    }

    /// Is there room for this key?
    pub(crate) fn admits_key(&self, provider: Provider, key: &str) -> bool {
        let state = self.state();
        state.accounts.len() < MAX_ACCOUNTS || state.accounts.contains_key(&(provider, key.to_owned()))
    }

    pub(crate) fn standings(&self, provider: Provider, key: &str, model: &str) -> Vec<Standing> {
        let (now, speed) = (self.now(), self.options().speed);
        self.with_account(provider, key, |_, account| {
            let readings = account.readings(now, model);
            let standing = |reading: Reading| {
                let limit = account.limits()[reading.limit].clone();
                Standing {
                    counted_per: speed.shorten(limit.per),
                    limit,
                    reading,
                }
            };
            readings.into_iter().map(standing).collect()
        })
    }

    /// The fault that befalls a request: one that was ordered, else by chance.
    pub(crate) fn fault(&self, provider: Provider, dice: &mut Dice) -> Option<FaultKind> {
        let ordered = self.state().ordered.take(provider);
        ordered.or_else(|| self.options().faults.throw(dice))
    }

    /// Waits for a delay, divided by the speed.
    pub(crate) async fn pause(&self, delay: Duration) {
        let delay = self.options().speed.shorten_delay(delay);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// Ends everything that would wait for ever.
    pub(crate) fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    /// Returns once the emulator is being shut down.
    pub(crate) async fn closed(&self) {
        let mut closing = self.inner.closing.subscribe();
        let _ = closing.wait_for(|closing| *closing).await;
    }

    fn with_account<T>(&self, provider: Provider, key: &str, act: impl FnOnce(&mut State, &mut Account) -> T) -> T {
        let mut state = self.state();
        let place = (provider, key.to_owned());
        let fresh = || Account::new(self.inner.limits[&provider].clone(), self.options().speed);
        let mut account = state.accounts.remove(&place).unwrap_or_else(fresh);
        let result = act(&mut state, &mut account);
        state.accounts.insert(place, account);
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Groq and OpenAI tell apart what can never fit; at Gemini it is a refusal like any other.
fn refused_for_size(provider: Provider, refusal: &Refusal) -> bool {
    provider != Provider::Gemini && refusal.longest().too_large()
}

fn limits_of(options: &Options, provider: Provider) -> Arc<[Limit]> {
    let sliding = provider == Provider::Gemini && options.gemini_minute == GeminiMinute::Sliding;
    let as_told = |limit: Limit| match limit.kind {
        Kind::Fixed if sliding => Limit {
            kind: Kind::Sliding,
            ..limit
        },
        _ => limit,
    };
    let of_provider = options
        .tier
        .limits()
        .into_iter()
        .filter(|limit| limit.provider == provider);
    of_provider.map(as_told).collect()
}
