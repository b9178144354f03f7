//! How tasks, workers and attempts stand, for people. In JSON, and where a state is asked for, it is the English word.

use crate::text;

/// "pending", "pendiente". What is not known is shown as it is.
pub fn task_state(word: &str) -> String {
    text!("state-task", state = word)
}

/// "online", "en línea".
pub fn worker_state(word: &str) -> String {
    text!("state-worker", state = word)
}

/// "answered", "respondido".
pub fn attempt_outcome(word: &str) -> String {
    text!("state-attempt", state = word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    #[test]
    fn states_are_said_in_the_language_and_unknown_ones_as_they_are() {
        let all = || {
            [
                task_state("pending"),
                worker_state("offline"),
                attempt_outcome("given_back"),
                task_state("new"),
            ]
        };
        assert_eq!(all(), ["pending", "offline", "given_back", "new"]);
        let spanish = ["pendiente", "desconectado", "devuelto", "new"];
        assert_eq!(speaking(Language::Spanish, all), spanish);
    }
}
