//! Tests and findings as JUnit XML, which build servers read: a suite for each world, a case for each test, row or finding.
//!
//! Elements and attributes are those that every known schema of the format allows, in the order that the strictest of
//! them asks for.

use std::fmt::Write as _;

use crate::diagnostics::report::{Finding, Report};

/// The cases of one world.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    name: String,
    cases: String,
    said: String,
    tests: usize,
    failed: usize,
    errors: usize,
    seconds: f64,
}

impl Suite {
    /// A suite without cases.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// A case that is as it should be, and took so long.
    pub fn passed(&mut self, name: &str, seconds: f64) {
        let head = self.head(name, &format!("{seconds:.6}"));
        self.seconds += seconds;
        let _ = writeln!(self.cases, "{head}/>");
    }

    /// A case that is not. One case has one failure, with all there is to say: some readers take no more.
    pub fn failed(&mut self, name: &str, seconds: f64, kind: &str, message: &str, text: &str) {
        let head = self.head(name, &format!("{seconds:.6}"));
        self.seconds += seconds;
        self.failed += 1;
        self.with("failure", &head, kind, message, text);
    }

    /// Something in error, so that what it is about could not be tried: a build that hides it would be green.
    pub fn in_error(&mut self, name: &str, kind: &str, message: &str, text: &str) {
        let head = self.head(name, "0");
        self.errors += 1;
        self.with("error", &head, kind, message, text);
    }

    /// What is said beside the cases.
    pub fn say(&mut self, text: &str) {
        self.said.push_str(text);
    }

    fn head(&mut self, name: &str, time: &str) -> String {
        self.tests += 1;
        let (name, class) = (escaped(name), escaped(&self.name));
        format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"{time}\"")
    }

    fn with(&mut self, element: &str, head: &str, kind: &str, message: &str, text: &str) {
        let (kind, message, text) = (escaped(kind), escaped(message), lines(text));
        let _ = write!(
            self.cases,
            "{head}>\n      <{element} type=\"{kind}\" message=\"{message}\">{text}</{element}>\n    </testcase>\n",
        );
    }
}

/// The whole file; `at` is when it was run, as `2026-06-15T10:00:00`.
pub fn file(suites: &[Suite], at: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (id, suite) in suites.iter().enumerate() {
        let Suite { name, cases, said, tests, failed, errors, seconds } = suite;
        let said = match said.as_str() {
            "" => "<system-out/>".to_owned(),
            said => format!("<system-out>{}</system-out>", lines(said)),
        };
        let _ = write!(
            out,
            "  <testsuite name=\"{0}\" package=\"{0}\" id=\"{id}\" tests=\"{tests}\" failures=\"{failed}\" \
             errors=\"{errors}\" time=\"{seconds:.6}\" timestamp=\"{at}\" hostname=\"localhost\">\n    \
             <properties/>\n{cases}    {said}\n    <system-err/>\n  </testsuite>\n",
            escaped(name)
        );
    }
    out.push_str("</testsuites>\n");
    out
}

/// Findings: those that fail the run as failed cases, others as passed ones that the suite's output tells.
pub fn junit(report: &Report, at: &str) -> String {
    let mut suites: Vec<Suite> = Vec::new();
    for world in &report.worlds {
        let mut suite = Suite::new(&world.name);
        for finding in world.findings.iter().filter(|finding| finding.is_shown()) {
            one(&mut suite, finding);
        }
        if suite.tests == 0 {
            suite.passed("no findings", 0.0);
        }
        suites.push(suite);
    }
    if !report.refused.is_empty() {
        let mut suite = Suite::new("cater check");
        for refused in &report.refused {
            let help = refused.help.iter().map(|help| format!("\nhelp: {help}"));
            let text: String = std::iter::once(refused.message.clone()).chain(help).collect();
            suite.in_error("could not run", refused.code.name, &refused.message, &text);
        }
        suites.push(suite);
    }
    file(&suites, at)
}

fn one(suite: &mut Suite, finding: &Finding) {
    let name = format!("{}: {}", finding.place(), finding.code.name);
    let head = format!("{}: {}[{}]: {}", finding.place(), finding.severity.word(), finding.code.name, finding.message);
    let text: String = finding.lines().iter().fold(head + "\n", |text, line| format!("{text}  {line}\n"));
    if finding.fails {
        suite.failed(&name, 0.0, finding.code.name, &finding.message, &text);
    } else {
        suite.passed(&name, 0.0);
        suite.say(&text);
    }
}

/// Text of an element, which may have several lines.
fn lines(text: &str) -> String {
    escaped(text).replace("&#10;", "\n")
}

/// Text as XML 1.0 may hold it: signs of the markup are spelt out, and what no document may hold is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_breaks_the_document() {
        assert_eq!(escaped("a < \"b\" & c\u{1b}[1m\nd"), "a &lt; &quot;b&quot; &amp; c\u{fffd}[1m&#10;d");
    }
}
