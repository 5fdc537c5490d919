//! The causes of substitutes in other words: `if denied show x`, `if over cap show x`, `when capped show x`.

use crate::diagnostics::{Diagnostic, codes::syntax as codes, is_only_near, nearest};
use crate::syntax::reader::Reader;

const CONSENT: [&str; 7] = ["consent", "denied", "refused", "withdrawn", "objected", "permission", "optout"];
const CAPPED: [&str; 8] = ["cap", "caps", "capped", "limit", "limited", "exceeded", "overcapped", "reached"];
const UNKNOWN: [&str; 5] = ["missing", "unknown", "null", "undefined", "unsure"];
/// What may stand among them.
const BESIDE: [&str; 13] =
    ["the", "a", "is", "was", "has", "been", "no", "not", "over", "above", "at", "already", "then"];
const VERBS: [&str; 4] = ["show", "send", "try", "nothing"];
/// The word of a substitute that is not built yet.
const ASK: &str = "ask";
/// The causes of one word.
const CAUSES: [&str; 2] = ["capped", "unknown"];

/// The cause that words in `from..to` mean.
fn meant(reader: &Reader<'_>, from: usize, to: usize) -> Option<&'static str> {
    let has = |words: &[&str]| (from..to).any(|token| words.iter().any(|word| reader.is_word(token, word)));
    match () {
        () if has(&CONSENT) => Some("if no consent"),
        () if has(&CAPPED) => Some("if capped"),
        () if has(&UNKNOWN) => Some("if unknown"),
        () => None,
    }
}

/// `if denied show x`, `if over cap show x`, `if capped then show x`: what is wrong with the substitute at `at`.
pub(super) fn other(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let told = match () {
        () if reader.is_word(at + 1, "no") && reader.is_word(at + 2, "consent") => Some(at + 3),
        () if ["capped", "unknown"].iter().any(|cause| reader.is_word(at + 1, cause)) => Some(at + 2),
        () => None,
    };
    if let Some(behind) = told {
        let then = reader.is_word(behind, "then").then(|| reader.span(behind))?;
        let finding = Diagnostic::new(&codes::SPELLING, then, "no `then` stands behind the cause");
        return Some(finding.help("leave it out: `if capped show running_tips`").fix("remove it", then, ""));
    }
    let is_verb = |token: &usize| VERBS.iter().any(|verb| reader.is_word(*token, verb));
    if let Some(finding) = both(reader, at, end) {
        return Some(finding);
    }
    let verb = (at + 2..(at + 6).min(end + 2)).find(is_verb)?;
    let not_known = verb == at + 3 && reader.is_word(at + 1, "not") && reader.is_word(at + 2, "known");
    let right = match meant(reader, at + 1, verb).or(not_known.then_some("if unknown")) {
        Some(right) => right,
        None => return misspelt(reader, at, verb).or_else(|| no_cause(reader, at, verb)),
    };
    let span = reader.span_between(at, verb);
    let written: Vec<_> = (at..verb).map(|token| reader.written(token)).collect();
    let message = format!("`{}` is spelt `{right}`", written.join(" "));
    let finding = Diagnostic::new(&codes::SPELLING, span, message).help(format!("write `{right}`"));
    (written.join(" ") != right).then(|| finding.suggest(format!("write `{right}`"), span, right))
}

/// A cause that is misspelt: its word, and what is meant.
struct Slip<'t> {
    at: usize,
    written: &'t str,
    meant: &'static str,
    /// The whole cause.
    cause: String,
    is_certain: bool,
}

/// What the cause behind the `if` at `at` is a slip of.
fn slip<'t>(reader: &Reader<'t>, at: usize) -> Option<Slip<'t>> {
    let (word, known): (usize, &[&'static str]) = match reader.is_word(at + 1, "no") {
        true => (at + 2, &["consent"]),
        false => (at + 1, &CAUSES),
    };
    let written = reader.word(word)?;
    let meant = nearest(written, known.iter().copied())?;
    let cause = if known.len() > 1 { meant.to_owned() } else { format!("no {meant}") };
    Some(Slip { at: word, written, meant, cause, is_certain: is_only_near(written, known.iter().copied()) })
}

/// Whether what stands behind the `if` at `at` may be a cause, in other words or misspelt.
pub(super) fn is_near(reader: &Reader<'_>, at: usize) -> bool {
    slip(reader, at).is_some() || meant(reader, at + 1, at + 2).is_some()
}

/// `if caped show x`, `if no concent show x`
fn misspelt(reader: &Reader<'_>, at: usize, verb: usize) -> Option<Diagnostic> {
    let Slip { at, written, meant, cause, is_certain } = slip(reader, at).filter(|slip| slip.at + 1 == verb)?;
    let span = reader.span(at);
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, format!("`{written}` is no cause of a substitute"));
    Some(finding.help(format!("did you mean `if {cause}`?")).fix_if(
        is_certain,
        format!("write `{meant}`"),
        span,
        meant,
    ))
}

