//! What a table has no room for is said below it: nobody should take its columns for all that there is.

use super::Surface;
use crate::client::stacked::paragraph;
use crate::text;

/// Dim, and as before.
const DIM: (&str, &str) = ("\u{1b}[2m", "\u{1b}[0m");

/// Which columns a terminal was too narrow for; none where all are shown.
pub(crate) fn left_out(titles: &[&str], surface: Surface) -> Option<String> {
    let Surface::Terminal { color, .. } = surface else {
        return None;
    };
    if titles.is_empty() {
        return None;
    }
    let said = paragraph(&text!("table-left-out", columns = titles.join(", ")), surface);
    let (on, off) = if color { DIM } else { ("", "") };
    Some(format!("{on}{said}{off}"))
}
