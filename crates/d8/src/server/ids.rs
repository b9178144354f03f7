//! Task ids as clients see them: `task_12`.

use d8_core::id::TaskId;

use super::error::ApiError;

const PREFIX: &str = "task_";

/// As clients see it.
pub fn shown(task: TaskId) -> String {
    format!("{PREFIX}{}", task.0)
}

/// Reads what a client sent, with the prefix or without. None: no task was ever called so.
pub fn parse(text: &str) -> Option<TaskId> {
    let number = text.strip_prefix(PREFIX).unwrap_or(text);
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|_| plain).map(TaskId)
}

/// The same, with 404 in words.
pub fn known(text: &str) -> Result<TaskId, ApiError> {
    parse(text).ok_or_else(|| no_such_task(text))
}

/// There is no such task.
pub fn no_such_task(text: &str) -> ApiError {
    let shown: String = text.chars().take(64).collect();
    ApiError::not_found(
        "task_not_found",
        format!("there is no task `{shown}`; `d8 tasks ls` lists those there are"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        assert_eq!(parse(&shown(TaskId(12))), Some(TaskId(12)));
        assert_eq!(parse("12"), Some(TaskId(12)));
        for text in [
            "",
            "task_",
            "task_-1",
            "+1",
            "task_1x",
            "99999999999999999999999",
            "task_task_1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
