//! Text of others made safe for HTML, Markdown and logs.

/// Text without what steers a terminal or cannot be shown: it is replaced, line ends and tabs stay.
pub(super) fn printable(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
            // Marks that turn the direction of writing, and so what a reader sees.
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().map(|letter| if steers(letter) { '\u{fffd}' } else { letter }).collect()
}

/// Text within HTML, in one line.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// A message within HTML: what stands in backticks as code, and nothing outside of it that calls somebody (`@name`) or
/// points at something (`#7`).
pub(super) fn message(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = html(part);
        match at % 2 {
            0 => out.push_str(&part.replace('@', "@<!-- -->").replace('#', "#<!-- -->")),
            _ => out.push_str(&format!("<code>{part}</code>")),
        }
    }
    out
}

/// A message within a cell of a Markdown table.
pub(super) fn cell(text: &str) -> String {
    message(text).replace('|', "&#124;")
}

/// Lines in a fence that nothing in them can close.
pub(super) fn fenced(lines: &[String]) -> String {
    let text = printable(&lines.join("\n")).replace('\r', "\u{fffd}");
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(
            message("`<b>` by @me & #1\n`"),
            "<code>&lt;b&gt;</code> by @<!-- -->me &amp; #<!-- -->1 <code></code>"
        );
        assert_eq!(cell("a|b\n`c|d`"), "a&#124;b <code>c&#124;d</code>");
        assert_eq!(fenced(&["a".to_owned(), "```` b".to_owned()]), "`````text\na\n```` b\n`````\n");
        assert_eq!(printable("a\u{1b}[1m\u{202e}b\n"), "a\u{fffd}[1m\u{fffd}b\n");
    }
}
