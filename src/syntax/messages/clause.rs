//! The wording for a word that begins no clause of its declaration: a slip of the fingers, a clause of another
//! declaration, or the word another tool has for the same.

use super::shortened;
use crate::diagnostics::{Diagnostic, codes::syntax as codes, is_only_near, nearest};
use crate::syntax::clauses::homes;
use crate::syntax::reader::Reader;
use crate::syntax::scan::TokenKind;
use crate::syntax::words::{OPENERS, Opener};

/// What other tools call a clause: the declaration ("" for any), the clause here, and their words for it.
const OTHERS: [(&str, &str, &[&str]); 28] = [
    ("a rule", "when", &["where", "filter", "audience", "only", "condition", "whenever", "target", "provided", "whom"]),
    ("a rule", "unless", &["except", "exclude", "excluding", "but", "without", "not"]),
    (
        "a rule",
        "show",
        &["display", "then", "offer", "give", "gives", "present", "serve", "content", "render", "return"],
    ),
    ("a rule", "priority", &["weight", "rank", "score", "importance", "prio", "order", "salience"]),
    ("a rule", "about", &["description", "describe", "desc", "label", "title", "name", "comment", "note"]),
    ("a rule", "owner", &["author", "team", "contact", "responsible"]),
    ("a rule", "needs", &["consent", "purpose", "purposes", "requires", "require", "permission"]),
    ("a rule", "cap", &["limit", "frequency", "max", "maximum", "quota", "capping", "at", "in", "per", "ever", "on"]),
    ("a rule", "because", &["reason", "why", "explanation"]),
    ("a rule", "metric", &["kpi", "goal", "measure"]),
    ("a rule", "before", &["overrides", "beats", "over"]),
    ("a rule", "ticket", &["jira", "issue"]),
    ("a rule", "review", &["revisit", "reviewed"]),
    ("an offer", "class", &["category", "type"]),
    ("an offer", "with", &["title", "text", "link", "image", "headline", "body", "content", "fields", "url"]),
    ("a slot", "fallback", &["default", "otherwise", "else"]),
    ("a slot", "accepts", &["allows", "allow", "classes", "accept"]),
    ("a cap", "at", &["limit", "max", "maximum", "most", "count"]),
    ("a cap", "in", &["within", "during", "every", "window", "rolling"]),
    ("a cap", "per", &["for", "each"]),
    ("a cap", "on", &["tag", "target"]),
    ("a purpose", "basis", &["legal", "ground", "grounds"]),
    ("a purpose", "valid", &["expires", "ttl", "lasts"]),
    ("a test", "expect", &["should", "assert", "show", "shows", "expects", "result", "then"]),
    ("a test", "now", &["time", "date", "today", "clock", "when"]),
    ("a test", "given", &["facts", "with", "attributes"]),
    ("a test", "as", &["user", "like", "extends"]),
    ("`defaults`", "zone", &["timezone", "tz", "time_zone"]),
];

/// What other tools say for dates.
const DATES: [&str; 13] =
    ["start", "starts", "end", "ends", "from", "to", "until", "valid", "date", "dates", "since", "schedule", "period"];

/// What stands where a clause of `noun` should begin. `words` are the words of its clauses, each with an example.
pub(in crate::syntax) fn not_a_clause(
    reader: &Reader<'_>,
    noun: &str,
    words: &[(&'static str, &'static str)],
    at: usize,
) -> Diagnostic {
    let span = reader.span(at);
    let written = shortened(reader.written(at));
    let Some(word) = reader.word(at) else {
        let message = match reader.token(at).map(|token| token.kind) {
            Some(TokenKind::Sign(b'}')) => "this `}` closes nothing".to_owned(),
            Some(TokenKind::Sign(b',')) => "no comma stands between clauses".to_owned(),
            Some(TokenKind::Sign(_) | TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Odd)
            | None => {
                format!("a clause of {noun} begins with its word, not with `{written}`")
            }
        };
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, message).primary("a clause should begin here");
        if let Some(right) = begins_with_number(reader, noun, at) {
            return finding.help(format!("write `{right}`"));
        }
        return match reader.is_sign(at, b',') {
            true => finding.help("leave it out").fix("remove the comma", span, ""),
            false => finding.help(clause_list(noun, words)),
        };
    };
    meant(reader, noun, words, at).unwrap_or_else(|| {
        let finding = Diagnostic::new(&codes::UNKNOWN_CLAUSE, span, format!("`{word}` is not a clause of {noun}"));
        finding.primary("a clause should begin here").help(clause_list(noun, words))
    })
}

