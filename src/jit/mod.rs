//! Plan to machine code, with Cranelift.
//!
//! Takes a verified [`RuleSet`]; gives [`Compiled`]: per slot, functions that read a packed [`Record`] and answer with
//! the index of a decision. Machine code never leaves its function: it calls nothing, stores nothing, has no loop, and
//! sees neither text nor pointers of a rule set. Whatever is refused, by the plan, the code generator or the host, is
//! an `Err`, and the reference evaluator decides instead. The only place that knows Cranelift; unsafe code is in `code`
//! alone.

mod code;
mod emit;
mod function;
mod rank;

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_module::ModuleError;
use thiserror::Error;

use crate::frame::Decision;
use crate::model::{RuleSet, SlotId, Verified};
use crate::plan::{Layout, Pick, Plan, PlanError, Record, Records};
use code::Code;
use function::{NEXT_FUNCTION, ON, Piece, Places, TRY};

/// Why there is no machine code for a rule set. The reference evaluator decides it all the same.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JitError {
    /// It has no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A rule, or the whole, is larger than machine code is worth.
    #[error("the rules are too large for machine code")]
    TooLarge,
    /// This machine is none that code can be made for.
    #[error("no machine code for this machine: {0}")]
    Host(String),
    /// The code generator failed.
    #[error("the code generator failed: {0}")]
    Generator(String),
    /// The code would call something, which it must never do.
    #[error("the code generator asked for a call")]
    Calls,
}

impl From<ModuleError> for JitError {
    fn from(error: ModuleError) -> Self {
        Self::Generator(error.to_string())
    }
}

/// How hard the code generator tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// As fast to make as can be. Not slower to run, see `benches/`.
    #[default]
    Quick,
    /// Optimised.
    Optimised,
}

/// How much goes into one function and into all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    /// Links of one function.
    links: usize,
    /// Tests of one function, and so of one rule.
    tests: u32,
    /// Functions of a rule set.
    functions: usize,
}

const LIMITS: Limits = Limits { links: 64, tests: 16_384, functions: 20_000 };

/// The host, as the code generator sees it.
struct Target(OwnedTargetIsa);

impl Target {
    fn host(effort: Effort) -> Result<Self, JitError> {
        let host = |error: &dyn std::fmt::Display| JitError::Host(error.to_string());
        let mut flags = settings::builder();
        let verify = if cfg!(debug_assertions) { "true" } else { "false" };
        let optimise = match effort {
            Effort::Quick => "none",
            Effort::Optimised => "speed",
        };
        let choices = [
            ("opt_level", optimise),
            ("enable_verifier", verify),
            ("is_pic", "false"),
            ("use_colocated_libcalls", "false"),
            // Nothing unwinds through code that neither calls nor traps, and its frames are small.
            ("unwind_info", "false"),
            ("enable_probestack", "false"),
        ];
        for (name, value) in choices {
            flags.set(name, value).map_err(|error| host(&error))?;
        }
        let builder = cranelift_native::builder().map_err(|error| host(&error))?;
        builder.finish(settings::Flags::new(flags)).map(Self).map_err(|error| host(&error))
    }

    fn frontend_config(&self) -> cranelift_codegen::isa::TargetFrontendConfig {
        self.0.frontend_config()
    }
}

/// A rule set as machine code.
#[derive(Debug)]
pub struct Compiled {
    layout: Layout,
    slots: Vec<CompiledSlot>,
    code: Code,
}

#[derive(Debug)]
struct CompiledSlot {
    picks: Vec<Pick>,
    places: Places,
}

/// Compiles a rule set.
///
/// # Errors
/// Whatever cannot be made; see [`JitError`].
pub fn compile(rules: &Verified) -> Result<Compiled, JitError> {
    compile_with(rules, Effort::default())
}

/// Compiles a rule set with so much effort; for tests and measurements. What `verify` would refuse may panic here, or
/// be decided in another way than by the reference evaluator.
///
/// # Errors
/// Whatever cannot be made; see [`JitError`].
pub fn compile_with(rules: &RuleSet, effort: Effort) -> Result<Compiled, JitError> {
    let plan = Plan::new(rules)?;
    let target = Target::host(effort)?;
    let (places, pieces) = pieces(&plan)?;
    let signature = code::signature(&target.0);
    let functions: Vec<_> = pieces.iter().map(|piece| Ok(piece.function(&plan.guards, &signature, &target))).collect();
    let code = Code::link(target.0, functions, plan.layout.words())?;
    let slots = plan.slots.into_iter().zip(places).map(|(slot, places)| CompiledSlot { picks: slot.picks, places });
    Ok(Compiled { slots: slots.collect(), layout: plan.layout, code })
}

