//! "Did you mean": the nearest of the words that would have been right.

/// How alike two words must be (0 to 1) for one to be taken for a slip of the other.
const ALIKE: f64 = 0.8;

/// The candidate most like `word`, if one is like it at all.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Two letters that changed places are one slip, also in the beginning of a short word.
fn likeness(word: &str, candidate: &str) -> f64 {
    let is_swapped =
        word != candidate && strsim::osa_distance(word, candidate) == 1 && sorted(word) == sorted(candidate);
    if is_swapped {
        1.0
    } else {
        strsim::jaro_winkler(word, candidate)
    }
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

/// Words in backquotes, with commas between them.
pub(crate) fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words
        .into_iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_only_slips() {
        let providers = ["groq", "gemini", "openai", "openai-compatible"];
        assert_eq!(nearest("grok", providers), Some("groq"));
        assert_eq!(nearest("Gemeni", providers), Some("gemini"));
        assert_eq!(nearest("gorq", providers), Some("groq"));
        assert_eq!(
            nearest("llama-3.3-70b", ["llama-3.3-70b-versatile"]),
            Some("llama-3.3-70b-versatile")
        );
        assert_eq!(nearest("watsonx", providers), None);
    }
}
