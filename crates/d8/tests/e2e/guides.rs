//! The guides, tried out word by word: what they show to be typed is typed, and what they show to be seen is seen.
//!
//! Of a guide in `docs/guides` everything between "```sh" and "```" is one script, run by the shell in an empty folder and an
//! empty home; a "```toml" block is added to `d8.toml` at its place; each line of a "```text" block right behind a script's block
//! must be part of what that one printed. Blocks that cannot be run here are "text", "powershell", "http" and the like.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// No guide takes so long.
const LONGEST: Duration = Duration::from_secs(150);

#[derive(Clone, PartialEq, Eq, Debug)]
struct Block {
    language: String,
    text: String,
    /// It follows another block with nothing between them.
    right_behind: bool,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn guides(folder: &str) -> BTreeMap<String, String> {
    let read = |entry: fs::DirEntry| {
        let path = entry.path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap().replace("\r\n", "\n"))
    };
    let folder = repository().join(folder);
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| read(entry.unwrap()))
        .collect()
}

/// The fenced blocks of a guide, without the indent of those in lists.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut between = false;
    for line in markdown.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(language)) => {
                open = Some(Block {
                    language: language.trim().to_owned(),
                    text: String::new(),
                    right_behind: !between && !found.is_empty(),
                });
            }
            (Some(_), Some("")) => {
                found.extend(open.take());
                between = false;
            }
            (Some(block), _) => {
                block.text += line;
                block.text.push('\n');
            }
            (None, None) => between |= !line.trim().is_empty(),
        }
    }
    assert!(open.is_none(), "a block has no end");
    found
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The guide as one script, and the lines that each of its blocks must print.
fn script(guide: &str, emulator: u16, orchestrator: u16) -> (String, Vec<(usize, String)>) {
    let mut script = String::from("set -eu\nexec 2>&1\n");
    let mut seen = Vec::new();
    let mut last = None;
    for (number, block) in blocks(guide).into_iter().enumerate() {
        match block.language.as_str() {
            "sh" => {
                script += &format!("echo '=== {number}'\n");
                for line in block.text.lines() {
                    script += line;
                    script.push('\n');
                    // A reader takes a moment to type the next line.
                    let ready = match line.trim_end().ends_with('&') {
                        true if line.contains("d8 up") => Some(format!("{orchestrator}/healthz")),
                        true if line.contains("d8 emulate") => Some(format!("{emulator}/__d8/score")),
                        _ => None,
                    };
                    if let Some(at) = ready {
                        script += &format!("until curl -sf http://127.0.0.1:{at} >/dev/null; do sleep 0.1; done\n");
                    }
                }
                last = Some(number);
            }
            "toml" => {
                script += &format!("cat >> d8.toml <<'TOML'\n\n{}TOML\n", block.text);
                last = None;
            }
            "text" if block.right_behind => {
                let wanted = block.text.lines().filter(|line| !line.trim().is_empty());
                seen.extend(
                    last.into_iter()
                        .flat_map(|block| wanted.clone().map(move |line| (block, line.to_owned()))),
                );
                last = None;
            }
            _ => last = None,
        }
    }
    let script = script
        // The program of another language looks for the orchestrator where it usually is.
        .replace("\npython3 ", "\nORCHESTRATOR_URL=http://127.0.0.1:5000 python3 ")
        .replace("127.0.0.1:9000", &format!("127.0.0.1:{emulator}"))
        .replace("127.0.0.1:5000", &format!("127.0.0.1:{orchestrator}"));
    (script + "echo '=== the end'\n", seen)
}

