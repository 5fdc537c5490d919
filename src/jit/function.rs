//! Links to functions: how the chain of a slot is cut, and what a function answers.
//!
//! A function covers some links of a chain. It answers with a pick, or that the next function goes on, or that a rule
//! stands in. A rule that stands in has code of its own, in the functions of the slot's tries; whoever calls goes there
//! and, if nothing comes of it, back in behind the link that asked, which is one of the function's entries. So code
//! grows with the rules and not with the ways in which they lead to each other, and no function calls another.

use std::collections::{HashMap, HashSet};

use cranelift_codegen::ir::{
    Block, BlockCall, Function, InstBuilder, JumpTableData, Signature, UserFuncName, Value, types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::emit::Emit;
use super::{JitError, Limits, rank};
use crate::plan::guard::Guards;
use crate::plan::number::NumberId;
use crate::plan::{Link, SlotPlan};

/// Set in an answer that names a rule to be tried; the rest of the lower half is its place among the tries.
pub(super) const TRY: u32 = 1 << 31;

/// The answer where nothing was picked: the next function goes on, or in a try, nothing stands in.
pub(super) const ON: u32 = u32::MAX;

/// The upper half of an answer that names a rule to be tried: where to go on if nothing comes of it. This is the next
/// function, anything else an entry of the same.
pub(super) const NEXT_FUNCTION: u32 = u32::MAX;

/// The links that one function covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    links: &'a [Link],
    /// All that is tried in the slot.
    tries: &'a [Link],
    /// Whether each link is an entry and leads nowhere else, as for tries.
    each_alone: bool,
}

/// Where a slot's functions are, and at which entry of which each try begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) chain: std::ops::Range<usize>,
    pub(super) tries: Vec<(u32, u32)>,
}

/// Cuts a slot into pieces, appends them and tells where they are.
pub(super) fn cut<'a>(
    slot: &'a SlotPlan,
    guards: &Guards,
    limits: Limits,
    pieces: &mut Vec<Piece<'a>>,
) -> Result<Places, JitError> {
    let start = pieces.len();
    let tries = slot.tries.as_slice();
    for links in runs(&slot.chain, tries, guards, limits)? {
        pieces.push(Piece { links, tries, each_alone: false });
    }
    let mut places = Places { chain: start..pieces.len(), tries: Vec::new() };
    for links in runs(tries, tries, guards, limits)? {
        let function = u32::try_from(pieces.len()).map_err(|_| JitError::TooLarge)?;
        places.tries.extend((0..links.len() as u32).map(|entry| (function, entry)));
        pieces.push(Piece { links, tries, each_alone: true });
    }
    Ok(places)
}

/// Runs of links that are small enough for one function.
fn runs<'a>(links: &'a [Link], tries: &[Link], guards: &Guards, limits: Limits) -> Result<Vec<&'a [Link]>, JitError> {
    let mut runs = Vec::new();
    let (mut start, mut cost) = (0, 0_u32);
    for (place, link) in links.iter().enumerate() {
        let more = match link {
            Link::Ranked(members) => rank::weight(members, tries, guards, &|link| weight(link, guards)),
            Link::Test { .. } | Link::Pick(_) | Link::Next | Link::Try(_) => weight(link, guards),
        };
        if more > limits.tests {
            return Err(JitError::TooLarge);
        }
        if place > start && (place - start >= limits.links || cost + more > limits.tests) {
            runs.extend(links.get(start..place));
            (start, cost) = (place, 0);
        }
        cost += more;
    }
    runs.extend(links.get(start..).filter(|rest| !rest.is_empty()));
    Ok(runs)
}

fn weight(link: &Link, guards: &Guards) -> u32 {
    let mut sum = 0_u32;
    link.each(&mut |part| {
        if let Link::Test { guard, .. } = part {
            sum = sum.saturating_add(guards.cost(*guard)).saturating_add(1);
        }
    });
    sum
}

