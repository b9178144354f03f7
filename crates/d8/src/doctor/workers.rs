//! Whether somebody does the work.

use super::{Finding, Standing};
use crate::client::moment;
use crate::client::objects::{Account, Worker};
use crate::client::table::one_line;
use crate::text;

const NAME: &str = "workers";
/// A worker that was last heard of longer ago has been put away, most likely; in seconds.
const FORGOTTEN: f64 = 86_400.0;
/// So many are named.
const NAMED: usize = 5;

/// Of an orchestrator that runs, at `url`.
pub(crate) fn judge(standing: &Standing, url: &str) -> Vec<Finding> {
    let online: Vec<&Worker> = standing.workers.iter().filter(|worker| is_online(worker)).collect();
    let mut findings = vec![if online.is_empty() {
        Finding::problem(NAME, text!("doctor-workers-none")).next(text!("doctor-workers-none-next", url = url))
    } else {
        let busy = online.iter().filter(|worker| worker.status.as_deref() == Some("busy"));
        Finding::ok(
            NAME,
            text!(
                "doctor-workers",
                online = online.len() as u64,
                busy = busy.count() as u64,
                names = names(&online)
            ),
        )
    }];
    let silent = standing.workers.iter().filter_map(|worker| {
        let heard = worker.last_heartbeat.filter(|_| !is_online(worker))?;
        let is_recent = standing.now - heard < FORGOTTEN;
        is_recent.then(|| {
            let message = text!(
                "doctor-worker-silent",
                worker = one_line(&worker.worker_id),
                kind = one_line(worker.worker_type.as_deref().unwrap_or("-")),
                ago = moment::past(heard, standing.now)
            );
            Finding::warning(NAME, message).next(text!("doctor-worker-silent-next"))
        })
    });
    findings.extend(silent.take(NAMED));
    // The account of a worker that brings its own is gone with it, and was told above.
    let unserved = |account: &&Account| account.workers == Some(0) && account.origin.as_deref() != Some("worker");
    findings.extend(standing.accounts.iter().filter(unserved).map(|account| {
        let name = one_line(&account.account);
        Finding::warning(NAME, text!("doctor-account-unserved", account = name.as_str())).next(text!(
            "doctor-account-unserved-next",
            account = name.as_str(),
            url = url
        ))
    }));
    findings
}

fn is_online(worker: &Worker) -> bool {
    worker.status.as_deref() != Some("offline")
}

fn names(workers: &[&Worker]) -> String {
    let mut names: Vec<String> = workers
        .iter()
        .take(NAMED)
        .map(|worker| one_line(&worker.worker_id))
        .collect();
    if workers.len() > NAMED {
        names.push(text!("doctor-more", count = (workers.len() - NAMED) as u64));
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;

    fn worker(id: &str, status: &str, last_heartbeat: f64) -> Worker {
        Worker {
            worker_id: id.to_owned(),
            worker_type: Some("groq".to_owned()),
            status: Some(status.to_owned()),
            last_heartbeat: Some(last_heartbeat),
            ..Worker::default()
        }
    }

    fn standing(workers: Vec<Worker>, served: u64) -> Standing {
        Standing {
            is_running: true,
            workers,
            accounts: vec![Account {
                account: "groq-main".to_owned(),
                workers: Some(served),
                origin: Some("file".to_owned()),
                ..Account::default()
            }],
            now: 1_000_000.0,
            ..Standing::default()
        }
    }

    #[test]
    fn nobody_at_work_is_a_problem() {
        let found = judge(&standing(Vec::new(), 0), "http://pi:5000");
        assert_eq!(found[0].grade, Grade::Problem);
        assert!(
            found[0]
                .next
                .as_deref()
                .is_some_and(|next| next.contains("--orchestrator http://pi:5000"))
        );
        assert!(found[1].message.contains("groq-main"), "{found:?}");
    }

    #[test]
    fn who_fell_silent_lately_is_named_and_who_left_long_ago_is_not() {
        let now = 1_000_000.0;
        let workers = vec![
            worker("builtin:groq-main", "busy", now),
            worker("pi-1", "offline", now - 180.0),
            worker("old", "offline", now - 200_000.0),
        ];
        let found = judge(&standing(workers, 1), "http://pi:5000");
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].message, "1 online (builtin:groq-main), 1 busy");
        assert_eq!(found[1].grade, Grade::Warning);
        assert!(
            found[1].message.contains("pi-1") && found[1].message.contains("3 m 00 s"),
            "{found:?}"
        );
    }
}
