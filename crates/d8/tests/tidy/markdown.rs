//! What two pages in two languages must have in common.

/// The levels of a page's headings, in order.
pub(crate) fn headings(page: &str) -> Vec<usize> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(str::lines).filter_map(heading_level).collect()
}

/// A page's code blocks without their comments, which are in the page's own language.
pub(crate) fn code_blocks(page: &str) -> Vec<String> {
    let blocks = page.split("```").skip(1).step_by(2);
    blocks
        .map(|block| block.lines().map(without_comment).collect::<Vec<_>>().join("\n"))
        .collect()
}

fn heading_level(line: &str) -> Option<usize> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    (level > 0 && line[level..].starts_with(' ')).then_some(level)
}

fn without_comment(line: &str) -> &str {
    let from = if line.trim_start().starts_with('#') {
        Some(0)
    } else {
        line.find(" # ")
    };
    line[..from.unwrap_or(line.len())].trim_end()
}

#[test]
fn a_page_is_read_as_headings_and_blocks() {
    let page = "# A\n#hash\n```sh\n# comment\nd8 up   # starts\n```\n## B\n```\nd8 top\n```\n";
    assert_eq!(headings(page), [1, 2]);
    assert_eq!(code_blocks(page), ["sh\n\nd8 up", "\nd8 top"]);
    let changed = page.replace("d8 up", "d8 run");
    assert_ne!(code_blocks(&changed), code_blocks(page));
}
