//! Certain fixes applied: files and their compilation in, mended files out.
//!
//! A round applies every certain fix that overlaps no other, and compiles again, since one mended word may bring to light
//! the next. It ends when nothing certain is left. A file is mended whole or not at all: one that still has a syntax error
//! then, or in which the fixes do not end, comes back as it was, and the others are mended without it.
//!
//! Takes texts, gives texts. Refuses to know what a finding is about, and where files lie.

use std::collections::BTreeSet;

use super::Compiled;
use crate::diagnostics::{Diagnostic, Fix};
use crate::source::{SourceId, SourceSet};

/// The most rounds before fixes count as without end.
const MAX_ROUNDS: usize = 100;

/// What mending came to.
#[derive(Debug)]
pub struct Mended {
    /// The files as they are now, compiled; its sources hold the new texts.
    pub compiled: Compiled,
    /// The files that are not as they were.
    pub changed: Vec<Changed>,
    /// The files that have a certain fix and were left as they were.
    pub left_alone: Vec<LeftAlone>,
}

/// A file that was left as it was.
#[derive(Debug)]
pub struct LeftAlone {
    /// Which.
    pub source: SourceId,
    /// What stands in the way, once everything certain is mended.
    pub findings: Vec<Diagnostic>,
    /// The files as they would read then: where those findings point.
    pub sources: SourceSet,
}

/// A file that was mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub source: SourceId,
    /// How many fixes were applied.
    pub fixes: usize,
}

/// Applies every certain fix of what `compile` finds in these files. It must give the same findings for the same files.
/// Files that `compile` adds to them are not touched.
pub fn mend(sources: &SourceSet, compile: &dyn Fn(SourceSet) -> Compiled) -> Mended {
    let mut left_alone: Vec<LeftAlone> = Vec::new();
    loop {
        let without = left_alone.iter().map(|left| left.source).collect();
        let Attempt { compiled, fixes, unmendable } = attempt(sources, &without, compile);
        if unmendable.is_empty() {
            let changed = fixes.into_iter().filter(|changed| changed.fixes > 0).collect();
            left_alone.sort_by_key(|left| left.source);
            return Mended { compiled, changed, left_alone };
        }
        // Each time around there is one file less to mend.
        left_alone.extend(unmendable.into_iter().map(|source| {
            let broken = |finding: &&Diagnostic| is_unreadable(finding, source);
            let mut findings: Vec<_> = compiled.diagnostics.iter().filter(broken).cloned().collect();
            if findings.is_empty() {
                let of_file = |finding: &&Diagnostic| {
                    finding.fix.as_ref().is_some_and(|fix| fix.is_certain && fix.span.source == source)
                };
                findings = compiled.diagnostics.iter().filter(of_file).cloned().collect();
            }
            LeftAlone { source, findings, sources: compiled.sources.clone() }
        }));
    }
}

struct Attempt {
    compiled: Compiled,
    fixes: Vec<Changed>,
    /// Files that have fixes but cannot be mended whole.
    unmendable: Vec<SourceId>,
}

fn attempt(sources: &SourceSet, left_alone: &BTreeSet<SourceId>, compile: &dyn Fn(SourceSet) -> Compiled) -> Attempt {
    let mut texts = sources.clone();
    let mut fixes: Vec<Changed> = sources.iter().map(|(source, _)| Changed { source, fixes: 0 }).collect();
    let mut compiled = compile(texts.clone());
    for _ in 0..MAX_ROUNDS {
        let mut next = SourceSet::default();
        let mut applied = 0;
        for ((id, source), changed) in texts.iter().zip(&mut fixes) {
            let certain = if left_alone.contains(&id) { Vec::new() } else { certain(&compiled.diagnostics, id) };
            let (text, count) = apply(&source.text, &certain);
            next.add(source.name.clone(), text);
            (applied, changed.fixes) = (applied + count, changed.fixes + count);
        }
        if applied == 0 {
            let broken = |id: SourceId| compiled.diagnostics.iter().any(|finding| is_unreadable(finding, id));
            let unmendable = fixes.iter().filter(|changed| changed.fixes > 0 && broken(changed.source));
            let unmendable = unmendable.map(|changed| changed.source).collect();
            return Attempt { compiled, fixes, unmendable };
        }
        texts = next;
        compiled = compile(texts.clone());
    }
    let endless = |id: &SourceId| !left_alone.contains(id) && !certain(&compiled.diagnostics, *id).is_empty();
    let unmendable = texts.iter().map(|(id, _)| id).filter(endless).collect();
    Attempt { compiled, fixes, unmendable }
}

