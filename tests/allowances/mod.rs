//! `// cater: allow(CODE) because "REASON"`: what it silences, where it counts, and that nothing else is lost.
//!
//! Every code that can be allowed is allowed in the example that raises it, and stays so when the file is laid out; every
//! other is refused.

use cater::compile::{Compiled, compile};
use cater::diagnostics::{Code, Diagnostic, Level, Levels, Severity, codes};
use cater::source::{SourceId, SourceSet};
use cater::syntax::format;
use cater::value::Instant;

use crate::house::{no_complaints, read};
use crate::markdown::fences;

/// The findings of a text beside the shop of the pages, those in the shop left out.
fn whole(text: &str) -> Compiled {
    let mut sources = SourceSet::default();
    sources.add("case.rules", text);
    sources.add("shop.rules", read("docs/codes/shop.rules"));
    let mut compiled = compile(sources);
    // The day after which the examples of reviews are overdue.
    compiled.review(Instant::parse("2026-11-22T09:00Z").unwrap(), Severity::Warning);
    compiled.analyse(None);
    compiled.diagnostics.retain(|finding| finding.span().is_none_or(|at| at.source == SourceId(0)));
    compiled
}

fn codes_of(findings: &[Diagnostic]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.name).collect()
}

fn example_of(code: &Code) -> Option<String> {
    let shown = fences(code.parts().avoid).unwrap().into_iter();
    shown.filter(|fence| fence.language == "rules" && fence.rest.is_empty()).map(|fence| fence.text()).next()
}

/// The text with a comment above the line that holds byte `at`.
fn commented(text: &str, at: u32, comment: &str) -> String {
    let line = text[..at as usize].rfind('\n').map_or(0, |end| end + 1);
    format!("{}{comment}\n{}", &text[..line], &text[line..])
}

#[test]
fn every_finding_that_can_be_allowed_is_allowed_where_it_stands() {
    let mut complaints = Vec::new();
    let mut seen = 0;
    for code in codes::all().filter(|code| code.can_be_allowed()) {
        let text = example_of(code).unwrap_or_else(|| panic!("{} has an example of rules", code.name));
        let finding = whole(&text).diagnostics.into_iter().find(|finding| finding.code == code).unwrap();
        let places = finding.labels.iter().filter(|label| label.span.source == SourceId(0));
        for label in places {
            seen += 1;
            let comment = format!("// cater: allow({}) because \"it is meant so\"", code.name);
            let allowed = commented(&text, label.span.start, &comment);
            let laid_out = format(SourceId(0), &allowed).unwrap();
            for text in [allowed, laid_out] {
                let compiled = whole(&text);
                let reasons: Vec<_> = compiled.allowed.iter().map(|one| one.reason.as_str()).collect();
                if !compiled.diagnostics.is_empty() || reasons != ["it is meant so"] {
                    complaints.push(format!("{:?}, {reasons:?}\n{text}", codes_of(&compiled.diagnostics)));
                }
            }
        }
    }
    assert!(seen > 25, "{seen}");
    no_complaints("a finding that cannot be allowed in its place", &complaints);
}

#[test]
fn nothing_else_can_be_allowed() {
    for code in codes::all().filter(|code| !code.can_be_allowed()) {
        let example = example_of(code).filter(|_| code.stage() != "allow").unwrap_or_default();
        let was = whole(&example);
        let text = format!("// cater: allow({}) because \"it is meant so\"\n{example}", code.name);
        let is = whole(&text);
        let mut found = codes_of(&is.diagnostics);
        let at = found.iter().position(|found| *found == "allow::not-allowable");
        assert!(at.is_some_and(|at| found.remove(at) == "allow::not-allowable"), "{text}{found:?}");
        assert_eq!(found, codes_of(&was.diagnostics), "{text}");
        assert!(is.allowed.is_empty(), "{text}");
    }
}

