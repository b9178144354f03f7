//! Where OUT may be: what cannot be written is told before anything is sent, and nothing but OUT is ever replaced.

use crate::world::{World, all_answered};

#[test]
fn an_out_that_cannot_be_written_is_told_before_anything_is_sent() {
    let world = World::unlimited();
    world.tasks(2);
    std::fs::create_dir(world.path("folder")).unwrap();
    for (out, words) in [
        ("no/such/folder/out.jsonl", "cannot be written"),
        ("folder", "folder"),
        ("work.jsonl", "input and output at once"),
        ("./folder/../work.jsonl", "input and output at once"),
        ("work.jsonl/out.jsonl", "cannot be written"),
    ] {
        world
            .run(&["run", "work.jsonl", "-o", out])
            .exits(2)
            .says(words)
            .says("hint:");
    }
    assert_eq!(world.accepted(), 0);
}

#[test]
fn a_read_only_out_is_left_alone() {
    let world = World::unlimited();
    world.tasks(1);
    world.write("out.jsonl", "precious\n");
    let path = world.path("out.jsonl");
    let mut rights = path.metadata().unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&path, rights).unwrap();
    world
        .run(&["run", "work.jsonl", "-o", "out.jsonl"])
        .exits(2)
        .says("read-only");
    assert_eq!(world.read("out.jsonl"), "precious\n");
    assert_eq!(world.accepted(), 0);
}

#[test]
fn an_out_in_another_folder_has_its_partial_file_there() {
    let world = World::unlimited();
    world.tasks(2);
    std::fs::create_dir(world.path("answers")).unwrap();
    world.run(&["run", "work.jsonl", "-o", "answers/a b ñ.jsonl"]).exits(0);
    all_answered(&world.answers("answers/a b ñ.jsonl"), 2);
    assert_eq!(std::fs::read_dir(world.path("answers")).unwrap().count(), 1);
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{FileTypeExt, symlink};

    use crate::world::{World, all_answered};

    /// Replacing it by rename would turn a device into a file: `-o /dev/null` would do that to the whole machine.
    #[test]
    fn what_is_no_file_is_never_replaced() {
        let world = World::unlimited();
        world.tasks(2);
        let pipe = world.path("pipe");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        world
            .run(&["run", "work.jsonl", "-o", "pipe"])
            .exits(2)
            .says("no file")
            .says("hint:");
        assert!(pipe.metadata().unwrap().file_type().is_fifo());
        assert!(!world.has("pipe.partial"));
        assert_eq!(world.accepted(), 0);
    }

    #[test]
    fn a_link_stays_a_link() {
        let world = World::unlimited();
        world.tasks(2);
        std::fs::create_dir(world.path("elsewhere")).unwrap();
        world.write("elsewhere/real.jsonl", "old\n");
        symlink("elsewhere/real.jsonl", world.path("out.jsonl")).unwrap();
        world.run(&["run", "work.jsonl", "-o", "out.jsonl"]).exits(0);
        assert!(world.path("out.jsonl").symlink_metadata().unwrap().is_symlink());
        all_answered(&world.answers("elsewhere/real.jsonl"), 2);
    }

    #[test]
    fn an_input_by_another_name_is_still_the_input() {
        let world = World::unlimited();
        world.tasks(2);
        let content = world.read("work.jsonl");
        symlink("work.jsonl", world.path("link.jsonl")).unwrap();
        std::fs::hard_link(world.path("work.jsonl"), world.path("hard.jsonl")).unwrap();
        world
            .run(&["run", "work.jsonl", "-o", "link.jsonl"])
            .exits(2)
            .says("input and output at once");
        world
            .run(&["run", "link.jsonl", "-o", "work.jsonl"])
            .exits(2)
            .says("input and output at once");
        assert_eq!(world.read("work.jsonl"), content);
        assert_eq!(world.accepted(), 0);
    }
}
