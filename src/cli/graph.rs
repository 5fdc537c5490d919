//! `cater graph`: who wins over whom, drawn.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::bundles::Trusting;
use super::terminal::Terminal;
use super::{CannotRun, Ended, Outcome, build, counted, list, worlds};
use crate::diagnostics::codes;
use crate::graph::page::{Title, page};
use crate::graph::{draw, picture};
use crate::model::{RuleSet, SlotId};

/// Draw the rules.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle; the current folder if none is given.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Only these slots, in this order; all if none is given.
    #[arg(long)]
    slot: Vec<String>,
    /// As what.
    #[arg(long = "as", value_enum, default_value_t = Drawing::Svg, value_name = "DRAWING")]
    drawing: Drawing,
    /// As a page to look around in; the same as `--as html`.
    #[arg(long, conflicts_with = "drawing")]
    html: bool,
    /// Where to write it; standard output if no file is given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    trusting: Trusting,
}

/// What a drawing is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Drawing {
    /// A picture that any browser shows.
    Svg,
    /// For Graphviz.
    Dot,
    /// For Markdown pages.
    Mermaid,
    /// A page for a browser: searched, and a customer typed in lights up the way to what they see.
    Html,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let loaded = worlds::load(&arguments.folder, &arguments.trusting)?;
    let world = &loaded.world;
    // Rules in error cannot be drawn, but the others can, and what is wrong stands on them.
    let Some(rules) = &loaded.rules else {
        terminal.findings(&loaded.findings, &loaded.sources);
        return Ok(Ended::Found);
    };
    let slots: Vec<SlotId> = if arguments.slot.is_empty() {
        (0..rules.slots.len()).map(SlotId::from_index).collect()
    } else {
        let find = |name: &String| rules.slot_named(name).ok_or_else(|| list::no_slot(rules, name));
        arguments.slot.iter().map(find).collect::<Result<_, CannotRun>>()?
    };
    if let Some(path) = &arguments.output {
        world.spares(path)?;
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if ending.as_deref().is_some_and(|ending| ["png", "jpg", "jpeg", "pdf", "webp"].contains(&ending)) {
            let message = format!("`{}` would not hold what its name says", path.display());
            return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message)
                .help("draw as .svg; any browser turns that into a picture or PDF"));
        }
    }
    let title = world.root.file_name().map_or_else(|| "rules".to_owned(), |name| name.to_string_lossy().into_owned());
    let picture = || picture(rules, &slots, &title, &loaded.findings);
    let drawing = if arguments.html { Drawing::Html } else { arguments.drawing };
    let text = match drawing {
        Drawing::Svg => draw::svg(&picture()),
        Drawing::Dot => draw::dot(&picture()),
        Drawing::Mermaid => draw::mermaid(&picture()),
        Drawing::Html => html(&loaded, rules, &slots, &title),
    };
    match &arguments.output {
        Some(path) => {
            build::write_whole(path, text.as_bytes())?;
            terminal.say(format!("{}: {} drawn", path.display(), counted(slots.len(), "slot")));
        }
        None => terminal.text(text),
    }
    let left_out = loaded.left_out;
    if left_out == 0 {
        return Ok(Ended::Clean);
    }
    let rules = counted(left_out, "rule");
    let is = if left_out == 1 { "is" } else { "are" };
    terminal.say(format!("{rules} in error {is} not in the drawing; `cater check` says why"));
    Ok(Ended::Found)
}

/// The rules as a page, with the world's `now` and moment.
fn html(loaded: &worlds::Loaded, rules: &RuleSet, slots: &[SlotId], name: &str) -> String {
    let settings = loaded.world.settings();
    let title = Title {
        name,
        left_out: loaded.left_out,
        now: settings.and_then(|config| config.now),
        moment: settings.map(|config| config.moment()),
    };
    page(rules, slots, title, &loaded.findings)
}
