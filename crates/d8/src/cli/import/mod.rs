//! `d8 import`: what another program was told becomes a d8.toml.

mod files;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, OK, PARTLY, config, say, tell, yes_or_no};
use crate::config::{location, text_file};
use crate::import::{self, Imported};
use crate::private_file;
use crate::setup::dotenv::set;
use crate::text;

/// Turn another program's configuration into a d8.toml.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
  d8 import litellm config.yaml --dry-run")]
pub(super) struct ImportArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(name = "litellm")]
    LiteLlm(LiteLlmArguments),
}

/// Turn the config.yaml of a LiteLLM proxy into a d8.toml.
#[derive(Debug, Args)]
#[command(
    after_help = "Models, keys, limits, fallbacks and aliases become accounts and routes. What is not understood is said. Keys that stand in \
  the file go to .env beside the d8.toml; neither d8.toml nor the screen shows them.\n\n\
  Examples:\n  \
  d8 import litellm config.yaml --dry-run\n  \
  d8 import litellm config.yaml --out d8.toml"
)]
struct LiteLlmArguments {
    /// The YAML.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to write.
    #[arg(short, long, value_name = "FILE", default_value = location::FILE_NAME)]
    out: PathBuf,
    /// Print the d8.toml and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Replace what is there without asking.
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(arguments: ImportArguments) -> Result<u8, Failure> {
    match arguments.command {
        Command::LiteLlm(arguments) => litellm(&arguments),
    }
}

fn litellm(arguments: &LiteLlmArguments) -> Result<u8, Failure> {
    let yaml = text_file::read(&arguments.file).map_err(|error| unreadable(&arguments.file, &error))?;
    let options = config::options(None)?;
    let folder = match arguments.out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => options.cwd.join(folder),
        _ => options.cwd.clone(),
    };
    let dotenv = folder.join(location::DOTENV_NAME);
    let kept = match text_file::read(&dotenv) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(unreadable(&dotenv, &error)),
    };
    let mut env = options.env;
    env.add_dotenv(&kept);
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let imported = import::litellm(&yaml, &name, &env, options.now).map_err(Failure::not_started)?;
    if arguments.dry_run {
        tell(imported.toml.trim_end());
        remark(&imported, &dotenv, true);
        return Ok(OK);
    }
    if arguments.out.exists() && !arguments.yes && !may_replace(&arguments.out)? {
        say(&text!("import-kept"));
        return Ok(PARTLY);
    }
    if !imported.secrets.is_empty() {
        let all = imported.secrets.iter();
        let text = all.fold(kept, |text, secret| set(&text, &secret.name, &secret.value));
        private_file::write(&dotenv, text.as_bytes()).map_err(|error| unwritable(&dotenv, &error))?;
    }
    files::write(&arguments.out, &imported.toml).map_err(|error| unwritable(&arguments.out, &error))?;
    remark(&imported, &dotenv, false);
    let out = arguments.out.display().to_string();
    let (accounts, routes) = imported.counts;
    tell(&text!(
        "import-written",
        file = out.as_str(),
        accounts = accounts,
        routes = routes
    ));
    say(&text!("import-next", file = out));
    Ok(OK)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let file = path.display().to_string();
    Failure::not_started(text!("import-unreadable", file = file, why = error.to_string()))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let file = path.display().to_string();
    Failure::not_started(text!("import-unwritable", file = file, why = error.to_string()))
}

/// Somebody at a terminal is asked; a script must have said so.
fn may_replace(path: &Path) -> Result<bool, Failure> {
    let file = path.display().to_string();
    if !std::io::stdin().is_terminal() {
        return Err(Failure::not_started(text!("import-exists", file = file)).hint(text!("import-exists-hint")));
    }
    let question = text!("import-ask", file = file);
    Ok(yes_or_no::ask(&question, false).unwrap_or(false))
}

fn remark(imported: &Imported, dotenv: &Path, dry: bool) {
    let list = |heading: String, lines: &[String]| {
        if !lines.is_empty() {
            say(&heading);
            lines.iter().for_each(|line| say(&format!("  {line}")));
        }
    };
    list(text!("import-heading-better"), &imported.better);
    list(text!("import-heading-left"), &imported.left);
    let names: Vec<&str> = imported.secrets.iter().map(|secret| secret.name.as_str()).collect();
    if !names.is_empty() {
        let (file, names) = (dotenv.display().to_string(), names.join(", "));
        say(&match dry {
            true => text!("import-would-move", file = file, names = names),
            false => text!("import-moved", file = file, names = names),
        });
    }
    if !imported.unset.is_empty() {
        say(&text!("import-unset", names = imported.unset.join(", ")));
    }
}
