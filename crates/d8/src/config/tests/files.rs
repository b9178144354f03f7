//! Where the configuration and its `.env` are found, and what replaces them.

use std::net::SocketAddr;
use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

/// A home with a folder to work in; files are written into it as `(path, content)`.
fn home(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["work", "config/d8", "data/d8", "elsewhere"] {
        std::fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    for (path, content) in files {
        std::fs::write(home.path().join(path), content).unwrap();
    }
    home
}

fn load(home: &Path, named: Option<&str>, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(LoadOptions {
        config_path: named.map(|path| home.join(path)),
        cwd: home.join("work"),
        folders: UserFolders {
            config: Some(home.join("config/d8")),
            data: Some(home.join("data/d8")),
        },
        ..options(variables)
    })
}

fn store(config: &Config) -> &Path {
    let StoreLocation::Sqlite(path) = &config.store;
    path
}

#[test]
fn the_named_file_comes_first_then_the_folder_then_the_users() {
    let home = home(&[
        ("work/d8.toml", "[server]\nlisten = \"127.0.0.1:1\"\n"),
        ("config/d8/d8.toml", "[server]\nlisten = \"127.0.0.1:2\"\n"),
        ("elsewhere/my.toml", "[server]\nlisten = \"127.0.0.1:3\"\n"),
    ]);
    let port = |config: &Config| config.server.listen.port();
    let named = load(home.path(), Some("elsewhere/my.toml"), &[]).unwrap();
    assert_eq!(
        (port(&named), store(&named)),
        (3, home.path().join("elsewhere/d8.db").as_path())
    );
    let here = load(home.path(), None, &[]).unwrap();
    assert_eq!(
        (port(&here), here.file.as_deref()),
        (1, Some(home.path().join("work/d8.toml").as_path()))
    );
    std::fs::remove_file(home.path().join("work/d8.toml")).unwrap();
    let users = load(home.path(), None, &[]).unwrap();
    assert_eq!(
        (port(&users), store(&users)),
        (2, home.path().join("config/d8/d8.db").as_path())
    );
    std::fs::remove_file(home.path().join("config/d8/d8.toml")).unwrap();
    let none = load(home.path(), None, &[]).unwrap();
    assert_eq!(
        (port(&none), store(&none)),
        (5000, home.path().join("data/d8/d8.db").as_path())
    );
    let missing = load(home.path(), Some("elsewhere/no.toml"), &[]).unwrap_err();
    assert!(missing.to_string().starts_with("there is no file "), "{missing}");
}

#[test]
fn dotenv_files_add_to_the_environment() {
    let home = home(&[
        (
            "elsewhere/d8.toml",
            "[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = \"env:MY_KEY\"\n",
        ),
        ("elsewhere/.env", "\u{feff}MY_KEY=beside\nB=beside\r\n"),
        ("work/.env", "MY_KEY=here\nMISTRAL_API_KEY=test-key-2\nno entry\n"),
    ]);
    let config = load(home.path(), Some("elsewhere/d8.toml"), &[("B", "process")]).unwrap();
    let key = |name: &str| {
        config
            .account(name)
            .unwrap()
            .api_key
            .as_ref()
            .unwrap()
            .expose_secret()
            .to_owned()
    };
    assert_eq!((key("a").as_str(), key("mistral").as_str()), ("beside", "test-key-2"));
    assert_eq!(config.env.get("B"), Some("process"));
    assert_eq!(config.notices.len(), 1);
    assert!(
        config.notices[0].ends_with("1 of its entries is not of the form NAME=value, left out"),
        "{:?}",
        config.notices
    );
}

#[test]
fn files_of_any_editor_are_read() {
    let home = home(&[("work/d8.toml", "\u{feff}[server]\r\nlisten = \"127.0.0.1:7\"\r\n")]);
    assert_eq!(load(home.path(), None, &[]).unwrap().server.listen.port(), 7);
    std::fs::write(home.path().join("work/d8.toml"), "[server]\r\nlistn = \"x\"\r\n").unwrap();
    let error = load(home.path(), None, &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown key `listn`\n --> d8.toml:2:1\n  |\n2 | listn = \"x\"\n  | ^^^^^\nhint: did you mean `listen`?"
    );
}

#[test]
fn a_key_may_be_in_a_file() {
    let home = home(&[
        (
            "work/d8.toml",
            "[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = \"file:key.txt\"\n",
        ),
        ("work/key.txt", "\u{feff}test-key-1\r\n"),
    ]);
    let config = load(home.path(), None, &[]).unwrap();
    assert_eq!(
        config.accounts[0].api_key.as_ref().map(|key| key.expose_secret()),
        Some("test-key-1")
    );
}

#[test]
fn the_environment_replaces_what_the_file_says() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\nworker_timeout = \"1s\"\ntoken = \"file-token\"\n[store]\nurl = \"sqlite:a.db\"\n";
    let config = config(
        text,
        &[
            ("D8_SERVER__LISTEN", "localhost:0"),
            ("D8_SERVER__WORKER_TIMEOUT", "2m"),
            ("D8_SERVER__TOKEN", "env:D8_TOKEN"),
            ("D8_TOKEN", "test-token"),
            ("D8_STORE__URL", "sqlite:b.db"),
            ("D8_SERVER__LISTN", "x"),
        ],
    );
    assert_eq!(config.server.listen, SocketAddr::from(([127, 0, 0, 1], 0)));
    assert_eq!(config.server.worker_timeout.as_secs(), 120);
    assert_eq!(
        config.server.token.as_ref().map(|token| token.expose_secret()),
        Some("test-token")
    );
    assert_eq!(store(&config), Path::new("/home/ana/b.db"));
    assert_eq!(
        config.notices,
        ["D8_SERVER__LISTN replaces no setting; did you mean D8_SERVER__LISTEN?"]
    );
    assert_eq!(
        error(text, &[("D8_SERVER__WORKER_TIMEOUT", "soon")]),
        "D8_SERVER__WORKER_TIMEOUT: `soon` is not a length of time\nhint: write it like `90s`, `15m`, `1h30m`, `1d` or `1mo`"
    );
}
