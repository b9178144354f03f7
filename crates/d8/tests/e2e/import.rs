//! `d8 import litellm` and `d8 config`: from another program's file to answers, and no key on the screen or in d8.toml.

use crate::world::{World, no_limits};

fn yaml(origin: &str) -> String {
    format!(
        "model_list:\n\
         - model_name: fast\n  litellm_params:\n    model: groq/llama-3.3-70b-versatile\n    api_base: {origin}/openai/v1\n    \
         api_key: test-key-1\n    rpm: 100\n\
         - model_name: bedrock\n  litellm_params: {{model: bedrock/x, aws_secret_access_key: test-key-aws}}\n\
         general_settings: {{master_key: os.environ/MASTER}}\n"
    )
}

#[test]
fn a_litellm_file_becomes_a_d8_toml_that_works() {
    let world = World::with(no_limits());
    world.write("config.yaml", yaml(&world.origin()));
    let import = |more: &[&str]| {
        let arguments = [&["import", "litellm", "config.yaml"], more].concat();
        let ended = world.run(&arguments);
        assert!(!format!("{ended:?}").contains("test-key"), "{ended:?}");
        ended
    };
    let look = import(&["--dry-run"])
        .exits(0)
        .shows("[[route]]\nname = \"fast\"")
        .says("rpm 100 is written; the catalogue of")
        .says("D8 knows no provider `bedrock`")
        .says("GROQ_API_KEY")
        .says("MASTER");
    assert!(!world.has("d8.toml") && !world.has(".env"));
    world.write(".env", "# mine\nMASTER=test-token");
    import(&[]).exits(0).shows("1 account, 1 route");
    assert_eq!(world.read("d8.toml"), look.out);
    assert_eq!(
        world.read(".env"),
        "# mine\nMASTER=test-token\nGROQ_API_KEY=test-key-1\n"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(world.path(".env")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    world.run(&["config", "check", "d8.toml"]).exits(0).shows("1 account");
    world.write("work.jsonl", "{\"prompt\":\"hello\",\"max_tokens\":16}\n");
    world.run(&["run", "work.jsonl", "-m", "fast"]).exits(0);
    assert_eq!(world.accepted(), 1);
    // What is there is not replaced unasked, and a second time nothing is added.
    world.append("d8.toml", "# mine\n");
    import(&[]).exits(2).says("d8.toml is there already").says("--yes");
    assert!(world.read("d8.toml").ends_with("# mine\n"));
    import(&["--yes"]).exits(0);
    assert_eq!(world.read("d8.toml"), look.out);
    assert_eq!(world.read(".env").matches("GROQ_API_KEY").count(), 1);
}

#[test]
fn the_configuration_is_shown_with_where_it_came_from() {
    let world = World::with(no_limits());
    world
        .run(&["config", "path"])
        .exits(1)
        .says("the environment alone decides");
    world.write(".env", "MY_KEY=test-key-1\n");
    world.write(
        "d8.toml",
        "[[account]]\nname = \"main\"\nprovider = \"groq\"\napi_key = \"env:MY_KEY\"\nrpm = 7\n",
    );
    world.run(&["config", "path"]).exits(0).shows("d8.toml");
    let shown = world
        .run(&["config", "show"])
        .exits(0)
        .shows("d8.toml line 5")
        .shows("catalogue of");
    assert!(!shown.out.contains("test-key"), "{}", shown.out);
    let shown = world
        .d8(&["config", "show", "--json"])
        .variable("D8_SERVER__LISTEN", "127.0.0.1:7000")
        .start()
        .wait()
        .exits(0);
    assert!(!shown.out.contains("test-key"), "{}", shown.out);
    let listen = &shown.summary()["sections"][0]["settings"][0];
    assert_eq!(
        *listen,
        serde_json::json!({"key": "listen", "value": "127.0.0.1:7000", "source": {"kind": "variable", "name": "D8_SERVER__LISTEN"}})
    );
    world
        .run(&["config", "check", "none.toml"])
        .exits(2)
        .says("there is no file none.toml");
}
