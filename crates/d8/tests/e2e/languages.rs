//! The program in Spanish: who asks for it, and what stays the same for programs.

use crate::world::{Ended, World, ids};

fn run(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let words = ["run", "work.jsonl"].iter().chain(arguments);
    let words: Vec<&str> = words.copied().collect();
    let start = world.d8(&words).variable("D8_LANG", "");
    let start = variables
        .iter()
        .fold(start, |start, (name, value)| start.variable(name, value));
    start.start().wait().exits(0)
}

const ENGLISH: &str = "3 of 3 done in ";
const SPANISH: &str = "3 de 3 hechas en ";

#[test]
fn whoever_asks_for_spanish_gets_it() {
    let world = World::unlimited();
    world.tasks(3);
    run(&world, &[], &[]).says(ENGLISH);
    let spanish = run(&world, &["--run", "a"], &[("D8_LANG", "es")]);
    spanish.says(SPANISH).says("3 por hacer").says_nothing_of(ENGLISH);
    #[cfg(unix)]
    {
        let locale = |run_name: &str, first: &str| {
            let set = [
                ("LC_ALL", first),
                ("LC_MESSAGES", ""),
                ("LANGUAGE", ""),
                ("LANG", "es_ES.UTF-8"),
            ];
            run(&world, &["--run", run_name], &set)
        };
        locale("b", "").says(SPANISH);
        // The first locale that is set decides.
        locale("b2", "C").says(ENGLISH).says_nothing_of(SPANISH);
    }
    run(&world, &["--run", "c", "--lang", "es"], &[]).says(SPANISH);
    let both = [("D8_LANG", "es"), ("LANG", "es_ES.UTF-8")];
    run(&world, &["--run", "d", "--lang", "en"], &both)
        .says(ENGLISH)
        .says_nothing_of(SPANISH);
}

#[test]
fn programs_read_the_same_in_every_language() {
    let world = World::unlimited();
    world.tasks(3);
    let [english, spanish] = ["en", "es"].map(|language| {
        let ended = run(&world, &["--json", "--run", language], &[("D8_LANG", language)]);
        let mut summary = ended.summary();
        for of_its_time in ["seconds", "bound_seconds", "ratio"] {
            summary[of_its_time].take();
        }
        let answers = world.answers("work.out.jsonl");
        let ids: Vec<String> = ids(&answers).iter().map(|id| (*id).to_owned()).collect();
        (summary, ids)
    });
    assert_eq!(english, spanish);
}

#[test]
fn errors_and_help_are_in_spanish() {
    let world = World::empty();
    let spanish = |arguments: &[&str]| world.d8(arguments).variable("D8_LANG", "es").start().wait();
    let failed = spanish(&["run", "lost.jsonl"]).exits(2);
    failed
        .says("error: no se puede leer lost.jsonl")
        .says("consejo: nombra un archivo");
    spanish(&["worker", "--type", "groq"])
        .exits(2)
        .says("error: no hay clave para Groq")
        .says("consejo: escribe GROQ_API_KEY=... en el archivo .env.worker.groq");
    world.write("no.db", "text\n");
    world.write("d8.toml", "[store]\nurl = \"sqlite:no.db\"\n");
    spanish(&["up", "--listen", "127.0.0.1:0"])
        .exits(2)
        .says("no.db no es una base de datos")
        .says("consejo: revisa store.url");
    let nobody = spanish(&["workers", "--orchestrator", "http://127.0.0.1:9"]).exits(2);
    nobody
        .says("ningún orquestador responde en http://127.0.0.1:9")
        .says("arranca uno con `d8 up`");
    spanish(&["run", "--help"])
        .exits(0)
        .shows("Uso: d8 run [OPCIONES] <ARCHIVO.jsonl>");
    spanish(&["help", "up"]).exits(0).shows("Arranca el orquestador");
}