/// How many of the findings have a certain fix, in files of which nothing else keeps them from being mended: neither what
/// is found nor, where the file cannot be read as it is, what comes to light behind that. `sources` are the files to be
/// mended, and `compiled` is what `compile` makes of them.
pub fn mendable(compiled: &Compiled, sources: &SourceSet, compile: &dyn Fn(SourceSet) -> Compiled) -> usize {
    let findings = &compiled.diagnostics;
    let is_certain = |finding: &&Diagnostic| finding.fix.as_ref().is_some_and(|fix| fix.is_certain);
    let is_unread = |source: SourceId| findings.iter().any(|finding| is_unreadable(finding, source));
    let is_broken =
        |source: SourceId| findings.iter().any(|finding| is_unreadable(finding, source) && !is_certain(&finding));
    let fixes = findings.iter().filter(is_certain).filter_map(|finding| finding.fix.as_ref());
    let fixes: Vec<&Fix> = fixes.filter(|fix| !is_broken(fix.span.source)).collect();
    if !fixes.iter().any(|fix| is_unread(fix.span.source)) {
        return fixes.len();
    }
    let left_alone = mend(sources, compile).left_alone;
    fixes.iter().filter(|fix| !left_alone.iter().any(|left| left.source == fix.span.source)).count()
}

/// The certain fixes of a file, in the order of their places.
fn certain(findings: &[Diagnostic], source: SourceId) -> Vec<&Fix> {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let mut fixes: Vec<_> = fixes.filter(|fix| fix.is_certain && fix.span.source == source).collect();
    fixes.sort_by_key(|fix| (fix.span, &fix.text));
    fixes
}

/// Whether the finding is an error in how the file is written.
fn is_unreadable(finding: &Diagnostic, source: SourceId) -> bool {
    finding.is_error() && finding.code.stage() == "syntax" && finding.span().is_some_and(|at| at.source == source)
}

