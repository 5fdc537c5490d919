//! Snapshots show the source above the message, so that a reviewer needs nothing but the snapshot.

use super::{files_below, no_complaints, read};

/// The line above the source, and how the line above what came of it begins.
const SOURCE: &str = "----- source";
const MARK: &str = "----- ";

#[test]
fn a_snapshot_shows_its_source() {
    let snapshots = files_below("").into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "snap"));
    let complaints: Vec<_> = snapshots
        .filter(|path| {
            let text = read(path);
            // The head of a snapshot ends with the second `---`.
            let mut body = text.lines().skip(1).skip_while(|line| *line != "---").skip(1);
            let opens = body.next() == Some(SOURCE);
            !(opens && body.any(|line| line.starts_with(MARK) && line != SOURCE))
        })
        .map(|path| format!("{}", path.display()))
        .collect();
    let promise = format!("a snapshot that is not `{SOURCE}`, the source, `{MARK}` and a word, the output");
    no_complaints(&promise, &complaints);
}
