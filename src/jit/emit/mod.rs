//! Guards and numbers to instructions: `guard` branches, `number` computes.
//!
//! Every guard is a branch to one of two blocks, every number either a value or a jump to where it is missing: nothing
//! is ever true, false or missing as a value. Only loads at the words of the layout, integer arithmetic, forward
//! branches: no call, no store, no loop.
//!
//! A number that takes some computing and is asked for more than once in a function is the exception: it is computed
//! where it is first met, missing included, and kept for every block that cannot be reached without it. Blocks are
//! written in the order in which they are reached, so what each way into a block has at hand is known when the block is
//! begun.

mod guard;
mod number;

use std::collections::{HashMap, HashSet};

use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FunctionBuilder;

use crate::plan::Word;
use crate::plan::guard::Guards;
use crate::plan::number::NumberId;

/// Numbers that were computed on every way to here.
type AtHand = Vec<(NumberId, Value)>;

/// A function being written.
pub(super) struct Emit<'a> {
    pub(super) builder: FunctionBuilder<'a>,
    guards: &'a Guards,
    record: Value,
    /// Numbers to be kept once they are computed.
    kept: HashSet<NumberId>,
    at_hand: AtHand,
    /// The same for blocks that were jumped to and not begun.
    ahead: HashMap<Block, AtHand>,
}

impl<'a> Emit<'a> {
    pub(super) fn new(
        builder: FunctionBuilder<'a>,
        guards: &'a Guards,
        record: Value,
        kept: HashSet<NumberId>,
    ) -> Self {
        Self { builder, guards, record, kept, at_hand: Vec::new(), ahead: HashMap::new() }
    }

    /// Begins a block to which everything that jumps there has been written.
    pub(super) fn begin(&mut self, block: Block) {
        self.at_hand = self.ahead.remove(&block).unwrap_or_default();
        self.builder.switch_to_block(block);
    }

    /// Ends the current block: to `yes` where the condition holds, else to `no`.
    pub(super) fn end(&mut self, condition: Value, yes: Block, no: Block) {
        self.reach(yes);
        self.reach(no);
        self.builder.ins().brif(condition, yes, &[], no, &[]);
    }

    /// Ends the current block.
    pub(super) fn jump(&mut self, to: Block) {
        self.reach(to);
        self.builder.ins().jump(to, &[]);
    }

    /// Ends the current block and hands a value on.
    pub(super) fn jump_with(&mut self, to: Block, value: Value) {
        self.reach(to);
        self.builder.ins().jump(to, &[value.into()]);
    }

    /// Ends the current block and hands two values on.
    pub(super) fn jump_with_both(&mut self, to: Block, first: Value, second: Value) {
        self.reach(to);
        self.builder.ins().jump(to, &[first.into(), second.into()]);
    }

    /// Of what is at hand in several blocks that jump to one, there is left what all of them have.
    pub(super) fn reach(&mut self, block: Block) {
        let here = &self.at_hand;
        self.ahead
            .entry(block)
            .and_modify(|there| there.retain(|kept| here.contains(kept)))
            .or_insert_with(|| here.clone());
    }

    /// Goes on in a new block where the condition holds.
    fn go_on_if(&mut self, condition: Value, otherwise: Block) {
        let next = self.builder.create_block();
        self.end(condition, next, otherwise);
        self.begin(next);
    }

    /// Goes on in a new block where the condition does not hold.
    fn go_on_unless(&mut self, condition: Value, otherwise: Block) {
        let next = self.builder.create_block();
        self.end(condition, otherwise, next);
        self.begin(next);
    }

    /// Reads a word of the record.
    fn load(&mut self, word: Word) -> Value {
        self.load_part(types::I64, word, 0)
    }

    fn load_part(&mut self, ty: Type, word: Word, byte: i32) -> Value {
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let offset = i32::try_from(word.index() * 8).unwrap_or(i32::MAX);
        self.builder.ins().load(ty, flags, self.record, offset + byte)
    }

    fn constant(&mut self, value: i64) -> Value {
        self.builder.ins().iconst(types::I64, value)
    }
}
