//! Writes answers to files so that each is there once and whole, however often the writing was begun: under another name,
//! synced, then given its own name. What is there already is never replaced.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::note::Answer;

/// So much of the end of a file is looked at for a line that may be there.
const TAIL: u64 = 256 * 1024;
/// So much of the beginning is looked at for front matter.
const HEAD: u64 = 16 * 1024;
/// With so many names taken something is wrong.
const MOST_NAMES: u32 = 10_000;

/// Writes an answer in the form that the path's ending asks for: `.jsonl` gets a line more, `.md` front matter and the
/// answer, all else the answer. Gives the path that it has now: another number behind the name where that was taken.
pub(super) fn keep(path: &Path, answer: &Answer) -> io::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl") => append(path, &answer.line()).map(|()| path.to_owned()),
        Some("md") => {
            let marks = answer.marks();
            place(path, &answer.markdown(), |there| {
                let head = beginning(there, HEAD)?;
                let lines: Vec<&str> = head.lines().collect();
                Ok(marks.iter().all(|mark| lines.contains(&mark.as_str())))
            })
        }
        _ => {
            let text = answer.plain();
            place(
                path,
                &text,
                |there| Ok(beginning(there, text.len() as u64 + 1)? == text),
            )
        }
    }
}

/// Puts a text where nothing is. `is_it` says whether what is there is this very answer, from before a crash.
fn place(path: &Path, text: &str, is_it: impl Fn(&Path) -> io::Result<bool>) -> io::Result<PathBuf> {
    for number in 1..MOST_NAMES {
        let name = numbered(path, number);
        if name.symlink_metadata().is_ok() {
            if is_it(&name).unwrap_or(false) {
                // A crash may have come right after it got its name.
                let _ = fs::remove_file(beside(&name));
                return Ok(name);
            }
            continue;
        }
        match put(&name, text) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, "all names like it are taken"))
}

/// "draft.md", "draft-2.md", "draft-3.md".
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path
        .extension()
        .map(|extension| format!(".{}", extension.to_string_lossy()));
    path.with_file_name(format!("{stem}-{number}{}", ending.unwrap_or_default()))
}

/// What it is called until it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".d8-part");
    PathBuf::from(name)
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    let beside = beside(path);
    let mut file = File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    drop(file);
    // A second name fails where the first is taken meanwhile; renaming would replace it.
    match fs::hard_link(&beside, path) {
        Ok(()) => fs::remove_file(&beside)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(&beside)?;
            return Err(error);
        }
        // Some file systems know one name only.
        Err(_) => fs::rename(&beside, path)?,
    }
    sync_folder(path);
    Ok(())
}

/// Adds a line, unless the file ends with it already; a piece of it that a crash left is taken away first.
fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL.max(2 * line.len() as u64))))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    if tail
        .split_inclusive(|byte| *byte == b'\n')
        .any(|one| one == line.as_bytes())
    {
        return Ok(());
    }
    let torn = tail.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut end = length;
    let mut text = line.to_owned();
    if !torn.is_empty() && line.as_bytes().starts_with(torn) {
        end -= torn.len() as u64;
    } else if !torn.is_empty() {
        text.insert(0, '\n');
    }
    file.seek(SeekFrom::Start(end))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if length == 0 {
        sync_folder(path);
    }
    Ok(())
}

fn beginning(path: &Path, most: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A new name is safe once its folder is synced, where a folder can be.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::note::tests::answer;
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_answer_is_there_once_however_often_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for ending in ["md", "txt", "json"] {
            let path = folder.path().join(format!("a/b/1.{ending}"));
            for _ in 0..3 {
                assert_eq!(keep(&path, &answer(7, "Hello")).unwrap(), path);
            }
        }
        assert_eq!(names(&folder.path().join("a/b")), ["1.json", "1.md", "1.txt"]);
    }

    #[test]
    fn a_draft_that_a_person_has_edited_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.md");
        keep(&path, &answer(7, "Hello")).unwrap();
        let edited = fs::read_to_string(&path).unwrap().replace("draft", "approved") + "More.\n";
        fs::write(&path, &edited).unwrap();
        assert_eq!(keep(&path, &answer(7, "Hello")).unwrap(), path);
        assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    }

    #[test]
    fn what_is_there_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.md");
        fs::write(&path, "mine").unwrap();
        assert_eq!(keep(&path, &answer(1, "one")).unwrap(), folder.path().join("day-2.md"));
        assert_eq!(keep(&path, &answer(2, "two")).unwrap(), folder.path().join("day-3.md"));
        assert_eq!(keep(&path, &answer(1, "one")).unwrap(), folder.path().join("day-2.md"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(names(folder.path()), ["day-2.md", "day-3.md", "day.md"]);
    }

    #[test]
    fn lines_are_added_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.jsonl");
        keep(&path, &answer(1, "one")).unwrap();
        keep(&path, &answer(2, "two")).unwrap();
        keep(&path, &answer(1, "one")).unwrap();
        let both = answer(1, "one").line() + &answer(2, "two").line();
        assert_eq!(fs::read_to_string(&path).unwrap(), both);
        // A crash in the middle of the third.
        let third = answer(3, "three").line();
        fs::write(&path, both.clone() + &third[..third.len() / 2]).unwrap();
        keep(&path, &answer(3, "three")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), both.clone() + &third);
        // Somebody else's last line without an end stays.
        fs::write(&path, "mine").unwrap();
        keep(&path, &answer(1, "one")).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!("mine\n{}", answer(1, "one").line())
        );
    }
}
