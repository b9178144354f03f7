//! Who looks on from outside: it sees what clients are told, what providers get and what is stored, and shares no code
//! with what it judges.

use std::collections::{BTreeMap, BTreeSet};

use d8_core::change::{Change, Ending, FailureCode};
use d8_core::id::TaskId;
use d8_store::{Batch, Reader, StoreError, TaskState};

use super::process::{GROUP, MAX_ATTEMPTS, request};

/// What happens seldom. A set of worlds in which one of these never happens proves nothing of it.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rare {
    /// The process ended while attempts were under way.
    CrashWithLeasesOut,
    /// The process ended before a batch was stored.
    CrashBeforeCommit,
    /// The process ended when a batch was stored and nothing of it had left.
    CrashAfterCommit,
    /// The process ended when some outputs of a batch had left and others had not.
    CrashAmidOutputs,
    /// The process ended again before it had stored what the first end changed.
    CrashWhileRestoring,
    /// A request of a process that had ended reached the provider.
    OrphanArrived,
    /// A job was submitted again and its task was known.
    KnownByKey,
    /// A job was submitted again and its task was lost.
    LostAndSubmittedAgain,
    /// A lease ended in silence.
    Silence,
    /// A report came after its lease had ended, and completed the task.
    LateReportUsed,
    /// A report came after its lease had ended, and changed nothing.
    LateReportUseless,
    /// A worker that lives on repeated a report to the next process.
    ReportRepeated,
    /// A provider answered 500.
    Fault,
    /// A provider answered 503.
    Overload,
    /// A request did not leave.
    Unsent,
    /// A lease was given back, as it was too late to send.
    GivenBack,
    /// A lease was renewed.
    Renewed,
    /// A zone's day ended while attempts were under way.
    DayResetWithLeasesOut,
    /// Work waited over the end of a day of 23 or 25 hours.
    DayOfOtherLength,
    /// A task failed, with cause.
    FailedTask,
}

impl Rare {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::CrashWithLeasesOut,
        Self::CrashBeforeCommit,
        Self::CrashAfterCommit,
        Self::CrashAmidOutputs,
        Self::CrashWhileRestoring,
        Self::OrphanArrived,
        Self::KnownByKey,
        Self::LostAndSubmittedAgain,
        Self::Silence,
        Self::LateReportUsed,
        Self::LateReportUseless,
        Self::ReportRepeated,
        Self::Fault,
        Self::Overload,
        Self::Unsent,
        Self::GivenBack,
        Self::Renewed,
        Self::DayResetWithLeasesOut,
        Self::DayOfOtherLength,
        Self::FailedTask,
    ];
}

/// What became of one job, as far as anybody outside can see.
#[derive(Clone, Debug, Default)]
struct Tale {
    submitted: bool,
    acknowledged: Option<TaskId>,
    stored: Option<TaskId>,
    told: Option<Ending>,
    ends: u32,
    calls: u32,
    faults: u32,
    overloads: u32,
    silences: u32,
    crashes: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Witness {
    tales: Vec<Tale>,
    jobs: BTreeMap<TaskId, usize>,
    ended: BTreeSet<usize>,
    /// What must not be, in words.
    pub(super) broken: Vec<String>,
    pub(super) seen: BTreeMap<Rare, u32>,
    pub(super) calls: u32,
}

impl Witness {
    pub(super) fn new(jobs: usize) -> Self {
        Self {
            tales: vec![Tale::default(); jobs],
            ..Self::default()
        }
    }

    pub(super) fn complain(&mut self, what: impl Into<String>) {
        self.broken.push(what.into());
    }

    pub(super) fn saw(&mut self, what: Rare) {
        *self.seen.entry(what).or_insert(0) += 1;
    }

    /// Jobs that were submitted and have no answer to that.
    pub(super) fn unanswered(&self) -> Vec<usize> {
        let waits = |(_, tale): &(usize, &Tale)| tale.submitted && tale.acknowledged.is_none();
        self.tales
            .iter()
            .enumerate()
            .filter(waits)
            .map(|(job, _)| job)
            .collect()
    }

    /// Every job has ended, and its client knows its task.
    pub(super) fn is_done(&self) -> bool {
        let all_ended = self.ended.len() == self.tales.len();
        all_ended && self.tales.iter().all(|tale| tale.acknowledged.is_some())
    }

    pub(super) fn has_ended(&self, job: usize) -> bool {
        self.ended.contains(&job)
    }

    pub(super) fn submitted(&mut self, job: usize, again: bool) {
        self.tales[job].submitted = true;
        match (again, self.tales[job].stored) {
            (true, Some(_)) => self.saw(Rare::KnownByKey),
            (true, None) => self.saw(Rare::LostAndSubmittedAgain),
            _ => {}
        }
    }

