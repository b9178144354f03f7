//! `d8 completions`: what lets a shell finish the words of a command line.

use clap::Args;
use clap_complete::Shell;

use super::{Failure, OK, help, tell};

/// Print a script that lets a shell complete d8's commands and flags with the Tab key.
#[derive(Debug, Args)]
#[command(
    after_help = "To install it, run the line of your shell once, then open a new terminal:\n  \
  bash        mkdir -p ~/.local/share/bash-completion/completions\n              \
  d8 completions bash > ~/.local/share/bash-completion/completions/d8\n              \
  (it needs the package bash-completion; without it: echo 'source <(d8 completions bash)' >> ~/.bashrc)\n  \
  zsh         mkdir -p ~/.zfunc && d8 completions zsh > ~/.zfunc/_d8\n              \
  (with `fpath+=(~/.zfunc); autoload -U compinit; compinit` in ~/.zshrc)\n  \
  fish        mkdir -p ~/.config/fish/completions\n              \
  d8 completions fish > ~/.config/fish/completions/d8.fish\n  \
  powershell  d8 completions powershell >> $PROFILE\n  \
  elvish      d8 completions elvish >> ~/.config/elvish/rc.elv\n\n\
  Example:\n  source <(d8 completions bash)      for this bash only"
)]
pub(super) struct CompletionsArguments {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments) -> Result<u8, Failure> {
    tell(script(arguments.shell).trim_end());
    Ok(OK)
}

/// Into memory first: a reader that goes away in the middle is no fault.
fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(), "d8", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_is_told_the_commands_and_their_flags() {
        for shell in Shell::value_variants() {
            let script = script(*shell);
            for word in ["tasks", "reprioritise", "completions", "idempotency", "watch"] {
                let is_there = script.contains(word);
                assert_eq!(is_there, word != "idempotency", "{shell}: {word}");
            }
        }
    }

    /// Syntax only; whether it completes is tried out in the tests of the whole program.
    #[cfg(unix)]
    #[test]
    fn bash_accepts_its_script() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), script(Shell::Bash)).unwrap();
        let read = |path: &std::path::Path| std::process::Command::new("bash").arg("-n").arg(path).output();
        let Ok(checked) = read(file.path()) else {
            return; // A machine without bash cannot say.
        };
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        std::fs::write(file.path(), "_d8() { if").unwrap();
        assert!(!read(file.path()).unwrap().status.success());
    }
}
