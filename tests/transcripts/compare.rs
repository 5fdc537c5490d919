//! What was said against what was written, line by line, with `[..]` and `...`.

use super::document::Command;

/// What a command said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The exit code; -1 for a program that was ended from outside.
    pub(crate) status: i32,
    /// Both streams in their order, without blanks at the ends of lines and empty lines at the end.
    pub(crate) lines: Vec<String>,
}

impl Said {
    /// The exit code and all lines.
    pub(crate) fn show(&self) -> String {
        let lines: String = self.lines.iter().map(|line| format!("  {line}\n")).collect();
        format!("  ? {}\n{lines}", self.status)
    }

    /// What was said and where it leaves what was written.
    pub(crate) fn against(&self, command: &Command) -> String {
        let mut text = String::new();
        if self.status != command.status {
            text = format!("ends with {}, written is {}\n", self.status, command.status);
        }
        let written = command.output.as_ref().map_or(&[] as &[String], |output| &output.lines);
        let same = (0..=written.len()).rev().find(|&n| begins(&written[..n], &self.lines)).unwrap_or(0);
        if let (Some(line), true) = (written.get(same), command.output.is_some()) {
            text += &format!("nothing said is the line `{line}` where it is expected\n");
        }
        text + "says\n" + &self.show()
    }
}

/// Whether lines match a pattern of lines; a line `...` stands for any number of lines.
pub(crate) fn matches(pattern: &[String], lines: &[String]) -> bool {
    match pattern {
        [] => lines.is_empty(),
        [any, rest @ ..] if any.trim() == "..." => (0..=lines.len()).any(|skip| matches(rest, &lines[skip..])),
        [first, rest @ ..] => {
            lines.split_first().is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others))
        }
    }
}

/// Whether the pattern matches the lines or their beginning.
fn begins(pattern: &[String], lines: &[String]) -> bool {
    (0..=lines.len()).any(|end| matches(pattern, &lines[..end]))
}

/// Whether a line matches; `[..]` stands for anything, also nothing.
pub(crate) fn line_matches(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn lines_match_their_pattern() {
    assert!(line_matches("a [..] c", "a b c") && line_matches("[..]", "") && line_matches("a", "a"));
    assert!(line_matches("[..]x[..]y", "1x2x3y") && line_matches("took [..] ms[..]", "took 3 ms (fast)"));
    assert!(!line_matches("a [..] c", "a b") && !line_matches("a", "ab") && !line_matches("[..]a", "ab"));
}

#[test]
fn dots_stand_for_lines() {
    let all = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&all("a\n...\nd"), &all("a\nb\nc\nd")) && matches(&all("a\n...\nd"), &all("a\nd")));
    assert!(matches(&all("..."), &[]) && !matches(&all("a\n...\nd"), &all("a\nb")));
    assert!(begins(&all("a\nb"), &all("a\nb\nc")) && !begins(&all("b"), &all("a\nb")));
}
