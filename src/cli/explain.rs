//! `cater explain CODE`: the page behind a finding.

use clap::Args;

use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome};
use crate::diagnostics::{Code, codes, nearest};

/// How wide the words of a page are.
const WIDTH: usize = 96;

/// Say what a finding's code means.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The code, such as `resolve::unknown-attribute`; without it, all codes with a line each.
    code: Option<String>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let Some(name) = &arguments.code else {
        all(terminal);
        return Ok(Ended::Clean);
    };
    let Some(code) = codes::find(name) else {
        let refused = CannotRun::new(&codes::run::NO_SUCH_CODE, format!("there is no code `{name}`"));
        let short = |name: &'static str| name.split("::").last().unwrap_or(name);
        let names = || codes::all().map(|code| code.name);
        let meant = nearest(name, names()).or_else(|| names().find(|known| short(known) == name));
        return Err(match meant {
            Some(meant) => refused.help(format!("did you mean `{meant}`?")),
            None => refused.help("`cater explain` without a code lists them all"),
        });
    };
    let page = code.parts();
    if terminal.format == Format::Json {
        let mut object = head(code);
        if let Some(fields) = object.as_object_mut() {
            fields.extend(page.named().map(|(part, text)| (part.to_owned(), text.into())));
        }
        terminal.json(&object);
        return Ok(Ended::Clean);
    }
    terminal.line(terminal.styled("1", &format!("{} ({})", code.name, code.severity.word())));
    terminal.line(code.summary);
    terminal.line(format!("\n{}", laid_out(page.meaning, WIDTH)));
    let sections =
        [("Avoid", page.avoid), ("Prefer", page.prefer), ("Why", page.why), ("When to allow it", page.allow)];
    for (title, text) in sections {
        terminal.line(format!("\n{}\n{}", terminal.styled("1", title), laid_out(text, WIDTH)));
    }
    Ok(Ended::Clean)
}

fn head(code: &Code) -> serde_json::Value {
    serde_json::json!({
        "code": code.name,
        "severity": code.severity.word(),
        "summary": code.summary,
        "can_be_allowed": code.can_be_allowed(),
    })
}

fn all(terminal: &Terminal) {
    if terminal.format == Format::Json {
        terminal.json(&codes::all().map(head).collect());
        return;
    }
    let width = codes::all().map(|code| code.name.len()).max().unwrap_or(0);
    for code in codes::all() {
        terminal.line(format!("{:width$}  {:7}  {}", code.name, code.severity.word(), code.summary));
    }
}

/// Markdown as it reads in a terminal: paragraphs in lines of at most `width` characters, fences indented, without their
/// marks.
fn laid_out(markdown: &str, width: usize) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut is_fence = false;
    let mut is_open = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_fence = !is_fence;
            is_open = false;
        } else if is_fence {
            out.push(format!("    {line}").trim_end().to_owned());
        } else if line.trim().is_empty() {
            out.push(String::new());
            is_open = false;
        } else {
            is_open &= !line.starts_with("- ");
            for word in line.split_whitespace() {
                match out.last_mut().filter(|last| is_open && last.chars().count() + 1 + word.chars().count() <= width)
                {
                    Some(last) => {
                        last.push(' ');
                        last.push_str(word);
                    }
                    None => out.push(word.to_owned()),
                }
                is_open = true;
            }
        }
    }
    out.join("\n")
}

#[test]
fn pages_read_as_text() {
    let text = "One two\nthree.\n\n```rules\nrule a {\n  b\n}\n```\n\n- x\n- y y";
    assert_eq!(laid_out(text, 9), "One two\nthree.\n\n    rule a {\n      b\n    }\n\n- x\n- y y");
}
