//! How fast and how large the queue is: durable tasks a second through submit, grant and complete with an executor that
//! does nothing; resident memory and restart time with many tasks pending. Prints figures; judges nothing.
//!
//! `cargo bench --bench queue -- [rate N] [memory N...]`

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use d8::clock::Clock;
use d8::config::{Config, Environment, LoadOptions, UserFolders};
use d8::orchestrator::{NewTask, Opened, Opening, Scope, Way};
use d8::worker::Errand;
use d8_core::message::{Outcome, Report};
use d8_core::usage::{Estimate, Usage};
use d8_store::{Payload, ResultRow};
use tokio::sync::mpsc;

const CHUNK: usize = 1_000;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let numbers = |word: &str| -> Vec<u64> {
        let after = arguments.iter().skip_while(|argument| *argument != word).skip(1);
        after.map_while(|argument| argument.parse().ok()).collect()
    };
    let (rates, sizes) = (numbers("rate"), numbers("memory"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if arguments.is_empty() {
        runtime.block_on(rate(20_000));
        runtime.block_on(rate(100_000));
        return;
    }
    for count in rates {
        runtime.block_on(rate(count));
    }
    for count in sizes {
        runtime.block_on(memory(count));
    }
}

/// One account without limits, or one that takes nothing.
fn config(folder: &Path, limits: &str) -> Config {
    let text = format!(
        "[[account]]\nname = \"none\"\nprovider = \"openai-compatible\"\nbase_url = \"http://127.0.0.1:9/v1\"\n\
         models = [\"m\"]\napi_key = \"test-key-1\"\nlimits = {limits}\n[store]\nurl = \"sqlite:q.db\"\n"
    );
    let options = LoadOptions {
        config_path: None,
        cwd: folder.to_owned(),
        env: Environment::default(),
        folders: UserFolders {
            config: None,
            data: None,
        },
        now: Clock::start().now(),
    };
    Config::from_text(&text, options).unwrap()
}

/// Opens a store with workers that answer at once.
fn open(config: &Config) -> Opened {
    let opening = Opening {
        config: Arc::new(config.clone()),
        scope: Scope::Group("bench".to_owned()),
        clock: Clock::start(),
        speed: 1,
    };
    let opened = opening.open_with(|_, surroundings| {
        let (errands, mut inbox) = mpsc::unbounded_channel::<Errand>();
        std::thread::spawn(move || {
            while let Some(errand) = inbox.blocking_recv() {
                let Errand::Make(lease) = errand else { continue };
                let usage = Usage {
                    input_tokens: 100,
                    output_tokens: 50,
                };
                let outcome = Outcome::Answered(Some(usage));
                let report = Report::plain(outcome, surroundings.clock.now());
                let result = ResultRow {
                    status: 200,
                    body: vec![b'x'; 200],
                };
                if surroundings
                    .handle
                    .finished(lease.task, lease.attempt, report, Some(result))
                    .is_err()
                {
                    return;
                }
            }
        });
        Ok(errands)
    });
    let opened = opened.unwrap();
    opened.handle.begin().unwrap();
    opened
}

fn tasks(opened: &Opened, config: &Config, from: u64, count: usize) -> Vec<NewTask> {
    let way = Way::Route(Arc::new(config.resolve(None).unwrap()));
    let (group, client): (Arc<str>, Arc<str>) = ("bench".into(), "local".into());
    let estimate = Estimate {
        input_tokens: 100,
        input_tokens_least: 25,
        max_output_tokens: Some(50),
    };
    let task = |number: u64| NewTask {
        key: Some(u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)),
        payload: Some(Payload {
            endpoint: opened.handle.chat,
            custom: None,
            body: vec![b'p'; 1_000],
        }),
        ..NewTask::new(
            opened.handle.new_id(),
            group.clone(),
            client.clone(),
            way.clone(),
            estimate,
        )
    };
    (from..from + count as u64).map(task).collect()
}

async fn submit_all(opened: &Opened, config: &Config, count: u64) {
    let mut sent = 0;
    while sent < count {
        let chunk = CHUNK.min((count - sent) as usize);
        let accepted = opened.handle.submit(tasks(opened, config, sent, chunk)).await;
        accepted.unwrap().unwrap();
        sent += chunk as u64;
    }
}

/// Submit and complete overlap, as they do in a run.
async fn rate(count: u64) {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "[]");
    let opened = open(&config);
    let mut endings = opened.handle.audience.follow(opened.group.unwrap());
    let began = Instant::now();
    let (submitted, ()) = tokio::join!(
        async {
            submit_all(&opened, &config, count).await;
            began.elapsed()
        },
        async {
            for _ in 0..count {
                let _ = endings.recv().await;
            }
        }
    );
    let total = began.elapsed();
    let rate = |time: Duration| count as f64 / time.as_secs_f64();
    println!(
        "{count} tasks: submitted {:.0}/s, through submit, grant and complete {:.0}/s ({:.2} s)",
        rate(submitted),
        rate(total),
        total.as_secs_f64()
    );
    let mut times = Vec::new();
    for number in 0..200 {
        let began = Instant::now();
        opened
            .handle
            .submit(tasks(&opened, &config, count + number, 1))
            .await
            .unwrap()
            .unwrap();
        let _ = endings.recv().await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    println!(
        "one task on an idle queue, submit to stored end: p50 {:?}, p99 {:?}",
        times[100], times[198]
    );
    opened.running.stop().unwrap();
}

async fn memory(count: u64) {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "[{ requests = 0, per = \"1d\" }]");
    let opened = open(&config);
    submit_all(&opened, &config, count).await;
    println!("{count} pending, just submitted: {} MB resident", resident_mb());
    opened.running.stop().unwrap();
    drop(opened.hold);
    let began = Instant::now();
    let opened = open(&config);
    let pending = opened.handle.view(opened.group.unwrap()).await.unwrap().counts.pending;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "restart with {pending} pending: {seconds:.2} s, {} MB resident",
        resident_mb()
    );
    opened.running.stop().unwrap();
}

/// Linux tells; elsewhere 0.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse::<u64>().ok())
        .unwrap_or(0)
        / 1_024
}