/// Types the whole guide into a shell and gives what was to be seen.
fn follow(name: &str, guide: &str) -> String {
    let (emulator, orchestrator) = (free_port(), free_port());
    let (script, _) = script(guide, emulator, orchestrator);
    let world = tempfile::tempdir().unwrap();
    let (home, folder) = (world.path().join("home"), world.path().join("work"));
    fs::create_dir_all(&home).unwrap();
    fs::create_dir_all(&folder).unwrap();
    let printed = world.path().join("printed");
    let program = Path::new(env!("CARGO_BIN_EXE_d8")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder)
        .env_clear()
        .env("PATH", format!("{}:{path}", program.display()))
        .env("HOME", &home)
        .env("D8_REPO", repository())
        .env("D8_SERVER__LISTEN", format!("127.0.0.1:{orchestrator}"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stdout(fs::File::create(&printed).unwrap())
        .process_group(0)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let ended = loop {
        let ended = shell.try_wait().unwrap();
        if ended.is_some() || begun.elapsed() > LONGEST {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let group = Pid::from_raw(i32::try_from(shell.id()).unwrap()).unwrap();
    let _ = kill_process_group(group, Signal::KILL);
    let _ = shell.wait();
    let text = String::from_utf8_lossy(&fs::read(&printed).unwrap()).into_owned();
    assert!(ended.is_some(), "{name}: not at its end after {LONGEST:?}:\n{text}");
    assert!(text.contains("=== the end"), "{name}: a command failed:\n{text}");
    text
}

fn is_as_written(name: &str) {
    let all = guides("docs/guides");
    let guide = &all[name];
    let printed = follow(name, guide);
    for (number, line) in script(guide, 0, 0).1 {
        let of_block = printed.split(&format!("=== {number}\n")).nth(1).unwrap_or_default();
        let of_block = of_block.split("\n=== ").next().unwrap_or_default();
        assert!(
            of_block.contains(line.trim()),
            "{name}: `{line}` is not to be seen in:\n{of_block}"
        );
    }
}

/// One test for each, so that they run side by side.
macro_rules! guides {
    ($($test:ident = $name:literal),* $(,)?) => {
        const TRIED: &[&str] = &[$($name),*];
        $(#[test] fn $test() { is_as_written($name); })*
    };
}

guides! {
    first_steps = "first-steps",
    why_429 = "why-429",
    providers = "providers",
    from_the_hive = "from-the-hive",
    http_api = "http-api",
    worker = "worker",
}

#[test]
fn every_guide_is_tried_or_has_nothing_to_try() {
    for (name, guide) in guides("docs/guides") {
        let runs = blocks(&guide).iter().any(|block| block.language == "sh");
        assert_eq!(runs, TRIED.contains(&name.as_str()), "{name}");
    }
}

/// The same to type in both languages, whatever stands in quotes.
#[test]
fn both_languages_show_the_same_commands() {
    let commands = |text: &str| -> Vec<(String, String)> {
        let unquoted = |text: &str| text.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
        blocks(text)
            .into_iter()
            .filter(|block| ["sh", "toml", "powershell"].contains(&block.language.as_str()))
            .map(|block| {
                let uncommented: Vec<&str> = block
                    .text
                    .lines()
                    .map(|line| line.split(" # ").next().unwrap())
                    .collect();
                (block.language, unquoted(&uncommented.join("\n")).replace("  ", " "))
            })
            .collect()
    };
    let spanish = guides("docs/es/guias");
    let english = guides("docs/guides");
    assert_eq!(spanish.len(), english.len());
    for (name, text) in english {
        let link = text.lines().find(|line| line.starts_with("[Español](")).unwrap();
        let other = link.split("guias/").nth(1).unwrap().trim_end_matches(".md)");
        let other = spanish
            .get(other)
            .unwrap_or_else(|| panic!("{name}: there is no {other}"));
        assert_eq!(commands(&text), commands(other), "{name}");
    }
}

#[test]
fn a_block_knows_its_language_and_what_stands_before_it() {
    let text = "Try:\n\n```sh\nd8 up &\n```\n\n```text\nready\n```\n\n- a\n\n  ```toml\n  a = 1\n  ```\n";
    let found: Vec<(String, bool)> = blocks(text)
        .into_iter()
        .map(|block| (block.language, block.right_behind))
        .collect();
    let wanted = [("sh", false), ("text", true), ("toml", false)];
    assert_eq!(found, wanted.map(|(language, behind)| (language.to_owned(), behind)));
    let (script, seen) = script(text, 1, 2);
    assert!(script.contains("http://127.0.0.1:2/healthz"), "{script}");
    assert_eq!(seen, [(0, "ready".to_owned())]);
}
