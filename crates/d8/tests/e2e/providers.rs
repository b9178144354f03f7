//! `d8 providers`: what is known of providers, and what d8.toml makes of it.

use serde_json::Value;

use crate::world::World;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn it_lists_shows_and_compares_without_any_file_or_key() {
    let world = World::empty();
    let listed = world.run(&["providers"]).exits(0).shows("groq").shows("14,400/day");
    assert_eq!(listed.out, world.run(&["providers", "ls"]).exits(0).out);
    world
        .run(&["providers", "show", "groq"])
        .exits(0)
        .shows("GROQ_API_KEY")
        .shows("get a key at: https://console.groq.com/keys")
        .shows("100,000 tokens/day")
        .shows("0.59")
        .shows("as of 2026-08-14");
    world
        .run(&["providers", "compare", "gemini", "groq"])
        .exits(0)
        .shows("15/min, 1,500/day")
        .shows("llama-3.3-70b-versatile: 14,400 requests a day then; today 1,000 and 100k tokens, in tier free.");
}

#[test]
fn programs_get_every_entry_with_its_date_and_source() {
    let world = World::empty();
    let all = json(&world.run(&["providers", "--json"]).exits(0).out);
    let providers = all["providers"].as_array().unwrap();
    assert!(providers.len() >= 17, "{}", providers.len());
    for provider in providers {
        for part in [&provider["models"], &provider["tiers"]] {
            for entry in part.as_array().unwrap().iter().chain([provider]) {
                assert!(entry["date"].is_string() && entry["source"].is_string(), "{entry}");
            }
        }
    }
    let past = json(
        &world
            .run(&["providers", "show", "groq", "--tier", "free-2025-11", "--json"])
            .exits(0)
            .out,
    );
    let tiers = past["providers"][0]["tiers"].as_array().unwrap();
    assert_eq!(
        (tiers.len(), &tiers[0]["limits"][1]["limit"]),
        (1, &Value::from(14_400))
    );
}

#[test]
fn entries_of_d8_toml_change_and_extend_it() {
    let world = World::empty();
    world.write(
        "d8.toml",
        "[[provider]]\nid = \"acme\"\norigin = \"https://api.acme.test\"\nmodels = [{ id = \"m\", price = { input = \"1\", output = \"2\" } }]\n\
         [[provider]]\nid = \"groq\"\n[[provider.tier]]\nname = \"free\"\n[[provider.tier.quota]]\nlimits = [{ requests = 5, per = \"1m\" }]\n\
         [[account]]\nname = \"a\"\nprovider = \"acme\"\napi_key = \"env:NOT_SET_HERE\"\n",
    );
    let listed = world.run(&["providers"]).exits(0).out;
    let line = |id: &str, tier: &str| {
        let mut lines = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines.find(|words| words[..2] == [id, tier]).unwrap().join(" ")
    };
    assert_eq!(
        line("acme", "default"),
        "acme default - - 1.00/2.00 - - - openai d8.toml"
    );
    assert_eq!(line("groq", "free"), "groq free 5/min - free - - - openai d8.toml");
    assert!(line("groq", "developer").contains("Groq docs"));
}

#[test]
fn a_wrong_name_or_entry_is_told_with_what_is_near() {
    let world = World::empty();
    world
        .run(&["providers", "show", "grok"])
        .exits(2)
        .says("there is no provider `grok`")
        .says("hint: did you mean `groq`?");
    world
        .run(&["providers", "compare", "groq", "geminy"])
        .exits(2)
        .says("did you mean `gemini`?");
    world
        .run(&["providers", "--tier", "fre"])
        .exits(2)
        .says("there is no tier `fre`")
        .says("did you mean `free`?");
    world.run(&["providers", "compare"]).exits(2).says("<PROVIDER>");
    world.write("d8.toml", "[[provider]]\nid = \"acme\"\nwire = \"opnai\"\n");
    world
        .run(&["providers"])
        .exits(2)
        .says("unknown wire `opnai`")
        .says("d8.toml:3:8")
        .says("did you mean `openai`?");
}

#[test]
fn it_speaks_spanish() {
    let world = World::empty();
    let said = world
        .run(&["providers", "--lang", "es"])
        .exits(0)
        .shows("PROVEEDOR")
        .shows("gratis");
    assert!(said.err.contains("primer modelo"), "{}", said.err);
    world
        .run(&["providers", "--help", "--lang", "es"])
        .exits(0)
        .shows("Lo que se sabe de los proveedores")
        .shows("  d8 providers compare gemini groq");
}
