//! What was probably meant by a name or value that fits nowhere: `true`, `18 or more`, `DE or AT`, a text without quotes.
//!
//! Takes a part of the tree that the checker is about to refuse, gives a finding with the right wording. Refuses nothing
//! by itself that could be meant as it stands.

use super::Pass;
use super::expressions::Wanted;
use super::names::Kind;
use super::types::written_member;
use crate::diagnostics::codes::{resolve, syntax, types};
use crate::diagnostics::{Diagnostic, nearest};
use crate::model::{Expression, Scope};
use crate::source::Span;
use crate::syntax::tree::{AddSign, Comparison, Expr, ExprKind, LiteralKind, Name, Number, SetTest, Test};
use crate::value::{DEFAULT_LIMIT, NumberType, Type, pow10, show_number};

const YES: [&str; 6] = ["true", "on", "y", "ja", "oui", "si"];
const NO: [&str; 5] = ["false", "off", "n", "nein", "non"];
const MORE: [&str; 9] = ["more", "higher", "above", "greater", "over", "older", "later", "up", "larger"];
const LESS: [&str; 9] = ["less", "fewer", "lower", "below", "under", "younger", "earlier", "down", "smaller"];

impl Pass<'_> {
    /// Reports a name in an expression that nothing declares. `wanted` is the type of what it is compared with.
    pub(super) fn unknown_in_expression(&mut self, name: &Name, wanted: Option<Type>) {
        let finding = self.not_a_name(name, wanted).unwrap_or_else(|| {
            let kinds = [Kind::Attribute, Kind::Segment, Kind::Value];
            let known: Vec<String> = kinds.into_iter().flat_map(|kind| self.names.usable(kind)).collect();
            // A word left out is likelier than several letters changed.
            let begins = |known: &&String| known.strip_prefix(name.text.as_str()).is_some_and(|rest| rest.starts_with('_'));
            let meant = known.iter().find(begins).cloned();
            let meant = meant.or_else(|| nearest(&name.text, known.iter().map(String::as_str)).map(str::to_owned));
            let message = format!("there is no attribute, segment or value `{}`", name.text);
            let finding = Diagnostic::new(&resolve::UNKNOWN_ATTRIBUTE, name.span, message).primary("not declared");
            match meant {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")).suggest(
                    format!("write `{meant}`"),
                    name.span,
                    meant,
                ),
                None if wanted == Some(Type::Zone) => finding.help(format!(
                    "declare it in the customer block, `{0}: zone`, or write the name of a zone in quotes: `\"Europe/Berlin\"`",
                    name.text
                )),
                None => finding.help(format!(
                    "declare it in the customer block with its type, such as `{0}: yes or no`, `{0}: whole` or `{0}: text`",
                    name.text
                )),
            }
        });
        self.report(finding);
    }

    /// A word of another language, a member without its attribute, a text without quotes.
    fn not_a_name(&self, name: &Name, wanted: Option<Type>) -> Option<Diagnostic> {
        let word = name.text.as_str();
        let small = word.to_lowercase();
        let spelt = |right: &str| {
            let finding = Diagnostic::new(&syntax::SPELLING, name.span, format!("`{word}` is spelt `{right}`"));
            Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), name.span, right))
        };
        let told = |message: String, help: String| {
            Some(Diagnostic::new(&resolve::UNKNOWN_ATTRIBUTE, name.span, message).primary("not a name").help(help))
        };
        if let Some(right) = yes_or_no(&small).filter(|_| matches!(wanted, None | Some(Type::YesNo))) {
            return spelt(right);
        }
        if let (None | Some(Type::Number(_) | Type::Score(_)), Some(figures)) = (wanted, in_figures(&small)) {
            let finding = Diagnostic::new(&syntax::SPELLING, name.span, format!("`{word}` is written in figures"));
            let fix = format!("write `{figures}`");
            return Some(finding.help(format!("write `{figures}`")).fix(fix, name.span, figures.to_string()));
        }
        match small.as_str() {
            "permission" => {
                let channel = self.names.usable(Kind::Channel).into_iter().next().unwrap_or_else(|| "push".to_owned());
                return told(
                    "`permission` is asked of a channel".to_owned(),
                    format!("write `permission.{channel}`, with the channel that is meant"),
                );
            }
            "capped" | "no_consent" | "denied" => {
                let cause = if small == "capped" { "capped" } else { "no consent" };
                return told(
                    format!("`{word}` is why a rule is passed over, and nothing that a condition asks"),
                    format!("what is shown instead is told by a substitute: `if {cause} show other_offer`"),
                );
            }
            "empty" | "blank" | "none" | "null" | "unset" | "unknown" | "undefined" => {
                return told(
                    format!("`{word}` is not a value that can be compared"),
                    "`is not known` asks whether a value is missing".to_owned(),
                );
            }
            "today" | "yesterday" | "tomorrow" => {
                let help = "a time is compared by its age: `is at most 1 day old`, `is at most 1 day ahead`";
                return told(format!("`{word}` is no day that can be compared"), help.to_owned());
            }
            _ => {}
        }
        // The name of a zone begins with a capital; what does not is an attribute.
        let is_zone = wanted == Some(Type::Zone) && word.starts_with(|first: char| first.is_ascii_uppercase());
        if is_zone || matches!(wanted, Some(Type::Text | Type::Set)) {
            let meant = is_zone.then(|| super::literals::zone_meant(word)).flatten().filter(|meant| *meant != word);
            if let Some(meant) = meant {
                let finding =
                    Diagnostic::new(&resolve::UNKNOWN_ZONE, name.span, format!("there is no time zone `{word}`"));
                let (right, help) = (format!("{meant:?}"), format!("did you mean \"{meant}\"?"));
                return Some(finding.help(help).suggest(format!("write {right}"), name.span, right));
            }
            let right = format!("{word:?}");
            let finding = Diagnostic::new(&types::BAD_VALUE, name.span, "a text stands in quotes").primary("no quotes");
            return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), name.span, right));
        }
        if wanted.is_none()
            && let Some(attribute) = self.attribute_with_member(word)
        {
            let right = format!("{attribute} is {word}");
            let message = format!("`{word}` is a value of `{attribute}` and no condition by itself");
            let finding =
                Diagnostic::new(&resolve::UNKNOWN_ATTRIBUTE, name.span, message).primary("compared with nothing");
            return Some(finding.help(format!("write `{right}`")).suggest(
                format!("write `{right}`"),
                name.span,
                right,
            ));
        }
        let other = [
            Kind::Purpose,
            Kind::Offer,
            Kind::Slot,
            Kind::Rule,
            Kind::Event,
            Kind::Cap,
            Kind::Channel,
            Kind::Block,
            Kind::Window,
        ];
        let kind = other.into_iter().find(|kind| self.names.get(*kind, word).is_some())?;
        let reads = if kind == Kind::Event { "no condition reads by itself" } else { "no condition reads" };
        let message = format!("`{word}` is the name of {}, which {reads}", kind.with_article());
        told(
            message,
            match kind {
                Kind::Purpose => format!("the consent for it is `consent.{word}`: `consent.{word} is granted`"),
                Kind::Offer => "an offer is shown by `show`, and to everybody else by the `fallback` of the slot".to_owned(),
                Kind::Event => format!(
                    "how often it happened is `times {word} in the last 30 days`, when it last did `last {word}`: `times {word} in the \
                     last 30 days is at least 3`, `last {word} is at most 2 days old`"
                ),
                Kind::Rule => {
                    "how often something was shown is limited by `cap`: `cap at most 3 shown in any 7 days per customer`"
                        .to_owned()
                }
                Kind::Channel => format!("what the device permits is `permission.{word}`: `permission.{word} is full`"),
                Kind::Class
                | Kind::Attribute
                | Kind::Segment
                | Kind::Value
                | Kind::Slot
                | Kind::Cap
                | Kind::Block
                | Kind::Window
                | Kind::Persona
                | Kind::Tag => "name an attribute, a segment or a value".to_owned(),
            },
        )
    }

    /// The first attribute of the customer or the moment that has `word` in its list.
    fn attribute_with_member(&self, word: &str) -> Option<String> {
        let has = |attribute: &&crate::model::Attribute| match attribute.ty {
            Type::OneOf(list) => self.rules.members(list).iter().any(|member| member == word),
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => false,
        };
        let in_scope =
            |attribute: &&crate::model::Attribute| matches!(attribute.scope, Scope::Customer | Scope::Moment);
        self.rules.attributes.iter().filter(in_scope).find(has).map(|attribute| attribute.name.clone())
    }

    /// `country is DE or AT`, `age is 18 or more`: a value behind `and` or `or` that no test compares. Whether one stood
    /// there; it has been reported then.
    pub(super) fn value_without_test(&mut self, parts: &[Expr]) -> bool {
        for (at, pair) in parts.windows(2).enumerate() {
            let [before, part] = pair else { continue };
            if self.bound_said_twice(before, part) {
                return true;
            }
            let ExprKind::Is(subject, Test::Equals { negated, value }) = &before.kind else { continue };
            if let Some(LiteralKind::YesNo(yes)) = part.literal() {
                self.report(bare_answer(before, subject, value, part, *yes));
                return true;
            }
            if !self.is_bare(part) {
                continue;
            }
            let ExprKind::Name(subject_name) = &subject.kind else { continue };
            if let ExprKind::Name(word) = &part.kind
                && let Some(comparison) = more_or_less(word)
            {
                let bound = written(value).unwrap_or_else(|| "18".to_owned());
                let right = format!("is {comparison} {bound}");
                let span = value.span.to(part.span);
                let finding = Diagnostic::new(&syntax::SPELLING, span, format!("`or {word}` is spelt `{comparison}`"))
                    .help(format!("write `{subject_name} {right}`"))
                    .suggest(format!("write `{comparison}`"), span, format!("{comparison} {bound}"));
                self.report(finding);
                return true;
            }
            let following = parts.get(at + 1..).unwrap_or(&[]).iter().take_while(|part| self.is_bare(part));
            let listed: Vec<&Expr> = std::iter::once(&**value).chain(following).collect();
            let members: Option<Vec<String>> = listed.iter().map(|value| written(value)).collect();
            let one_of = if *negated { "is not one of" } else { "is one of" };
            let what = written(part).map_or_else(|| "this value".to_owned(), |value| format!("`{value}`"));
            let message = format!("{what} is compared with nothing");
            let mut finding = Diagnostic::new(&types::NOT_A_CONDITION, part.span, message)
                .primary("each part is a condition of its own")
                .label(before.span, "this one is whole");
            finding = match members {
                Some(members) => {
                    let last = listed.last().map_or(part.span, |last| last.span);
                    let right = format!("one of [{}]", members.join(", "));
                    finding.help(format!("write `{subject_name} {one_of} [{}]`", members.join(", "))).suggest(
                        "write `one of`",
                        value.span.to(last),
                        right,
                    )
                }
                None => finding.help(format!("write `{subject_name} {one_of} [..]` with all the values")),
            };
            self.report(finding);
            return true;
        }
        false
    }

    /// `likes has rye or sourdough`: an element behind `and` or `or` that no set is asked for; `whole` says whether all or any
    /// of them are meant. Whether one stood there; it has been reported then.
    pub(super) fn element_without_test(&mut self, parts: &[Expr], whole: &str) -> bool {
        for (at, pair) in parts.windows(2).enumerate() {
            let [before, part] = pair else { continue };
            let ExprKind::Has(subject, test) = &before.kind else { continue };
            let (quantifier, first): (&str, &[Expr]) = match test {
                SetTest::Value(value) => (whole, std::slice::from_ref(&**value)),
                SetTest::AnyOf(list) if whole == "any" => ("any", list),
                SetTest::AllOf(list) if whole == "all" => ("all", list),
                SetTest::NoneOf(list) => ("none", list),
                SetTest::AnyOf(_) | SetTest::AllOf(_) => continue,
            };
            if !self.is_bare(part) {
                continue;
            }
            // What is wrong with the subject is said of the subject, once.
            match self.value(subject, Wanted::default()) {
                None => return true,
                Some((_, Type::Set)) => {}
                Some(_) => return self.has(subject, test).is_none(),
            }
            let following = parts.get(at + 1..).unwrap_or(&[]).iter().take_while(|part| self.is_bare(part));
            let listed: Vec<&Expr> = first.iter().chain(following).collect();
            let texts = listed.iter().map(|element| {
                if let ExprKind::Name(name) = &element.kind { Some(format!("{name:?}")) } else { written(element) }
            });
            let texts: Option<Vec<String>> = texts.collect();
            let what = written(part).map_or_else(|| "this".to_owned(), |value| format!("`{value}`"));
            let message = format!("no set is asked for {what}: several elements stand in one list");
            let finding = Diagnostic::new(&types::NOT_A_CONDITION, part.span, message)
                .primary("each part is a condition of its own")
                .label(before.span, "this one is whole");
            let right = format!("has {quantifier} of [{}]", texts.as_ref().map_or("..".to_owned(), |of| of.join(", ")));
            let last = listed.last().map_or(part.span, |last| last.span);
            let behind = Span { start: subject.span.end, ..subject.span.to(last) };
            let of = written(subject).unwrap_or_else(|| "x".to_owned());
            let finding = finding.help(format!("write `{of} {right}`"));
            self.report(match texts {
                Some(_) => finding.suggest(format!("write `{right}`"), behind, format!(" {right}")),
                None => finding,
            });
            return true;
        }
        false
    }

    /// Whether a part of a condition is a value that nothing is asked of.
    fn is_bare(&self, part: &Expr) -> bool {
        part.name().is_some_and(|name| !self.is_declared(name))
            || part.literal().is_some_and(|literal| !matches!(literal, LiteralKind::YesNo(_)))
    }

    /// `tier is at least bronze or higher`. Whether one stood there.
    fn bound_said_twice(&mut self, before: &Expr, part: &Expr) -> bool {
        let ExprKind::Is(_, Test::Compare { comparison, value }) = &before.kind else { return false };
        let ExprKind::Name(word) = &part.kind else { return false };
        let same = match comparison {
            Comparison::AtLeast => "at least",
            Comparison::AtMost => "at most",
            Comparison::MoreThan | Comparison::LessThan => return false,
        };
        if self.is_declared(word) || more_or_less(word) != Some(same) {
            return false;
        }
        let span = Span { start: value.span.end, ..part.span };
        let at = Span { start: part.span.start, ..part.span };
        let finding = Diagnostic::new(&syntax::SPELLING, at, format!("`{same}` says `or {word}` already"));
        self.report(finding.help("leave it out").fix("remove it", span, ""));
        true
    }

    /// `customer is young`, `young is yes` of a segment. Whether one stood there.
    pub(super) fn condition_as_value(&mut self, subject: &Expr, test: &Test) -> bool {
        let (ExprKind::Name(name), Test::Equals { negated, value }) = (&subject.kind, test) else { return false };
        let whole = subject.span.to(value.span);
        let report = |pass: &mut Self, message: String, right: String| {
            let finding = Diagnostic::new(&syntax::SPELLING, whole, message).help(format!("write `{right}`"));
            pass.report(finding.fix(format!("write `{right}`"), whole, right));
            true
        };
        let no = |negated: bool, name: &str| if negated { format!("not {name}") } else { name.to_owned() };
        if let (Some(_), ExprKind::Literal(LiteralKind::YesNo(yes))) =
            (self.names.get(Kind::Segment, name), &value.kind)
        {
            let message = format!("segment `{name}` is a condition and stands alone");
            return report(self, message, no(*negated == *yes, name));
        }
        let people = ["customer", "user", "visitor", "member", "person", "client", "he", "she", "they"];
        let ExprKind::Name(of) = &value.kind else { return false };
        let known = self.names.get(Kind::Segment, of).or_else(|| self.names.get(Kind::Attribute, of)).is_some();
        if !people.contains(&name.as_str()) || self.is_declared(name) || !known {
            return false;
        }
        report(self, format!("every condition is about the customer, so `{name} is` is left out"), no(*negated, of))
    }

    /// `size-guide`, `18-25`: a difference written so close that a name or a range was meant. Whether one stood there.
    pub(super) fn joined_by_minus(&mut self, first: &Expr, rest: &[(AddSign, Expr)]) -> bool {
        if let [(AddSign::Minus, second), (AddSign::Minus, third)] = rest
            && let [Some(a), Some(b), Some(c)] = [first, second, third].map(whole_number)
            && (first.span.end + 1, second.span.end + 1) == (second.span.start, third.span.start)
            && let Some(days) = crate::syntax::days_meant(&format!("{a}-{b}-{c}"))
        {
            let span = first.span.to(third.span);
            let finding = Diagnostic::new(&syntax::NO_SUCH_DATE, span, "this is not how a date is written");
            let several: Vec<_> = days.iter().map(|day| format!("`{day}`")).collect();
            let finding = finding.help(format!("write {}: year, month, day", several.join(" or ")));
            self.report(match days.as_slice() {
                [day] => finding.fix(format!("write `{day}`"), span, day.clone()),
                _ => finding.primary("which is the month?"),
            });
            return true;
        }
        let mut left = first;
        for (sign, right) in rest {
            let close = *sign == AddSign::Minus && left.span.end + 1 == right.span.start;
            let whole = left.span.to(right.span);
            match (&left.kind, &right.kind) {
                (ExprKind::Name(a), ExprKind::Name(b))
                    if close && !(self.is_declared(a) && self.is_declared(b)) && !self.names.attributes_lost() =>
                {
                    let joined = format!("{a}_{b}");
                    let finding =
                        Diagnostic::new(&resolve::UNKNOWN_ATTRIBUTE, whole, format!("there is no attribute `{a}-{b}`"))
                            .primary("names are joined by `_`, not by `-`")
                            .help(format!("write `{joined}`"));
                    let known = self.is_declared(&joined);
                    self.report(if known {
                        finding.suggest(format!("write `{joined}`"), whole, joined)
                    } else {
                        finding
                    });
                    return true;
                }
                (ExprKind::Literal(LiteralKind::Number(a)), ExprKind::Literal(LiteralKind::Number(b))) if close => {
                    let (a, b) = (shown(*a), shown(*b));
                    let finding = Diagnostic::new(&types::BAD_RANGE, whole, format!("`{a}-{b}` is a difference"))
                        .primary("is a range meant?")
                        .help(format!("write `is from {a} to {b}`; both ends are in"));
                    self.report(finding);
                    return true;
                }
                (_, _) => {}
            }
            left = right;
        }
        false
    }

    /// A percentage compared with an attribute that counts in whole numbers or goes to a hundred and more: one reader takes
    /// `25%` for 25, the other for 0.25.
    pub(super) fn percent_is_clear(&mut self, left: &Expression, ty: Type, test: &Test) -> Option<()> {
        let (Expression::Attribute(_), Some(number)) = (left, ty.number()) else { return Some(()) };
        let values: Vec<&Expr> = match test {
            Test::Equals { value, .. } | Test::Compare { value, .. } => vec![value],
            Test::Between { from, to } => vec![from, to],
            Test::OneOf { members, .. } => members.iter().collect(),
            Test::Known { .. } | Test::Never { .. } | Test::Age { .. } | Test::Before(_) | Test::After(_) => vec![],
        };
        for value in values {
            if let ExprKind::Literal(LiteralKind::Percent(written)) = &value.kind {
                self.percent_fits(*written, number, value.span)?;
            }
        }
        Some(())
    }

    /// The same for a percentage as the value of an attribute.
    pub(super) fn percent_fits(&mut self, written: Number, ty: NumberType, span: Span) -> Option<()> {
        let has_range = i128::from(ty.max) < i128::from(DEFAULT_LIMIT) * pow10(ty.scale);
        let reaches_hundred = i128::from(ty.max) >= 100 * pow10(ty.scale);
        if ty.scale > 0 && !(has_range && reaches_hundred) {
            return Some(());
        }
        let share = show_number(written.mantissa, written.scale.saturating_add(2));
        let number = shown(written);
        let finding = Diagnostic::new(&types::BAD_VALUE, span, format!("`{number}%` is the number {share}"));
        let finding = match ty.scale {
            0 => finding.primary("the attribute is a whole number").help(format!("write `{number}`")).suggest(
                format!("write `{number}`"),
                span,
                number.clone(),
            ),
            _ => finding
                .primary("the attribute goes to 100 and more")
                .help(format!("write `{number}` or `{share}`, whichever is meant")),
        };
        self.report(finding);
        None
    }
}

