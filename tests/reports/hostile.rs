//! Names and texts that are out to break a format: none gets out of its place, and none is lost.

use std::fs;
use std::path::Path;

use cater::diagnostics::codes::{lint, run};
use cater::diagnostics::fingerprint::{Fingerprint, of_files};
use cater::diagnostics::report::{Checked, Finding, Mending, Place, Refused, Report, Spot, Standing};
use cater::diagnostics::{Severity, render};
use serde_json::Value;

use super::schemas::is_sarif;
use super::{cater, github, list, object, text};
use crate::junit;

/// Words that mean something to one reader or another.
const WORDS: [&str; 40] = [
    "\n",
    "\r\n",
    "\r",
    "::",
    "::error::",
    "::set-output name=x::",
    "##[error]",
    "%",
    "%0A",
    "%25",
    ",",
    ":",
    "|",
    "`",
    "```",
    "~~~",
    "]]>",
    "<!--",
    "-->",
    "</details>",
    "<script>",
    "&amp;",
    "\"",
    "'",
    "\\",
    "](",
    "[x](0)",
    "{0}",
    "@everybody",
    "#1",
    "\u{0}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{202e}",
    "\u{2028}",
    "\u{fffe}",
    "ü",
    "\u{1f600}",
    " ",
];

/// Splitmix64: the same texts on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % count as u64).unwrap()
    }

    fn words(&mut self) -> String {
        (0..1 + self.below(6))
            .map(|_| if self.below(4) == 0 { "word" } else { WORDS[self.below(WORDS.len())] })
            .collect()
    }

    fn place(&mut self) -> Place {
        let start = Spot { line: 1 + self.below(3) as u32, column: 1 + self.below(9) as u32 };
        let end = Spot { line: start.line + self.below(2) as u32, column: start.column + self.below(5) as u32 };
        Place { file: self.words(), start, end, words: self.words(), text: self.words() }
    }

    fn finding(&mut self, fingerprint: Fingerprint) -> Finding {
        let places: Vec<Place> = (0..self.below(4)).map(|_| self.place()).collect();
        let standing = match self.below(6) {
            0 => Standing::Known(self.words()),
            1 => Standing::Allowed { reason: self.words(), by: self.place() },
            _ => Standing::Shown,
        };
        let fix = (self.below(2) == 0).then(|| Mending {
            title: self.words(),
            place: self.place(),
            text: self.words(),
            is_certain: true,
        });
        Finding {
            code: &lint::CONFLICT,
            severity: [Severity::Error, Severity::Warning, Severity::Note][self.below(3)],
            message: self.words(),
            help: Some(self.words()),
            facts: vec![self.words(), self.words()],
            file: places.first().map_or_else(|| self.words(), |place| place.file.clone()),
            places,
            fix,
            fingerprint,
            standing,
            fails: self.below(2) == 0,
        }
    }

    fn report(&mut self) -> Report {
        let mut report = Report { has_baseline: self.below(2) == 0, ..Report::default() };
        for at in 0..1 + self.below(2) {
            let count = self.below(4);
            let seeds: Vec<String> = (0..count).map(|number| format!("{at} {number}")).collect();
            let prints = of_files(seeds.iter().map(|seed| ("file", "code", seed.as_str())));
            report.add(Checked {
                name: self.words(),
                findings: prints.into_iter().map(|one| self.finding(one)).collect(),
            });
        }
        if self.below(4) == 0 {
            report.refused.push(Refused { code: &run::IO, message: self.words(), help: Some(self.words()) });
        }
        report
    }
}

/// A text as a terminal may show it.
fn printable(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control() && !"\n\r\t".contains(letter)
            || ('\u{202a}'..='\u{202e}').contains(&letter)
            || ('\u{2066}'..='\u{2069}').contains(&letter)
            || "\u{2028}\u{2029}".contains(letter)
    };
    text.chars().map(|letter| if steers(letter) { '\u{fffd}' } else { letter }).collect()
}

#[test]
fn no_text_gets_out_of_its_place() {
    let mut dice = Dice(7);
    for _ in 0..2_000 {
        let report = dice.report();
        sarif(&report);
        gitlab(&report);
        annotations(&report);
        xml(&report);
        markdown(&report);
    }
}

