//! `d8 plan`: the seed's projection to the cent, today's truth beside it, and what is said of wrong input.

use serde_json::{Value, json};

use crate::world::World;

fn plan(world: &World, arguments: &[&str]) -> Value {
    let ended = world.run(&[&["plan", "--json"], arguments].concat()).exits(0);
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {}", ended.out))
}

#[test]
fn the_seeds_free_projection() {
    let world = World::empty();
    let arguments = ["--per-day", "1500", "--account", "groq/free-2025-11"];
    let told = plan(&world, &arguments);
    assert_eq!(told["total"]["capacity_per_day"], 14_400);
    assert_eq!(told["total"]["spare_per_day"], 12_900);
    assert_eq!(told["total"]["does_not_fit_per_day"], 0);
    assert_eq!(told["total"]["cost_per_month"]["total"], "0.00");
    world
        .run(&[&["plan"], &arguments[..]].concat())
        .exits(0)
        .shows("14,400 requests/day bind first")
        .shows("All of it fits, with 12,900 tasks a day to spare.")
        .shows("Cost a month of 30 days: $0.00.")
        .shows("Today's tier free can do 200 tasks a day on llama-3.3-70b-versatile: 100,000 tokens/day bind first.")
        .says("evenly over the day");
}

#[test]
fn the_seeds_paid_projection_with_and_without_an_account() {
    let world = World::empty();
    let seeds = [
        "--per-day",
        "10000",
        "--in-per-month",
        "50M",
        "--out-per-month",
        "20M",
        "--price-in",
        "0.10",
        "--price-out",
        "0.32",
        "--income",
        "500..1500",
    ];
    for account in [&["--account", "groq/developer"][..], &[]] {
        let arguments = [&seeds[..], account].concat();
        let told = plan(&world, &arguments);
        let cost = json!({"input": "5.00", "output": "6.40", "total": "11.40", "complete": true});
        assert_eq!(told["total"]["cost_per_month"], cost);
        let back = |end: &str| {
            let of = &told["income"][end];
            (
                of["income_over_cost_percent"].clone(),
                of["profit_over_cost_percent"].clone(),
            )
        };
        assert_eq!(back("least"), (json!(4_386), json!(4_286)));
        assert_eq!(back("most"), (json!(13_158), json!(13_058)));
        world
            .run(&[&["plan"], &arguments[..]].concat())
            .exits(0)
            .shows("$5.00 in + $6.40 out = $11.40")
            .shows("4,386 % to 13,158 % of the cost (income over cost")
            .shows("profit over cost: 4,286 % to 13,058 %");
    }
}