    pub(super) fn acknowledged(&mut self, job: usize, task: TaskId) {
        if let Some(other) = self.tales[job].acknowledged.filter(|other| *other != task) {
            self.complain(format!("job {job} was acknowledged as {other:?} and as {task:?}"));
        }
        if let Some(other) = self.jobs.insert(task, job).filter(|other| *other != job) {
            self.complain(format!("{task:?} was acknowledged for jobs {other} and {job}"));
        }
        self.tales[job].acknowledged = Some(task);
    }

    /// A batch is on disk.
    pub(super) fn stored(&mut self, batch: &Batch) {
        for key in &batch.keys {
            let job = key.key as usize;
            self.jobs.insert(key.task, job);
            if let Some(other) = self.tales[job].stored.replace(key.task) {
                self.complain(format!("job {job} is stored as {other:?} and as {:?}", key.task));
            }
        }
        for change in &batch.changes {
            if let Change::Finished { task, .. } = change {
                self.ends(*task);
            }
        }
    }

    fn ends(&mut self, task: TaskId) {
        let Some(job) = self.jobs.get(&task).copied() else {
            return self.complain(format!("{task:?}, which nobody submitted, has ended"));
        };
        self.tales[job].ends += 1;
        self.ended.insert(job);
        if self.tales[job].ends > 1 {
            self.complain(format!("job {job} ({task:?}) ended {} times", self.tales[job].ends));
        }
    }

    pub(super) fn told(&mut self, task: TaskId, ending: Ending) {
        if let Some(job) = self.jobs.get(&task).copied()
            && let Some(other) = self.tales[job].told.replace(ending)
        {
            self.complain(format!(
                "job {job} was told to have ended as {other:?} and as {ending:?}"
            ));
        }
    }

    /// The right to send goes to a worker.
    pub(super) fn handed_out(&mut self, job: usize) {
        if let Some(Ending::Completed) = self.tales[job].told {
            self.complain(format!("job {job} was handed out again after its completion was told"));
        }
    }

    /// A request is at the provider's.
    pub(super) fn arrived(&mut self, job: usize) {
        self.calls += 1;
        let tale = &mut self.tales[job];
        tale.calls += 1;
        if tale.calls > 1 + tale.faults + tale.overloads + tale.silences + tale.crashes {
            let tale = format!("{tale:?}");
            self.complain(format!("job {job} was called too often: {tale}"));
        }
    }

    /// The provider, or the way to it, failed.
    pub(super) fn fault(&mut self, job: usize, kind: Rare) {
        match kind {
            Rare::Overload => self.tales[job].overloads += 1,
            _ => self.tales[job].faults += 1,
        }
        self.saw(kind);
    }

    /// The answer is not heard in time.
    pub(super) fn silence(&mut self, job: usize) {
        self.tales[job].silences += 1;
        self.saw(Rare::Silence);
    }

    /// The process ended before it had stored what became of this call.
    pub(super) fn crashed_amid(&mut self, job: usize) {
        self.tales[job].crashes += 1;
    }

    /// All is over: what the store says of each job.
    pub(super) fn close(&mut self, reader: &dyn Reader) -> Result<(), StoreError> {
        for job in 0..self.tales.len() {
            self.close_job(job, reader)?;
        }
        let counts = reader.group_counts(GROUP)?.unwrap_or_default();
        let jobs = self.tales.len() as u64;
        if counts.total != jobs || counts.completed + counts.failed != jobs {
            self.complain(format!("the group of {jobs} jobs is counted as {counts:?}"));
        }
        Ok(())
    }

    fn close_job(&mut self, job: usize, reader: &dyn Reader) -> Result<(), StoreError> {
        let Some(task) = self.tales[job].acknowledged else {
            self.complain(format!("job {job} was never acknowledged"));
            return Ok(());
        };
        let Some(stored) = reader.task(task)? else {
            self.complain(format!("job {job} ({task:?}) is lost"));
            return Ok(());
        };
        let body = reader.result(task)?.map(|row| row.body);
        match stored.state {
            TaskState::Ended(Ending::Completed, _) if body == Some(answer(&request(job))) => {}
            TaskState::Ended(Ending::Failed(code), _) if self.has_cause(job, code) => self.saw(Rare::FailedTask),
            state => {
                let body = body.map(|body| String::from_utf8_lossy(&body).into_owned());
                self.complain(format!("job {job} ({task:?}) stands as {state:?} with {body:?}"));
            }
        }
        Ok(())
    }

    fn has_cause(&self, job: usize, code: FailureCode) -> bool {
        let tale = &self.tales[job];
        match code {
            FailureCode::AttemptsExhausted => tale.faults >= u32::from(MAX_ATTEMPTS),
            FailureCode::Quarantined => tale.silences >= 3,
            _ => false,
        }
    }
}

/// What providers answer to a request.
pub(super) fn answer(request: &[u8]) -> Vec<u8> {
    [b"answer to ".as_slice(), request].concat()
}
