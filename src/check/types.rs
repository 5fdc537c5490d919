//! Types as written to types of the model.

use super::Pass;
use super::literals::{bad_number, decimal, nfc};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{resolve, types};
use crate::model::{EnumType, limits};
use crate::source::Span;
use crate::syntax::tree::{Member, Number, Type as TypeTree, TypeKind};
use crate::value::{DEFAULT_LIMIT, EnumId, MAX_SCALE, NumberType, Type, pow10};

/// The most members a list may have (R53).
pub(super) const MAX_MEMBERS: usize = 10_000;

/// A member as authors write it: a plain word as it is, everything else in quotes.
pub(super) fn written_member(member: &str) -> String {
    const RESERVED: [&str; 10] = ["and", "or", "not", "is", "has", "else", "yes", "no", "nothing", "now"];
    let first = member.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let word = first && member.chars().all(|other| other.is_ascii_alphanumeric() || other == '_');
    if word && !RESERVED.contains(&member) { member.to_owned() } else { format!("{member:?}") }
}

impl Pass<'_> {
    /// A type; says so and gives none where it cannot be.
    pub(super) fn ty(&mut self, ty: &TypeTree) -> Option<Type> {
        match &ty.kind {
            TypeKind::Unread => None,
            TypeKind::YesOrNo => Some(Type::YesNo),
            TypeKind::Whole { range } => self.number_type(0, *range, ty.span),
            TypeKind::Decimal { places, range } => self.number_type(*places, *range, ty.span),
            TypeKind::Text => Some(Type::Text),
            TypeKind::OneOf { members, ordered } => self.list(members, *ordered).map(Type::OneOf),
            TypeKind::SetOfText => Some(Type::Set),
            TypeKind::Time => Some(Type::Time),
            TypeKind::Date => Some(Type::Date),
            TypeKind::Zone => Some(Type::Zone),
            TypeKind::Score { halving } => self.half_life(*halving).map(Type::Score),
        }
    }

    fn number_type(&mut self, scale: u8, range: Option<(Number, Number)>, span: Span) -> Option<Type> {
        if scale > MAX_SCALE {
            self.report(
                Diagnostic::new(
                    &types::TOO_MANY_PLACES,
                    span,
                    format!("a number has at most {MAX_SCALE} decimal places"),
                )
                .primary("more than can be")
                .help(format!("write decimal({MAX_SCALE}) or less")),
            );
            return None;
        }
        let Some((from, to)) = range else {
            let limit = i64::try_from(i128::from(DEFAULT_LIMIT) * pow10(scale)).unwrap_or(i64::MAX);
            return Some(Type::Number(NumberType { scale, min: -limit, max: limit }));
        };
        let bound =
            |number: Number| decimal(number).at_scale(scale).map_err(|error| Box::new(bad_number(error, scale, span)));
        let (min, max) = match (bound(from), bound(to)) {
            (Ok(min), Ok(max)) => (min, max),
            (Err(finding), _) | (_, Err(finding)) => {
                self.report(*finding);
                return None;
            }
        };
        // The ends of `i64` stand for missing and never in a packed record.
        let limit = i64::MAX / 4;
        if min > max || min < -limit || max > limit {
            let finding =
                Diagnostic::new(&types::BAD_RANGE, span, "this range does not go from a smaller to a larger end")
                    .primary(if min > max { "the ends are the wrong way round" } else { "too wide" })
                    .help("both ends are in, the smaller first: from 0 to 130");
            self.report(finding);
            return None;
        }
        Some(Type::Number(NumberType { scale, min, max }))
    }

    fn list(&mut self, members: &[Member], ordered: bool) -> Option<EnumId> {
        let mut texts: Vec<String> = Vec::new();
        for member in members {
            let text = nfc(&member.text);
            if texts.contains(&text) {
                let finding =
                    Diagnostic::new(&resolve::DUPLICATE, member.span, format!("`{text}` stands twice in the list"))
                        .primary("the second time")
                        .help("delete one of the two");
                self.report(finding);
                return None;
            }
            texts.push(text);
        }
        if texts.len() > MAX_MEMBERS {
            let span = members.first().map_or(Span::new(crate::source::SourceId(0), 0..0), |member| member.span);
            let message = format!("a list has at most {MAX_MEMBERS} members");
            self.report(Diagnostic::new(&types::BAD_RANGE, span, message).help("declare the attribute as text"));
            return None;
        }
        let list = EnumType { members: texts, ordered };
        let place = self.rules.enums.iter().position(|known| *known == list);
        let place = match place {
            Some(place) => place,
            None if self.rules.enums.len() >= limits::LISTS => {
                let span = members.first().map(|member| member.span)?;
                let count = self.rules.enums.len() + 1;
                self.report(super::limits::many("different lists", count, limits::LISTS, span));
                return None;
            }
            None => {
                self.rules.enums.push(list);
                self.rules.enums.len() - 1
            }
        };
        u32::try_from(place).ok().map(EnumId)
    }
}
