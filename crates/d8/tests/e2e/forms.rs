//! What a line may look like, where its answer is found, and what goes to which stream.

use std::fs::File;

use d8_emulator::Kind;

use crate::world::{
    Account, Answer, GEMINI_MODEL, GROQ_MODEL, World, all_answered, codes, concurrency, ids, no_limits, requests,
};

#[test]
fn each_form_of_a_line_is_answered_in_its_place() {
    let world = World::unlimited();
    world.write(
        "work.jsonl",
        "\u{FEFF}{\"prompt\":\"one\"}\n\
         \n\
         {\"id\":\"b\",\"messages\":[{\"role\":\"system\",\"content\":\"short\"},{\"role\":\"user\",\"content\":\"two\"}]}\r\n  \t\n\
         {\"custom_id\":\"c\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"messages\":[{\"role\":\"user\",\"content\":\"three\"}]}}\n\
         {\"id\":7,\"prompt\":\"¿cuántos?\"}\n\
         {\"prompt\":\"the last line has no end\"}",
    );
    world.run_work().exits(0);
    let answers = world.answers("work.out.jsonl");
    assert_eq!(ids(&answers), ["line-1", "b", "c", "7", "line-7"]);
    let prompts = ["one", "two", "three", "¿cuántos?", "the last line has no end"];
    for (answer, prompt) in answers.iter().zip(prompts) {
        assert!(answer.is_to(prompt), "{prompt}: {answer:?}");
    }
}

#[test]
fn utf_16_with_a_byte_order_mark_is_read_like_utf_8() {
    let world = World::unlimited();
    let text = "\u{FEFF}{\"prompt\":\"señal 😀\"}\r\n{\"prompt\":\"b\"}\r\n";
    let encodings: [fn(u16) -> [u8; 2]; 2] = [u16::to_le_bytes, u16::to_be_bytes];
    for (name, order) in ["little", "big"].into_iter().zip(encodings) {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
        world.write(&format!("{name}.jsonl"), bytes);
        world.run(&["run", &format!("{name}.jsonl")]).exits(0);
        let answers = world.answers(&format!("{name}.out.jsonl"));
        assert_eq!(ids(&answers), ["line-1", "line-2"]);
        assert!(answers[0].is_to("señal 😀") && answers[1].is_to("b"), "{answers:?}");
    }
}

#[test]
fn what_a_line_says_reaches_the_provider_and_what_is_ours_does_not() {
    let world = World::unlimited();
    world.write(
        "work.jsonl",
        "{\"id\":\"a\",\"priority\":9,\"prompt\":\"x\",\"temperature\":0.25,\"max_tokens\":20,\"stop\":[\"END\"]}\n",
    );
    world.run_work().exits(0);
    let body = world.wire().arrivals().remove(0).body;
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    for field in ["id", "custom_id", "priority", "prompt"] {
        assert!(!fields.iter().any(|name| *name == field), "{field} was sent: {body}");
    }
    assert_eq!(body["temperature"], 0.25);
    assert_eq!(body["stop"][0], "END");
    assert_eq!(body["model"], GROQ_MODEL);
    assert_eq!(
        body["max_tokens"].as_u64().or(body["max_completion_tokens"].as_u64()),
        Some(20)
    );
}

#[test]
fn the_model_of_the_command_line_replaces_the_lines_own() {
    let world = World::with(no_limits());
    world.configure(&[Account::groq(), Account::gemini()]);
    let line = |model: &str| format!("{{\"prompt\":\"x\",\"model\":\"{model}\"}}\n");
    world.write(
        "work.jsonl",
        line(GROQ_MODEL) + &line("gemini") + "{\"prompt\":\"y\"}\n",
    );
    world
        .run(&["run", "work.jsonl", "-m", &format!("gemini/{GEMINI_MODEL}")])
        .exits(0);
    let models: Vec<(String, u64)> = world
        .score()
        .accounts
        .into_iter()
        .map(|row| (row.model, row.tally.answered))
        .collect();
    assert_eq!(models, [(GEMINI_MODEL.to_owned(), 3)]);
}

#[test]
fn a_model_that_nobody_serves_makes_its_line_bad_and_no_other() {
    let world = World::unlimited();
    world.write("work.jsonl", format!("{{\"prompt\":\"x\",\"model\":\"lama-3.3-70b-versatile\"}}\n{{\"prompt\":\"y\",\"model\":\"{GROQ_MODEL}\"}}\n"));
    world
        .run_work()
        .exits(1)
        .says("line 1: the model `lama-3.3-70b-versatile`")
        .says(GROQ_MODEL);
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["invalid_line", "ok"]);
}