/// Whether other languages say so where a value is missing.
pub(super) fn is_word_for_missing(word: &str) -> bool {
    ["unknown", "unset", "undefined", "empty", "blank", "null"].contains(&word.to_lowercase().as_str())
}

/// What a word for yes or no is spelt.
pub(super) fn yes_or_no(word: &str) -> Option<&'static str> {
    let small = word.to_lowercase();
    if YES.contains(&small.as_str()) || small == "yes" {
        return Some("yes");
    }
    (NO.contains(&small.as_str()) || small == "no").then_some("no")
}

/// A number in words, as people write it: `twenty`.
fn in_figures(word: &str) -> Option<u32> {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let place = |words: &[&str]| words.iter().position(|known| *known == word).and_then(|at| u32::try_from(at).ok());
    place(&ONES).or_else(|| place(&TENS).map(|tens| (tens + 2) * 10)).or(match word {
        "hundred" => Some(100),
        "thousand" => Some(1000),
        _ => None,
    })
}

fn whole_number(expr: &Expr) -> Option<i64> {
    let ExprKind::Literal(LiteralKind::Number(Number { mantissa, scale: 0 })) = &expr.kind else { return None };
    Some(*mantissa)
}

fn more_or_less(word: &str) -> Option<&'static str> {
    match word {
        _ if MORE.contains(&word) => Some("at least"),
        _ if LESS.contains(&word) => Some("at most"),
        _ => None,
    }
}

