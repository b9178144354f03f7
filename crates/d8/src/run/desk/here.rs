//! The orchestrator in this process. It serves its API on a free port of this machine, so that others can look, and hand
//! their lines to it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use d8_core::change::{Ending, ParkReason, TaskRow};
use d8_core::id::{GroupId, TaskId};
use d8_store::{Hold, Owner, Payload, Reader, TaskState};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{LineTask, Look};
use crate::cli::Failure;
use crate::clock::Clock;
use crate::orchestrator::{Done, Handle, Loop, NewTask, Opened, Plan, View, Way};
use crate::run::{identity, loop_failure, progress, stopped};
use crate::server::app::App;
use crate::server::guests::{Guests, Seat, see_off};
use crate::server::{Guard, layers, listen, router};
use crate::task::{estimate, is_plain, prefix};
use crate::text;
use crate::words;
use crate::worker::Tally;

/// How long answers may take to leave at the end.
const GRACE: Duration = Duration::from_millis(300);

/// An orchestrator of ours.
pub(in crate::run) struct Here {
    pub(super) handle: Handle,
    pub(super) reader: Box<dyn Reader>,
    pub(super) tally: Arc<Tally>,
    clock: Clock,
    name: Arc<str>,
    group: GroupId,
    client: Arc<str>,
    pub(super) endings: mpsc::UnboundedReceiver<Done>,
    running: Option<Loop>,
    /// Ends the server.
    shutdown: CancellationToken,
    hold: Option<Hold>,
    /// Who else waits for work of this orchestrator.
    guests: Arc<Guests>,
    /// The run's own.
    _seat: Seat,
}

impl Here {
    pub(super) async fn begin(opened: Opened, name: &str) -> Result<Self, Failure> {
        let group = opened.group.ok_or_else(stopped)?;
        let endings = opened.handle.audience.follow(group);
        let shutdown = CancellationToken::new();
        let guests = serve(&opened, &shutdown).await.unwrap_or_default();
        let seat = guests.sit(group);
        let Opened {
            handle,
            running,
            reader,
            tally,
            clock,
            hold,
            ..
        } = opened;
        Ok(Self {
            handle,
            reader,
            tally,
            clock,
            name: name.into(),
            group,
            client: "local".into(),
            endings,
            running: Some(running),
            shutdown,
            hold: Some(hold),
            guests,
            _seat: seat,
        })
    }

    pub(super) fn known(&self) -> Result<HashMap<u128, (TaskId, Option<Ending>)>, Failure> {
        let known = self.reader.tasks_by_keys(self.group);
        let known =
            known.map_err(|error| Failure::not_started(words::store_error(&error)).hint(words::store_hint(&error)))?;
        let task = |keyed: d8_store::KeyedTask| (keyed.key, (keyed.task, keyed.ended.map(|(ending, _)| ending)));
        Ok(known.into_iter().map(task).collect())
    }

    pub(super) async fn hand_in(&self, lines: Vec<LineTask>) -> Result<Vec<Result<TaskId, String>>, Failure> {
        let handle = &self.handle;
        let task = |line: LineTask| NewTask {
            priority: line.priority,
            plain: is_plain(&line.request),
            prefix: prefix(&line.request),
            key: Some(line.key),
            payload: Some(Payload {
                endpoint: handle.chat,
                custom: line.id,
                body: line.request.to_bytes(),
            }),
            ..NewTask::new(
                handle.new_id(),
                self.name.clone(),
                self.client.clone(),
                Way::Route(line.route),
                estimate(&line.request),
            )
        };
        let tasks = lines.into_iter().map(task).collect();
        let accepted = handle.submit(tasks).await.map_err(|_| stopped())?;
        let accepted = accepted.map_err(|refusal| Failure::broke_off(refusal.to_string()))?;
        Ok(accepted.into_iter().map(|accepted| Ok(accepted.id)).collect())
    }