#[test]
fn today_tokens_a_day_bind_and_the_next_tier_is_told() {
    let world = World::empty();
    let arguments = [
        "--per-day",
        "1500",
        "--in-tokens",
        "500",
        "--out-tokens",
        "300",
        "--account",
        "groq",
    ];
    let told = plan(&world, &arguments);
    assert_eq!(told["accounts"][0]["binds"]["dimension"], "tokens");
    assert_eq!(told["accounts"][0]["binds"]["per"], "day");
    assert_eq!(told["total"]["does_not_fit_per_day"], 1_375);
    let tiers: Vec<_> = told["tiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tier| (&tier["tier"], &tier["capacity_per_day"]))
        .collect();
    assert_eq!(
        tiers,
        [
            (&json!("free"), &json!(125)),
            (&json!("developer"), &json!(500_000)),
            (&json!("free-2025-11"), &json!(14_400))
        ]
    );
    world
        .run(&[&["plan"], &arguments[..]].concat())
        .exits(0)
        .shows("100,000 tokens/day bind first, enough for 125 tasks a day of 800 tokens")
        .shows("1,375 of 1,500 tasks a day do not fit")
        .shows("Tier developer of groq can do 500,000 tasks a day; there this work costs $23.94 a month.");
    let then = plan(&world, &[&arguments[..], &["--tier", "free-2025-11"]].concat());
    assert_eq!(then["total"]["spare_per_day"], 12_900);
}

#[test]
fn your_own_accounts_and_agents_are_planned_with() {
    let mut world = World::empty();
    world.set("GROQ_API_KEY", "test-key");
    world.write(
        "d8.toml",
        "[[account]]\nname = \"mine\"\nprovider = \"groq\"\napi_key = \"env:GROQ_API_KEY\"\nmodels = [\"llama-3.1-8b-instant\"]\nrpd = 100\n\
         [[agent]]\nname = \"posts\"\nper_day = 60\nprompt = \"Write a post.\"\n\
         [[agent]]\nname = \"hourly\"\nevery = \"1h\"\nprompt = \"Look around.\"\n",
    );
    let told = plan(&world, &[]);
    let work: Vec<_> = told["work"]
        .as_array()
        .unwrap()
        .iter()
        .map(|work| (&work["name"], &work["per_day"]))
        .collect();
    assert_eq!(work, [(&json!("posts"), &json!(60)), (&json!("hourly"), &json!(24))]);
    assert_eq!(told["accounts"][0]["account"], "mine");
    assert_eq!(told["accounts"][0]["binds"]["limit"], 100);
    assert_eq!(told["total"]["spare_per_day"], 16);
    // Flags say another workload for the same accounts.
    assert_eq!(plan(&world, &["--per-day", "120"])["total"]["does_not_fit_per_day"], 20);
}

#[test]
fn wrong_input_is_told_with_what_to_write() {
    let world = World::empty();
    let groq = ["--account", "groq"];
    for (arguments, words) in [
        (&["--per-day", "-5"][..], "must be at least 1"),
        (&["--per-day", "0"], "must be at least 1"),
        (
            &["--per-day", "10", "--in-per-month", "50X"],
            "write it like 1500, 10,000, 500k or 50M",
        ),
        (&["--per-day", "10", "--in-per-month", "-1"], "must be at least 1"),
        (&["--in-per-month", "50M"], "--per-day"),
        (
            &["--per-day", "10", "--in-tokens", "5", "--in-per-month", "50M"],
            "do not go together",
        ),
        (&["--per-day", "10", "--income", "1500..500"], "write 500.00..1500.00"),
        (&["--per-day", "10", "--income", "-1..5"], "less than nothing"),
        (&["--per-day", "10", "--income", "lots"], "write it like 500..1500"),
        (&["--per-day", "10", "--price-in", "0.10"], "--price-out"),
        (
            &["--per-day", "10", "--price-in", "-1", "--price-out", "1"],
            "dollars for a million tokens",
        ),
        (&["--per-day", "10", "--account", "grok"], "did you mean `groq`?"),
        (&["--per-day", "10", "--account", "groq/fre"], "did you mean `free`?"),
        (
            &["--per-day", "10", "--account", "groq/free/llama-3.3-70b"],
            "did you mean `llama-3.3-70b-versatile`?",
        ),
        (&["--per-day", "10", "--account", "vllm"], "--account vllm/local/MODEL"),
        (
            &["--per-day", "10", "--tier", "gold"],
            "no account to plan with has a tier `gold`",
        ),
    ] {
        let named = if arguments.contains(&"--account") {
            &[][..]
        } else {
            &groq
        };
        world.run(&[&["plan"], arguments, named].concat()).exits(2).says(words);
    }
    world
        .run(&["plan", "--per-day", "10"])
        .exits(2)
        .says("there is no account to plan with")
        .says("--account groq");
}

#[test]
fn without_a_workload_it_tells_what_can_be_done() {
    let world = World::empty();
    let ended = world
        .run(&["plan", "--account", "groq", "--account", "ollama"])
        .exits(0);
    assert!(ended.out.starts_with("No workload is given"), "{}", ended.out);
    assert!(ended.out.contains("limits not known"), "{}", ended.out);
    assert!(!ended.out.contains("$/MONTH"), "{}", ended.out);
}

#[test]
fn it_speaks_spanish() {
    let world = World::empty();
    world
        .run(&[
            "plan",
            "--lang",
            "es",
            "--per-day",
            "1500",
            "--account",
            "groq/free-2025-11",
        ])
        .exits(0)
        .shows("Cabe todo, y sobran 12")
        .says("Se supone");
    world
        .run(&["plan", "--help", "--lang", "es"])
        .exits(0)
        .shows("como era en noviembre de 2025");
}

#[test]
fn simulate_takes_the_same_flags() {
    let world = World::empty();
    let flags = ["--per-day", "20", "--in-per-month", "300k", "--out-per-month", "60k"];
    let simulated = |flags: &[&str]| {
        world
            .run(&[&["simulate", "--demo", "--policy", "d8", "--json"], flags].concat())
            .exits(0)
            .out
    };
    assert_eq!(
        simulated(&flags),
        simulated(&["--per-day", "20", "--in-tokens", "500", "--out-tokens", "100"])
    );
    world
        .run(&["simulate", "--demo", "--per-day", "50X"])
        .exits(2)
        .says("500k or 50M");
}
