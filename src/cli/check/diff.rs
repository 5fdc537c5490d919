//! What changes between two texts, as a unified diff.
//!
//! Takes two texts, gives lines with `-` and `+` and three lines around them. It goes through both at once and, where they
//! part, looks for the nearest place where they meet again; for the small local changes of fixes that is the smallest
//! difference too.

/// How many lines stand around a change.
const CONTEXT: usize = 3;
/// How far it looks for the place where the texts meet again; beyond it, all the rest counts as changed.
const REACH: usize = 2_000;

/// A stretch of lines that differ: these of the old text, those of the new.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

/// The diff of a file called `name`; empty where nothing changes.
pub(super) fn unified(name: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let changes = changes(&old, &new);
    let mut text = String::new();
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        // Changes so near to each other that their surroundings touch are one hunk.
        let far = rest.windows(2).position(|pair| match pair {
            [one, other] => other.old.start - one.old.end > 2 * CONTEXT,
            _ => false,
        });
        let (hunk, others) = rest.split_at(far.map_or(rest.len(), |at| at + 1));
        let last = hunk.last().unwrap_or(first);
        let before = first.old.start.min(CONTEXT);
        let after = (old.len() - last.old.end).min(CONTEXT);
        let of_old = first.old.start - before..last.old.end + after;
        let of_new = first.new.start - before..last.new.end + after;
        if text.is_empty() {
            text.push_str(&format!("--- {name}\n+++ {name}\n"));
        }
        text.push_str(&format!("@@ -{} +{} @@\n", head(&of_old), head(&of_new)));
        let mut at = of_old.start;
        for change in hunk {
            put(&mut text, ' ', old.get(at..change.old.start));
            put(&mut text, '-', old.get(change.old.clone()));
            put(&mut text, '+', new.get(change.new.clone()));
            at = change.old.end;
        }
        put(&mut text, ' ', old.get(at..of_old.end));
        rest = others;
    }
    text
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// `3,7`: the first line, from 1, and how many; an empty stretch stands behind the line before it.
fn head(range: &std::ops::Range<usize>) -> String {
    let first = range.start + usize::from(!range.is_empty());
    if range.len() == 1 { first.to_string() } else { format!("{first},{}", range.len()) }
}

fn put(text: &mut String, sign: char, lines: Option<&[&str]>) {
    for line in lines.unwrap_or_default() {
        text.push(sign);
        text.push_str(line.trim_end_matches(['\n', '\r']));
        text.push('\n');
        if !line.ends_with('\n') {
            text.push_str("\\ No newline at end of file\n");
        }
    }
}

fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    while i < old.len() || j < new.len() {
        if old.get(i) == new.get(j) {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let ends = (old.len() - i, new.len() - j);
        let meets = |di: usize, dj: usize| match (old.get(i + di), new.get(j + dj)) {
            (Some(one), Some(other)) => one == other,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let splits = (1..=REACH).flat_map(|sum| (0..=sum).map(move |di| (di, sum - di)));
        let (di, dj) = { splits }.find(|(di, dj)| *di <= ends.0 && *dj <= ends.1 && meets(*di, *dj)).unwrap_or(ends);
        changes.push(Change { old: i..i + di, new: j..j + dj });
        (i, j) = (i + di, j + dj);
    }
    changes
}

#[test]
fn changes_stand_between_what_stays() {
    let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
    let new = "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk";
    let diff = unified("x", old, new);
    let head = "--- x\n+++ x\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n";
    assert_eq!(diff, format!("{head}@@ -8,3 +8,4 @@\n h\n i\n j\n+k\n\\ No newline at end of file\n"));
    assert_eq!(unified("x", old, old), "");
    assert_eq!(unified("x", "", "a\n"), "--- x\n+++ x\n@@ -0,0 +1 @@\n+a\n");
    assert_eq!(unified("x", "a\nb\n", "b\n"), "--- x\n+++ x\n@@ -1,2 +1 @@\n-a\n b\n");
}
