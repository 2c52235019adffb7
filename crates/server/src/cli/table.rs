//! Text in columns, for people.

/// Rows in aligned columns, two spaces apart, a line each.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let rows: Vec<[String; N]> = std::iter::once(&head)
        .chain(rows)
        .map(|row| row.each_ref().map(|cell| harmless(cell)))
        .collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Names with values, a line each.
pub(super) fn list(entries: &[(&str, String)]) -> String {
    let widest = entries.iter().map(|(name, _)| name.chars().count()).max();
    let width = widest.unwrap_or_default() + 1;
    let line = |(name, value): &(&str, String)| {
        let name = format!("{name}:");
        format!("{name:<width$}  {}\n", harmless(value))
    };
    entries.iter().map(line).collect()
}

/// What others chose must not steer the operator's terminal: control characters and those that turn the direction of text
/// are replaced.
pub(super) fn harmless(cell: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}' | '\u{2029}'
                | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    cell.chars()
        .map(|c| if steers(c) { '\u{FFFD}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            ["é".to_owned(), "2".to_owned()],
            ["long name".to_owned(), String::new()],
        ];
        assert_eq!(
            table(["NAME", "N"], &rows),
            "NAME       N\né          2\nlong name\n"
        );
        assert_eq!(
            list(&[("a", "1".to_owned()), ("name", "2".to_owned())]),
            "a:     1\nname:  2\n"
        );
    }

    #[test]
    fn nobody_steers_the_operators_terminal() {
        let rows = [["\u{1B}[2J\r\u{202E}evil\u{9B}".to_owned()]];
        assert_eq!(
            table(["X"], &rows),
            "X\n\u{FFFD}[2J\u{FFFD}\u{FFFD}evil\u{FFFD}\n"
        );
    }
}
