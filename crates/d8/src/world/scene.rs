//! What a world is made of, drawn from one seed: providers and their limits, the work, and what goes wrong at all.

use std::time::Duration;

use d8_core::time::Timestamp;
use d8_core::usage::OutputCharge;
use d8_emulator::{DAY, Dimension, Kind, Limit, MINUTE, Provider, SECOND, Scope};

use super::chance::Chance;

/// A world before it begins.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Where all chance comes from.
    pub seed: u64,
    /// When it begins.
    pub start: Timestamp,
    /// For so long anything may go wrong; then all is healed.
    pub troubled: Duration,
    /// Who serves.
    pub accounts: Vec<Account>,
    /// What is to be done.
    pub jobs: Vec<Job>,
    /// How things go.
    pub nature: Nature,
    /// What is done wrong on purpose.
    pub mistake: Mistake,
}

/// What D8 does not do right yet. A world keeps away from it, unless it is told to go there: a gap that is closed
/// leaves this list, and from then on every world goes there.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Gap {
    /// A restart takes a bucket that was filled as fast as it drained for an empty one.
    BusyBucket,
    /// The error of a late report replaces the answer that another attempt has brought.
    LateError,
    /// A late answer that does not tell its usage is stored as having used nothing.
    UntoldUsage,
    /// A restart or a silence frees the places of calls that the provider still works at.
    OpenPlaces,
    /// A request that leaves just in time arrives after the moment at which a restart counts it.
    LateSend,
    /// A restart does not know by how much the provider's clock differs, and assumes five seconds at most.
    StrangeClock,
}

/// One key at one provider, with one worker.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its limits, as the provider counts them.
    pub limits: Vec<Limit>,
    /// Its models; each is a target.
    pub models: Vec<&'static str>,
    /// When output is charged.
    pub charge: OutputCharge,
    /// The level of the route at which it stands.
    pub level: usize,
    /// Its worker is another process, which lives on when the orchestrator's ends.
    pub remote: bool,
}

/// One request that a client wants answered.
#[derive(Copy, Clone, Debug)]
pub struct Job {
    /// When it is submitted, after the beginning.
    pub after: Duration,
    /// 1..=10.
    pub priority: u8,
    /// Tokens of its prompt, estimated; never too few.
    pub input_estimate: u32,
    /// Tokens of its prompt.
    pub input: u32,
    /// Its `max_tokens`.
    pub output_most: u32,
    /// Tokens of its answer.
    pub output: u32,
}

/// How things go. Chances are out of a thousand.
#[derive(Copy, Clone, Debug)]
pub struct Nature {
    /// The longest way of a request, and of an answer.
    pub delay: Duration,
    /// The longest that a provider works at a usual request.
    pub work: Duration,
    /// The longest usual commit.
    pub commit: Duration,
    /// A commit takes up to a second.
    pub slow_commit: u32,
    /// A worker sleeps over a lease for a time within `stall`.
    pub stalled: u32,
    /// How long it sleeps.
    pub stall: (Duration, Duration),
    /// A provider works for up to 100 s.
    pub long_work: u32,
    /// A request surely does not leave.
    pub unreachable: u32,
    /// 500.
    pub fault: u32,
    /// 503.
    pub overload: u32,
    /// The answer is never heard.
    pub lost: u32,
    /// The worker shows no sign of life, and reports after its lease has ended.
    pub late: u32,
    /// An answer does not tell its usage.
    pub untold: u32,
    /// The mean time between crashes, if any.
    pub crash_every: Option<Duration>,
    /// The process ends while a batch is being stored.
    pub crash_at_commit: u32,
    /// The process ends between a commit and its last output.
    pub crash_after_commit: u32,
    /// The longest that the process is away.
    pub away: Duration,
    /// Requests that nobody waits for keep their place at the provider until they are answered.
    pub places_stay: bool,
    /// Reports of faults bring an error text.
    pub error_texts: bool,
    /// The providers' clock minus ours, in microseconds.
    pub provider_clock: i64,
}

