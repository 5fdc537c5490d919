//! Blocks hold after an event or while a condition does, and stop exactly those whose class obeys blocks.

use super::caps::{names_offer, names_rule};
use super::flaw::{Checked, InPlace};
use super::lists::{ascending, at_most, exists};
use super::reach::All;
use super::{Flaw, VerifyError, limits, typing};
use crate::model::{Block, BlockCause, BlockId, CapKind, OfferId, RuleId, RuleSet};

pub(super) fn check(rules: &RuleSet, reads: &All) -> Result<(), VerifyError> {
    let names: Vec<_> = rules.blocks.iter().map(|block| &block.name).collect();
    at_most("blocks", names.len(), limits::BLOCKS)
        .and_then(|()| ascending("blocks", &names))
        .within("the blocks", "")?;
    let mut counted = Vec::new();
    for block in &rules.blocks {
        self::block(rules, reads, block).within("block", &block.name)?;
        if let BlockCause::After(cap) = block.cause {
            counted.push(cap.index());
        }
    }
    // Each count of a block belongs to one block.
    let is_count = |(_, cap): &(usize, &crate::model::Cap)| matches!(cap.kind, CapKind::Block { .. });
    let counts: Vec<usize> = rules.caps.iter().enumerate().filter(is_count).map(|(at, _)| at).collect();
    counted.sort_unstable();
    if counts != counted {
        return Err(VerifyError::at("the blocks", "", Flaw::Blocks));
    }
    for (at, offer) in rules.offers.iter().enumerate() {
        let on = |block: &Block| names_offer(rules, &block.target, OfferId::from_index(at));
        same(rules, &offer.blocks, rules.obeys_blocks(offer.class), on).within("offer", &offer.name)?;
    }
    for (at, rule) in rules.rules.iter().enumerate() {
        let on = |block: &Block| names_rule(&block.target, RuleId::from_index(at));
        same(rules, &rule.blocks, rules.obeys_blocks(rule.class), on).within("rule", &rule.name)?;
    }
    // Whoever is held back by what data says needs the purposes of that data (R19).
    for (at, rule) in rules.rules.iter().enumerate() {
        for id in rules.blocks_on(RuleId::from_index(at)) {
            let BlockCause::While(clause) = &rules[id].cause else { continue };
            let read = reads.of_condition(rules, &clause.condition).within("rule", &rule.name)?;
            if let Some(purpose) = read.purposes.iter().find(|purpose| rule.needs.binary_search(purpose).is_err()) {
                let name = rules[*purpose].name.clone();
                return Err(VerifyError::at("rule", &rule.name, Flaw::Needs(name)));
            }
        }
    }
    Ok(())
}

fn block(rules: &RuleSet, reads: &All, block: &Block) -> Checked {
    match &block.cause {
        BlockCause::After(cap) => {
            exists("cap", cap.0, rules.caps.len())?;
            let cap = &rules[*cap];
            if !matches!(cap.kind, CapKind::Block { .. }) || cap.name != block.name {
                return Err(Flaw::Blocks);
            }
        }
        BlockCause::While(clause) => {
            typing::condition(rules, &clause.condition, 0)?;
            let read = reads.of_condition(rules, &clause.condition)?;
            if read.protective.chooses() {
                return Err(Flaw::Protective);
            }
            if rules.caps.iter().any(|cap| cap.name == block.name) {
                return Err(Flaw::Twice("caps and blocks"));
            }
        }
    }
    super::caps::target(rules, &block.target).map_err(|flaw| if flaw == Flaw::Kind { Flaw::Blocks } else { flaw })
}

fn same(rules: &RuleSet, stated: &[BlockId], obeys: bool, on: impl Fn(&Block) -> bool) -> Checked {
    let all = rules.blocks.iter().enumerate().filter(|(_, block)| obeys && on(block));
    let expected: Vec<BlockId> = all.map(|(at, _)| BlockId::from_index(at)).collect();
    if stated == expected { Ok(()) } else { Err(Flaw::Blocks) }
}
