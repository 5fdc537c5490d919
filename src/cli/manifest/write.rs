//! A page as text in columns, and as Markdown.

use super::page::{COLUMNS, Part};

/// How far names of facts reach.
const NAMED: usize = 10;

/// Lines for a terminal; titles in the style that is given.
pub(super) fn text(parts: &[Part], bold: impl Fn(&str) -> String) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut was_facts = false;
    for part in parts {
        match part {
            Part::Title(title) => lines.push(bold(title)),
            Part::Heading(heading) => lines.extend([String::new(), bold(heading)]),
            Part::Sub(heading) => lines.extend([String::new(), format!("  {}", bold(heading))]),
            Part::Text(sentence) => lines.extend(wrapped(sentence).into_iter().map(|line| format!("  {line}"))),
            Part::Facts(facts) => {
                lines.extend(facts.iter().map(|(name, said)| format!("    {name:<NAMED$}  {said}")));
            }
            Part::Table(rows) => {
                if was_facts {
                    lines.push(String::new());
                }
                lines.extend(table(rows));
            }
            Part::Lines(names) => {
                lines.push(String::new());
                lines.extend(names.iter().map(|name| format!("  {name:<NAMED$}{}", "_".repeat(40))));
            }
        }
        was_facts = matches!(part, Part::Facts(_));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn table(rows: &[[String; 3]]) -> Vec<String> {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.max().unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    rows.iter().map(|[what, from, to]| format!("    {what:<first$}  {from:<second$}  {to}")).collect()
}

/// A sentence in lines of at most a hundred letters.
fn wrapped(sentence: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 100 => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Markdown for a page that is printed or kept beside the rules.
pub(super) fn markdown(parts: &[Part]) -> String {
    let mut blocks: Vec<String> = Vec::new();
    for part in parts {
        blocks.push(match part {
            Part::Title(title) => format!("# {}", plain(title)),
            Part::Heading(heading) => format!("## {}", plain(heading)),
            Part::Sub(heading) => format!("### {}", plain(heading)),
            Part::Text(sentence) => plain(sentence),
            Part::Facts(facts) => {
                let line = |(name, said): &(&str, String)| format!("- **{name}**: {}", plain(said));
                facts.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            Part::Table(rows) => {
                let row = |cells: [String; 3]| format!("| {} |", cells.join(" | "));
                let head = [row(COLUMNS.map(str::to_owned)), row(COLUMNS.map(|_| "---".to_owned()))];
                let body = rows.iter().map(|cells| row(cells.clone().map(|cell| plain(&cell))));
                head.into_iter().chain(body).collect::<Vec<_>>().join("\n")
            }
            Part::Lines(names) => {
                names.iter().map(|name| format!("{name}: ________________")).collect::<Vec<_>>().join("\n\n")
            }
        });
    }
    format!("{}\n", blocks.join("\n\n"))
}

/// Text that means nothing to Markdown: labels and columns are an author's.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => escaped.extend(['\\', letter]),
            '\n' | '\r' => escaped.push(' '),
            _ => escaped.push(letter),
        }
    }
    escaped
}