/// Where a comment stands, and which of the offers `one`, `two` it leaves unused.
const PLACES: &[(&str, &[&str])] = &[
    ("// A\noffer one { class service }\noffer two { class service }\n", &["two"]),
    ("offer one { class service } // A\noffer two { class service }\n", &["two"]),
    ("offer one { class service }\n// A\noffer two { class service }\n", &["one"]),
    ("offer one {\n  class service // A\n}\noffer two { class service }\n", &["one", "two", "unused"]),
    ("offer one { // A\n  class service\n}\noffer two { class service }\n", &["two"]),
    ("offer one {\n  class service\n} // A\noffer two { class service }\n", &["two"]),
    ("offer one {\n  class service\n  // A\n}\noffer two { class service }\n", &["one", "two", "unused"]),
    ("// A\n// another note\n\n// A\noffer one { class service }\noffer two { class service }\n", &["two", "unused"]),
    ("// A\noffer one { class service } offer two { class service }\n", &["two"]),
    ("offer one { class service } offer two { class service } // A\n", &["one"]),
    ("offer one { class service }\noffer two { class service }\n// A\n", &["one", "two", "unused"]),
];

#[test]
fn a_comment_counts_for_what_it_stands_at() {
    for (text, left) in PLACES {
        let text = text.replace("// A", "// cater: allow(lint::unused-offer) because \"not yet\"");
        for text in [format(SourceId(0), &text).unwrap(), text] {
            let compiled = whole(&text);
            let mut found: Vec<String> = compiled
                .diagnostics
                .iter()
                .map(|finding| match finding.code.name {
                    "allow::unused" => "unused".to_owned(),
                    _ => finding.span().map_or_else(String::new, |at| compiled.sources.text(at).to_owned()),
                })
                .collect();
            found.sort();
            let mut left: Vec<_> = left.to_vec();
            left.sort_unstable();
            assert_eq!(found, left, "{text}");
        }
    }
}

#[test]
fn a_finding_is_allowed_at_any_of_its_culprits() {
    let text = "offer shoes { class service }\n\
        rule young in hero { when age is less than 40  priority 90  show shoes }\n\
        rule old in hero { when age is at least 30  priority 80  show tips }\n\
        rule aged in hero { when age is known  priority 70  show story }\n";
    for rule in ["young", "old", "aged"] {
        let at = text.find(&format!("rule {rule}")).unwrap() as u32;
        let comment = "// cater: allow(lint::unreachable-rule, lint::unused-cap) because \"until autumn\"";
        let text = commented(text, at, comment);
        let compiled = whole(&text);
        assert_eq!(codes_of(&compiled.diagnostics), ["allow::unused"], "{text}");
        let finding = &compiled.diagnostics[0];
        assert_eq!(compiled.sources.text(finding.span().unwrap()), "lint::unused-cap");
        let fix = finding.fix.as_ref().unwrap();
        assert_eq!(
            (compiled.sources.text(fix.span), fix.text.as_str()),
            ("lint::unreachable-rule, lint::unused-cap", "lint::unreachable-rule")
        );
        assert_eq!(compiled.allowed.len(), 1);
    }
}

#[test]
fn a_level_changes_neither_what_is_allowed_nor_what_is_used() {
    let text = "// cater: allow(lint::unused-offer) because \"not yet\"\noffer one { class service }\n\
        // cater: allow(lint::unused-cap) because \"not yet\"\noffer two { class service }\n";
    let settled = |of: &[(&str, Level)]| {
        let mut levels = Levels::default();
        of.iter().for_each(|(name, level)| levels.set(name, *level).unwrap());
        let mut compiled = whole(text);
        compiled.settle(&[], &levels);
        let shown = compiled.diagnostics.iter().map(|finding| (finding.code.name, finding.severity.word()));
        (shown.collect::<Vec<_>>(), compiled.allowed.len())
    };
    let (unused, two) = ("allow::unused", "lint::unused-offer");
    assert_eq!(settled(&[]), (vec![(unused, "warning"), (two, "warning")], 1));
    assert_eq!(settled(&[("lint", Level::Error)]), (vec![(unused, "warning"), (two, "error")], 1));
    assert_eq!(settled(&[(two, Level::Allow), ("allow", Level::Note)]), (vec![(unused, "note")], 1));
}

