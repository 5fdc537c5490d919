//! `cater completions SHELL`: what to source for completion.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::terminal::Terminal;
use super::{Ended, Outcome};

/// Print completions for a shell.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "cater", &mut script);
    terminal.text(String::from_utf8_lossy(&script));
    Ok(Ended::Clean)
}