/// `if caped sho x`, `if unknwn ask x`: the cause is misspelt, and behind it stands no word of a substitute, or one that is
/// not built.
fn both(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let slip = slip(reader, at)?;
    let verb = slip.at + 1;
    let written = reader.word(verb).filter(|word| verb < end && word.len() > 2 && !VERBS.contains(word))?;
    let verbs = || VERBS.into_iter().chain([ASK]);
    let meant = nearest(written, verbs())?;
    if meant == ASK {
        return Some(super::not_yet("the substitute `ask`", reader.span(verb)));
    }
    let span = reader.span_between(slip.at, verb + 1);
    let right = format!("{} {meant}", slip.meant);
    let message = format!("`{}` is no cause of a substitute, and `{written}` does not go on with it", slip.written);
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, message);
    let certain = slip.is_certain && is_only_near(written, verbs());
    let help = format!("did you mean `if {} {meant}`?", slip.cause);
    Some(finding.help(help).fix_if(certain, format!("write `{right}`"), span, right))
}

/// `if paused show x` beside another `show`: what is shown instead, for a cause that there is not.
fn no_cause(reader: &Reader<'_>, at: usize, verb: usize) -> Option<Diagnostic> {
    let opens = (0..at).rev().find(|token| reader.is_sign(*token, b'{'))?;
    let closes = (verb..reader.tokens.len()).find(|token| reader.is_sign(*token, b'}'))?;
    let is_main = |token: &usize| {
        let cause = CAUSES.iter().chain(&["consent"]).any(|cause| reader.is_word(*token - 1, cause));
        *token != verb && !cause && (reader.is_word(*token, "show") || reader.is_word(*token, "send"))
    };
    (opens + 1..closes).find(is_main)?;
    let span = reader.span_between(at + 1, verb);
    let written = reader.text.get(span.range()).unwrap_or_default();
    let message = format!("`{written}` is no cause of a substitute");
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, message).primary("why is the rule passed over?");
    let is = |words: &[&str]| words.iter().any(|word| reader.is_word(at + 1, word));
    Some(finding.help(match () {
        () if is(&["paused", "pause", "gap", "spaced"]) => {
            "a rule that a pause or a gap stops counts as capped: `if capped show ..`"
        }
        () if is(&["blocked", "block"]) => "nothing stands in for what a block holds back: the next candidate is asked",
        () => {
            "the causes are `capped`, `no consent` and `unknown`; for whom a rule is meant is told by `when`, and what everybody \
             else sees by the `fallback` of the slot"
        }
    }))
}

/// `when capped show x` beside another `show`: a substitute that is written as a condition. Gives the finding and the
/// token behind what it shows. An attribute may be called `capped`; then the rule shows one thing.
pub(in crate::syntax) fn as_condition(reader: &Reader<'_>, at: usize, to: usize) -> Option<(Diagnostic, usize)> {
    let word = reader.word(at).filter(|word| matches!(*word, "when" | "unless"))?;
    let is_cause = |token: &usize| {
        let any = |words: &[&str]| words.iter().any(|word| reader.is_word(*token, word));
        any(&CONSENT) || any(&CAPPED) || any(&UNKNOWN) || any(&BESIDE)
    };
    let behind = (at + 1..to).find(|token| !is_cause(token))?;
    let right = meant(reader, at + 1, behind)?;
    let shows = reader.is_word(behind, "show") || reader.is_word(behind, "try");
    let next = match () {
        () if shows && behind + 1 < to && reader.is_name(behind + 1) => behind + 2,
        () if reader.is_word(behind, "nothing") => behind + 1,
        () => return None,
    };
    let opens = (0..at).rev().find(|token| reader.is_sign(*token, b'{')).unwrap_or(0);
    let shown = |token: usize| {
        // What stands behind a cause is a substitute's.
        let substitute = ["capped", "consent", "unknown"].iter().any(|cause| reader.is_word(token - 1, cause));
        reader.is_word(token, "show") && reader.is_name(token + 1) && !substitute
    };
    if !(opens + 1..at).chain(next..to.saturating_sub(1)).any(shown) {
        return None;
    }
    let span = reader.span_between(at, behind);
    let written = (at..behind).map(|token| reader.written(token)).collect::<Vec<_>>().join(" ");
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{written}` is spelt `{right}`"));
    let finding = finding.primary("why the rule is passed over is no condition");
    Some((
        match word {
            // Two would be meant by that: the substitute, or the rule itself as long as it is not capped.
            "unless" => finding
                .help(format!("a rule that is stopped is not shown anyway; what stands in for it: `{right} show ..`")),
            _ => finding.help(format!("write `{right}`")).suggest(format!("write `{right}`"), span, right),
        },
        next,
    ))
}
