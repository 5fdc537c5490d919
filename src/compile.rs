//! The pipeline on one screen: text -> tree -> model -> findings. Start reading here.
//!
//! 1. [`uses::read`] reads each file into a tree, and the files that a `use` names; every syntax error is reported,
//!    nothing good is lost.
//! 2. [`check::check`] resolves names and types over all files into one [`RuleSet`], and tests.
//! 3. [`Verified::new`] looks at the model again, written apart from the checker; nothing runs that it refuses.
//! 4. [`Compiled::analyse`] says what correct rules do that nobody meant, with a customer who shows it; before it,
//!    where somebody asks, [`Compiled::review`] says which of them nobody has looked at in time.
//! 5. [`Compiled::settle`] adds what a house requires of its rules, and weighs all findings as it wants them weighed.
//!
//! What comes out goes on as a [`bundle`](crate::bundle), and from there to a plan and machine code.

mod elsewhere;
pub mod mend;
mod overdue;
mod required;
pub mod uses;

use crate::analysis::{self, Proofs};
use crate::check::{self, Program};
use crate::diagnostics::codes::{lint, resolve, syntax as codes};
use crate::diagnostics::fingerprint::Landmark;
use crate::diagnostics::{self, Allowance, Allowed, Diagnostic, Levels, Severity};
use crate::model::{LeftOut, Required, RuleSet, Verified};
use crate::source::{SourceSet, Span};
use crate::syntax::tree::Item;
use crate::value::Instant;
use uses::{Alone, Library, Reading};

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
    /// All findings in reading order, without those that are allowed in their place.
    pub diagnostics: Vec<Diagnostic>,
    /// The findings that are allowed, with their reasons.
    pub allowed: Vec<Allowed>,
    /// The findings that somebody has set aside as old, in reading order. A compilation sets none aside.
    pub known: Vec<Diagnostic>,
    /// Which declaration stands where, by file and place.
    pub landmarks: Vec<Landmark>,
    allowances: Vec<Allowance>,
    /// Whether there is more to this rule set than was read, so that nobody can say what is not used.
    pub is_part: bool,
}

impl Compiled {
    /// Before step 4, where somebody asks: adds a finding, of that severity, for each rule whose review is overdue at
    /// that instant (R46).
    pub fn review(&mut self, at: Instant, severity: Severity) {
        let Some(rules) = &self.rules else { return };
        let found = overdue::overdue(rules, at, severity);
        let (shown, allowed) = diagnostics::settle(found, &self.allowances, &Levels::default());
        self.allowed.extend(allowed);
        self.diagnostics.extend(shown);
        diagnostics::sort(&mut self.diagnostics);
    }

    /// Step 4: adds what the analysis finds about the rules, as they matter from `from` on (from ever, without it).
    pub fn analyse(&mut self, from: Option<Instant>) {
        let Some(rules) = &self.rules else { return };
        let options = analysis::Options { from, left_out: self.left_out(), ..analysis::Options::default() };
        let mut found = analysis::analyse(rules, &options).diagnostics;
        // That a rule has stopped is said with the review that it lacks.
        let told = self.diagnostics.iter().chain(self.allowed.iter().map(|allowed| &allowed.finding));
        let told: Vec<_> = told.filter(|finding| *finding.code == lint::REVIEW_OVERDUE).map(Diagnostic::span).collect();
        found.retain(|finding| *finding.code != lint::NEVER_ACTIVE || !told.contains(&finding.span()));
        let (shown, allowed) = diagnostics::settle(found, &self.allowances, &Levels::default());
        self.allowed.extend(allowed);
        let is_whole = !self.is_part && diagnostics::worst(&self.diagnostics) < Some(Severity::Error);
        self.diagnostics.extend(shown);
        if is_whole {
            let unused = diagnostics::unused(&self.allowances, &self.diagnostics, &self.allowed);
            self.diagnostics.extend(unused);
        }
        diagnostics::sort(&mut self.diagnostics);
    }

    /// Of every rule of which the analysis says that it never wins the proof, made and checked apart from the search. `from`
    /// as in [`Compiled::analyse`]; nothing where there are no rules.
    pub fn prove(&self, from: Option<Instant>) -> Option<Proofs> {
        let rules = self.rules.as_ref()?;
        let options = analysis::Options { from, left_out: self.left_out(), ..analysis::Options::default() };
        let report = analysis::verdicts(rules, &options);
        Some(analysis::prove(rules, &options, &report))
    }

    /// Step 5: adds a finding for each rule that lacks what is required, and gives every finding its level.
    pub fn settle(&mut self, required: &[Required], levels: &Levels) {
        if let Some(rules) = &self.rules {
            self.diagnostics.append(&mut required::required(rules, required));
        }
        let (shown, allowed) = diagnostics::settle(std::mem::take(&mut self.diagnostics), &self.allowances, levels);
        self.diagnostics = shown;
        self.allowed.extend(allowed);
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
        if self.is_part || self.diagnostics.iter().any(|finding| UNREAD.contains(&finding.code.name)) {
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

/// A declaration by its keyword and name; a test by its sentence.
fn landmark(item: &Item, sources: &SourceSet) -> Landmark {
    let keyword = sources.text(item.keyword);
    Landmark {
        span: item.span,
        name: item.title().map_or_else(|| keyword.to_owned(), |name| format!("{keyword} {name}")),
    }
}

/// Compiles all files of a rule set together. A `use` in them can name only another of them.
pub fn compile(sources: SourceSet) -> Compiled {
    compile_with(sources, &Alone)
}

/// Compiles all files of a rule set together with the files that they use.
pub fn compile_with(sources: SourceSet, library: &dyn Library) -> Compiled {
    let reading = uses::read(sources, library);
    let (mut program, mut findings) = check::check(&reading.files);
    elsewhere::explain(&mut findings, &reading, library);
    let Reading { sources, files, mut diagnostics, misses: is_part } = reading;
    let landmarks = files.iter().flat_map(|file| file.items.iter().map(|item| landmark(item, &sources))).collect();
    let allowances: Vec<Allowance> = files.into_iter().flat_map(|file| file.allowances).collect();
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
    let (mut diagnostics, allowed) = diagnostics::settle(diagnostics, &allowances, &Levels::default());
    diagnostics::sort(&mut diagnostics);
    Compiled { sources, rules, program, diagnostics, allowed, known: Vec::new(), landmarks, allowances, is_part }
}
