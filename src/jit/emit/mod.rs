//! Guards and numbers to instructions: `guard` branches, `number` computes.
//!
//! Every guard is a branch to one of two blocks, every number either a value or a jump to where it is missing: nothing
//! is ever true, false or missing as a value. Only loads at the words of the layout, integer arithmetic, forward
//! branches: no call, no store, no loop.

mod guard;
mod number;

use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FunctionBuilder;

use crate::plan::Word;
use crate::plan::guard::Guards;

/// A function being written.
pub(super) struct Emit<'a> {
    pub(super) builder: FunctionBuilder<'a>,
    guards: &'a Guards,
    record: Value,
}

impl<'a> Emit<'a> {
    pub(super) fn new(builder: FunctionBuilder<'a>, guards: &'a Guards, record: Value) -> Self {
        Self { builder, guards, record }
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

    /// Branches and goes on in a new block that is taken where `condition` holds.
    fn go_on_if(&mut self, condition: Value, otherwise: Block) {
        let next = self.builder.create_block();
        self.builder.ins().brif(condition, next, &[], otherwise, &[]);
        self.builder.switch_to_block(next);
    }

    /// Branches and goes on in a new block that is taken where `condition` does not hold.
    fn go_on_unless(&mut self, condition: Value, otherwise: Block) {
        let next = self.builder.create_block();
        self.builder.ins().brif(condition, otherwise, &[], next, &[]);
        self.builder.switch_to_block(next);
    }
}
