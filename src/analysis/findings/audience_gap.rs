//! `lint::audience-gap`: the rules of a slot take those below and those above, and nobody in between.

use super::{Look, words};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::SlotId;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let gaps = look.report.gaps.iter().flat_map(|(slot, gaps)| gaps.iter().map(move |gap| (*slot, gap)));
    let finding = |(slot, gap): (SlotId, &crate::analysis::Gap)| {
        let (of, attribute) = (&look.rules[slot], &look.rules[gap.attribute]);
        let message = format!("no rule of slot `{}` is for those of whom `{}`", of.name, gap.who);
        let found = Diagnostic::new(&lint::AUDIENCE_GAP, of.span, message)
            .primary("they only ever get its fallback, whatever the caps and consents")
            .label(attribute.span, "for lower and for higher values there are rules")
            .help(format!("let a rule take them, if `{}` was meant to have no gap there", attribute.name));
        words::with_customer(found, look.rules, &gap.witness)
    };
    gaps.map(finding).collect()
}
