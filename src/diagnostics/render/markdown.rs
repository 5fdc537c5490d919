//! Findings as Markdown: a comment on a pull request, the summary of a job. Short, the worst first, details folded away.
//!
//! [`Comment`] is for whoever has more to say to the same readers: it keeps within what such a place takes.

use super::markup::{cell, fenced, html, message};
use crate::diagnostics::report::{Finding, Report};

/// The most bytes of a comment: GitHub takes 65,536 characters, and what is cut has to say so.
const MOST: usize = 60_000;

/// The findings as a comment.
pub fn markdown(report: &Report) -> String {
    markdown_under("cater check", report)
}

/// The same under a heading of its own.
pub fn markdown_under(heading: &str, report: &Report) -> String {
    let mut comment = Comment::new(heading, &report.total());
    for refused in &report.refused {
        let help: Vec<String> = refused.help.iter().map(|help| format!("help: {help}")).collect();
        comment.fold("could not run", refused.code.name, "", &refused.message, &help);
    }
    for finding in report.worst_first() {
        comment.finding(finding);
    }
    comment.end()
}

/// A comment that grows until it is full.
#[derive(Clone, Debug)]
pub struct Comment {
    text: String,
    left_out: usize,
}

impl Comment {
    /// A comment under a heading, with what it comes to.
    pub fn new(heading: &str, total: &str) -> Self {
        Self { text: format!("### {}\n\n{}\n\n", message(heading), message(total)), left_out: 0 }
    }

    /// A heading within it.
    pub fn heading(&mut self, text: &str) {
        self.put(&format!("#### {}\n\n", message(text)));
    }

    /// A table; numbers need no more than their column.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let head_line = line(head.iter().map(|text| cell(text)).collect());
        let rule = line(head.iter().map(|_| "---".to_owned()).collect());
        let rows: String = rows.iter().map(|row| line(row.iter().map(|text| cell(text)).collect())).collect();
        self.put(&format!("{head_line}{rule}{rows}\n"));
    }

    /// Text that is not counted where there is no room for it.
    fn put(&mut self, text: &str) {
        if self.left_out == 0 && self.text.len() + text.len() <= MOST {
            self.text.push_str(text);
        }
    }

    /// One finding, folded.
    pub fn finding(&mut self, finding: &Finding) {
        let word = finding.severity.word();
        self.fold(word, finding.code.name, &finding.place(), &finding.message, &finding.lines());
    }

    /// A line that opens to more: a word for how bad it is, a name for what it is, a place, a message, and then lines.
    pub fn fold(&mut self, word: &str, name: &str, place: &str, said: &str, lines: &[String]) {
        let code = |text: &str| if text.is_empty() { String::new() } else { format!(" <code>{}</code>", html(text)) };
        let head = format!("<b>{}</b>{}{} {}", html(word), code(name), code(place), message(said));
        let one = match lines {
            [] => format!("<details><summary>{head}</summary></details>\n\n"),
            lines => format!("<details><summary>{head}</summary>\n\n{}\n</details>\n\n", fenced(lines)),
        };
        if self.left_out > 0 || self.text.len() + one.len() > MOST {
            self.left_out += 1;
        } else {
            self.text.push_str(&one);
        }
    }

    /// The text, with how much there was no room for.
    pub fn end(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!("and {} more\n", self.left_out));
        }
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        self.text.push('\n');
        self.text
    }
}