/// How the clause is written of which the number at `at` is the first that was written: `10 days` in a pause.
fn begins_with_number(reader: &Reader<'_>, noun: &str, at: usize) -> Option<String> {
    let number = Some(shortened(reader.written(at))).filter(|_| reader.is_kind(at, TokenKind::Number))?;
    let next = shortened(reader.written(at + 1));
    let is_span = super::spelling::UNITS.contains(&next.trim_end_matches('s'));
    let named = |at: usize| reader.is_name(at).then(|| shortened(reader.written(at)));
    Some(match noun {
        "a gap" => format!("at least {number} {next} apart"),
        "a pause" if is_span => {
            let after = reader.is_word(at + 2, "after") && reader.is_kind(at + 3, TokenKind::Number);
            let shown = named(at + 4).filter(|_| after).unwrap_or_else(|| "shown".to_owned());
            let count = if after { shortened(reader.written(at + 3)) } else { "3".to_owned() };
            format!("for {number} {next}  after {count} {shown}")
        }
        "a pause" => format!("after {number} {}", named(at + 1)?),
        "a block" if is_span => {
            let event = named(at + 3).filter(|_| reader.is_word(at + 2, "after"));
            format!("for {number} {next} after {}", event.unwrap_or_else(|| "purchase".to_owned()))
        }
        "a cap" => format!("at most {number} {}", named(at + 1)?),
        "a window" if number.contains(':') => format!("open {number} until 21:00"),
        _ => return None,
    })
}

/// Whether the clause at `next` was written as a part of what is told of the word at `at`.
pub(in crate::syntax) fn goes_on(reader: &Reader<'_>, noun: &str, at: usize, next: usize) -> bool {
    // `after purchase for 24 hours`: the two are the wrong way round.
    noun == "a block" && reader.is_word(at, "after") && reader.is_word(next, "for")
}

/// What is said of a word that was plainly meant to begin a clause of `noun`.
pub(in crate::syntax) fn meant(
    reader: &Reader<'_>,
    noun: &str,
    words: &[(&'static str, &'static str)],
    at: usize,
) -> Option<Diagnostic> {
    let (word, span) = (reader.word(at)?, reader.span(at));
    if noun == "a purpose" && word == "needs" {
        return Some(super::missteps::a_purpose_needs_none(reader, at));
    }
    let message = format!("`{}` is not a clause of {noun}", shortened(word));
    let finding = Diagnostic::new(&codes::UNKNOWN_CLAUSE, span, message).primary("a clause should begin here");
    let example = |meant: &str| words.iter().find(|(word, _)| *word == meant).map(|(_, example)| *example);
    let small = word.to_lowercase();
    if small != word && example(&small).is_some() {
        let finding = Diagnostic::new(&codes::UNKNOWN_CLAUSE, span, format!("`{word}` is written in small letters"));
        let finding = finding.primary("a clause should begin here").help(format!("write `{small}`"));
        return Some(finding.fix(format!("write `{small}`"), span, small));
    }
    if let Some(help) = special(reader, noun, at) {
        return Some(finding.help(help));
    }
    if DATES.contains(&small.as_str())
        && let Some(example) = example("active")
    {
        return Some(finding.help(format!("dates stand behind `active`: `{example}`")));
    }
    let other =
        OTHERS.iter().filter(|(of, ..)| *of == noun || (*of == "a test" && ["a persona", "a request"].contains(&noun)));
    let mut other = other.filter(|(_, _, others)| others.contains(&small.as_str()));
    if let Some((meant, example)) = other.find_map(|(_, meant, _)| Some((*meant, example(meant)?))) {
        return Some(finding.help(format!("that is the clause `{meant}`: `{example}`")));
    }
    if let Some((home, example)) = homes(&small).first() {
        return Some(finding.help(format!("`{small}` is for {home}: `{example}`")));
    }
    let meant = nearest(word, words.iter().map(|(word, _)| *word))?;
    let certain = is_only_near(word, words.iter().map(|(word, _)| *word));
    Some(finding.help(format!("did you mean `{meant}`?")).fix_if(certain, format!("write `{meant}`"), span, meant))
}