fn sarif(report: &Report) {
    let log: Value = serde_json::from_str(&render::sarif(report).to_string()).unwrap();
    is_sarif(&log);
    let results = list(&log, "/runs/0/results");
    assert_eq!(results.len(), report.findings().count());
    for (result, finding) in results.iter().zip(report.findings()) {
        let told = text(result, "/message/text");
        assert!(!told.contains("](") || told.contains("\\]("), "a link: {told:?}");
        assert!(told.replace("\\](", "](").starts_with(&finding.message));
        let uri = text(result, "/locations/0/physicalLocation/artifactLocation/uri");
        assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{uri}");
        assert_eq!(decoded(uri), finding.file);
    }
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn gitlab(report: &Report) {
    let list: Vec<Value> = serde_json::from_str(&render::gitlab(report).to_string()).unwrap();
    let told: Vec<&str> = list.iter().map(|one| text(one, "/description")).collect();
    assert_eq!(told, report.worst_first().iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>());
}

fn annotations(report: &Report) {
    let (commands, others) = github::read(&render::github(report));
    assert_eq!(others, [report.total()], "one line that is no command");
    let shown = report.worst_first();
    assert_eq!(commands.len(), shown.len() + report.refused.len());
    for (command, finding) in commands.iter().skip(report.refused.len()).zip(shown) {
        assert!(["error", "warning", "notice"].contains(&command.level.as_str()), "{command:?}");
        assert_eq!(command.property("file"), Some(printable(&finding.file).as_str()));
        assert_eq!(command.property("title"), Some("lint::conflict"));
        assert!(command.text.starts_with(&printable(&finding.message)), "{command:?}");
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(command.properties.iter().all(|(key, _)| known.contains(&key.as_str())), "{command:?}");
    }
}

fn xml(report: &Report) {
    let text = render::junit(report, "2026-11-22T09:00:00");
    let root = junit::read(&text);
    let suites = junit::valid(&root);
    let failures: usize = suites.iter().map(|suite| suite.count("failures")).sum();
    assert_eq!(failures, report.worst_first().iter().filter(|finding| finding.fails).count());
}

/// Outside of fences stand our own tags, and nothing else that opens one; every fence is closed by its own end.
fn markdown(report: &Report) {
    let text = render::markdown(report);
    let mut fence: Option<&str> = None;
    let mut outside = Vec::new();
    for line in text.split('\n') {
        match fence {
            Some(end) if line == end => fence = None,
            // What closes a fence by the rules of Markdown would close it here.
            Some(end) => {
                let marks = line.trim_start_matches(' ');
                let run = marks.len() - marks.trim_start_matches('`').len();
                assert!(run < end.len() || !marks[run..].trim().is_empty(), "{line:?} closes a fence");
            }
            None if line.starts_with("```") => fence = Some(line.trim_end_matches("text")),
            None => outside.push(line),
        }
    }
    assert_eq!(fence, None, "an open fence");
    let outside = outside.join("\n");
    let count = report.worst_first().len() + report.refused.len();
    for tag in ["<details>", "</details>", "<summary>", "</summary>"] {
        assert_eq!(outside.matches(tag).count(), count, "{tag} in {outside}");
    }
    let mut rest = outside.clone();
    for own in ["details", "summary", "code", "b"] {
        rest = rest.replace(&format!("<{own}>"), "").replace(&format!("</{own}>"), "");
    }
    let rest = rest.replace("<!-- -->", "");
    assert!(!rest.contains(['<', '>']), "a tag of somebody else in {rest:?}");
    assert!(!outside.contains(['\r', '\u{1b}', '\u{202e}']), "{outside:?}");
    let called = |sign: char| outside.match_indices(sign).any(|(at, _)| !is_harmless(&outside, at));
    assert!(!called('@'), "somebody is called: {outside:?}");
}

/// Whether a sign stands in code, or is cut off from what follows.
fn is_harmless(text: &str, at: usize) -> bool {
    let before = &text[..at];
    before.matches("<code>").count() > before.matches("</code>").count() || text[at + 1..].starts_with("<!-- -->")
}

#[test]
#[cfg(unix)]
fn a_folder_with_such_names_is_told_of_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "offer spring { class service }\noffer story { class service }\n\
                 slot home on web { accepts service  fallback story }\nrule tip in home { show story }\n\
                 test \"::error::%0A ]]> | ` <b> @you\" { expect home shows spring because nobody }\n";
    for name in ["a::error::%0A,b.rules", "new\nline.rules", "]]><b>|`[x](0).rules", "\u{1b}[31m.rules", "-x.rules"] {
        let world = folder.path().join(format!("w{name}"));
        fs::create_dir_all(&world).unwrap();
        fs::write(world.join(name), rules).unwrap();
        fs::write(world.join("cater.toml"), "").unwrap();
    }
    let check = |format: &str| cater(folder.path(), &["check", "--format", format]);
    let sarif = object(folder.path(), &["check", "--format", "sarif"]);
    is_sarif(&sarif);
    for result in list(&sarif, "/runs/0/results") {
        let file = decoded(text(result, "/locations/0/physicalLocation/artifactLocation/uri"));
        assert!(folder.path().join(Path::new(&file)).exists(), "{file:?}");
    }
    let json = object(folder.path(), &["check", "--format", "json"]);
    let count = list(&json, "/diagnostics").len();
    assert!(count >= 10, "an unused offer and a test in error in each");
    let (commands, others) = github::read(&String::from_utf8(check("github").stdout).unwrap());
    // A total stands between them where there are many of a kind.
    assert_eq!(commands.iter().filter(|one| one.property("file").is_some()).count(), count);
    assert_eq!(others.len(), 1, "{others:?}");
    let junit = String::from_utf8(check("junit").stdout).unwrap();
    let root = junit::read(&junit);
    assert_eq!(junit::valid(&root).len(), 5);
    let markdown = String::from_utf8(check("markdown").stdout).unwrap();
    assert_eq!(markdown.matches("<details>").count(), count);
    let written = cater(folder.path(), &["check", "--baseline", "known.json", "--write-baseline"]);
    assert_eq!(written.status.code(), Some(1), "a test in error cannot be set aside");
}
