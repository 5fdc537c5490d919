//! Snapshots show the source above the message, so that a reviewer needs nothing but the snapshot.

use super::{files_below, no_complaints, read};

/// Snapshots that still lack their source. One that is paid off must go.
const OWED: &[&str] = &[
    "src/syntax/tests/snapshots/look_of_odd_layout.snap",
    "src/syntax/tests/snapshots/look_of_s2.snap",
    "src/syntax/tests/snapshots/look_of_s6.snap",
];

/// How many dashes at least make the line between the source and what came of it.
const DASHES: usize = 4;

#[test]
fn a_snapshot_shows_its_source() {
    let snapshots = files_below("").into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "snap"));
    let complaints: Vec<String> = snapshots
        .filter(|path| {
            let text = read(path);
            // The head of a snapshot ends with the second `---`.
            let body: Vec<&str> = text.lines().skip(1).skip_while(|line| *line != "---").skip(1).collect();
            let is_line = |line: &&str| line.len() >= DASHES && line.chars().all(|c| c == '-');
            let parts: Vec<_> = body.split(is_line).collect();
            let says = |part: &&[&str]| part.iter().any(|line| !line.trim().is_empty());
            !(parts.len() >= 2 && parts.first().is_some_and(says) && parts.last().is_some_and(says))
        })
        .map(|path| path.display().to_string())
        .collect();
    let (owed, complaints): (Vec<_>, Vec<_>) = complaints.into_iter().partition(|path| OWED.contains(&path.as_str()));
    assert_eq!(owed.len(), OWED.len(), "take what is paid off the list of what is owed; still owed: {owed:?}");
    let promise = format!("a snapshot that is not the source, a line of {DASHES} dashes or more, the output");
    no_complaints(&promise, &complaints);
}
