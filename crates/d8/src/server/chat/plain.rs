//! A chat request that is answered as a whole.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::time::{Instant, sleep};

use super::ask::Ask;
use super::ending;
use super::label::label;
use super::problem::Problem;
use super::seat::{Seat, WhenLeft};
use crate::orchestrator::{Done, Start};
use crate::server::app::App;

/// How often a request that has waited enough is looked at, while it is being answered.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Submits a request, or joins the one that it repeats, and waits for its end.
pub(super) async fn answer(app: Arc<App>, ask: Ask) -> Response {
    let max_wait = ask.wishes.max_wait;
    let mut seat = match take_place(&app, ask).await {
        Ok(seat) => seat,
        Err(problem) => return problem.into_response(),
    };
    let ended = end(&mut seat, max_wait).await;
    let start = ended.as_ref().ok().and_then(|done| done.start);
    let answered = ended.and_then(|done| ending::answer(&done, false));
    respond(&seat, start, answered)
}

async fn take_place(app: &Arc<App>, ask: Ask) -> Result<Seat, Problem> {
    let print = ask.print;
    if ask.wishes.resent
        && let Some(orphan) = app.orphans.join(&print)
    {
        return Ok(Seat::of_orphan(app, orphan, print));
    }
    let mut seat = Seat::new(app, WhenLeft::Orphan(print));
    seat.submit(ask).await?;
    Ok(seat)
}

/// The task's end; or why the client does not wait for it.
async fn end(seat: &mut Seat, max_wait: Duration) -> Result<Done, Problem> {
    let app = seat.app.clone();
    let mut timer = pin!(sleep(max_wait));
    let mut shutdown = pin!(app.shutdown.cancelled());
    loop {
        tokio::select! {
            biased;
            done = seat.ended() => return done,
            () = &mut shutdown => return Err(seat.stop()),
            () = &mut timer => {}
        }
        if let Some(problem) = seat.waited_enough(max_wait).await {
            return Err(problem);
        }
        timer.as_mut().reset(Instant::now() + LOOK_AGAIN);
    }
}

fn respond(seat: &Seat, start: Option<Start>, answered: Result<Bytes, Problem>) -> Response {
    let mut response = match answered {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        Err(problem) => problem.into_response(),
    };
    label(response.headers_mut(), seat, start);
    response
}
