//! `lint::block-on-unknown`: a block while a condition that is not no for the customer of whom nothing is known (R17).

use super::Look;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::eval;
use crate::model::{BlockCause, BlockId};
use crate::value::Truth;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let frame = look.stranger();
    let mut found = Vec::new();
    for (at, block) in rules.blocks.iter().enumerate() {
        let BlockCause::While(clause) = &block.cause else { continue };
        let id = BlockId::from_index(at);
        let truth = eval::condition(rules, &frame, &clause.condition);
        if truth == Truth::No || !rules.block_binds(id) {
            continue;
        }
        let message = format!("block `{}` stops the customer of whom nothing is known", block.name);
        let why = match truth {
            Truth::Yes => "holds where nothing is known",
            Truth::Unknown | Truth::No => "not known to be no where nothing is known",
        };
        let finding = Diagnostic::new(&lint::BLOCK_ON_UNKNOWN, clause.span, message)
            .primary(why)
            .label(block.span, "a restriction is lifted only by a no")
            .help("to spare only those who are known to need it, write `(x else no)`, or `x is known and ..`");
        found.push(finding);
    }
    found
}
