//! Findings as workflow commands of GitHub, which become annotations beside the lines of a change.
//!
//! Some ten of each level are shown for a step, so the worst come first and one more line says how many there are. What
//! is known or allowed is counted and not shown. Every text is spelt so that it cannot become a command of its own.

use super::markup::printable;
use crate::diagnostics::Severity;
use crate::diagnostics::report::{Finding, Refused, Report};

/// How many annotations of one level GitHub shows for a step.
const SHOWN: usize = 10;

/// A line each, and one with the total.
pub fn github(report: &Report) -> String {
    let mut out: String = report.refused.iter().map(refused).collect();
    let findings = report.worst_first();
    let (notes, others): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.severity == Severity::Note);
    others.iter().for_each(|finding| out.push_str(&annotation(finding)));
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    if severities.into_iter().any(|severity| report.count(severity) > SHOWN) {
        // It is a notice itself, so it stands before those that would push it out.
        let why = format!("{}; GitHub shows {SHOWN} of a kind here", report.total());
        out.push_str(&command("notice", &[("title", "cater check")], &why));
    }
    notes.iter().for_each(|finding| out.push_str(&annotation(finding)));
    out.push_str(&format!("{}\n", report.total()));
    out
}

fn annotation(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let start = finding.start();
    let end = finding.places.first().map_or(start, |place| place.end);
    let numbers = [start.line, end.line, start.column, end.column].map(|number| number.to_string());
    let mut properties = vec![("file", finding.file.as_str()), ("line", &numbers[0]), ("endLine", &numbers[1])];
    // Columns are shown for places in one line, and refused for others.
    if start.line == end.line && !finding.places.is_empty() {
        properties.extend([("col", numbers[2].as_str()), ("endColumn", &numbers[3])]);
    }
    properties.push(("title", finding.code.name));
    let text = std::iter::once(finding.message.clone()).chain(finding.lines()).collect::<Vec<_>>().join("\n");
    command(level, &properties, &text)
}

fn refused(refused: &Refused) -> String {
    let help = refused.help.iter().map(|help| format!("help: {help}"));
    let text = std::iter::once(refused.message.clone()).chain(help).collect::<Vec<_>>().join("\n");
    command("error", &[("title", refused.code.name)], &text)
}

/// `::error file=shop.rules,line=7::there is no offer`
pub fn command(name: &str, properties: &[(&str, &str)], text: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{key}={}", spelt(value).replace(':', "%3A").replace(',', "%2C")))
        .collect();
    format!("::{name} {}::{}\n", properties.join(","), spelt(text))
}

fn spelt(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