#[test]
fn higher_priority_goes_first() {
    let world = World::with_groq(&[concurrency(1)]);
    let line = |priority: usize| format!("{{\"prompt\":\"priority {priority}\",\"priority\":{priority}}}\n");
    world.write("work.jsonl", [1, 5, 10, 3, 8].map(line).concat());
    world.run_work().exits(0);
    assert_eq!(
        world.wire().prompts(),
        [10, 8, 5, 3, 1].map(|priority| format!("priority {priority}"))
    );
    assert_eq!(
        ids(&world.answers("work.out.jsonl")),
        ["line-1", "line-2", "line-3", "line-4", "line-5"]
    );
}

#[test]
fn standard_output_holds_data_and_nothing_else() {
    let world = World::with_groq(&[requests(5, 500, Kind::Bucket)]);
    world.tasks(8);
    let ended = world.run_work().exits(0);
    assert_eq!(ended.out, "");
    let summary = world
        .run(&["run", "work.jsonl", "--run", "again", "--json"])
        .exits(0)
        .summary();
    let fields: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "total",
            "done",
            "failed",
            "refused",
            "seconds",
            "bound_seconds",
            "ratio"
        ]
    );
    assert_eq!(
        [
            &summary["total"],
            &summary["done"],
            &summary["failed"],
            &summary["refused"]
        ]
        .map(|sum| sum.as_u64()),
        [8, 8, 0, 0].map(Some)
    );
    assert!(summary["seconds"].as_f64().unwrap() > 0.0);
    assert!(summary["ratio"].as_f64().unwrap() <= 1.0, "{summary}");
}

#[test]
fn standard_input_goes_to_standard_output_in_order() {
    let world = World::with_groq(&[requests(20, 400, Kind::Bucket)]);
    world.tasks(60);
    let ended = world
        .d8(&["run", "-", "--json"])
        .stdin(&world.path("work.jsonl"))
        .start()
        .wait()
        .exits(0);
    all_answered(&Answer::parse_all(&ended.out), 60);
    let last = ended.err.lines().last().unwrap();
    assert!(
        last.starts_with("{\"total\":60,\"done\":60,"),
        "the summary is talk here: {last}"
    );
    world
        .d8(&["run", "-", "-o", "-"])
        .stdin(&world.path("work.jsonl"))
        .start()
        .wait()
        .exits(0)
        .says("60 done before");
    assert_eq!(world.accepted(), 60, "the same content is the same run");
}

#[test]
fn standard_input_to_a_file_is_the_run_of_that_file() {
    let world = World::unlimited();
    world.tasks(3);
    let run = |out: &str| {
        world
            .d8(&["run", "-", "-o", out])
            .stdin(&world.path("work.jsonl"))
            .start()
            .wait()
            .exits(0)
    };
    run("a.jsonl");
    world.tasks(5);
    run("a.jsonl").says("3 done before");
    all_answered(&world.answers("a.jsonl"), 5);
    run("b.jsonl");
    assert_eq!(world.accepted(), 10, "another OUT is another run");
}

#[test]
fn a_file_goes_to_standard_output_on_demand() {
    let world = World::unlimited();
    world.tasks(4);
    let ended = world.run(&["run", "work.jsonl", "-o", "-"]).exits(0);
    all_answered(&Answer::parse_all(&ended.out), 4);
    assert!(!world.has("work.out.jsonl") && !world.has("-"));
}

#[test]
fn an_input_without_the_ending_gets_one() {
    let world = World::unlimited();
    world.write("work.txt", "{\"prompt\":\"a\"}\n");
    world.run(&["run", "work.txt"]).exits(0);
    assert_eq!(codes(&world.answers("work.txt.out.jsonl")), ["ok"]);
}

#[test]
fn an_empty_file_gives_an_empty_out_and_a_warning() {
    let world = World::unlimited();
    for content in ["", "\n \r\n\t\n", "\u{FEFF}"] {
        world.write("work.jsonl", content);
        let ended = world.run(&["run", "work.jsonl", "--json"]).exits(0).says("warning");
        assert_eq!(ended.summary()["total"], 0);
        assert_eq!(world.read("work.out.jsonl"), "");
    }
}

/// `d8 run - | head -1`: a reader that has gone is no reason to lose what was done.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_loses_nothing() {
    let world = World::unlimited();
    world.tasks(3);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = world
        .d8(&["run", "work.jsonl", "-o", "-"])
        .stdout(writer)
        .start()
        .wait();
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let saved = File::create(world.path("saved.jsonl")).unwrap();
    world
        .d8(&["run", "work.jsonl", "-o", "-"])
        .stdout(saved)
        .start()
        .wait()
        .exits(0);
    all_answered(&world.answers("saved.jsonl"), 3);
}
