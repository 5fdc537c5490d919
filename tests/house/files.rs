//! What every file must have, and what none may have.

use std::fs;

use super::rust::tokens;
use super::{files_below, no_complaints, read, root, rust_below};

/// Where `unsafe` may stand: the call of machine code.
const UNSAFE: &[&str] = &["src/jit/code.rs"];
/// Past this, a file wants to be two.
const LONGEST: usize = 600;

fn is_silent(text: &str) -> bool {
    !text.starts_with("//! ")
}

fn is_too_long(text: &str) -> bool {
    text.lines().count() > LONGEST
}

#[test]
fn every_module_says_what_it_is_for() {
    let files = ["src", "tests", "benches"].into_iter().flat_map(rust_below);
    let complaints: Vec<_> =
        files.filter(|path| is_silent(&read(path))).map(|path| format!("{}", path.display())).collect();
    no_complaints("a file that does not open with `//! `: what it is for, takes, gives, refuses to know", &complaints);
}

#[test]
fn no_file_is_longer_than_a_head_can_hold() {
    let files = rust_below("src").into_iter();
    let complaints: Vec<_> =
        files.filter(|path| is_too_long(&read(path))).map(|path| format!("{}", path.display())).collect();
    no_complaints(&format!("a file over {LONGEST} lines: split it by what it holds"), &complaints);
}

#[test]
fn unsafe_stands_in_one_place() {
    let mut complaints = Vec::new();
    for path in ["src", "tests", "benches"].into_iter().flat_map(rust_below) {
        let name = path.to_string_lossy().replace('\\', "/");
        if UNSAFE.contains(&name.as_str()) {
            continue;
        }
        let text = read(&path);
        let found = tokens(&text).into_iter().filter(|token| ["unsafe", "unsafe_code"].contains(&token.text));
        complaints.extend(found.map(|token| format!("{name}:{}", token.line)));
    }
    no_complaints("`unsafe`, or leave for it, outside of the call of machine code", &complaints);
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let paths = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let mut complaints = Vec::new();
    for path in files_below("") {
        // What is no text (packed data) names nothing.
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if paths.iter().any(|machine| line.contains(machine.as_str())) {
                complaints.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    no_complaints("a path of somebody's machine", &complaints);
}