/// The text with those fixes that overlap none before them, and how many that are.
fn apply(text: &str, fixes: &[&Fix]) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let (mut at, mut count, mut last) = (0, 0, None);
    for fix in fixes {
        let mut place = fix.span.range();
        let mut new = fix.text.clone();
        if place.is_empty() && new.starts_with('\n') {
            // A new line goes behind a comment that belongs to the words before it.
            let rest = text.get(place.end..).unwrap_or_default();
            let line = rest.lines().next().unwrap_or_default();
            if line.trim_start().starts_with("//") {
                place = place.end + line.len()..place.end + line.len();
            }
        }
        if text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r')) {
            new = new.replace('\n', "\r\n");
        }
        // Two insertions at one place, and what touches them, wait for the next round.
        let Some(kept) = text.get(at..place.start).filter(|_| last.is_none_or(|last| place.start > last)) else {
            continue;
        };
        out.push_str(kept);
        out.push_str(&new);
        (at, last, count) = (place.end, Some(place.end), count + 1);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;

    fn whole(sources: SourceSet) -> Compiled {
        let mut compiled = compile(sources);
        compiled.analyse(None);
        compiled
    }

    fn mended(files: &[&str]) -> (Vec<String>, Mended) {
        let mut sources = SourceSet::default();
        for (at, text) in files.iter().enumerate() {
            sources.add(format!("{at}.rules"), *text);
        }
        let mended = mend(&sources, &whole);
        let texts = mended.compiled.sources.iter().map(|(_, source)| source.text.clone()).collect();
        (texts, mended)
    }

    const SHOP: &str = "purpose offers \"Offers\" { basis consent }\n\
        customer { id: text key  age: whole from 0 to 130  viewed: set of text needs offers }\n\
        offer tips { class service }\noffer story { class service }\n\
        slot home on web { accepts service  fallback story }\n";

    #[test]
    fn one_mended_word_brings_the_next_to_light() {
        let rule =
            "rul tip in home {\n  wehn age >= 18\n  when viewed has \"x\" // books\n  prioritty 80\n  show tips\n}\n";
        let (texts, mended) = mended(&[SHOP, rule]);
        let right = "rule tip in home {\n  when age is at least 18\n  when viewed has \"x\" // books\n  needs      offers\n  \
            priority 80\n  show tips\n}\n";
        assert_eq!(texts, [SHOP, right]);
        assert_eq!(mended.compiled.diagnostics, []);
        assert_eq!(mendable(&mended.compiled, &mended.compiled.sources, &whole), 0);
        assert_eq!(mended.changed, [Changed { source: SourceId(1), fixes: 5 }]);
    }

    /// What only the author can mend comes to light behind what is certain, and is said; nothing is promised of it.
    #[test]
    fn what_is_left_of_a_file_is_said_and_not_counted() {
        let head = "customer { id: text key  n: whole from 0 to 9  m: yes or no }\noffer a { class service }\n\
            offer s { class service }\nslot mm on web { accepts service fallback s }\n";
        for (clauses, code) in [
            ("when n is 3 && m || n is 4 show a", "syntax::mixed-and-or"),
            ("when not n >= 3 show a", "syntax::misplaced-not"),
            ("wen n is 3 show a show", "syntax::unexpected"),
        ] {
            let text = format!("{head}rule r in mm {{ {clauses} }}\n");
            let (texts, mended) = mended(&[&text]);
            assert_eq!(texts, [text.as_str()], "it is not touched");
            let [left] = &mended.left_alone[..] else { panic!("{clauses}") };
            let codes: Vec<_> = left.findings.iter().map(|finding| finding.code.name).collect();
            assert_eq!(codes, [code], "{clauses}");
            let place = left.findings[0].span().unwrap();
            assert!(left.sources.get(place.source).unwrap().text.get(place.range()).is_some());
            assert_eq!(mendable(&mended.compiled, &mended.compiled.sources, &whole), 0, "{clauses}");
        }
    }

    #[test]
    fn a_file_that_stays_unreadable_is_left_alone() {
        let broken = "rule a in home { prioritty 80  show tips }\nrule b in home { when age is  show tips }\n";
        let mendable = "rule c in home { prioritty 70  when age >= 18  show story }\n";
        let (texts, mended) = mended(&[SHOP, broken, mendable]);
        assert_eq!(texts, [SHOP, broken, "rule c in home { priority 70  when age is at least 18  show story }\n"]);
        assert_eq!(mended.left_alone.iter().map(|left| left.source).collect::<Vec<_>>(), [SourceId(1)]);
        assert_eq!(mended.changed, [Changed { source: SourceId(2), fixes: 2 }]);
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        let rule = "rule tip in home {\r\n  when viewed has \"x\"\r\n  priority 80\r\n  show tips\r\n}\r\n";
        let (texts, _) = mended(&[SHOP, rule]);
        assert_eq!(texts[1], rule.replace("\"x\"", "\"x\"\r\n  needs      offers"));
    }

    #[test]
    fn what_overlaps_waits() {
        let fix = |range: std::ops::Range<usize>, text: &str| Fix {
            title: String::new(),
            span: crate::source::Span::new(SourceId(0), range),
            text: text.to_owned(),
            is_certain: true,
        };
        let (a, b, c) = (fix(0..3, "x"), fix(2..4, "y"), fix(5..5, "z"));
        assert_eq!(apply("abcdef", &[&a, &b, &c]), ("xdezf".to_owned(), 2));
        assert_eq!(apply("abcdef", &[&c, &c]), ("abcdezf".to_owned(), 1));
    }
}
