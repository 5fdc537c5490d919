//! The results of tests as JUnit XML, which build servers read: a suite for each world, a case for each test or row.
//!
//! Elements and attributes are those that every known schema of the format allows, in the order that the strictest of
//! them asks for.

use std::fmt::Write as _;

use super::ran::Ran;

/// The tests of one world.
pub(super) struct Suite {
    name: String,
    cases: String,
    tests: usize,
    failed: usize,
    errors: usize,
    seconds: f64,
}

impl Suite {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), cases: String::new(), tests: 0, failed: 0, errors: 0, seconds: 0.0 }
    }

    /// A test that was run.
    pub(super) fn ran(&mut self, ran: &Ran<'_>) {
        self.tests += 1;
        self.seconds += ran.seconds;
        let (name, class) = (escaped(&ran.case.name), escaped(&self.name));
        let _ = write!(self.cases, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{:.6}\"", ran.seconds);
        let Some(first) = ran.failures.first() else {
            self.cases.push_str("/>\n");
            return;
        };
        self.failed += 1;
        let mut text = String::new();
        for failure in &ran.failures {
            let _ = writeln!(text, "{}: {}", failure.place, failure.expectation);
            for line in failure.lines() {
                let _ = writeln!(text, "  {line}");
            }
        }
        // One case has one failure: some readers take no more.
        let message = format!("{}: {}", first.place, first.message());
        let _ = write!(
            self.cases,
            ">\n      <failure type=\"expectation\" message=\"{}\">{}</failure>\n    </testcase>\n",
            escaped(&message),
            escaped(&text).replace("&#10;", "\n")
        );
    }

    /// Rules in error, whose tests were not run, or a test that is: a build that hides them would be green.
    pub(super) fn in_error(&mut self, name: &str, findings: &str, message: &str) {
        self.tests += 1;
        self.errors += 1;
        let _ = write!(
            self.cases,
            "    <testcase name=\"{}\" classname=\"{}\" time=\"0\">\n      <error type=\"rules\" \
             message=\"{}\">{}</error>\n    </testcase>\n",
            escaped(name),
            escaped(&self.name),
            escaped(message),
            escaped(findings).replace("&#10;", "\n")
        );
    }
}

/// The whole file; `at` is when it was run, as `2026-06-15T10:00:00`.
pub(super) fn file(suites: &[Suite], at: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (id, suite) in suites.iter().enumerate() {
        let Suite { name, cases, tests, failed, errors, seconds } = suite;
        let _ = write!(
            out,
            "  <testsuite name=\"{0}\" package=\"{0}\" id=\"{id}\" tests=\"{tests}\" failures=\"{failed}\" \
             errors=\"{errors}\" time=\"{seconds:.6}\" timestamp=\"{at}\" hostname=\"localhost\">\n    \
             <properties/>\n{cases}    <system-out/>\n    <system-err/>\n  </testsuite>\n",
            escaped(name)
        );
    }
    out.push_str("</testsuites>\n");
    out
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
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
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
