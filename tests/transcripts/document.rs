//! A document taken apart into what happens, in order: files appear, commands run.
//!
//! Takes Markdown, gives pieces with their lines; also gives the Markdown back with other output in it. Refuses to run
//! anything.

use super::compare::{Said, line_matches};
use crate::markdown::{Fence, fences};

/// One thing a document does.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A file appears.
    File {
        /// Relative to where the commands run.
        name: String,
        /// All of it.
        text: String,
    },
    /// A whole rule program.
    Program {
        /// The line of its fence, from 1.
        line: usize,
        /// All of it.
        text: String,
        /// The code of the finding it is there to show.
        finds: Option<String>,
    },
    /// Lines of a file of the repository.
    Excerpt {
        /// The line of its fence, from 1.
        line: usize,
        /// Relative to the root of the repository.
        from: String,
        /// Without blanks at their ends.
        lines: Vec<String>,
    },
    /// A command runs.
    Command(Command),
}

/// A command and what it ought to say.
#[derive(Debug)]
pub(crate) struct Command {
    /// Its line, from 0.
    pub(crate) line: usize,
    /// For `sh`.
    pub(crate) text: String,
    /// The exit code it ought to end with.
    pub(crate) status: i32,
    /// What it ought to say; nothing where a document only lists commands.
    pub(crate) output: Option<Output>,
}

/// What a command ought to say.
#[derive(Debug)]
pub(crate) struct Output {
    /// With `[..]` and `...`, without empty lines at the end.
    pub(crate) lines: Vec<String>,
    /// Behind the command, the line of `? 1` if there is one, up to the next command or the end of the fence, from 0.
    pub(crate) place: std::ops::Range<usize>,
}

/// What a document does, in order.
#[derive(Debug)]
pub(crate) struct Document {
    /// In order.
    pub(crate) pieces: Vec<Piece>,
}

impl Document {
    /// Reads a document; an error says which fence is not understood.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        for fence in fences(text)? {
            let rest: Vec<&str> = fence.rest.iter().map(String::as_str).collect();
            let line = fence.opening + 1;
            match (fence.language.as_str(), rest.as_slice()) {
                ("console", []) => pieces.extend(commands(&fence)?.into_iter().map(Piece::Command)),
                ("text", []) => {}
                ("rules", []) => pieces.push(Piece::Program { line, text: fence.text(), finds: None }),
                ("rules", ["finds", code]) => {
                    pieces.push(Piece::Program { line, text: fence.text(), finds: Some((*code).to_owned()) });
                }
                ("", _) | (_, []) => {
                    return Err(format!("line {line}: a fence that says neither what runs nor where it comes from"));
                }
                (_, ["in", from]) => {
                    let lines = fence.lines.iter().map(|line| line.trim_end().to_owned()).collect();
                    pieces.push(Piece::Excerpt { line, from: (*from).to_owned(), lines });
                }
                (_, [name]) => pieces.push(Piece::File { name: (*name).to_owned(), text: fence.text() }),
                (_, more) => return Err(format!("line {line}: `{}` is not understood", more.join(" "))),
            }
        }
        Ok(Self { pieces })
    }

    /// The exit codes the document shows.
    pub(crate) fn statuses(&self) -> Vec<i32> {
        let commands = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Command(command) => Some(command.status),
            Piece::File { .. } | Piece::Program { .. } | Piece::Excerpt { .. } => None,
        });
        commands.collect()
    }
}

fn commands(fence: &Fence) -> Result<Vec<Command>, String> {
    let first = fence.opening + 1;
    let lines = fence.lines.iter().enumerate();
    if !fence.lines.iter().any(|line| line.starts_with("$ ")) {
        let spoken = lines.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        let command =
            |(at, line): (usize, &String)| Command { line: first + at, text: line.clone(), status: 0, output: None };
        return Ok(spoken.map(command).collect());
    }
    let mut commands: Vec<Command> = Vec::new();
    let mut in_head = false;
    for (at, line) in lines {
        if let Some(text) = line.strip_prefix("$ ") {
            let output = Output { lines: Vec::new(), place: first + at + 1..first + at + 1 };
            commands.push(Command { line: first + at, text: text.to_owned(), status: 0, output: Some(output) });
            in_head = true;
            continue;
        }
        let Some((command, output)) =
            commands.last_mut().and_then(|c| c.output.as_mut().map(|output| ((&mut c.text, &mut c.status), output)))
        else {
            return Err(format!("line {}: output before the first command", first + at + 1));
        };
        if let Some(more) = line.strip_prefix("> ").filter(|_| in_head && output.lines.is_empty()) {
            command.0.push('\n');
            command.0.push_str(more);
            output.place = first + at + 1..first + at + 1;
        } else if let Some(status) = line.strip_prefix("? ").filter(|_| in_head) {
            *command.1 = status.trim().parse().map_err(|_| format!("line {}: `?` and an exit code", first + at + 1))?;
            output.place.end = first + at + 1;
            in_head = false;
        } else {
            output.lines.push(line.trim_end().to_owned());
            output.place.end = first + at + 1;
            in_head = false;
        }
    }
    for output in commands.iter_mut().filter_map(|command| command.output.as_mut()) {
        while output.lines.last().is_some_and(String::is_empty) {
            output.lines.pop();
        }
    }
    Ok(commands)
}