fn shown(number: Number) -> String {
    show_number(number.mantissa, number.scale)
}

/// A plain value as it is written.
fn written(expr: &Expr) -> Option<String> {
    if let Some(name) = expr.name() {
        return Some(name.to_owned());
    }
    match expr.literal()? {
        LiteralKind::Text(text) => Some(match written_member(text) {
            plain if plain == *text => format!("{text:?}"),
            quoted => quoted,
        }),
        LiteralKind::Number(number) => Some(shown(*number)),
        LiteralKind::YesNo(_) | LiteralKind::Percent(_) | LiteralKind::Date(_) | LiteralKind::Time(_) => None,
    }
}

/// `paid is yes or no`: an answer that is a condition of its own, the same for every customer.
fn bare_answer(before: &Expr, subject: &Expr, value: &Expr, part: &Expr, yes: bool) -> Diagnostic {
    let word = if yes { "yes" } else { "no" };
    let message = format!("`{word}` is compared with nothing");
    let finding = Diagnostic::new(&types::NOT_A_CONDITION, part.span, message)
        .primary(format!("a condition of its own, which is always {word}"))
        .label(before.span, "this one is whole");
    let name = written(subject).or_else(|| subject.name().map(str::to_owned)).unwrap_or_else(|| "x".to_owned());
    let asked = if let Some(LiteralKind::YesNo(yes)) = value.literal() { Some(*yes) } else { None };
    finding.help(match asked {
        Some(yes) => {
            let one = if yes { "yes" } else { "no" };
            format!("where either answer will do, write `{name} is known`; where one is meant, leave the other out: `{name} is {one}`")
        }
        None => "leave it out, or say what is compared with it".to_owned(),
    })
}
