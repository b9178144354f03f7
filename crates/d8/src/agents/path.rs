//! Texts as parts of file names, on every system.

/// Bytes of a part; systems take 255 for a whole name.
const LONGEST: usize = 100;
/// Names that Windows keeps for devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// A text as one part of a name: no separators, no characters that some system refuses, never `..`, never empty.
pub(super) fn part(text: &str) -> String {
    let plain = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    let mut part: String = text.trim().chars().map(plain).collect();
    while part.len() > LONGEST {
        part.pop();
    }
    let part = part.trim_start_matches('.').trim_end_matches(['.', ' ']);
    let stem: String = part
        .chars()
        .take_while(|c| *c != '.')
        .collect::<String>()
        .to_lowercase();
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    if part.is_empty() || DEVICES.contains(&stem) {
        return format!("_{part}");
    }
    part.to_owned()
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_is_one_name_everywhere() {
        for (text, expected) in [
            ("rust", "rust"),
            ("¿Qué es el pan?", "¿Qué es el pan_"),
            ("..", "_"),
            (" . ", "_"),
            ("COM1.txt", "_COM1.txt"),
            ("common", "common"),
            ("line\nbreak", "line_break"),
            (".hidden", "hidden"),
        ] {
            assert_eq!(part(text), expected);
        }
        let long = part(&"ñ".repeat(300));
        assert!(long.len() <= 100 && long.chars().all(|c| c == 'ñ'));
    }
}
