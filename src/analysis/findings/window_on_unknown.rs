//! `lint::window-on-unknown`: a window that is narrower, or closed, for the customer of whom nothing is known (R17).

use super::Look;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::eval;
use crate::frame::WindowState;
use crate::model::WindowId;
use crate::value::Truth;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let frame = look.stranger();
    let mut found = Vec::new();
    for (at, window) in rules.windows.iter().enumerate() {
        let id = WindowId::from_index(at);
        if !rules.window_binds(id) {
            continue;
        }
        if *frame.window(id) == WindowState::UnknownZone {
            let message = format!("window `{}` is closed for the customer of whom nothing is known", window.name);
            let finding = Diagnostic::new(&lint::WINDOW_ON_UNKNOWN, window.span, message)
                .primary("on whose clocks, where none of its zones is known?")
                .help("end the zones with one in quotes: `zone home else \"Europe/Berlin\"`, or with `every of [..]`");
            found.push(finding);
        }
        for when in window.rows.iter().filter_map(|row| row.when.as_ref()) {
            if eval::condition(rules, &frame, &when.condition) != Truth::Unknown {
                continue;
            }
            let message = format!("window `{}` is narrower for the customer of whom nothing is known", window.name);
            let finding = Diagnostic::new(&lint::WINDOW_ON_UNKNOWN, when.span, message)
                .primary("not known to be no where nothing is known")
                .label(window.span, "a restriction is lifted only by a no")
                .help("to narrow it only for those of whom it is known, write `(x else no)`, or `x is known and ..`");
            found.push(finding);
        }
    }
    found
}
