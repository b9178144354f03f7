//! The accounts of the scenarios, as d8.toml would have them.

fn groq(name: &str, limits: &str) -> String {
    format!(
        "[[account]]\nname = \"{name}\"\nprovider = \"groq\"\nmodels = [\"llama-3.3-70b-versatile\"]\napi_key = \"{name}\"\n\
         limits = [{limits}]\n"
    )
}

fn gemini(name: &str, limits: &str) -> String {
    format!(
        "[[account]]\nname = \"{name}\"\nprovider = \"gemini\"\nmodels = [\"gemini-2.5-flash\"]\napi_key = \"{name}\"\n\
         limits = [{limits}]\n"
    )
}

const PACIFIC: &str = "resets = \"00:00 America/Los_Angeles\"";

pub(super) fn bucket() -> String {
    groq(
        "bucket",
        "{ requests = 30, per = \"1m\", kind = \"bucket\" }, { requests = 14400, per = \"1d\", kind = \"bucket\" }",
    )
}

pub(super) fn fixed() -> String {
    gemini(
        "fixed",
        &format!(
            "{{ requests = 15, per = \"1m\", kind = \"fixed\" }}, {{ requests = 10000, per = \"1d\", {PACIFIC} }}"
        ),
    )
}

pub(super) fn sliding() -> String {
    groq("sliding", "{ requests = 30, per = \"1m\", kind = \"sliding\" }")
}

/// Whole minutes that hold more than one a second, and a bucket.
pub(super) fn sliced() -> String {
    gemini("quick", "{ requests = 300, per = \"1m\", kind = \"fixed\" }") + &bucket()
}

/// A day's quota that is spent in an hour.
pub(super) fn zone_day() -> String {
    gemini(
        "day",
        &format!("{{ requests = 15, per = \"1m\", kind = \"fixed\" }}, {{ requests = 1000, per = \"1d\", {PACIFIC} }}"),
    )
}

/// The tokens decide, and the provider's headers tell how many are left.
pub(super) fn told() -> String {
    groq(
        "told",
        "{ requests = 14400, per = \"1d\", kind = \"bucket\" }, { tokens = 6000, per = \"1m\", kind = \"bucket\" }",
    )
}

pub(super) fn token_bound() -> String {
    let groq = groq(
        "tokens",
        "{ requests = 30, per = \"1m\", kind = \"bucket\" }, { tokens = 12000, per = \"1m\", kind = \"bucket\" }",
    );
    let gemini = gemini(
        "input",
        "{ requests = 15, per = \"1m\", kind = \"fixed\" }, { input_tokens = 8000, per = \"1m\", kind = \"fixed\" }",
    );
    groq + &gemini
}

/// Of each kind a quarter; some are bound by tokens too.
pub(super) fn twenty() -> String {
    let account = |number: u32| {
        let requests = 10 + number * 2;
        let name = format!("a{number:02}");
        match number % 4 {
            0 => groq(
                &name,
                &format!(
                    "{{ requests = {requests}, per = \"1m\", kind = \"bucket\" }}, {{ tokens = {}, per = \"1m\", kind = \"bucket\" }}",
                    requests * 200
                ),
            ),
            1 => gemini(
                &name,
                &format!("{{ requests = {requests}, per = \"1m\", kind = \"fixed\" }}"),
            ),
            2 => groq(
                &name,
                &format!("{{ requests = {requests}, per = \"1m\", kind = \"sliding\" }}"),
            ),
            _ => gemini(
                &name,
                &format!(
                    "{{ requests = {requests}, per = \"1m\", kind = \"fixed\" }}, {{ requests = {}, per = \"1d\", {PACIFIC} }}",
                    requests * 90
                ),
            ),
        }
    };
    (0..20).map(account).collect()
}
