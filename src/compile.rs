//! The pipeline on one screen: text -> tree -> model -> findings. Start reading here.
//!
//! 1. [`syntax::parse`] reads each file into a tree; every syntax error is reported, nothing good is lost.
//! 2. [`check::check`] resolves names and types over all files into one [`RuleSet`], and tests.
//! 3. [`Verified::new`] looks at the model again, written apart from the checker; nothing runs that it refuses.
//! 4. [`Compiled::analyse`] says what correct rules do that nobody meant, with a customer who shows it.
//!
//! What comes out goes on as a [`bundle`](crate::bundle), and from there to a plan and machine code.

use crate::analysis;
use crate::check::{self, Program};
use crate::diagnostics::codes::{resolve, syntax as codes};
use crate::diagnostics::{self, Diagnostic, Severity};
use crate::model::{LeftOut, RuleSet, Verified};
use crate::source::{SourceSet, Span};
use crate::syntax;
use crate::value::Instant;

/// Codes of files that were not read to their end.
const UNREAD: [&str; 2] = [codes::FILE_TOO_LARGE.name, codes::TOO_MANY.name];

/// Everything that a compilation gives.
#[derive(Debug)]
pub struct Compiled {
    /// The files.
    pub sources: SourceSet,
    /// Everything that is right, proved fit to run; none if the checker and the verifier disagree.
    pub rules: Option<Verified>,
    /// Tests and what was left out; its rules are those of [`Compiled::rules`].
    pub program: Program,
    /// All findings in reading order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Step 4: adds what the analysis finds about the rules, as they matter from `from` on (from ever, without it).
    pub fn analyse(&mut self, from: Option<Instant>) {
        let Some(rules) = &self.rules else { return };
        let options = analysis::Options { from, left_out: self.left_out(), ..analysis::Options::default() };
        self.diagnostics.extend(analysis::analyse(rules, &options).diagnostics);
        diagnostics::sort(&mut self.diagnostics);
    }

    /// What the rules lack because it is in error, and what that may do (R52).
    pub fn left_out(&self) -> Vec<LeftOut> {
        let may = |rule: &check::LeftOut| match rule.damaged {
            Some(span) => check::admit_losses(rule, self.sources.text(span)),
            None => rule.may.clone(),
        };
        let rules = self.program.left_out.iter().map(may);
        let mut left_out: Vec<LeftOut> = rules.chain(self.program.gaps.iter().cloned()).collect();
        if self.diagnostics.iter().any(|finding| UNREAD.contains(&finding.code.name)) {
            left_out.push(LeftOut::default());
        }
        left_out
    }

    /// The rules, if nothing at all is in error: only then may they decide for anybody.
    pub fn runnable(&self) -> Option<&Verified> {
        let has_errors = diagnostics::worst(&self.diagnostics) >= Some(Severity::Error);
        self.rules.as_ref().filter(|_| !has_errors)
    }
}

/// Compiles all files of a rule set together.
pub fn compile(sources: SourceSet) -> Compiled {
    let mut diagnostics = Vec::new();
    let mut files = Vec::new();
    for (id, source) in sources.iter() {
        let (file, mut findings) = syntax::parse(id, &source.text);
        diagnostics.append(&mut findings);
        files.push(file);
    }
    let (mut program, mut findings) = check::check(&files);
    diagnostics.append(&mut findings);
    let rules = match Verified::new(std::mem::replace(&mut program.rules, RuleSet::new())) {
        Ok(rules) => Some(rules),
        Err(refused) if refused.is_limit() => {
            let start = Span::new(crate::source::SourceId(0), 0..0);
            let finding = Diagnostic::new(&resolve::TOO_MUCH, start, refused.to_string())
                .help("remove what nobody uses any more, or divide the rules into several sets");
            diagnostics.push(finding);
            None
        }
        Err(refused) => {
            let start = Span::new(crate::source::SourceId(0), 0..0);
            let message = format!("the compiler made a model that it refuses itself: {refused}");
            let finding = Diagnostic::new(&diagnostics::codes::bundle::MODEL_REFUSED, start, message)
                .help("this is a fault of cater, not of your rules; please report it with the rules");
            diagnostics.push(finding);
            None
        }
    };
    diagnostics::sort(&mut diagnostics);
    Compiled { sources, rules, program, diagnostics }
}
