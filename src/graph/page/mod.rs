//! The rules as one page for a browser: a column a slot, its rules in the order in which they win, and a customer typed in
//! lights up the way to what they see.
//!
//! Takes a rule set and what was found about it; gives one file that needs no network, no font and no other file, and
//! whose policy forbids it all three. Without a script it is a document of everything there is to say; the script finds,
//! draws lines and decides. Refuses to know where rules come from, and to guess: what the page cannot decide it says.
//!
//! ```text
//!   RuleSet --data--> JSON ---------------------------+
//!      |  \--zones--> what clocks show ---------------+--> one HTML file
//!      +----picture--> relations --cards--> HTML -----+
//!   findings --about--> whose they are, who with whom-+
//! ```
//!
//! The script is plain modern JavaScript, a file a subject, in `script`. What of it decides mirrors `src/eval` step by step
//! and is held against it on thousands of generated customers in a real browser (`tests/page`).

mod about;
mod cards;
mod data;
mod digest;
mod relations;
mod rule;
mod text;
mod zones;

#[cfg(test)]
mod tests;

use crate::diagnostics::Diagnostic;
use crate::model::{RuleSet, SlotId};
use crate::value::Instant;
use text::escape;

/// What the page says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Title<'a> {
    /// The heading; plain text of any length.
    pub name: &'a str,
    /// How many rules are in error, and so not there.
    pub left_out: usize,
    /// When customers are decided, if the world says so; else when the page is looked at.
    pub now: Option<Instant>,
    /// The attributes of the moment that the world sets, as a JSON object.
    pub moment: Option<&'a str>,
}

const STYLE: &str = include_str!("page.css");

/// The parts of the script, in their order; one function holds them all, so that none of their names is the page's.
const SCRIPT: [(&str, &str); 14] = [
    ("values", include_str!("script/values.js")),
    ("conditions", include_str!("script/conditions.js")),
    ("decide", include_str!("script/decide.js")),
    ("slot", include_str!("script/slot.js")),
    ("json", include_str!("script/json.js")),
    ("facts", include_str!("script/facts.js")),
    ("gather", include_str!("script/gather.js")),
    ("words", include_str!("script/words.js")),
    ("board", include_str!("script/board.js")),
    ("lines", include_str!("script/lines.js")),
    ("path", include_str!("script/path.js")),
    ("form", include_str!("script/form.js")),
    ("customer", include_str!("script/customer.js")),
    ("start", include_str!("script/start.js")),
];

/// The page over `slots` of a rule set, as one HTML file.
pub fn page(rules: &RuleSet, slots: &[SlotId], title: Title<'_>, findings: &[Diagnostic]) -> String {
    let about = about::About::new(rules, findings);
    let script = script();
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        digest::source(&script),
        digest::source(STYLE)
    );
    let data = data::json(rules, slots, &title);
    let body = cards::body(rules, slots, title, &about);
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}: who sees what</title>\n\
         <style>{STYLE}</style>\n\
         </head>\n\
         {body}\
         <script type=\"application/json\" id=\"data\">{}</script>\n\
         <script>{script}</script>\n\
         </html>\n",
        escape(title.name),
        data::embedded(&data),
    )
}

/// The script as it stands in the page.
fn script() -> String {
    let mut script = String::from("(() => {\n\"use strict\";\n");
    for (name, part) in SCRIPT {
        script.push_str(&format!("\n// ---- {name}.js\n{part}"));
    }
    script.push_str("})();\n");
    script
}
