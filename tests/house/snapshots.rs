//! Snapshots show the source above the message, so that a reviewer needs nothing but the snapshot.

use super::{files_below, no_complaints, read};

/// How many dashes at least make the line between the source and what came of it.
const DASHES: usize = 4;

#[test]
fn a_snapshot_shows_its_source() {
    let snapshots = files_below("").into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "snap"));
    let complaints: Vec<_> = snapshots
        .filter(|path| {
            let text = read(path);
            // The head of a snapshot ends with the second `---`.
            let body: Vec<&str> = text.lines().skip(1).skip_while(|line| *line != "---").skip(1).collect();
            let is_line = |line: &&str| line.len() >= DASHES && line.chars().all(|c| c == '-');
            let parts: Vec<_> = body.split(is_line).collect();
            let says = |part: &&[&str]| part.iter().any(|line| !line.trim().is_empty());
            !(parts.len() >= 2 && parts.first().is_some_and(says) && parts.last().is_some_and(says))
        })
        .map(|path| format!("{}", path.display()))
        .collect();
    let promise = format!("a snapshot that is not the source, a line of {DASHES} dashes or more, the output");
    no_complaints(&promise, &complaints);
}
