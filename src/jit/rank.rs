//! Rules that rank together, as one run through all of them that keeps the best so far.
//!
//! Each member is asked in turn. Where it comes to a pick its score is computed and compared with the best so far; a
//! strictly higher one takes its place, so of equals the first stays, which is the order that `ties` and the names give.
//! The best so far is a pair of values handed from block to block, nothing is stored. What a member tries is written out
//! in its place, each rule once a member: nobody could come back in here with the pair.

use std::collections::{BTreeMap, BTreeSet};

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::emit::Emit;
use super::function::ON;
use crate::plan::guard::Guards;
use crate::plan::number::MISSING;
use crate::plan::{Link, Member};

/// About how many tests the members take, with all that they try.
pub(super) fn weight(members: &[Member], tries: &[Link], guards: &Guards, one: &dyn Fn(&Link) -> u32) -> u32 {
    let mut sum = 0_u32;
    for member in members {
        sum = sum.saturating_add(one(&member.link)).saturating_add(guards.number_cost(member.score)).saturating_add(4);
        for place in in_order(&member.link, tries) {
            sum = sum.saturating_add(tries.get(place as usize).map_or(0, one));
        }
    }
    sum
}

/// What a link tries, directly or through others, each before those that it leads to. Substitutes are no circle.
pub(super) fn in_order(link: &Link, tries: &[Link]) -> Vec<u32> {
    let mut done = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<(u32, bool)> = tried(link).into_iter().map(|place| (place, false)).collect();
    while let Some((place, left)) = open.pop() {
        if left {
            done.push(place);
        } else if seen.insert(place) {
            open.push((place, true));
            let further = tries.get(place as usize).map(tried).unwrap_or_default();
            open.extend(further.into_iter().filter(|further| !seen.contains(further)).map(|further| (further, false)));
        }
    }
    done.reverse();
    done
}

fn tried(link: &Link) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    link.each(&mut |part| {
        if let Link::Try(place) = part {
            found.insert(*place);
        }
    });
    found
}

/// The best so far: its pick, or [`ON`] where there is none, and its score, [`MISSING`] where it has none.
#[derive(Clone, Copy)]
struct Best {
    pick: Value,
    score: Value,
}

/// Writes the members from the current block on; to `next` where none of them picks.
pub(super) fn emit(emit: &mut Emit<'_>, members: &[Member], tries: &[Link], next: Block) {
    let none = emit.builder.ins().iconst(types::I64, i64::from(ON));
    let missing = emit.builder.ins().iconst(types::I64, MISSING);
    let mut best = Best { pick: none, score: missing };
    for member in members {
        best = one(emit, member, tries, best);
    }
    let (found, nobody) = (emit.builder.create_block(), next);
    let is_none = emit.builder.ins().icmp_imm_s(IntCC::Equal, best.pick, i64::from(ON));
    emit.end(is_none, nobody, found);
    emit.begin(found);
    emit.builder.ins().return_(&[best.pick]);
}

/// One member; the current block afterwards is the one behind it.
fn one(emit: &mut Emit<'_>, member: &Member, tries: &[Link], best: Best) -> Best {
    let behind = emit.builder.create_block();
    let after = Best {
        pick: emit.builder.append_block_param(behind, types::I64),
        score: emit.builder.append_block_param(behind, types::I64),
    };
    let picked = emit.builder.create_block();
    let pick = emit.builder.append_block_param(picked, types::I64);
    let order = in_order(&member.link, tries);
    let blocks: BTreeMap<u32, Block> = order.iter().map(|place| (*place, emit.builder.create_block())).collect();
    let ways = Ways { behind, picked, blocks: &blocks, best };
    ways.link(emit, &member.link);
    for place in order {
        if let (Some(block), Some(link)) = (blocks.get(&place), tries.get(place as usize)) {
            emit.begin(*block);
            ways.link(emit, link);
        }
    }

    emit.begin(picked);
    let unscored = emit.builder.create_block();
    let score = emit.countable(member.score, unscored);
    let higher = emit.builder.ins().icmp(IntCC::SignedGreaterThan, score, best.score);
    let new_pick = emit.builder.ins().select(higher, pick, best.pick);
    let new_score = emit.builder.ins().select(higher, score, best.score);
    emit.jump_with_both(behind, new_pick, new_score);
    // Without a score it stands behind all that have one, and behind those before it.
    emit.begin(unscored);
    let is_none = emit.builder.ins().icmp_imm_s(IntCC::Equal, best.pick, i64::from(ON));
    let new_pick = emit.builder.ins().select(is_none, pick, best.pick);
    emit.jump_with_both(behind, new_pick, best.score);
    emit.begin(behind);
    after
}

/// Where the links of one member lead.
struct Ways<'a> {
    /// Nothing was picked.
    behind: Block,
    /// Something was; takes the pick.
    picked: Block,
    /// Of each rule that is tried.
    blocks: &'a BTreeMap<u32, Block>,
    /// Before this member.
    best: Best,
}

impl Ways<'_> {
    /// The code of a link, from the current block on; ends that block.
    fn link(&self, emit: &mut Emit<'_>, link: &Link) {
        match link {
            Link::Test { guard, yes, no } => {
                let (to_yes, to_no) = (emit.builder.create_block(), emit.builder.create_block());
                emit.branch(*guard, to_yes, to_no);
                for (link, block) in [(yes, to_yes), (no, to_no)] {
                    emit.begin(block);
                    self.link(emit, link);
                }
            }
            Link::Pick(pick) => {
                let pick = emit.builder.ins().iconst(types::I64, i64::from(*pick));
                emit.jump_with(self.picked, pick);
            }
            Link::Try(place) if self.blocks.contains_key(place) => {
                if let Some(block) = self.blocks.get(place) {
                    emit.jump(*block);
                }
            }
            // Ranked links stand in no other.
            Link::Next | Link::Try(_) | Link::Ranked(_) => {
                emit.jump_with_both(self.behind, self.best.pick, self.best.score);
            }
        }
    }
}
