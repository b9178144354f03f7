//! Complaints about d8.toml in Spanish: nothing of them stays in English but the file itself.

use super::error;
use crate::words::language::Language;
use crate::words::language::tests::speaking;

fn spanish(text: &str) -> String {
    speaking(Language::Spanish, || error(text, &[]))
}

#[test]
fn common_slips_are_said_in_spanish() {
    let account = |lines: &str| format!("[[account]]\nname = \"groq\"\nprovider = \"groq\"\n{lines}\n");
    for (text, expected) in [
        (account("tierr = \"free\""), "clave desconocida: `tierr`"),
        (account("tierr = \"free\""), "consejo: ¿querías decir `tier`?"),
        (
            account("rpm = \"30\""),
            "tipo equivocado: aquí va un número entero, 0 o mayor y hay texto",
        ),
        (account("tier = \"gratis\""), "Groq no tiene el nivel `gratis`\n"),
        (
            account("api_key = \"env:GROQ_API_KEY\""),
            "la variable `GROQ_API_KEY` no está definida",
        ),
        (
            "[[account]]\nname = \"a\"\nprovider = \"grok\"\n".to_owned(),
            "proveedor desconocido: `grok`",
        ),
        (
            "[server]\nlisten = \"casa\"\n".to_owned(),
            "no es una dirección con un puerto",
        ),
    ] {
        let said = spanish(&text);
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("hint:") && !said.contains("did you mean"), "{said}");
    }
}

#[test]
fn slips_in_agents_are_said_in_spanish() {
    let agent = |lines: &str| format!("[[agent]]\nname = \"w\"\nprompt = \"p\"\n{lines}\n");
    for (lines, expected) in [
        ("", "un agente tiene uno de `every`, `cron` y `per_day`"),
        ("cron = \"* * * 13 *\"", "`13` no es un mes"),
        ("cron = \"* *\"", "una línea de cron tiene cinco campos, no 2"),
        ("every = \"1h\"\nzone = \"Marte\"", "zona horaria desconocida: `Marte`"),
        ("every = \"1h\"\nsystem = \"{{foo}}\"", "nombre desconocido: `{{foo}}`"),
        ("every = \"1h\"\nroute = \"nope\"", "no hay ninguna ruta `nope`"),
        (
            "every = \"1h\"\nwebhook = \"http://127.0.0.1/x\"",
            "el host del webhook, 127.0.0.1, es esta misma máquina, y los avisos solo van a direcciones públicas",
        ),
        (
            "every = \"1h\"\nsystem = \"file:none.md\"",
            "no se puede leer el archivo /home/ana/none.md: no existe ese archivo o carpeta",
        ),
    ] {
        let said = spanish(&agent(lines));
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("hint:") && !said.contains("write it"), "{said}");
    }
}
