//! Who may come in: a table of cases, each a request and what it is answered.

use axum::routing::{any, get};
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::*;
use crate::server::{Caller, layers};

fn routes(guard: Guard) -> Router {
    let who = async |Extension(caller): Extension<Caller>| format!("{} {}", caller.loopback, caller.client_key);
    let routes = Router::new()
        .route("/", any(who))
        .route("/who", any(who))
        .route("/v1/models", get(who))
        .route("/health", get(who))
        .route("/healthz", get(who))
        .route("/readyz", get(who));
    layers(routes, guard)
}

/// Who asks what, from where and with which headers; and the code of the refusal, `in` where there is none.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

async fn assert_cases(guard: Guard, cases: &[Case<'_>]) {
    let routes = routes(guard);
    for (line, peer, headers, expected) in cases {
        let response = answer(&routes, request(line, peer, headers, Body::empty())).await;
        let came_in = response.status() == StatusCode::OK;
        let code = if came_in {
            "in".to_owned()
        } else {
            json_of(response).await.1["error"]["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(&code, expected, "{line} from {peer} with {headers:?}");
    }
}

const LOCALHOST: (&str, &str) = ("host", "localhost:5000");

#[tokio::test]
async fn programs_on_this_machine_need_no_token() {
    assert_cases(
        pi(),
        &[
            ("GET /who", "127.0.0.1", &[LOCALHOST], "in"),
            ("POST /who", "127.0.0.1", &[("host", "127.0.0.1:7001")], "in"),
            ("GET /who", "[::1]", &[("host", "[::1]:5000")], "in"),
            ("GET /who", "[::ffff:127.0.0.1]", &[LOCALHOST], "in"),
            (
                "GET /who",
                "127.0.0.1",
                &[LOCALHOST, ("authorization", "Bearer anything")],
                "in",
            ),
            ("GET http://localhost:5000/who", "127.0.0.1", &[], "in"),
        ],
    )
    .await;
}

#[tokio::test]
async fn everybody_else_shows_the_token() {
    let basic = format!("Basic {}", STANDARD.encode("d8:test-key-1"));
    let unpadded = format!("basic {}", STANDARD_NO_PAD.encode("who:test-key-1"));
    let as_user = format!("Basic {}", STANDARD.encode("test-key-1:"));
    let lan = ("host", "192.168.1.7:5000");
    let with = |value| [lan, ("authorization", value)];
    assert_cases(
        pi(),
        &[
            ("GET /who", "192.168.1.9", &[lan], "unauthorized"),
            ("GET /v1/models", "192.168.1.9", &[lan], "unauthorized"),
            ("GET /who", "192.168.1.9", &with("Bearer test-key-1"), "in"),
            ("GET /who", "192.168.1.9", &with("bearer  test-key-1"), "in"),
            ("GET /who", "192.168.1.9", &with(&basic), "in"),
            ("GET /who", "192.168.1.9", &with(&unpadded), "in"),
            ("GET /who", "192.168.1.9", &with(&as_user), "unauthorized"),
            ("GET /who", "192.168.1.9", &with("Bearer test-key-2"), "unauthorized"),
            ("GET /who", "192.168.1.9", &with("Bearer test-key-"), "unauthorized"),
            ("GET /who", "192.168.1.9", &with("Bearer"), "unauthorized"),
            ("GET /who", "192.168.1.9", &with("Basic !!!"), "unauthorized"),
            (
                "GET /who",
                "192.168.1.9",
                &[lan, ("x-api-key", "test-key-1")],
                "unauthorized",
            ),
            // Only the machine itself has the name localhost.
            ("GET /who", "192.168.1.9", &[LOCALHOST], "unauthorized"),
            ("GET /who", "127.0.0.1", &[("host", "pi.local:5000")], "unauthorized"),
            ("GET /who", "127.0.0.1", &[("host", "0.0.0.0:5000")], "unauthorized"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_proxy_on_this_machine_speaks_for_others() {
    for header in [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
        "via",
    ] {
        let with_token = [LOCALHOST, (header, "1.2.3.4"), ("authorization", "Bearer test-key-1")];
        assert_cases(
            pi(),
            &[
                (
                    "GET /who",
                    "127.0.0.1",
                    &[LOCALHOST, (header, "1.2.3.4")],
                    "unauthorized",
                ),
                ("GET /who", "127.0.0.1", &with_token, "in"),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn without_a_token_nobody_comes_in_from_elsewhere() {
    let lan = ("host", "192.168.1.7:5000");
    assert_cases(
        Guard::new(None, []),
        &[
            ("GET /who", "127.0.0.1", &[LOCALHOST], "in"),
            ("GET /who", "192.168.1.9", &[lan], "no_token_set"),
            (
                "GET /who",
                "192.168.1.9",
                &[lan, ("authorization", "Bearer ")],
                "no_token_set",
            ),
            (
                "GET /who",
                "192.168.1.9",
                &[lan, ("authorization", "Basic Og==")],
                "no_token_set",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_name_that_was_made_to_point_here_is_refused() {
    let token = ("authorization", "Bearer test-key-1");
    assert_cases(
        pi(),
        &[
            ("GET /who", "127.0.0.1", &[("host", "evil.example")], "unknown_host"),
            (
                "GET /who",
                "127.0.0.1",
                &[("host", "evil.example"), token],
                "unknown_host",
            ),
            (
                "GET /who",
                "127.0.0.1",
                &[("host", "localhost.evil.example:5000")],
                "unknown_host",
            ),
            ("GET http://evil.example/who", "127.0.0.1", &[LOCALHOST], "unknown_host"),
            ("GET /who", "192.168.1.9", &[("host", "PI:5000"), token], "in"),
            ("GET /who", "192.168.1.9", &[("host", "pi.local"), token], "in"),
            ("GET /who", "192.168.1.9", &[("host", "[fe80::1]:5000"), token], "in"),
            ("GET /who", "127.0.0.1", &[], "bad_host"),
            ("GET /who", "127.0.0.1", &[LOCALHOST, LOCALHOST], "bad_host"),
            ("GET /who", "127.0.0.1", &[("host", "a b")], "bad_host"),
        ],
    )
    .await;
}

#[tokio::test]
async fn no_foreign_page_gets_in_whatever_it_shows() {
    let token = ("authorization", "Bearer test-key-1");
    let from = |origin| [LOCALHOST, ("origin", origin), token];
    let site = |site| [LOCALHOST, ("sec-fetch-site", site), token];
    let link = [
        LOCALHOST,
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let framed = [link[0], link[1], link[2], ("sec-fetch-dest", "iframe")];
    let tls = [("host", "pi.local"), ("origin", "https://pi.local"), token];
    assert_cases(
        pi(),
        &[
            ("POST /who", "127.0.0.1", &from("http://localhost:5000"), "in"),
            ("POST /who", "127.0.0.1", &from("http://LOCALHOST:5000"), "in"),
            ("POST /who", "192.168.1.9", &tls, "in"),
            ("POST /who", "127.0.0.1", &from("http://evil.example"), "foreign_origin"),
            (
                "OPTIONS /who",
                "127.0.0.1",
                &from("http://evil.example"),
                "foreign_origin",
            ),
            (
                "POST /who",
                "127.0.0.1",
                &from("http://localhost:3000"),
                "foreign_origin",
            ),
            ("POST /who", "127.0.0.1", &from("http://localhost"), "foreign_origin"),
            (
                "POST /who",
                "127.0.0.1",
                &from("http://127.0.0.1:5000"),
                "foreign_origin",
            ),
            ("POST /who", "127.0.0.1", &from("null"), "foreign_origin"),
            (
                "POST /v1/models",
                "127.0.0.1",
                &from("chrome-extension://abc"),
                "foreign_origin",
            ),
            ("GET /who", "127.0.0.1", &site("same-origin"), "in"),
            ("GET /who", "127.0.0.1", &site("none"), "in"),
            ("GET /who", "127.0.0.1", &site("cross-site"), "foreign_origin"),
            ("GET /who", "127.0.0.1", &site("same-site"), "foreign_origin"),
            // A link leads to the page, and to nothing that does something.
            ("GET /", "127.0.0.1", &link, "in"),
            ("GET /", "127.0.0.1", &framed, "foreign_origin"),
            ("GET /who", "127.0.0.1", &link, "foreign_origin"),
            ("POST /", "127.0.0.1", &link, "foreign_origin"),
        ],
    )
    .await;
}

#[tokio::test]
async fn health_is_told_to_everybody() {
    let evil = [("host", "evil.example"), ("origin", "http://evil.example")];
    for path in ["GET /health", "GET /healthz", "GET /readyz"] {
        assert_cases(pi(), &[(path, "8.8.8.8", &evil, "in"), (path, "8.8.8.8", &[], "in")]).await;
    }
    assert_cases(
        pi(),
        &[
            ("GET /health/", "8.8.8.8", &[("host", "1.2.3.4")], "unauthorized"),
            ("GET /healthy", "8.8.8.8", &[("host", "1.2.3.4")], "unauthorized"),
        ],
    )
    .await;
}

#[tokio::test]
async fn handlers_are_told_who_came_in() {
    let routes = routes(pi());
    let ask = async |peer, headers: &[(&str, &str)]| {
        let response = answer(&routes, request("GET /who", peer, headers, Body::empty())).await;
        let bytes = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    assert_eq!(ask("127.0.0.1", &[LOCALHOST]).await, "true 0");
    let shows = |value| [LOCALHOST, ("authorization", value)];
    let one = ask("127.0.0.1", &shows("Bearer team-a")).await;
    assert_ne!(one, ask("127.0.0.1", &shows("Bearer team-b")).await);
    let basic = format!("Basic {}", STANDARD.encode("d8:team-a"));
    assert_eq!(one, ask("127.0.0.1", &shows(&basic)).await);
    let beyond = [("host", "10.0.0.1"), ("authorization", "Bearer test-key-1")];
    assert!(ask("10.0.0.9", &beyond).await.starts_with("false "));
}

#[test]
fn a_guard_shows_no_token() {
    assert!(!format!("{:?}", pi()).contains("test-key-1"));
}
