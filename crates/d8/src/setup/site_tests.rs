//! The files of a place: found, changed, and left alone.

#![allow(clippy::unwrap_used)]

use secrecy::ExposeSecret;

use super::*;
use crate::config::env_names;

const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

fn site(folder: &Path, process: &[(&str, &str)]) -> Site {
    let options = LoadOptions {
        config_path: None,
        cwd: folder.to_owned(),
        env: process.iter().copied().collect(),
        folders: UserFolders::default(),
        now: NOW,
    };
    Site::find(None, &options).unwrap()
}

fn draft(name: &str) -> Draft {
    Draft {
        name: name.to_owned(),
        is_written: false,
        settings: Settings {
            provider: "groq".to_owned(),
            variable: Some(env_names::GROQ_API_KEY.to_owned()),
            tier: Some("free".to_owned()),
            ..Settings::default()
        },
        key: Some(SecretString::from("test-key-1")),
        head: "# D8".to_owned(),
    }
}

fn names(site: &Site) -> Vec<(String, Option<String>, bool)> {
    let known = site.known(Catalogue::builtin()).unwrap().into_iter();
    let key = |account: &Known| account.key.as_ref().map(|key| key.expose_secret().to_owned());
    known
        .map(|account| (account.name.clone(), key(&account), account.is_written))
        .collect()
}

#[test]
fn what_is_written_is_found_again_and_not_written_twice() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = site(folder.path(), &[]);
    assert!(names(&fresh).is_empty());
    let written = fresh.write(&draft("groq")).unwrap();
    assert!(written.config && written.env.is_some());
    let again = site(folder.path(), &[]);
    assert_eq!(
        names(&again),
        [("groq".to_owned(), Some("test-key-1".to_owned()), true)]
    );
    let same = Draft {
        is_written: true,
        ..draft("groq")
    };
    let nothing = Written {
        config: false,
        env: None,
        shut: None,
    };
    assert_eq!(again.write(&same).unwrap(), nothing);
}

#[test]
fn a_key_that_is_in_the_environment_is_not_copied_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(folder.path(), &[(env_names::GROQ_API_KEY, "test-key-1")]);
    assert_eq!(
        names(&site),
        [("groq".to_owned(), Some("test-key-1".to_owned()), false)]
    );
    let found = Draft {
        key: None,
        ..draft("groq")
    };
    assert_eq!(site.write(&found).unwrap().env, None);
    assert!(!folder.path().join(".env").exists());
}

#[test]
fn an_account_is_judged_whatever_is_wrong_with_others() {
    let folder = tempfile::tempdir().unwrap();
    let other = "[[account]]\nname = \"g\"\nprovider = \"gemini\"\napi_key = \"env:NOT_THERE\"\n";
    std::fs::write(folder.path().join("d8.toml"), other).unwrap();
    let site = site(folder.path(), &[]);
    let account = site.account(&draft("groq"), None).unwrap();
    assert_eq!(
        account.api_key.as_ref().map(|key| key.expose_secret()),
        Some("test-key-1")
    );
    assert!(!account.limits.is_empty());
    let wrong = Draft {
        settings: Settings {
            tier: Some("no-such-tier".to_owned()),
            ..draft("groq").settings
        },
        ..draft("groq")
    };
    assert!(site.account(&wrong, None).unwrap_err().to_string().contains("no tier"));
}

#[test]
fn a_variable_of_the_process_goes_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(folder.path(), &[(env_names::GROQ_API_KEY, "test-key-0")]);
    let key = |text: &str| SecretString::from(text);
    assert!(site.is_shadowed(env_names::GROQ_API_KEY, &key("test-key-1")));
    assert!(!site.is_shadowed(env_names::GROQ_API_KEY, &key("test-key-0")));
    assert!(!site.is_shadowed("GROQ_API_KEY_2", &key("test-key-1")));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let env = folder.path().join(".env");
    let text = "GROQ_API_KEY=test-key-1\n";
    std::fs::write(&env, text).unwrap();
    std::fs::set_permissions(&env, std::fs::Permissions::from_mode(0o644)).unwrap();
    let found = Draft {
        key: None,
        ..draft("groq")
    };
    let written = site(folder.path(), &[]).write(&found).unwrap();
    assert_eq!((written.env, written.shut), (None, Some(Closed::Yes)));
    assert_eq!(env.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&env).unwrap(), text);
}

#[test]
fn a_variable_of_this_shell_alone_is_known_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let process = [(env_names::GROQ_API_KEY, "test-key-1")];
    assert!(site(folder.path(), &process).is_only_in_process(env_names::GROQ_API_KEY));
    std::fs::write(folder.path().join(".env"), "GROQ_API_KEY=test-key-1\n").unwrap();
    assert!(!site(folder.path(), &process).is_only_in_process(env_names::GROQ_API_KEY));
    assert!(!site(folder.path(), &[]).is_only_in_process(env_names::GROQ_API_KEY));
}

#[test]
fn where_nothing_can_be_written_it_is_known_before() {
    let folder = tempfile::tempdir().unwrap();
    assert!(site(folder.path(), &[]).can_be_written().is_ok());
    assert!(site(&folder.path().join("not/yet/there"), &[]).can_be_written().is_ok());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let trouble = site(&folder.path().join("other"), &[]);
    let trouble = Site {
        folder: file,
        ..trouble
    };
    assert!(matches!(trouble.can_be_written(), Err(Trouble::Unwritable { .. })));
}