#[test]
fn nothing_is_called_unused_where_an_error_keeps_the_analysis_from_looking() {
    let text = "// cater: allow(lint::always-true) because \"the range may grow\"\n\
        rule all in hero { when age is at least 0  when teir is gold  priority 1  show tips }\n";
    assert_eq!(codes_of(&whole(text).diagnostics), ["resolve::unknown-attribute"]);
}

#[test]
fn a_comment_that_cannot_be_read_says_how_it_is_written() {
    let cases = [
        ("// cater allow(lint::unused-offer) because \"x\"", "unreadable", "allow"),
        ("// cater: alow(lint::unused-offer) because \"x\"", "unreadable", "alow"),
        ("// cater: allow lint::unused-offer because \"x\"", "unreadable", "lint::unused-offer"),
        ("// cater: allow() because \"x\"", "unreadable", ")"),
        ("// cater: allow(lint::unused-offer) because x", "unreadable", "x"),
        ("// cater: allow(lint::unused-offer) \"x\"", "unreadable", "\""),
        ("// cater: allow(lint::unused-offer", "unreadable", "// cater: allow(lint::unused-offer"),
        ("// cater: allow(lint::unused-offer)", "without-reason", "// cater: allow(lint::unused-offer)"),
        (
            "// cater: allow(lint::unused-offer) because",
            "without-reason",
            "// cater: allow(lint::unused-offer) because",
        ),
        (
            "// cater: allow(lint::unused-offer) because \" \"",
            "without-reason",
            "// cater: allow(lint::unused-offer) because \" \"",
        ),
        ("// cater: allow(unused-offer) because \"x\"", "unknown-code", "unused-offer"),
        ("//cater:allow( lint::conflict )because\"x\"", "not-allowable", "lint::conflict"),
        ("// caterpillar: allow(x)", "", ""),
        ("// for cater: allow(x)", "", ""),
    ];
    for (comment, code, at) in cases {
        let text =
            format!("{comment}\noffer spring {{ class service }}\nrule tip in hero {{ priority 8  show spring }}\n");
        let compiled = whole(&text);
        let found: Vec<_> = compiled
            .diagnostics
            .iter()
            .map(|finding| (finding.code.name, compiled.sources.text(finding.span().unwrap())))
            .collect();
        let expected: Vec<_> = (!code.is_empty()).then(|| (format!("allow::{code}"), at)).into_iter().collect();
        let expected: Vec<_> = expected.iter().map(|(code, at)| (code.as_str(), *at)).collect();
        assert_eq!(found, expected, "{comment}");
        assert!(format(SourceId(0), &text).is_ok(), "{comment} can be laid out");
    }
}

#[test]
fn a_note_about_several_goes_when_each_of_them_is_allowed_in_its_place() {
    let text = |one: &str, other: &str| {
        format!(
            "window day {{ zone \"Asia/Dubai\"  open 09:00 until 21:00  on offer tips  outside hold at most 12 hours }}
slot corner on web {{ accepts service  fallback story }}
rule first in corner {{ priority 3  show tips }}
{one}
rule second in corner {{ when age is at least 18  priority 2  show story }}
{other}
rule third in corner {{ when age is less than 18  priority 1  show story }}
"
        )
    };
    let comment = "// cater: allow(lint::not-decided) because \"a test shows it\"";
    let open = |compiled: &Compiled| codes_of(&compiled.diagnostics);
    assert_eq!(open(&whole(&text("", ""))), ["lint::not-decided"]);
    // One of the two is still open, and the other's comment is not there for nothing.
    assert_eq!(open(&whole(&text(comment, ""))), ["lint::not-decided"]);
    let both = whole(&text(comment, comment));
    assert_eq!((open(&both), both.allowed.len()), (vec![], 1));
}