/// What is best said in words of its own.
fn special(reader: &Reader<'_>, noun: &str, at: usize) -> Option<String> {
    let word = reader.word(at)?;
    let next = shortened(reader.written(at + 1));
    match (noun, word) {
        ("a rule", "consent") if reader.is_name(at + 1) => {
            Some(format!("write `needs {next}`; the purpose says whether that takes a consent"))
        }
        ("a rule" | "an offer", "else" | "otherwise") if reader.is_word(at + 1, "show") && reader.is_name(at + 2) => {
            let offer = shortened(reader.written(at + 2));
            Some(format!("what is shown to everybody else stands in the slot: `fallback {offer}`"))
        }
        ("a slot", "default" | "otherwise" | "else") => {
            let named = if reader.is_word(at + 1, "show") { at + 2 } else { at + 1 };
            let offer = if reader.is_name(named) { shortened(reader.written(named)) } else { "brand_story".to_owned() };
            Some(format!("that is the clause `fallback`: `fallback {offer}`"))
        }
        ("a block", "when" | "if") => Some(format!("that is the clause `while`: `while {next}`")),
        ("a block", "unless" | "except") => Some(block_holds_while(reader, at)),
        ("a block", "after") => {
            let span = (at + 1..at + 6).find(|token| reader.is_word(*token, "for"));
            let length = span.map_or("24 hours".to_owned(), |span| {
                format!("{} {}", reader.written(span + 1), reader.written(span + 2))
            });
            Some(format!("`for` stands first: `for {length} after {next}`"))
        }
        ("a block", "then" | "hold" | "wait" | "stop" | "next" | "outside") => {
            Some("leave it out: where a block holds, the next candidate is always asked".to_owned())
        }
        ("a rule", "pause" | "gap" | "block" | "window") => Some(beside(reader, word, at)),
        ("a rule", "for" | "every") if reader.is_word(at + 1, "each") || reader.is_word(at + 1, "customer") => Some(
            "every rule is asked for each customer by itself; how often one of them may see it is said by `cap`: `cap at most 3 shown \
             in any 7 days per customer`"
                .to_owned(),
        ),
        ("a rule", "after") => {
            let other = if reader.is_name(at + 1) { next } else { "other_rule".to_owned() };
            Some(format!("the rule that wins says so: write `before`, and the name of this rule, in `{other}`"))
        }
        ("a rule" | "an offer", "else" | "otherwise" | "fallback" | "default") => {
            Some("what is shown to everybody else stands in the slot: `fallback brand_story`".to_owned())
        }
        ("a rule" | "an offer" | "a slot", "disabled" | "disable" | "paused" | "inactive" | "enabled") => {
            Some("to switch it off, write `off because \"sold out\"`".to_owned())
        }
        ("an offer", _) if reader.is_sign(at + 1, b':') => {
            Some(format!("the fields of an offer stand behind `with`: `with {word}: \"..\"`"))
        }
        ("a cap" | "a gap" | "a pause", "hold" | "wait" | "stop" | "next" | "outside") => Some(
            "what becomes of the slot stands behind `then`: `then hold at most 2 days`, `then stop` or `then next`".to_owned(),
        ),
        ("a window", "hold" | "wait" | "drop" | "next" | "then") => Some(
            "what becomes of a message stands behind `outside`: `outside hold at most 12 hours`, `outside drop`, or `outside \
             next channel`"
                .to_owned(),
        ),
        ("a window", "closed" | "close" | "quiet" | "silent" | "from" | "hours") => {
            Some("a window says when it is open: `open mon to sat 09:00 until 21:00`".to_owned())
        }
        ("a cap", "if") => Some(
            "leave it out: where the customer is not known, a cap per customer blocks anyway (`without customer block` says \
             the same)"
                .to_owned(),
        ),
        (_, "if") => Some("`if` is for the substitutes of a rule: `if capped show running_tips`".to_owned()),
        _ => {
            // `rule b in s` within a declaration that lacks its `}` is told there; `offer x` alone is no clause.
            let opens = OPENERS.iter().any(|(opener, kind)| *opener == word && *kind != Opener::Later);
            let home = homes(word).is_empty() && reader.is_name(at + 1) && noun != "a rule";
            (opens && home).then(|| format!("`{word}` opens a declaration of its own, behind the `}}` of this one"))
        }
    }
}

/// How the exception of a block is written, which stands behind the word at `at`.
pub(super) fn block_holds_while(reader: &Reader<'_>, at: usize) -> String {
    let is_bare = reader.is_name(at + 1) && !reader.is_word(at + 2, "is") && !reader.is_word(at + 2, "has");
    let other = if is_bare { shortened(reader.written(at + 1)) } else { "(..)".to_owned() };
    format!("a block holds `while` something is so: `while vulnerable and not {other}`")
}

/// What holds rules back from outside of them: how it is declared, for the rule in which its word stands at `at`.
fn beside(reader: &Reader<'_>, word: &str, at: usize) -> String {
    let head = (0..at).rev().find(|head| reader.is_word(*head, "rule") && reader.is_header(*head));
    let rule = head.map_or("NAME".to_owned(), |head| shortened(reader.written(head + 1)));
    let named = Some(at + 1).filter(|name| reader.is_name(*name) && !reader.first_on_line(*name));
    if let Some(name) = named.map(|name| reader.written(name)) {
        let is_declared = (1..reader.tokens.len())
            .any(|at| reader.is_word(at - 1, word) && reader.is_word(at, name) && reader.is_header(at - 1));
        if is_declared {
            return format!("leave it out here: what `{name}` is on stands in it, `on rule {rule}`");
        }
    }
    let right = match word {
        "pause" => format!("pause calm {{ for 10 days  after 3 shown in any 7 days  per customer  on rule {rule} }}"),
        "gap" => format!("gap apart {{ at least 8 hours apart  per customer  on rule {rule} }}"),
        "block" => format!("block spared {{ for 24 hours after purchase  on rule {rule} }}"),
        _ => {
            format!("window daytime {{ zone \"Europe/Berlin\"  open 09:00 until 21:00  on rule {rule}  outside drop }}")
        }
    };
    format!("declare it beside the rule: `{right}`; inside a rule stands `cap`")
}

fn clause_list(noun: &str, words: &[(&'static str, &'static str)]) -> String {
    let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    format!("the clauses of {noun} begin with {}", words.join(", "))
}
