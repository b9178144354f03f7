//! The commands that a text tells its reader to use.

/// The words after `d8` in each piece of code of a text: the command and, where there is one, the word after it.
pub(crate) fn named(text: &str) -> Vec<Vec<&str>> {
    let in_code = text.match_indices("`d8 ").map(|(at, start)| &text[at + start.len()..]);
    in_code.map(words).filter(|words| !words.is_empty()).collect()
}

fn words(code: &str) -> Vec<&str> {
    let is_plain = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let code = code.split(['`', '\n']).next().unwrap_or_default();
    let plain = code
        .split(' ')
        .take_while(|word| is_plain(word) && !word.starts_with('-'));
    plain.take(2).collect()
}

#[test]
fn a_text_is_read_for_commands() {
    let text = "Try `d8 tasks ls --status failed`, `d8 run FILE`, `d8 up`; not d8 top, nor `d8 --help`.";
    assert_eq!(named(text), [vec!["tasks", "ls"], vec!["run"], vec!["up"]]);
}