/// The document with what was said in the place of what it said. A line that was written with `[..]` and still matches
/// stays as it was.
pub(crate) fn corrected(text: &str, corrections: &[(&Command, Said)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (command, said) in corrections.iter().rev() {
        let Some(output) = &command.output else { continue };
        let old: Vec<String> = lines[output.place.clone()].to_vec();
        let spaced = old.last().is_some_and(String::is_empty);
        let status = (said.status != 0).then(|| format!("? {}", said.status));
        let written = |line: &String| {
            let wild = |pattern: &&String| pattern.contains("[..]") && pattern.trim() != "[..]";
            old.iter().filter(wild).find(|pattern| line_matches(pattern, line)).unwrap_or(line).clone()
        };
        let new = status.into_iter().chain(said.lines.iter().map(written)).chain(spaced.then(String::new));
        lines.splice(output.place.clone(), new);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# a\n```console\n$ cater check \\\n>   x.rules | cater fmt -\n? 1\nerror\n  more\n\n$ cat y\n```\n";

    fn commands_of(text: &str) -> Vec<Command> {
        let command = |piece| match piece {
            Piece::Command(command) => Some(command),
            Piece::File { .. } | Piece::Program { .. } | Piece::Excerpt { .. } => None,
        };
        Document::parse(text).unwrap().pieces.into_iter().filter_map(command).collect()
    }

    #[test]
    fn a_command_has_its_exit_code_and_its_output() {
        let commands = commands_of(TEXT);
        let output = commands[0].output.as_ref().unwrap();
        assert_eq!(commands[0].text, "cater check \\\n  x.rules | cater fmt -");
        assert_eq!(
            (commands[0].status, output.lines.as_slice()),
            (1, ["error", "  more"].map(str::to_owned).as_slice())
        );
        assert_eq!((commands.len(), commands[1].text.as_str(), commands[1].status), (2, "cat y", 0));
    }

    #[test]
    fn a_list_of_commands_promises_no_output() {
        let commands = commands_of("```console\n# first\ncater check .   # sound?\ncater test .\n```\n");
        assert!(commands.len() == 2 && commands.iter().all(|command| command.output.is_none()));
    }

    #[test]
    fn a_correction_touches_its_command_alone() {
        let commands = commands_of(TEXT);
        let said = Said { status: 0, lines: vec!["fine".to_owned()] };
        let expected = "# a\n```console\n$ cater check \\\n>   x.rules | cater fmt -\nfine\n\n$ cat y\n```\n";
        assert_eq!(corrected(TEXT, &[(&commands[0], said)]), expected);
        let said = Said { status: 3, lines: Vec::new() };
        let expected =
            "# a\n```console\n$ cater check \\\n>   x.rules | cater fmt -\n? 1\nerror\n  more\n\n$ cat y\n? 3\n```\n";
        assert_eq!(corrected(TEXT, &[(&commands[1], said)]), expected);
    }

    #[test]
    fn a_correction_leaves_what_may_differ() {
        let text = "```console\n$ cater decide .\n1 customer\n1 decision, [..] each\n```\n";
        let commands = commands_of(text);
        let said = Said { status: 0, lines: vec!["2 customers".to_owned(), "1 decision, 17 ns each".to_owned()] };
        let expected = "```console\n$ cater decide .\n2 customers\n1 decision, [..] each\n```\n";
        assert_eq!(corrected(text, &[(&commands[0], said)]), expected);
    }

    #[test]
    fn a_fence_must_say_what_it_is() {
        for text in ["```\nx\n```", "```rust\nx\n```", "```console now\nx\n```\n```rules in a b\n```"] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
        assert!(matches!(&Document::parse("```csv a.csv\n1\n```").unwrap().pieces[..], [Piece::File { .. }]));
        assert!(matches!(&Document::parse("```rules in a\n1\n```").unwrap().pieces[..], [Piece::Excerpt { .. }]));
    }
}
