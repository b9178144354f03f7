"""The Hive's contract, case by case: every function `test_*(hive)` gets an orchestrator of its own."""

FAST = '[server]\nworker_timeout = "2s"\n'


def configured(text="", **env):
    """Gives a case's orchestrator this d8.toml and these variables."""
    def mark(case):
        case.config, case.env = text, env
        return case
    return mark