impl Piece<'_> {
    /// The function of the piece.
    pub(super) fn function(&self, guards: &Guards, signature: &Signature, target: &super::Target) -> Function {
        let mut function = Function::with_name_signature(UserFuncName::default(), signature.clone());
        let mut context = FunctionBuilderContext::new();
        let mut builder = FunctionBuilder::new(&mut function, &mut context);
        let first = builder.create_block();
        builder.append_block_params_for_function_params(first);
        builder.switch_to_block(first);
        let (record, entry) = match builder.block_params(first) {
            [record, entry] => (*record, *entry),
            _ => return function,
        };

        let blocks: Vec<Block> = self.links.iter().map(|_| builder.create_block()).collect();
        let on = builder.create_block();
        let mut exits = Exits { entries: Vec::new(), picks: Vec::new() };
        let mut emit = Emit::new(builder, guards, record, kept(self.links, self.tries, guards));
        self.enter(&mut emit, entry, &blocks, on, &mut exits);
        for (place, (link, block)) in self.links.iter().zip(&blocks).enumerate() {
            let next = if self.each_alone { on } else { blocks.get(place + 1).copied().unwrap_or(on) };
            emit.begin(*block);
            // The entry behind the link, where there is one.
            let back = exits.entries.iter().position(|entry| *entry == place + 1).map(|entry| entry as u32);
            match link {
                Link::Ranked(members) => rank::emit(&mut emit, members, self.tries, next),
                Link::Test { .. } | Link::Pick(_) | Link::Next | Link::Try(_) => {
                    emit_link(&mut emit, link, next, back.unwrap_or(NEXT_FUNCTION), &mut exits);
                }
            }
        }
        for (pick, block) in std::mem::take(&mut exits.picks) {
            emit.begin(block);
            answer(&mut emit.builder, 0, pick);
        }
        emit.begin(on);
        answer(&mut emit.builder, 0, ON);
        emit.builder.seal_all_blocks();
        emit.builder.finalize(target.frontend_config());
        function
    }

    /// Jumps from the current block, the function's first, to that of the entry. Entry 0 is the first link; the others
    /// of a chain are the links behind those that let a rule stand in.
    fn enter(&self, emit: &mut Emit<'_>, entry: Value, blocks: &[Block], on: Block, exits: &mut Exits) {
        exits.entries = if self.each_alone {
            (0..self.links.len()).collect()
        } else {
            let tries = self.links.iter().enumerate().filter(|(_, link)| can_try(link)).map(|(place, _)| place + 1);
            std::iter::once(0).chain(tries.filter(|place| *place < self.links.len())).collect()
        };
        let targets: Vec<Block> = exits.entries.iter().filter_map(|place| blocks.get(*place)).copied().collect();
        match targets.as_slice() {
            [] => emit.jump(on),
            [only] => emit.jump(*only),
            [start, ..] => {
                // The way in from outside is by far the most frequent: a test for it comes before the table.
                let table = emit.builder.create_block();
                emit.builder.set_cold_block(table);
                emit.end(entry, table, *start);
                emit.begin(table);
                targets.iter().for_each(|target| emit.reach(*target));
                let pool = &mut emit.builder.func.dfg.value_lists;
                let calls: Vec<BlockCall> = targets.iter().map(|block| BlockCall::new(*block, [], pool)).collect();
                let default = BlockCall::new(*start, [], pool);
                let table = emit.builder.create_jump_table(JumpTableData::new(default, &calls));
                emit.builder.ins().br_table(entry, table);
            }
        }
    }
}

/// Numbers that take some computing and are asked for more than once.
fn kept(links: &[Link], tries: &[Link], guards: &Guards) -> HashSet<NumberId> {
    const SOME: u32 = 6;
    let mut counts: HashMap<NumberId, u32> = HashMap::new();
    let mut asked = |number: NumberId| {
        let count = counts.entry(number).or_default();
        *count += 1;
        // What is kept asks for its parts once.
        *count == 1
    };
    let mut tests = |link: &Link| {
        link.each(&mut |part| match part {
            Link::Test { guard, .. } => guards.each_number(*guard, &mut asked),
            Link::Ranked(members) => {
                members.iter().for_each(|member| guards.each_inner(member.score, &mut asked));
            }
            Link::Pick(_) | Link::Next | Link::Try(_) => {}
        });
    };
    for link in links {
        tests(link);
        if let Link::Ranked(members) = link {
            let tried = members.iter().flat_map(|member| rank::in_order(&member.link, tries));
            tried.filter_map(|place| tries.get(place as usize)).for_each(&mut tests);
        }
    }
    counts.retain(|number, count| *count > 1 && guards.number_cost(*number) >= SOME);
    counts.into_keys().collect()
}

/// Where a function leaves.
struct Exits {
    /// The links at which it can be entered, in the order of the entries.
    entries: Vec<usize>,
    /// The block of each pick.
    picks: Vec<(u32, Block)>,
}

fn can_try(link: &Link) -> bool {
    let mut found = false;
    link.each(&mut |part| found |= matches!(part, Link::Try(_)));
    // Rules that rank together answer for what they try themselves.
    found && !matches!(link, Link::Ranked(_))
}

/// The code of a link, from the current block on.
fn emit_link(emit: &mut Emit<'_>, link: &Link, next: Block, back: u32, exits: &mut Exits) {
    match link {
        Link::Test { guard, yes, no } => {
            let yes_block = target(emit, yes, next, exits);
            let no_block = target(emit, no, next, exits);
            let (to_yes, to_no) = (yes_block.unwrap_or_else(|| emit.builder.create_block()), no_block);
            let to_no = to_no.unwrap_or_else(|| emit.builder.create_block());
            emit.branch(*guard, to_yes, to_no);
            for (link, block, known) in [(yes, to_yes, yes_block), (no, to_no, no_block)] {
                if known.is_none() {
                    emit.begin(block);
                    emit_link(emit, link, next, back, exits);
                }
            }
        }
        Link::Pick(_) | Link::Next => {
            if let Some(block) = target(emit, link, next, exits) {
                emit.jump(block);
            }
        }
        Link::Try(place) => answer(&mut emit.builder, back, TRY | place),
        // Only in a chain itself, where it is written out by `rank`.
        Link::Ranked(_) => emit.jump(next),
    }
}

/// The block that a link is, where it is one already.
fn target(emit: &mut Emit<'_>, link: &Link, next: Block, exits: &mut Exits) -> Option<Block> {
    match link {
        Link::Next => Some(next),
        Link::Pick(pick) => match exits.picks.iter().find(|(of, _)| of == pick) {
            Some((_, block)) => Some(*block),
            None => {
                let block = emit.builder.create_block();
                exits.picks.push((*pick, block));
                Some(block)
            }
        },
        Link::Test { .. } | Link::Try(_) | Link::Ranked(_) => None,
    }
}

fn answer(builder: &mut FunctionBuilder<'_>, upper: u32, lower: u32) {
    let both = u64::from(upper) << 32 | u64::from(lower);
    let value = builder.ins().iconst(types::I64, both.cast_signed());
    builder.ins().return_(&[value]);
}
