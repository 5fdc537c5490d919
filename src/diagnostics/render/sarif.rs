//! Findings as SARIF 2.1.0, which code scanning reads: one run, a rule for each code that occurs, a result for each
//! finding, with what is known or allowed as suppressed.
//!
//! Places are lines and columns of characters. Paths are seen from `%SRCROOT%`, the top of the repository, and no path of
//! the machine is in it. Only fixes that are certain are given, since readers of the format apply them unasked.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diagnostics::report::{Finding, Mending, Place, Refused, Report, Standing};
use crate::diagnostics::{Code, Severity};

/// The name under which fingerprints stand; its number grows when they are made otherwise.
const FINGERPRINT: &str = "cater/v1";
/// The name by which code scanning of GitHub tells results apart; without it, it makes its own from the text of a line.
const GITHUB_FINGERPRINT: &str = "primaryLocationLineHash";
/// The most results of a run that GitHub takes.
const MOST_RESULTS: usize = 25_000;
/// The most places of a result that it takes.
const MOST_PLACES: usize = 1_000;

/// The whole log.
pub fn sarif(report: &Report) -> Value {
    let codes: BTreeMap<&str, &Code> = report.findings().map(|one| (one.code.name, one.code)).collect();
    let index: BTreeMap<&str, usize> = codes.keys().enumerate().map(|(at, name)| (*name, at)).collect();
    // Of too many, the worst are kept.
    let mut findings: Vec<&Finding> = report.findings().collect();
    if findings.len() > MOST_RESULTS {
        findings.sort_by_key(|finding| std::cmp::Reverse((finding.is_shown(), finding.severity)));
        findings.truncate(MOST_RESULTS);
    }
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &index, report.has_baseline)).collect();
    let mut driver = json!({
        "name": "cater",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": codes.values().map(|code| rule(code)).collect::<Vec<_>>(),
    });
    let refusals: BTreeMap<&str, &Code> = report.refused.iter().map(|one| (one.code.name, one.code)).collect();
    if !refusals.is_empty() {
        put(&mut driver, "notifications", refusals.values().map(|code| rule(code)).collect::<Vec<_>>().into());
    }
    let mut invocation = json!({ "executionSuccessful": report.refused.is_empty() });
    if !report.refused.is_empty() {
        put(&mut invocation, "toolExecutionNotifications", report.refused.iter().map(notification).collect());
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "invocations": [invocation],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "the top of the repository" } } },
            "results": results,
        }],
    })
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// A code with its page.
fn rule(code: &Code) -> Value {
    let name: String = code.name.split(['-', ':']).filter(|word| !word.is_empty()).map(capital).collect();
    json!({
        "id": code.name,
        "name": name,
        "shortDescription": { "text": code.summary },
        "fullDescription": { "text": one_line(code.parts().meaning) },
        "help": { "text": without_marks(code.page), "markdown": code.page },
        "defaultConfiguration": { "level": code.severity.word() },
        "properties": { "tags": [code.stage()], "problem.severity": problem(code.severity) },
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A page without the marks of headings and fences.
fn without_marks(page: &str) -> String {
    let lines = page.lines().filter(|line| !line.starts_with("```"));
    lines
        .map(|line| line.trim_start_matches('#').trim_start_matches(' '))
        .fold(String::new(), |text, line| text + line + "\n")
}

fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

fn result(finding: &Finding, index: &BTreeMap<&str, usize>, has_baseline: bool) -> Value {
    let location = match finding.places.first() {
        Some(place) => located(place),
        None => json!({ "physicalLocation": { "artifactLocation": artifact(&finding.file) } }),
    };
    let related: Vec<Value> = finding.places.iter().skip(1).take(MOST_PLACES).map(located).collect();
    let mut result = json!({
        "ruleId": finding.code.name,
        "ruleIndex": index.get(finding.code.name),
        "level": finding.severity.word(),
        "message": { "text": unlinked(&message(finding)) },
        "locations": [location],
        "partialFingerprints": {
            FINGERPRINT: finding.fingerprint.as_str(),
            GITHUB_FINGERPRINT: finding.fingerprint.as_str(),
        },
    });
    if !related.is_empty() {
        put(&mut result, "relatedLocations", related.into());
    }
    if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.is_certain) {
        put(&mut result, "fixes", json!([mending(fix)]));
    }
    if has_baseline {
        let state = if matches!(finding.standing, Standing::Known(_)) { "unchanged" } else { "new" };
        put(&mut result, "baselineState", state.into());
    }
    // Where nothing is suppressed the list is empty: that says that somebody has looked.
    let suppressions = match &finding.standing {
        Standing::Shown => json!([]),
        Standing::Known(file) => json!([{
            "kind": "external", "status": "accepted", "justification": format!("it stands in the baseline {file}"),
        }]),
        Standing::Allowed { reason, by } => json!([{
            "kind": "inSource", "status": "accepted", "justification": reason, "location": located(by),
        }]),
    };
    put(&mut result, "suppressions", suppressions);
    result
}

/// The message with the evidence and the help; the places have words of their own.
fn message(finding: &Finding) -> String {
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    let lines = std::iter::once(finding.message.clone()).chain(finding.facts.iter().cloned()).chain(help);
    lines.collect::<Vec<_>>().join("\n")
}

/// Text in which nothing reads as a link of the format, `[words](target)`.
fn unlinked(text: &str) -> String {
    text.replace("](", "\\](")
}

fn located(place: &Place) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(&place.file), "region": region(place) },
    });
    if !place.text.is_empty() {
        put(&mut location, "message", json!({ "text": unlinked(&place.text) }));
    }
    location
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.start.line, "startColumn": place.start.column,
        "endLine": place.end.line, "endColumn": place.end.column,
    })
}

fn artifact(file: &str) -> Value {
    // A path that leads out of the repository is not seen from its top.
    let below = !file.starts_with("../") && !file.starts_with('/');
    let mut artifact = Map::from_iter([("uri".to_owned(), Value::from(uri(file)))]);
    if below {
        artifact.insert("uriBaseId".to_owned(), "%SRCROOT%".into());
    }
    artifact.into()
}

/// A path as a reference: everything but plain letters and `/` as bytes in hexadecimal.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn mending(fix: &Mending) -> Value {
    json!({
        "description": { "text": unlinked(&fix.title) },
        "artifactChanges": [{
            "artifactLocation": artifact(&fix.place.file),
            "replacements": [{ "deletedRegion": region(&fix.place), "insertedContent": { "text": fix.text } }],
        }],
    })
}

fn notification(refused: &Refused) -> Value {
    let help = refused.help.iter().map(|help| format!("\nhelp: {help}"));
    let text: String = std::iter::once(refused.message.clone()).chain(help).collect();
    json!({ "level": "error", "message": { "text": unlinked(&text) }, "descriptor": { "id": refused.code.name } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_pages_are_spelt_for_the_format() {
        assert_eq!(uri("a b/ü:x%.rules"), "a%20b/%C3%BC%3Ax%25.rules");
        assert_eq!(artifact("../x"), json!({ "uri": "../x" }));
        assert_eq!(unlinked("one of [a](b)"), "one of [a\\](b)");
        assert_eq!(without_marks("# a\n\n```rules\nx\n```\n## Why\nSo.\n"), "a\n\nx\nWhy\nSo.\n");
    }
}