/// What the code generator is given for a rule set that passes `verify`, one text a function, for people and tests.
///
/// # Errors
/// Whatever cannot be made; see [`JitError`].
pub fn intermediate(rules: &RuleSet) -> Result<Vec<String>, JitError> {
    let plan = Plan::new(rules)?;
    let target = Target::host(Effort::default())?;
    let signature = code::signature(&target.0);
    let (_, pieces) = pieces(&plan)?;
    Ok(pieces.iter().map(|piece| piece.function(&plan.guards, &signature, &target).display().to_string()).collect())
}

/// All functions to be, and where those of each slot are.
fn pieces(plan: &Plan) -> Result<(Vec<Places>, Vec<Piece<'_>>), JitError> {
    let mut pieces = Vec::new();
    let mut places = Vec::new();
    for slot in &plan.slots {
        places.push(function::cut(slot, &plan.guards, LIMITS, &mut pieces)?);
        if pieces.len() > LIMITS.functions {
            return Err(JitError::TooLarge);
        }
    }
    Ok((places, pieces))
}

impl Compiled {
    /// What stands where in a record, and how a frame becomes one.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many bytes of machine code there are.
    pub fn code_bytes(&self) -> usize {
        self.code.bytes()
    }

    /// What the slot answers, but for when to ask again; `None` where the record does not hold a frame packed by this
    /// layout, for a slot of another rule set, and where what would win has to wait for its windows: until when, and
    /// whether that is too long, is the reference evaluator's to say.
    #[inline]
    pub fn decide(&self, slot: SlotId, record: &Record) -> Option<Decision> {
        if !record.is_of(&self.layout) {
            return None;
        }
        self.decide_words(slot, record.words())
    }

    /// What the slot answers for one of many records, from 0; `None` as for [`Compiled::decide`], and where there are
    /// not so many.
    #[inline]
    pub fn decide_nth(&self, slot: SlotId, records: &Records, nth: usize) -> Option<Decision> {
        if !records.are_of(&self.layout) {
            return None;
        }
        self.decide_words(slot, records.words(nth)?)
    }

    #[inline]
    fn decide_words(&self, slot: SlotId, words: &[i64]) -> Option<Decision> {
        let slot = self.slots.get(slot.index())?;
        let pick = slot.decide(&self.code, words)?;
        match slot.picks.get(pick as usize)? {
            Pick::Answer(decision) => Some(*decision),
            Pick::Waits => None,
        }
    }
}

impl CompiledSlot {
    /// The index of the pick.
    #[inline]
    fn decide(&self, code: &Code, record: &[i64]) -> Option<u32> {
        let mut function = self.places.chain.start;
        let mut entry = 0;
        loop {
            let answer = code.call(function, record, entry)?;
            let lower = answer as u32;
            if lower < TRY {
                return Some(lower);
            }
            let back = if lower == ON { NEXT_FUNCTION } else { (answer >> 32) as u32 };
            if lower != ON
                && let Some(pick) = self.stands_in(code, record, lower)?
            {
                return Some(pick);
            }
            if back == NEXT_FUNCTION {
                function += 1;
                entry = 0;
                if function >= self.places.chain.end {
                    return None;
                }
            } else {
                entry = back;
            }
        }
    }

    /// What a rule that stands in picks, or one that stands in for it; the inner `None` where nothing comes of it. A
    /// chain of substitutes ends, because it is no circle.
    #[cold]
    fn stands_in(&self, code: &Code, record: &[i64], answer: u32) -> Option<Option<u32>> {
        let mut wanted = answer & !TRY;
        loop {
            let (function, entry) = *self.places.tries.get(wanted as usize)?;
            let answer = code.call(function as usize, record, entry)? as u32;
            if answer < TRY {
                return Some(Some(answer));
            }
            if answer == ON {
                return Some(None);
            }
            wanted = answer & !TRY;
        }
    }
}
