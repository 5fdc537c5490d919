//! The only unsafe code of the crate: machine code is called and freed here.
//!
//! Invariants, and who keeps them:
//!
//! 1. A function is `fn(record: *const i64, entry: u32) -> u64`. [`Code::link`] declares every function with the one
//!    [`signature`] and takes nothing else.
//! 2. It reads nothing but words `0..words` of the record, writes nothing, calls nothing and ends. The emitter uses no
//!    store, no call and no jump backwards, and asks for every load by a [`Word`](crate::plan::Word) of the layout whose
//!    length is `words`; [`Code::link`] refuses code with a relocation, which is what a call would need.
//! 3. The record has at least `words` words. [`Code::call`] looks each time.
//! 4. No function runs once its memory is freed. Pointers never leave [`Code`]; `call` borrows it, and `drop`, which
//!    frees, owns it alone.
//!
//! `Send` and `Sync` follow without a word of ours: function pointers are both, and the module, which is only `Send`,
//! lies behind a lock that nobody takes while code runs. The pages are written before `link` returns and never after.

use std::sync::Mutex;

use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Function, Signature, types};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Module, default_libcall_names};

use super::JitError;

type Entry = unsafe extern "C" fn(record: *const i64, entry: u32) -> u64;

/// Finished machine code.
pub(super) struct Code {
    functions: Vec<Entry>,
    words: usize,
    bytes: usize,
    /// Owns the pages; `None` once they are freed.
    module: Mutex<Option<JITModule>>,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code").field("functions", &self.functions.len()).field("bytes", &self.bytes).finish()
    }
}

/// Of every function.
pub(super) fn signature(isa: &OwnedTargetIsa) -> Signature {
    let mut signature = Signature::new(isa.default_call_conv());
    signature.params = vec![AbiParam::new(isa.pointer_type()), AbiParam::new(types::I32)];
    signature.returns = vec![AbiParam::new(types::I64)];
    signature
}

impl Code {
    /// Compiles functions that read records of `words` words and makes them callable, in their order.
    ///
    /// # Errors
    /// What the code generator refuses, and code that would call something.
    pub(super) fn link(
        isa: OwnedTargetIsa,
        functions: impl IntoIterator<Item = Result<Function, JitError>>,
        words: usize,
    ) -> Result<Self, JitError> {
        let signature = signature(&isa);
        let mut module = JITModule::new(JITBuilder::with_isa(isa, default_libcall_names()));
        let made = define(&mut module, &signature, functions);
        let ids = match made {
            Ok(made) => made,
            Err(error) => {
                free(module);
                return Err(error);
            }
        };
        let (ids, bytes): (Vec<_>, Vec<usize>) = ids.into_iter().unzip();
        let functions = ids.into_iter().map(|id| {
            let start = module.get_finalized_function(id);
            #[expect(unsafe_code, reason = "invariant 1: the function was declared with this signature")]
            // SAFETY: `start` is the first byte of a finished function with the signature of `Entry`, in the default
            // convention of the host, which is what `extern "C"` means there.
            unsafe {
                std::mem::transmute::<*const u8, Entry>(start)
            }
        });
        let functions = functions.collect();
        Ok(Self { functions, words, bytes: bytes.iter().sum(), module: Mutex::new(Some(module)) })
    }

    /// Calls a function; `None` for one that there is not, or a record that is too short for its layout.
    #[inline]
    pub(super) fn call(&self, function: usize, record: &[i64], entry: u32) -> Option<u64> {
        let function = self.functions.get(function)?;
        if record.len() < self.words {
            return None;
        }
        #[expect(unsafe_code, reason = "invariants 2 to 4")]
        // SAFETY: the code reads `words` words behind the pointer and `record` has as many, valid and unchanged while
        // it is borrowed; `self` is borrowed too, so the pages are there.
        Some(unsafe { function(record.as_ptr(), entry) })
    }

    /// How many bytes of machine code there are.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.functions.clear();
        let module = self.module.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(module) = module {
            free(module);
        }
    }
}

/// Gives the pages of a module back; dropping it would keep them for ever.
fn free(module: JITModule) {
    #[expect(unsafe_code, reason = "invariant 4: nobody can call into the module any more")]
    // SAFETY: the pointers into the module were in the `Code` that is being dropped, or none was taken yet.
    unsafe {
        module.free_memory();
    }
}

/// Defines the functions and finishes the module; the ids in order, with the size of each.
fn define(
    module: &mut JITModule,
    signature: &Signature,
    functions: impl IntoIterator<Item = Result<Function, JitError>>,
) -> Result<Vec<(cranelift_module::FuncId, usize)>, JitError> {
    let mut ids = Vec::new();
    let mut context = Context::new();
    for function in functions {
        context.clear();
        context.func = function?;
        if context.func.signature != *signature {
            return Err(JitError::Generator("a function with another signature".to_owned()));
        }
        let id = module.declare_anonymous_function(signature)?;
        module.define_function(id, &mut context)?;
        let code = context.compiled_code().ok_or_else(|| JitError::Generator("no code".to_owned()))?;
        if !code.buffer.relocs().is_empty() {
            return Err(JitError::Calls);
        }
        ids.push((id, code.code_buffer().len()));
    }
    module.finalize_definitions()?;
    Ok(ids)
}
