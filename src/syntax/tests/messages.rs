//! What people read when a file is wrong: each file of `data/errors` with its findings, as a snapshot that shows the
//! source above the messages. A new case is a new file.

use std::fmt::Write as _;
use std::path::Path;

use super::parse;
use crate::source::SourceSet;

fn rendered(text: &str) -> String {
    let (set, id) = SourceSet::single("case", text);
    let source = set.get(id).expect("the only file");
    let mut out = format!("{}\n----\n", text.trim_end());
    for finding in parse(text).1 {
        writeln!(out, "{}: {}", finding.code.name, finding.message).unwrap();
        for label in &finding.labels {
            let place = source.place(label.span.start);
            let words = set.text(label.span).replace('\n', "\\n");
            writeln!(out, "  {}:{} `{words}` {}", place.line, place.column, label.text).unwrap();
        }
        if let Some(help) = &finding.help {
            writeln!(out, "  help: {help}").unwrap();
        }
        if let Some(fix) = &finding.fix {
            let mut mended = text.to_owned();
            mended.replace_range(fix.span.range(), &fix.text);
            let line = mended[..fix.span.start as usize].matches('\n').count();
            let kind = if fix.is_certain { "fix" } else { "perhaps" };
            writeln!(out, "  {kind}: {} -> {}", fix.title, mended.lines().nth(line).unwrap_or("").trim()).unwrap();
        }
    }
    out
}

#[test]
fn every_broken_file_says_what_is_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/syntax/tests/data/errors");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            insta::assert_snapshot!(name, rendered(&text));
        }
    });
}

/// A certain fix leaves no finding of its own kind behind: the fixes of a file, applied one after the other, end.
#[test]
fn certain_fixes_mend() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/syntax/tests/data/errors");
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let mut text = std::fs::read_to_string(&file).unwrap();
        let mut rounds = 0;
        while let Some(fix) = parse(&text).1.into_iter().find_map(|finding| finding.fix.filter(|fix| fix.is_certain)) {
            text.replace_range(fix.span.range(), &fix.text);
            rounds += 1;
            assert!(rounds < 100, "{}: the fixes never end\n{text}", file.display());
        }
    }
}
