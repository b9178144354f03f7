//! Tells the ends of tasks, many at a time, until each receiver has answered or is given up.

use std::sync::Arc;

use bytes::Bytes;
use d8_core::id::TaskId;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::agenda::{Agenda, Step, Told};
use super::courier::{Courier, Parcel};
use super::lanes::Host;
use super::reply::Outcome;
use super::resolver::{Resolver, SystemResolver};
use super::secret::Secret;
use super::url::CallbackUrl;

/// How callbacks are told.
pub struct Settings {
    /// What they are signed with.
    pub secret: Secret,
    /// Whether receivers may be on this machine or in a private network.
    pub allow_private: bool,
    /// Who finds the receivers' addresses; as a rule [`SystemResolver`].
    pub resolver: Arc<dyn Resolver>,
    /// Ends all at once. What was not told is forgotten here, and is due again after the next start.
    pub shutdown: CancellationToken,
}

impl Settings {
    /// The usual ones: no private receivers, and the system's resolver.
    pub fn new(secret: Secret, shutdown: CancellationToken) -> Self {
        Self {
            secret,
            allow_private: false,
            resolver: Arc::new(SystemResolver),
            shutdown,
        }
    }
}

/// What is to be told of a task's end.
#[derive(Clone)]
pub struct Message {
    /// The callback's URL as it was handed in; judged again before each attempt.
    pub url: String,
    /// JSON, sent as it is.
    pub body: Bytes,
}

/// The owner of all that is still to be told.
pub struct Deliveries;

/// Says what is due. Cloning is cheap; when all are gone, the rest is still told.
#[derive(Clone, Debug)]
pub struct Handle {
    due: mpsc::UnboundedSender<TaskId>,
}

impl Handle {
    /// A task with a callback has ended, or did before this start and was not told yet. It is told at once and again
    /// after failures. Due twice, it is told twice, unless it has not begun.
    pub fn due(&self, task: TaskId) {
        // Nobody listens after the shutdown; the caller's store remembers.
        let _ = self.due.send(task);
    }

    /// Waits until the shutdown has been obeyed: nothing is told, and no function of the caller's called, after it.
    pub async fn ended(&self) {
        self.due.closed().await;
    }
}

impl Deliveries {
    /// Begins, inside a Tokio runtime. `load` gives what is to be told of a task, just before each attempt; none: there
    /// is nothing (any more), and the task is forgotten. `told` is called once for each end that was told or given up;
    /// it must not block.
    pub fn start<L, T>(settings: Settings, load: L, told: T) -> Handle
    where
        L: Fn(TaskId) -> BoxFuture<'static, Option<Message>> + Send + Sync + 'static,
        T: Fn(TaskId, Told) + Send + Sync + 'static,
    {
        let courier = Arc::new(Courier::new(settings.secret, settings.resolver, settings.allow_private));
        let carry = move |parcel| {
            let courier = courier.clone();
            async move { courier.carry(parcel).await }.boxed()
        };
        let caller = Caller {
            load,
            carry,
            told,
            allow_private: settings.allow_private,
        };
        caller.start(settings.shutdown)
    }
}

/// The three things that deliveries need done.
pub(super) struct Caller<L, C, T> {
    pub(super) load: L,
    pub(super) carry: C,
    pub(super) told: T,
    pub(super) allow_private: bool,
}

/// What came of a step.
enum Done {
    Looked(TaskId, Loaded),
    Carried(TaskId, Host, Option<Outcome>),
}

enum Loaded {
    Nothing,
    Refused(String),
    Parcel(Parcel),
}

