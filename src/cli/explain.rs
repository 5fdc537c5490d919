//! `cater explain CODE`: the page behind a finding.

use clap::Args;

use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome};
use crate::diagnostics::{codes, nearest};

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
    if terminal.format == Format::Json {
        terminal.json(&serde_json::json!({
            "code": code.name, "severity": code.severity.word(), "summary": code.summary, "page": code.page,
        }));
    } else {
        let head = format!("{} ({})", code.name, code.severity.word());
        terminal.line(terminal.styled("1", &head));
        terminal.line(format!("{}\n\n{}", code.summary, wrapped(code.page, 96)));
    }
    Ok(Ended::Clean)
}

fn all(terminal: &Terminal) {
    if terminal.format == Format::Json {
        let list: Vec<_> = codes::all()
            .map(|code| serde_json::json!({"code": code.name, "severity": code.severity.word(), "summary": code.summary}))
            .collect();
        terminal.json(&serde_json::Value::Array(list));
        return;
    }
    let width = codes::all().map(|code| code.name.len()).max().unwrap_or(0);
    for code in codes::all() {
        terminal.line(format!("{:width$}  {:7}  {}", code.name, code.severity.word(), code.summary));
    }
}

/// Text in lines of at most `width` characters, broken at blanks; line breaks of its own are kept.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    for (at, paragraph) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if paragraph.starts_with(' ') {
            out.push_str(paragraph);
            continue;
        }
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > width {
                out.push('\n');
                used = 0;
            } else if used > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += length;
        }
    }
    out
}
