//! What a worker makes of flags, variables and files.

#![allow(clippy::unwrap_used)]

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;

struct Place {
    folder: TempDir,
    env: Environment,
}

impl Place {
    fn new(variables: &[(&str, &str)]) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            env: variables.iter().copied().collect(),
        }
    }

    fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn resolve(&self, wishes: &Wishes) -> Result<RemoteWorker, ConfigError> {
        let site = Site {
            cwd: self.folder.path().to_owned(),
            env: self.env.clone(),
            folders: UserFolders::default(),
            home: Some(self.folder.path().join("home")),
            host: "pc".to_owned(),
            now: Timestamp::from_secs(1_800_000_000),
        };
        RemoteWorker::resolve(wishes, site)
    }

    fn worker(&self, wishes: &Wishes) -> RemoteWorker {
        self.resolve(wishes).unwrap()
    }

    fn complaint(&self, wishes: &Wishes) -> String {
        self.resolve(wishes).unwrap_err().to_string()
    }
}

fn of_type(kind: &str) -> Wishes {
    Wishes {
        kind: Some(kind.to_owned()),
        ..Wishes::default()
    }
}

fn of_account(name: &str) -> Wishes {
    Wishes {
        account: Some(name.to_owned()),
        ..Wishes::default()
    }
}

fn key(worker: &RemoteWorker) -> &str {
    worker.account.api_key.as_ref().map_or("", |key| key.expose_secret())
}

#[test]
fn a_key_and_a_type_are_enough() {
    let worker = Place::new(&[("GROQ_API_KEY", "test-key-1")]).worker(&of_type("groq"));
    assert_eq!((worker.id.as_str(), worker.kind.as_str()), ("groq-pc", "groq"));
    assert_eq!(worker.orchestrator.expose_secret(), "http://127.0.0.1:5000");
    assert_eq!(worker.account.base_url, "https://api.groq.com/openai/v1");
    let print = fingerprint("groq", &worker.account.base_url, worker.account.api_key.as_ref());
    assert_eq!(worker.fingerprint, print);
    assert!(worker.serves.is_none() && worker.models.is_empty());
}

#[test]
fn the_environment_comes_before_the_own_file_and_that_before_the_general_ones() {
    let place = Place::new(&[("WORKER_ID", "from-environment")])
        .file(".env.worker.groq", "GROQ_API_KEY=test-key-own\nWORKER_ID=own\n")
        .file(
            ".env.worker",
            "GROQ_API_KEY=test-key-2\nORCHESTRATOR_URL=http://pi:5000\nWORKER_TYPE=groq\n",
        )
        .file(".env", "ORCHESTRATOR_URL=http://other:5000\nD8_TOKEN=word\n");
    let worker = place.worker(&Wishes::default());
    assert_eq!(key(&worker), "test-key-own");
    assert_eq!(worker.id, "from-environment");
    assert_eq!(worker.orchestrator.expose_secret(), "http://pi:5000");
    assert!(worker.token.is_some());
}

#[test]
fn files_that_windows_wrote_are_read() {
    let utf16: Vec<u8> = "\u{feff}API_KEY=test-key-1\r\nWORKER_TYPE=groq\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let worker = Place::new(&[]).file(".env.worker", utf16).worker(&Wishes::default());
    assert_eq!((key(&worker), worker.kind.as_str()), ("test-key-1", "groq"));
    let with_bom = "\u{feff}GEMINI_API_KEY=test-key-2\r\nPOLL_INTERVAL=5\r\n";
    let worker = Place::new(&[]).file(".env.worker", with_bom).worker(&of_type("gemini"));
    assert_eq!(key(&worker), "test-key-2");
}

#[test]
fn the_hives_files_say_what_nobody_else_does() {
    let root = "home/Documents/d8_data/workers";
    let place = Place::new(&[])
        .file(
            &format!("{root}/config.json"),
            r#"{"orchestrator":{"url":"http://pi:7001"}}"#,
        )
        .file(
            &format!("{root}/groq/worker_config.json"),
            r#"{"worker":{"id":"groq-1","type":"groq"},"model":{"name":"llama-3.1-8b-instant"}}"#,
        )
        .file(
            &format!("{root}/groq/credentials.json"),
            "\u{feff}{\"api_key\":\"test-key-1\"}",
        );
    let worker = place.worker(&Wishes::default());
    assert_eq!((worker.id.as_str(), key(&worker)), ("groq-1", "test-key-1"));
    assert_eq!(worker.orchestrator.expose_secret(), "http://pi:7001");
    assert_eq!(worker.models, ["llama-3.1-8b-instant"]);
    let place = place.file(".env", "GROQ_API_KEY=test-key-2\n");
    assert_eq!(key(&place.worker(&Wishes::default())), "test-key-2");
}

#[test]
fn an_account_of_d8_toml_brings_key_url_models_and_tier() {
    let toml = "[[account]]\nname = \"main\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\n\
        models = [\"llama-3.1-8b-instant\"]\nbase_url = \"http://127.0.0.1:9000\"\n";
    let worker = Place::new(&[]).file("d8.toml", toml).worker(&of_account("main"));
    assert_eq!((worker.kind.as_str(), key(&worker)), ("groq", "test-key-1"));
    assert_eq!(worker.account.base_url, "http://127.0.0.1:9000/openai/v1");
    assert_eq!(worker.models, ["llama-3.1-8b-instant"]);
    assert_eq!(
        (worker.serves.as_deref(), worker.tier.as_deref()),
        (Some("main"), Some("free"))
    );
}

#[test]
fn an_account_that_only_the_orchestrator_knows_is_served_by_the_own_key() {
    let wishes = Wishes {
        base_url: Some("http://127.0.0.1:9000".to_owned()),
        ..Wishes {
            account: Some("main".to_owned()),
            ..of_type("groq")
        }
    };
    let worker = Place::new(&[("GROQ_API_KEY", "test-key-1")]).worker(&wishes);
    assert_eq!(worker.serves.as_deref(), Some("main"));
    assert_eq!(worker.account.base_url, "http://127.0.0.1:9000/openai/v1");
}

#[test]
fn what_is_missing_is_said_with_the_next_step() {
    let template = Place::new(&[]).file(".env.worker.groq", "GROQ_API_KEY=your_groq_api_key_here\n");
    let words = template.complaint(&of_type("groq"));
    assert!(words.contains("GROQ_API_KEY holds only the example text"), "{words}");
    let nothing = Place::new(&[]);
    assert!(nothing.complaint(&Wishes::default()).contains("--type groq"));
    assert!(nothing.complaint(&of_type("groq")).contains(".env.worker.groq"));
    assert!(nothing.complaint(&of_type("grok")).contains("did you mean `groq`"));
    assert!(nothing.complaint(&of_account("main")).contains("--type groq"));
}
