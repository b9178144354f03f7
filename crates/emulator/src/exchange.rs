//! The path of one request: the way here, the key, the words, the quota, fate, the answer, the way back.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, Uri};

use crate::answer::{Wish, compose};
use crate::counting::{Cost, Micros, SECOND};
use crate::dialect::{Answer, Dialect, Form, Job, Lockout, Refused, Rejection};
use crate::dice::Dice;
use crate::emulator::Emulator;
use crate::faults::FaultKind;
use crate::fingerprint::mark;
use crate::reply::{Header, Reply, hangup, response};
use crate::running::Running;
use crate::score::Outcome;
use crate::stream;

/// One request, as it came.
pub(crate) struct Exchange<'a> {
    pub(crate) emulator: &'a Emulator,
    pub(crate) dialect: &'a dyn Dialect,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) uri: &'a Uri,
}

impl Exchange<'_> {
    /// Answers a request that generates.
    pub(crate) async fn generate(&self, body: Result<Bytes, axum::Error>) -> Response<Body> {
        let mut dice = self.emulator.dice();
        let latency = self.emulator.options().latency;
        self.emulator.pause(latency.uplink.throw(&mut dice)).await;
        let request_id = format!("req_{:016x}", dice.bits());
        let response = match self.admit(body) {
            Ok((job, running)) => self.perform(&job, running, &request_id, &mut dice).await,
            Err(reply) => reply.with(self.dialect.common_headers(&request_id, 0)).into_response(),
        };
        self.emulator.pause(latency.downlink.throw(&mut dice)).await;
        response
    }

    /// Answers a request that costs nothing, such as a list of models.
    pub(crate) fn look_up(&self, found: impl FnOnce() -> Reply) -> Response<Body> {
        let request_id = format!("req_{:016x}", self.emulator.dice().bits());
        let reply = self.key().map_or_else(|reply| reply, |_| found());
        reply.with(self.dialect.common_headers(&request_id, 0)).into_response()
    }

    fn admit(&self, body: Result<Bytes, axum::Error>) -> Result<(Job, Running), Reply> {
        let (emulator, dialect, provider) = (self.emulator, self.dialect, self.dialect.provider());
        let key = self.key()?;
        let body = body.map_err(|_| dialect.too_big())?;
        let job = dialect
            .read(emulator, &body)
            .map_err(|rejection| self.rejected(&key, rejection))?;
        let cost = Cost::request(job.prompt_tokens, job.reserved_output);
        match emulator.arrive(provider, &key, &job.model.base, cost) {
            Ok(running) => Ok((job, running)),
            Err(refusal) => {
                let (account, now) = (mark(&key), emulator.now());
                let refused = Refused {
                    refusal: &refusal,
                    account: &account,
                    model: &job.model,
                    now,
                };
                let standings = emulator.standings(provider, &key, &job.model.base);
                Err(dialect.refuse(&refused).with(dialect.limit_headers(&standings)))
            }
        }
    }

    /// The key, if it opens anything.
    fn key(&self) -> Result<String, Reply> {
        let (emulator, provider) = (self.emulator, self.dialect.provider());
        let key = self.dialect.key(self.headers, self.uri);
        let lockout = match key.as_deref() {
            None | Some("") => Lockout::NoKey,
            Some(key) if key.starts_with("bad-") || !emulator.admits_key(provider, key) => Lockout::BadKey(key),
            Some(key) if key.starts_with("blocked-") => Lockout::Blocked,
            Some(key) if key.starts_with("broke-") => Lockout::NoMoney,
            Some(key) => return Ok(key.to_owned()),
        };
        emulator.rejected(provider, key.as_deref(), "", false);
        Err(self.dialect.locked_out(lockout))
    }

    fn rejected(&self, key: &str, rejection: Rejection) -> Reply {
        let Rejection { reply, model } = rejection;
        let reply = *reply;
        let (emulator, provider) = (self.emulator, self.dialect.provider());
        let counts = emulator.options().counting(provider).client_errors && reply.status == 400;
        emulator.rejected(provider, Some(key), &model, counts);
        if model.is_empty() {
            return reply;
        }
        let standings = emulator.standings(provider, key, &model);
        reply.with(self.dialect.limit_headers(&standings))
    }

    async fn perform(&self, job: &Job, running: Running, request_id: &str, dice: &mut Dice) -> Response<Body> {
        let first_token = self.emulator.options().latency.first_token.throw(dice);
        let fault = self.emulator.fault(self.dialect.provider(), dice);
        if let Some(kind) = fault {
            running.note(Outcome::Fault(kind));
        }
        match fault {
            Some(FaultKind::Drop) => hangup(),
            Some(FaultKind::Hang) => {
                self.emulator.closed().await;
                hangup()
            }
            Some(kind @ (FaultKind::ServerError | FaultKind::Unavailable)) => {
                self.emulator.pause(first_token).await;
                self.fail(kind, running, job, request_id)
            }
            Some(FaultKind::Garbage) => {
                self.emulator.pause(first_token).await;
                let headers = self.headers(&running, request_id, 0);
                response(
                    200,
                    "text/html",
                    headers,
                    Body::from("<html><body>It works!</body></html>\n"),
                )
            }
            None | Some(FaultKind::Cut) => {
                let answer = self.answer(job, first_token, request_id, dice);
                self.send(job, running, answer, first_token, fault.is_some()).await
            }
        }
    }

    fn fail(&self, kind: FaultKind, mut running: Running, job: &Job, request_id: &str) -> Response<Body> {
        let counts = self.emulator.options().counting(self.dialect.provider()).server_errors;
        running.finish(Some(if counts {
            Cost::request(job.prompt_tokens, 0)
        } else {
            Cost::NOTHING
        }));
        self.dialect
            .fail(kind)
            .with(self.headers(&running, request_id, 0))
            .into_response()
    }

    fn answer(&self, job: &Job, first_token: Duration, request_id: &str, dice: &mut Dice) -> Answer {
        let options = self.emulator.options();
        let wish = Wish {
            seed: options.seed,
            model: &job.model.id,
            last_user_message: &job.last_user_message,
            shape: &job.shape,
            length: &options.answer_tokens,
            max_tokens: job.max_output,
            stop: &job.stop,
            choice: 0,
        };
        let choices: Vec<_> = (0..job.choices)
            .map(|choice| compose(&Wish { choice, ..wish.clone() }))
            .collect();
        let output_tokens = choices.iter().map(|choice| choice.tokens).sum();
        let completion = options.latency.per_output_token * u32::try_from(output_tokens).unwrap_or(u32::MAX);
        Answer {
            id: format!("{:016x}", dice.bits()),
            request_id: request_id.to_owned(),
            created: self.emulator.now().div_euclid(SECOND),
            choices,
            prompt_tokens: job.prompt_tokens,
            output_tokens,
            prompt_time: micros(options.speed.shorten_delay(first_token)),
            completion_time: micros(options.speed.shorten_delay(completion)),
        }
    }

    async fn send(
        &self,
        job: &Job,
        mut running: Running,
        answer: Answer,
        first_token: Duration,
        cut: bool,
    ) -> Response<Body> {
        let per_token = self.emulator.options().latency.per_output_token;
        self.emulator.pause(first_token).await;
        let whole = job.form == Form::Whole;
        if whole {
            self.emulator
                .pause(per_token * u32::try_from(answer.output_tokens).unwrap_or(u32::MAX))
                .await;
        }
        let processing = answer.prompt_time + if whole { answer.completion_time } else { 0 };
        if whole && !cut {
            stream::settle(&mut running, &answer);
            let headers = self.headers(&running, &answer.request_id, processing);
            return Reply::new(200, self.dialect.whole(job, &answer))
                .with(headers)
                .into_response();
        }
        let headers = self.headers(&running, &answer.request_id, processing);
        let pieces = if whole {
            stream::halves(&self.dialect.whole(job, &answer))
        } else {
            self.dialect.pieces(job, &answer)
        };
        let content_type = if matches!(job.form, Form::Events { .. }) {
            "text/event-stream"
        } else {
            "application/json"
        };
        let body = stream::body(self.emulator.clone(), running, answer, pieces, cut);
        response(200, content_type, headers, body)
    }

    fn headers(&self, running: &Running, request_id: &str, processing: Micros) -> Vec<Header> {
        let mut headers = self.dialect.common_headers(request_id, processing);
        headers.extend(self.dialect.limit_headers(&running.standings()));
        headers
    }
}

fn micros(length: Duration) -> Micros {
    Micros::try_from(length.as_micros()).unwrap_or(Micros::MAX)
}