impl<L, C, T> Caller<L, C, T>
where
    L: Fn(TaskId) -> BoxFuture<'static, Option<Message>> + Send + Sync + 'static,
    C: Fn(Parcel) -> BoxFuture<'static, Outcome> + Send + Sync + 'static,
    T: Fn(TaskId, Told) + Send + Sync + 'static,
{
    pub(super) fn start(self, shutdown: CancellationToken) -> Handle {
        let (due, inbox) = mpsc::unbounded_channel();
        tokio::spawn(Arc::new(self).tell_all(inbox, shutdown));
        Handle { due }
    }

    async fn tell_all(self: Arc<Self>, mut inbox: mpsc::UnboundedReceiver<TaskId>, shutdown: CancellationToken) {
        let mut agenda = Agenda::default();
        let mut under_way = FuturesUnordered::new();
        let mut open = true;
        while open || !agenda.is_empty() {
            let wake = agenda.next_wake();
            tokio::select! {
                // The shutdown comes before all else.
                biased;
                () = shutdown.cancelled() => break,
                Some(done) = under_way.next(), if !under_way.is_empty() => {
                    let parcel = self.take_in(&mut agenda, done);
                    self.begin(&mut agenda, &under_way, parcel);
                }
                task = inbox.recv(), if open => match task {
                    Some(task) => agenda.due(task),
                    None => open = false,
                },
                () = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                    agenda.wake(Instant::now());
                }
            }
            self.begin(&mut agenda, &under_way, None);
        }
        // What is under way ends before the handles hear of it.
        drop(under_way);
    }

    /// Begins what can begin. `parcel` is what a look has just brought; when its turn is not now, it is loaded again then.
    fn begin(
        self: &Arc<Self>,
        agenda: &mut Agenda,
        under_way: &FuturesUnordered<BoxFuture<'static, Done>>,
        mut parcel: Option<Parcel>,
    ) {
        while let Some(step) = agenda.next() {
            let this = self.clone();
            under_way.push(match step {
                Step::Look(task) => async move { Done::Looked(task, this.load(task).await) }.boxed(),
                Step::Carry(task, host) => {
                    let loaded = parcel.take_if(|parcel| parcel.task == task);
                    async move { Done::Carried(task, host, this.carry(task, loaded).await) }.boxed()
                }
            });
        }
    }

    async fn load(&self, task: TaskId) -> Loaded {
        let Some(Message { url, body }) = (self.load)(task).await else {
            return Loaded::Nothing;
        };
        match CallbackUrl::parse(&url, self.allow_private) {
            Ok(url) => Loaded::Parcel(Parcel { task, url, body }),
            Err(refused) => Loaded::Refused(refused.to_string()),
        }
    }

    async fn carry(&self, task: TaskId, loaded: Option<Parcel>) -> Option<Outcome> {
        let loaded = match loaded {
            Some(parcel) => Loaded::Parcel(parcel),
            None => self.load(task).await,
        };
        match loaded {
            Loaded::Nothing => None,
            Loaded::Refused(why) => Some(Outcome::Gone(why)),
            Loaded::Parcel(parcel) => Some((self.carry)(parcel).await),
        }
    }

    /// Notes what came of a step; gives a parcel that is ready to be carried.
    fn take_in(&self, agenda: &mut Agenda, done: Done) -> Option<Parcel> {
        let (task, told, parcel) = match done {
            Done::Looked(task, loaded) => {
                agenda.looked();
                match loaded {
                    Loaded::Nothing => (task, agenda.settle(task, None), None),
                    Loaded::Refused(why) => (task, agenda.settle(task, Some(Told::GivenUp(why))), None),
                    Loaded::Parcel(parcel) => {
                        agenda.found(task, &parcel.url.shared_host());
                        (task, None, Some(parcel))
                    }
                }
            }
            Done::Carried(task, host, outcome) => {
                agenda.carried(&host);
                let told = match outcome {
                    None => agenda.settle(task, None),
                    // Without random bytes attempts lie exactly as far apart as the schedule says.
                    Some(outcome) => {
                        let random = getrandom::u64().unwrap_or(100);
                        agenda.came_of(task, host, outcome, Instant::now(), random)
                    }
                };
                (task, told, None)
            }
        };
        if let Some(told) = told {
            note(task, &told);
            (self.told)(task, told);
        }
        parcel
    }
}

fn note(task: TaskId, told: &Told) {
    match told {
        Told::Delivered => tracing::debug!(task = task.0, "a callback was told"),
        Told::GivenUp(why) => tracing::warn!(task = task.0, "a callback was given up: {why}"),
    }
}
