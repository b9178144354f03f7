//! Tables on terminals and elsewhere.

use super::*;

fn table() -> Table {
    let mut table = Table::new(&["WORKER", "DONE", "NOTE"], &[1]);
    table.row(vec!["groq-1".into(), "12".into(), Cell::toned("offline", Tone::Bad)]);
    table.row(vec![
        "gemini-resilient-1".into(),
        "1,200".into(),
        "two\nlines \u{1b}[31mand a mark".into(),
    ]);
    table
}

#[test]
fn other_programs_get_plain_aligned_lines() {
    let expected = "\
WORKER               DONE  NOTE
groq-1                 12  offline
gemini-resilient-1  1,200  two lines  [31mand a mark";
    assert_eq!(table().render(Surface::Plain), expected);
}

#[test]
fn a_terminal_gets_a_table_that_fits() {
    let narrow = Surface::Terminal {
        width: 40,
        color: false,
    };
    let expected = "\
WORKER               DONE  NOTE
groq-1                 12  offline
gemini-resilient-1  1,200  two lines  […";
    let narrow = table().gives(&[2]).render(narrow).replace("  \n", "\n");
    assert_eq!(
        narrow.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"),
        expected
    );
    let wide = table().render(Surface::Terminal {
        width: 60,
        color: false,
    });
    assert!(
        wide.contains("│ gemini-resilient-1 ┆ 1,200 ┆ two lines  [31mand a mark │"),
        "{wide}"
    );
}

#[test]
fn names_are_told_apart_by_their_ends() {
    let mut table = Table::new(&["WORKER", "TYPE"], &[]).names(&[0]).keeps(1, 12);
    table.row(vec!["builtin:groq-main".into(), "a rather long type".into()]);
    let shown = table.render(Surface::Terminal {
        width: 24,
        color: false,
    });
    assert!(
        shown.contains("buil…-main") && shown.contains("a rather lo…"),
        "{shown}"
    );
}

#[test]
fn a_coloured_last_column_leaves_no_blanks_beyond_the_edge() {
    let mut table = Table::new(&["LIMIT", "ROOM"], &[]);
    table.row(vec![
        "a limit with a rather long name".into(),
        Cell::toned("now", Tone::Good),
    ]);
    let shown = table.render(Surface::Terminal { width: 20, color: true });
    let mut plain = String::new();
    let mut is_code = false;
    for character in shown.chars() {
        is_code |= character == '\u{1b}';
        if !is_code {
            plain.push(character);
        }
        is_code &= character != 'm';
    }
    assert!(shown != plain, "it is coloured: {shown:?}");
    for line in plain.lines() {
        assert!(self::width(line) <= 20, "{line:?} of {plain}");
    }
}

#[test]
fn what_does_not_fit_is_said_in_short_or_left_out() {
    let mut table = Table::new(&["ACCOUNT", "USED", "ROOM"], &[]).spare(&[2]);
    let used = Cell::from("4,000/12,000 (1,500 by others)").or("4,000/12,000");
    table.row(vec!["groq".into(), used, "in 12 s".into()]);
    let shown = |width| table.render(Surface::Terminal { width, color: false });
    assert!(shown(60).contains("(1,500 by others)"));
    let narrow = shown(36);
    assert!(narrow.contains(" 4,000/12,000 ") && narrow.contains("ROOM"), "{narrow}");
    let narrowest = shown(22);
    assert!(
        narrowest.contains("4,000/12,000") && !narrowest.lines().take(2).any(|line| line.contains("ROOM")),
        "{narrowest}"
    );
    for width in [22, 36, 60, 200] {
        let longest = shown(width).lines().map(self::width).max();
        assert!(longest <= Some(usize::from(width)), "{}", shown(width));
    }
}

#[test]
fn a_terminal_is_spared_what_is_as_always() {
    let mut table = Table::new(&["TASK", "CLIENT"], &[]).usual(1, "local");
    table.row(vec!["task_1".into(), "local".into()]);
    let terminal = Surface::Terminal {
        width: 40,
        color: false,
    };
    assert!(!table.render(terminal).contains("CLIENT"));
    assert!(table.render(Surface::Plain).contains("CLIENT"));
    table.row(vec!["task_2".into(), "web".into()]);
    assert!(table.render(terminal).contains("CLIENT"));
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let shown = |color| table().render(Surface::Terminal { width: 80, color });
    assert!(shown(true).contains('\u{1b}'));
    assert!(!shown(false).contains('\u{1b}'));
}

#[test]
fn what_is_left_out_is_named_below() {
    let mut table = Table::new(&["WORKER", "POLICY", "RETRIES"], &[]).spare(&[1, 2]);
    table.row(vec!["groq-1".into(), "resilient".into(), "12".into()]);
    let shown = |width, color| table.render(Surface::Terminal { width, color });
    let narrow = shown(20, false);
    assert!(
        narrow.contains("left out to fit:") && narrow.contains("POLICY"),
        "{narrow}"
    );
    assert!(!narrow.lines().take(2).any(|line| line.contains("POLICY")), "{narrow}");
    assert!(narrow.lines().all(|line| width(line) <= 20), "{narrow}");
    assert!(
        shown(20, true).contains("\u{1b}[2mleft out"),
        "dim, where colour is wanted"
    );
    assert!(!shown(80, false).contains("left out"));
    assert!(!table.render(Surface::Plain).contains("left out"));
}
