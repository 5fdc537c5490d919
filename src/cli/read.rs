//! `cater read RULE`: a rule said back in English sentences.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::bundles::Trusting;
use super::terminal::Terminal;
use super::{Ended, Format, Outcome, worlds};
use crate::aloud::{self, Point, Sentence};
use crate::diagnostics::render;

/// Say a rule back in English sentences.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The rule's name.
    rule: String,
    /// The folder of the rules, or a bundle.
    #[arg(default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    trusting: Trusting,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let loaded = worlds::load_checked(&arguments.folder, &arguments.trusting)?;
    // A rule that is right can be read whatever else is in error; one that is not there may be the one in error.
    let found = loaded.rules.as_ref().and_then(|rules| Some((rules, rules.rule_named(&arguments.rule)?)));
    let (rules, id) = match (found, loaded.runnable()) {
        (Some(found), _) => found,
        (None, Some(rules)) => (rules, worlds::rule(rules, &arguments.rule)?),
        (None, None) => {
            loaded.world.in_error(&loaded.findings, &loaded.sources, "nothing is read", terminal);
            return Ok(Ended::Found);
        }
    };
    let said = aloud::rule(rules, id);
    if terminal.format == Format::Json {
        let sentences: Vec<_> = said.iter().map(sentence).collect();
        terminal.json(&json!({ "rule": rules[id].name, "sentences": sentences }));
    } else {
        terminal.line(terminal.styled("1", &rules[id].name));
        said.iter().for_each(|sentence| terminal.line(sentence.to_string()));
    }
    if loaded.has_errors() {
        terminal.say(format!(
            "{}: {}; what is in error is left out, and may bind this rule as well: `cater check` says what it is",
            loaded.world.root.display(),
            render::count(&loaded.findings)
        ));
        return Ok(Ended::Found);
    }
    Ok(Ended::Clean)
}

fn sentence(said: &Sentence) -> serde_json::Value {
    json!({ "text": said.text, "points": said.points.iter().map(point).collect::<Vec<_>>() })
}

fn point(said: &Point) -> serde_json::Value {
    json!({ "text": said.text, "points": said.points.iter().map(point).collect::<Vec<_>>() })
}
