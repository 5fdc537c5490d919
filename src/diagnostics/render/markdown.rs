//! Findings as Markdown: a comment on a pull request, the summary of a job. Short, the worst first, details folded away.
//!
//! [`Comment`] is for whoever has more to say to the same readers: it keeps within what such a place takes.

use super::markup::{fenced, html, message};
use crate::diagnostics::report::{Finding, Report};

/// The most bytes of a comment: GitHub takes 65,536 characters, and what is cut has to say so.
const MOST: usize = 60_000;

/// The findings as a comment.
pub fn markdown(report: &Report) -> String {
    let mut comment = Comment::new("cater check", &report.total());
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
