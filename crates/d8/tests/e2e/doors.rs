//! Who may come in.

use crate::world::{World, http_request};

#[test]
fn programs_on_this_machine_need_no_token_and_web_pages_get_nothing() {
    let world = World::unlimited();
    let up = world.up();
    let get = |headers: &str| {
        http_request(up.address, "GET", "/api/accounts", headers, "")
            .unwrap()
            .status
    };
    assert_eq!(get(""), 200);
    assert_eq!(get("origin: http://evil.example\r\n"), 403);
    assert_eq!(get("host: evil.example\r\n"), 403, "a name that was made to point here");
    assert_eq!(get("sec-fetch-site: cross-site\r\n"), 403);
    assert_ne!(get("x-forwarded-for: 10.1.2.3\r\n"), 200, "a proxy speaks for others");
}

#[test]
fn everybody_else_shows_the_token_for_everything_but_health() {
    let mut world = World::unlimited();
    world.set("D8_SERVER__TOKEN", "planted-server-token");
    let up = world.up();
    let elsewhere = "x-forwarded-for: 10.1.2.3\r\n";
    let get = |path: &str, headers: &str| {
        http_request(up.address, "GET", path, &format!("{elsewhere}{headers}"), "")
            .unwrap()
            .status
    };
    for path in ["/health", "/healthz", "/readyz"] {
        assert_eq!(get(path, ""), 200, "{path}");
    }
    for path in ["/", "/api/accounts", "/api/workers/stats", "/page.js", "/api/events"] {
        assert_eq!(get(path, ""), 401, "{path}");
    }
    assert_eq!(
        get("/api/accounts", "authorization: Bearer planted-server-token\r\n"),
        200
    );
    assert_eq!(get("/api/accounts", "authorization: Bearer wrong\r\n"), 401);
    // d8:planted-server-token, as `requests` sends http://d8:TOKEN@pi:5000
    assert_eq!(
        get(
            "/api/accounts",
            "authorization: Basic ZDg6cGxhbnRlZC1zZXJ2ZXItdG9rZW4=\r\n"
        ),
        200
    );
    let (out, err) = up.process.printed();
    assert!(!out.contains("planted-server-token") && !err.contains("planted-server-token"));
}

#[test]
fn the_page_is_for_browsers_and_nothing_in_it_is_from_elsewhere() {
    let world = World::unlimited();
    let up = world.up();
    let page = http_request(up.address, "GET", "/", "accept: text/html\r\n", "")
        .unwrap()
        .is(200);
    assert!(
        page.head
            .to_ascii_lowercase()
            .contains("content-security-policy: default-src 'self'"),
        "{}",
        page.head
    );
    assert!(page.body.contains("<script") && !page.body.contains("http://") && !page.body.contains("https://"));
    assert_eq!(
        up.get("/").json()["status"],
        "online",
        "who names no text/html gets JSON"
    );
}

#[test]
fn prometheus_can_read_the_figures() {
    let world = World::unlimited();
    let up = world.up();
    up.submit("hello");
    up.until_completed(1);
    let figures = up.get("/metrics").is(200).body;
    assert!(figures.contains("d8_tasks{status=\"completed\"} 1"), "{figures}");
    assert!(figures.trim_end().ends_with("# EOF"), "{figures}");
}