    pub(super) fn settle(&self, reopen: &[(TaskId, Ending)], stale: Vec<TaskId>) -> Result<(), Failure> {
        let mut rows: Vec<(TaskRow, Ending)> = Vec::new();
        for (task, ending) in reopen {
            let stored = self.reader.task(*task);
            let stored = stored
                .map_err(|error| Failure::not_started(words::store_error(&error)).hint(words::store_hint(&error)))?;
            if let Some(stored) = stored.filter(|stored| matches!(stored.state, TaskState::Ended(..))) {
                let now = self.clock.now();
                rows.push((
                    TaskRow {
                        not_before: now,
                        ..stored.row
                    },
                    *ending,
                ));
            }
        }
        let handle = &self.handle;
        handle.revive(rows).map_err(|_| stopped())?;
        handle.cancel(stale).map_err(|_| stopped())
    }

    pub(super) async fn look(&self) -> Option<Look> {
        let handle = &self.handle;
        let view = handle.view(self.group).await.ok()?;
        let outlook = handle.outlook().await.ok()?;
        let plan = handle.directory.plan();
        let hopeless = view.prospects.open > 0 && view.prospects.open == view.prospects.hopeless;
        Some(Look {
            waiting: progress::waiting_for(&plan, &view),
            hopeless: hopeless.then(|| reasons(&plan, &view)),
            troubles: lasting_trouble(&plan, &view),
            outlook: Some(outlook),
            now: view.now,
        })
    }

    /// Attempts under way, for whomever.
    pub(super) async fn under_way(&self) -> u64 {
        self.handle.status().await.map_or(0, |status| status.tasks.assigned)
    }

    /// Whether others have waited for work of ours.
    pub(super) fn had_guests(&self) -> bool {
        self.guests.ever() > 1
    }

    pub(super) fn stop(&mut self) -> Result<(), Failure> {
        self.shutdown.cancel();
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        let ended = tokio::task::block_in_place(|| running.stop());
        self.hold = None;
        ended.map_err(|error| loop_failure(&error))
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Serves the API where only this machine can reach it, and says where. A run goes on without it.
async fn serve(opened: &Opened, shutdown: &CancellationToken) -> Option<Arc<Guests>> {
    let listeners = listen::bind(([127, 0, 0, 1], 0).into()).await.ok()?;
    let address = listeners.first()?.local_addr().ok()?;
    let app = App::new(opened, shutdown.clone());
    let routes = layers(router::router(&app), Guard::new(None, [identity::host()]));
    tokio::spawn(listen::serve(listeners, routes, shutdown.clone(), GRACE));
    tokio::spawn(see_off(app.clone()));
    let owner = Owner {
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        url: Some(format!("http://{address}")),
        token_file: None,
    };
    let _ = opened.hold.announce(&owner);
    Some(app.guests.clone())
}

/// What takes nothing until somebody mends it, one sentence each.
pub(crate) fn lasting_trouble(plan: &Plan, view: &View) -> Vec<String> {
    let lasting = |why: &ParkReason| {
        matches!(
            why,
            ParkReason::BadKey | ParkReason::NoMoney | ParkReason::ModelUnavailable
        )
    };
    let parked = view.parked.iter().filter(|(_, _, why)| lasting(why));
    let sentence = |(what, _, why): &(_, _, ParkReason)| {
        let (account, model) = plan.name_of(*what)?;
        Some(words::parked(&account, model.as_deref(), *why, None))
    };
    parked.filter_map(sentence).collect()
}

/// Why nothing can serve the rest.
pub(crate) fn reasons(plan: &Plan, view: &View) -> Vec<String> {
    let mut lines = lasting_trouble(plan, view);
    let closed = view.limits.iter().filter(|(_, limit)| limit.amount == 0);
    lines.extend(closed.filter_map(|(id, _)| {
        let words = plan.limits.get(id)?;
        Some(text!(
            "run-allows-nothing",
            account = words.account.as_str(),
            limit = words.called.as_str(),
        ))
    }));
    if lines.is_empty() {
        lines.push(text!("run-no-route"));
    }
    lines
}
