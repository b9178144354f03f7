//! No secret leaves by an error or a debug print.

use super::*;

#[test]
fn errors_show_the_line_but_not_the_key() {
    for text in [
        "[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = \"test-key-1",
        "[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = test-key-1",
        "[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_kye = \"test-key-1\"\n",
        "account = [ { name = \"a\", provider = \"grok\", api_key = \"test-key-1\" } ]\n",
        "[server]\ntoken = [\"test-key-1\"]\n",
        "[server]\nlisten = 1\ntoken = \"test-key-1\"\n",
        "[store]\nurl = \"postgres://me:test-key-1@host/db\"\n",
    ] {
        let shown = error(text, &[]);
        assert!(shown.contains("d8.toml:") && !shown.contains("test-key-1"), "{shown}");
    }
    let variable = error("", &[("D8_STORE__URL", "postgres://me:test-key-1@host/db")]);
    assert_eq!(
        variable,
        "D8_STORE__URL: PostgreSQL is not built in yet\nhint: use a file: `url = \"sqlite:d8.db\"`"
    );
}

#[test]
fn debug_output_shows_no_secret() {
    let text =
        "[server]\ntoken = \"test-key-1\"\n[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = \"test-key-2\"\n";
    let shown = format!("{:?}", config(text, &[("GEMINI_API_KEY", "test-key-3")]));
    assert!(
        shown.contains("GEMINI_API_KEY") && !shown.contains("test-key"),
        "{shown}"
    );
}
