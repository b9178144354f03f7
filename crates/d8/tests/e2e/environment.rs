//! Accounts that nobody wrote down: keys in the environment and in `.env`.

use crate::world::{Account, GROQ_MODEL, World, all_answered, no_limits};

/// The providers that were asked, with their models.
fn asked(world: &World) -> Vec<(&'static str, String)> {
    world
        .score()
        .accounts
        .into_iter()
        .map(|row| (row.provider, row.model))
        .collect()
}

#[test]
fn keys_in_the_environment_are_accounts() {
    let mut world = World::with(no_limits());
    let origin = world.origin();
    world.set("GROQ_API_KEY", "test-key-1");
    world.set("GROQ_BASE_URL", format!("{origin}/openai/v1"));
    world.set("GEMINI_API_KEY", "test-key-2");
    world.set("GEMINI_BASE_URL", origin);
    world.tasks(8);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 8);
    assert_eq!(
        asked(&world).iter().map(|(provider, _)| *provider).collect::<Vec<_>>(),
        ["groq", "gemini"]
    );
    assert!(!world.has("d8.db"), "without a d8.toml the store is the user's");
    let stores = std::fs::read_dir(world.root().join("home/data/d8")).unwrap().count();
    assert!(stores > 0);
}

#[test]
fn keys_in_dotenv_are_accounts_and_the_environment_comes_first() {
    let mut world = World::with(no_limits());
    let origin = world.origin();
    world.write(
        ".env",
        format!("GROQ_API_KEY=bad-key-of-the-file\nGROQ_BASE_URL=\"{origin}\"\n# a comment\nexport OTHER='x'\n"),
    );
    world.tasks(2);
    world.run_work().exits(1).says("the key was refused");
    world.set("GROQ_API_KEY", "test-key-1");
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 2);
}

#[test]
fn a_key_that_may_cost_money_is_used_only_when_named() {
    let mut world = World::with(no_limits());
    let origin = world.origin();
    for (name, value) in [("GROQ_API_KEY", "test-key-1"), ("OPENAI_API_KEY", "test-key-2")] {
        world.set(name, value);
        world.set(&name.replace("API_KEY", "BASE_URL"), origin.clone());
    }
    world.tasks(6);
    world.run_work().exits(0).says("OPENAI_API_KEY").says("may cost money");
    assert_eq!(asked(&world), [("groq", GROQ_MODEL.to_owned())]);
    world.run(&["run", "work.jsonl", "-m", "openai/gpt-4.1-mini"]).exits(0);
    assert_eq!(asked(&world).len(), 2);
}

#[test]
fn with_nothing_but_a_key_that_costs_money_nothing_is_sent_unasked() {
    let mut world = World::with(no_limits());
    world.set("OPENAI_API_KEY", "test-key-2");
    world.set("OPENAI_BASE_URL", world.origin());
    world.tasks(2);
    let ended = world.run_work().says("may cost money").says("openai/gpt-4.1-mini");
    assert!(matches!(ended.code, Some(1 | 2)), "{ended:?}");
    assert_eq!(world.wire().prompts().len(), 0);
}

#[test]
fn a_key_that_d8_toml_uses_makes_no_second_account() {
    let mut world = World::with(no_limits());
    world.set("GROQ_API_KEY", "test-key-1");
    world.set("GROQ_BASE_URL", world.origin());
    world.configure(&[Account::groq()
        .named("mine")
        .key("env:GROQ_API_KEY")
        .with("concurrency = 1")]);
    world.tasks(3);
    world
        .run(&["run", "work.jsonl", "-m", &format!("groq/{GROQ_MODEL}")])
        .exits(1);
    world
        .run(&["run", "work.jsonl", "-m", &format!("mine/{GROQ_MODEL}")])
        .exits(0);
}

#[test]
fn the_example_text_of_a_template_is_no_key() {
    let mut world = World::with(no_limits());
    world.set("GROQ_API_KEY", "your_groq_api_key_here");
    world.set("GEMINI_API_KEY", "");
    world.tasks(1);
    world.run_work().exits(2).says("GROQ_API_KEY").says("no account");
}

#[test]
fn a_setting_can_be_replaced_by_the_environment() {
    let mut world = World::unlimited();
    world.tasks(1);
    world.set("D8_STORE__URL", "sqlite:elsewhere.db");
    world.set("D8_STORE__ULR", "sqlite:nowhere.db");
    world.run_work().exits(0).says("D8_STORE__ULR").says("D8_STORE__URL?");
    assert!(world.has("elsewhere.db") && !world.has("d8.db"));
    assert_eq!(asked(&world), [("groq", GROQ_MODEL.to_owned())]);
}