/// A mistake made on purpose, to see that somebody notices.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// None.
    None,
    /// A restart forgets what ended attempts have spent.
    ForgetSpends,
    /// A restart takes the attempts that were under way for unsent.
    ForgiveLeases,
    /// A restart forgets which keys it knows.
    ForgetKeys,
    /// Outputs leave before their batch is stored.
    ActBeforeCommit,
    /// Some batches are said to be stored and are not.
    LoseBatches,
    /// A fault is taken to have spent nothing.
    ForgiveFaults,
}

impl Mistake {
    /// All that there are to make.
    pub const ALL: [Self; 6] = [
        Self::ForgetSpends,
        Self::ForgiveLeases,
        Self::ForgetKeys,
        Self::ActBeforeCommit,
        Self::LoseBatches,
        Self::ForgiveFaults,
    ];
}

/// Ten minutes before midnight in Los Angeles, of days that last 25, 23 and 24 hours from then on; and an afternoon.
const STARTS: [i64; 4] = [1_793_515_800, 1_772_956_200, 1_784_098_200, 1_777_993_200];

impl Scene {
    /// The world of a seed.
    pub fn new(seed: u64) -> Self {
        Self::with_gap(seed, None)
    }

    /// The world of a seed, into which a gap may go.
    pub fn with_gap(seed: u64, gap: Option<Gap>) -> Self {
        let mut chance = Chance::new(seed, 0);
        let start = STARTS[chance.below(4) as usize] + chance.below(300) as i64;
        let accounts = accounts(&mut chance, gap);
        let troubled = minutes(chance.between(5, 30));
        let jobs = chance.between(30, 120);
        Self {
            seed,
            start: Timestamp::from_secs(start),
            troubled,
            accounts,
            jobs: (0..jobs).map(|_| job(&mut chance, troubled)).collect(),
            nature: nature(&mut chance).into_gap(gap),
            mistake: Mistake::None,
        }
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// One to three; the first stands at the first level.
fn accounts(chance: &mut Chance, gap: Option<Gap>) -> Vec<Account> {
    let count = chance.between(1, 3);
    let mut accounts: Vec<Account> = (0..count).map(|_| account(chance, gap)).collect();
    accounts[0].level = 0;
    accounts
}

fn account(chance: &mut Chance, gap: Option<Gap>) -> Account {
    let (limits, charge) = match chance.below(3) {
        0 => (buckets(chance, gap), OutputCharge::AtAdmission),
        1 => (windows(chance), OutputCharge::AsProduced),
        _ => (logs(chance), OutputCharge::AtAdmission),
    };
    let models = if chance.hits(300) { vec!["a", "b"] } else { vec!["a"] };
    let level = chance.below(3) as usize;
    let concurrency = limits.iter().any(|limit| limit.dimension == Dimension::Concurrency);
    let remote = chance.hits(400) && (!concurrency || gap == Some(Gap::OpenPlaces));
    Account {
        limits,
        models,
        charge,
        level,
        remote,
    }
}

/// As Groq counts.
fn buckets(chance: &mut Chance, gap: Option<Gap>) -> Vec<Limit> {
    let limit = |dimension, amount, per| Limit::each(Provider::Groq, dimension, amount, per, Kind::Bucket);
    let mut limits = vec![limit(Dimension::Requests, chance.between(3, 30), MINUTE)];
    if chance.hits(700) {
        limits.push(limit(Dimension::Tokens, chance.between(1_500, 8_000), MINUTE));
    }
    // With a day to remember, minutes are remembered well enough.
    if gap != Some(Gap::BusyBucket) {
        limits.push(limit(Dimension::Requests, chance.between(60, 300), DAY));
    }
    limits
}

/// As Gemini counts.
fn windows(chance: &mut Chance) -> Vec<Limit> {
    let limit = |dimension, amount, per, kind| Limit::each(Provider::Gemini, dimension, amount, per, kind);
    let mut limits = vec![limit(Dimension::Requests, chance.between(2, 15), MINUTE, Kind::Fixed)];
    if chance.hits(500) {
        let amount = chance.between(1_000, 6_000);
        limits.push(limit(Dimension::InputTokens, amount, MINUTE, Kind::Fixed));
    }
    if chance.hits(700) {
        let day = limit(Dimension::Requests, chance.between(15, 60), DAY, Kind::PacificDay);
        let shared = chance.hits(500);
        limits.push(if shared { day.shared_by(Scope::AllModels) } else { day });
    }
    limits
}

/// The strictest that a provider can be.
fn logs(chance: &mut Chance) -> Vec<Limit> {
    let limit = |dimension, amount, per| Limit::each(Provider::OpenAi, dimension, amount, per, Kind::Sliding);
    let per = chance.between(5, 90) as i64 * SECOND;
    let mut limits = vec![limit(Dimension::Requests, chance.between(1, 20), per)];
    if chance.hits(500) {
        limits.push(limit(Dimension::Tokens, chance.between(1_500, 8_000), MINUTE));
    }
    if chance.hits(500) {
        let open = limit(Dimension::Concurrency, chance.between(1, 5), 0);
        limits.push(open.shared_by(Scope::AllModels));
    }
    limits
}

fn job(chance: &mut Chance, troubled: Duration) -> Job {
    let input = chance.between(5, 300) as u32;
    let output_most = chance.between(1, 500) as u32;
    // Most come at once, as a file does.
    let after = if chance.hits(600) {
        Duration::ZERO
    } else {
        chance.time(Duration::ZERO, troubled)
    };
    Job {
        after,
        priority: if chance.hits(100) { 9 } else { 5 },
        input_estimate: input + input / 4,
        input,
        output_most,
        output: chance.between(1, u64::from(output_most)) as u32,
    }
}

/// Each kind of trouble is there or not, so that each is also met without the others.
fn nature(chance: &mut Chance) -> Nature {
    let mut some = |most: u32| {
        if chance.hits(500) {
            chance.between(1, most.into()) as u32
        } else {
            0
        }
    };
    let (stalled, long_work, unreachable, fault) = (some(60), some(40), some(60), some(150));
    let (overload, lost, late) = (some(40), some(50), some(50));
    let (crash_at_commit, crash_after_commit, slow_commit) = (some(30), some(30), some(60));
    let fault = if chance.hits(100) { 700 } else { fault };
    let delay = [20, 300, 2_000, 3_500][chance.below(4) as usize];
    Nature {
        delay: Duration::from_millis(delay),
        work: Duration::from_millis([200, 3_000][chance.below(2) as usize]),
        commit: Duration::from_millis(20),
        slow_commit,
        stalled,
        stall: (Duration::from_secs(6), Duration::from_secs(9)),
        long_work,
        unreachable,
        fault,
        overload,
        lost,
        late,
        untold: 0,
        error_texts: false,
        crash_every: chance.hits(700).then(|| Duration::from_secs(chance.between(20, 400))),
        crash_at_commit,
        crash_after_commit,
        away: Duration::from_secs([0, 2, 90][chance.below(3) as usize]),
        places_stay: false,
        provider_clock: chance.between(0, 8_000_000) as i64 - 4_000_000,
    }
}

impl Nature {
    fn into_gap(self, gap: Option<Gap>) -> Self {
        let Some(gap) = gap else { return self };
        match gap {
            Gap::BusyBucket => self,
            Gap::LateError => Self {
                error_texts: true,
                ..self
            },
            Gap::UntoldUsage => Self { untold: 800, ..self },
            Gap::OpenPlaces => Self {
                places_stay: true,
                ..self
            },
            Gap::LateSend => Self {
                delay: Duration::from_millis(3_500),
                stalled: 700,
                stall: (Duration::from_secs(3), Duration::from_secs(5)),
                crash_every: Some(Duration::from_secs(20)),
                away: Duration::ZERO,
                ..self
            },
            Gap::StrangeClock => Self {
                provider_clock: self.provider_clock * 15,
                ..self
            },
        }
    }

    /// The same network, and nothing goes wrong any more.
    pub(super) fn healed(self) -> Self {
        Self {
            slow_commit: 0,
            stalled: 0,
            long_work: 0,
            unreachable: 0,
            fault: 0,
            overload: 0,
            lost: 0,
            late: 0,
            crash_every: None,
            crash_at_commit: 0,
            crash_after_commit: 0,
            ..self
        }
    }
}
