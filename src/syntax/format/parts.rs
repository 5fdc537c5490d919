//! Where the parts of a declaration begin and end, as numbers of tokens.

use std::ops::Range;

use crate::source::Span;
use crate::syntax::scan::{Token, TokenKind};
use crate::syntax::tree::{Attribute, CaseClause, Clause, Item, ItemKind};

/// A declaration.
pub(super) struct Parts {
    /// All of its tokens.
    pub(super) tokens: Range<usize>,
    /// The last token of its head: `{`, `=` or a path.
    pub(super) open: usize,
    /// What stands behind the head.
    pub(super) body: Body,
    /// Whether neighbours of the same kind on single lines share columns.
    pub(super) aligned: bool,
}

/// What stands behind a head.
pub(super) enum Body {
    /// Clauses up to a `}`.
    Clauses(Vec<ClauseParts>),
    /// Attributes up to a `}`, and the clauses before them, which only events have.
    Attributes(Vec<ClauseParts>, Vec<AttributeParts>),
    /// The expression of a segment or value.
    Expression,
    /// Nothing: `use "customer.rules"` is all head.
    Nothing,
}

/// A clause.
pub(super) struct ClauseParts {
    /// All of its tokens.
    pub(super) tokens: Range<usize>,
    /// The first token behind the words that open it.
    pub(super) value: usize,
    /// The first token of each cell, where the clause is a line of a table. The label of a row is a cell before the
    /// first, empty where there is none.
    pub(super) cells: Vec<usize>,
    /// Its own block, where it has one.
    pub(super) inner: Option<Inner>,
}

/// The block within a clause, up to its last token.
pub(super) struct Inner {
    /// The `{`.
    pub(super) open: usize,
    pub(super) clauses: Vec<ClauseParts>,
}

/// An attribute.
pub(super) struct AttributeParts {
    /// All of its tokens; the first two are the name and the colon.
    pub(super) tokens: Range<usize>,
    /// The first token of each mark, in order.
    pub(super) marks: Vec<usize>,
}

/// The parts of an item. None for an item that could not be read, which a file without errors does not have.
pub(super) fn of(item: &Item, tokens: &[Token]) -> Option<Parts> {
    let at = |span: Span| token_range(span, tokens);
    let range = at(item.span);
    if let ItemKind::Use(_) = item.kind {
        let open = range.end.checked_sub(1)?;
        return Some(Parts { tokens: range, open, body: Body::Nothing, aligned: false });
    }
    let is_definition = matches!(item.kind, ItemKind::Segment(_) | ItemKind::Value(_));
    let sign = TokenKind::Sign(if is_definition { b'=' } else { b'{' });
    let open = range.clone().find(|token| tokens.get(*token).is_some_and(|token| token.kind == sign))?;
    let (body, aligned) = match &item.kind {
        ItemKind::Defaults(clauses) => (clause_parts(clauses, tokens), false),
        ItemKind::Purpose(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Class(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Channel(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Offer(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Cap(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Pause(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Gap(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Block(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Window(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Slot(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Rule(item) => (clause_parts(&item.clauses, tokens), true),
        ItemKind::Persona(item) => (clause_parts(&item.clauses, tokens), false),
        ItemKind::Test(item) => (case_parts(&item.clauses, tokens), false),
        ItemKind::Customer(attributes) | ItemKind::Moment(attributes) => {
            (Body::Attributes(Vec::new(), attribute_parts(attributes, tokens)), false)
        }
        ItemKind::Event(item) => {
            (Body::Attributes(clause_list(&item.needs, tokens), attribute_parts(&item.fields, tokens)), true)
        }
        ItemKind::Segment(_) | ItemKind::Value(_) => (Body::Expression, false),
        ItemKind::Use(_) | ItemKind::Broken(_) => return None,
    };
    Some(Parts { tokens: range, open, body, aligned })
}

fn clause_parts<C>(clauses: &[Clause<C>], tokens: &[Token]) -> Body {
    Body::Clauses(clause_list(clauses, tokens))
}

fn clause_list<C>(clauses: &[Clause<C>], tokens: &[Token]) -> Vec<ClauseParts> {
    parts_with(clauses, tokens, |_| (Vec::new(), None))
}

/// The clauses of a test: those of its table with their cells, requests with their blocks.
fn case_parts(clauses: &[Clause<CaseClause>], tokens: &[Token]) -> Body {
    Body::Clauses(of_case(clauses, tokens))
}

fn of_case(clauses: &[Clause<CaseClause>], tokens: &[Token]) -> Vec<ClauseParts> {
    parts_with(clauses, tokens, |clause| {
        let start = |span: Span| token_range(span, tokens).start;
        let value = token_range(clause.keyword, tokens).end;
        match &clause.kind {
            CaseClause::Cases(columns) => {
                ([value].into_iter().chain(columns.iter().map(|column| start(column.span))).collect(), None)
            }
            CaseClause::Row(row) => {
                ([value].into_iter().chain(row.cells.iter().map(|cell| start(cell.span))).collect(), None)
            }
            CaseClause::Request(request) => {
                let open = token_range(request.name.span, tokens).end;
                (Vec::new(), Some(Inner { open, clauses: of_case(&request.clauses, tokens) }))
            }
            CaseClause::As(_)
            | CaseClause::Now(_)
            | CaseClause::Given(_)
            | CaseClause::Consent(_)
            | CaseClause::Permission(_)
            | CaseClause::History(_)
            | CaseClause::Used(_)
            | CaseClause::StoreDown
            | CaseClause::Held(_)
            | CaseClause::Expect(_) => (Vec::new(), None),
        }
    })
}

fn parts_with<C>(
    clauses: &[Clause<C>],
    tokens: &[Token],
    within: impl Fn(&Clause<C>) -> (Vec<usize>, Option<Inner>),
) -> Vec<ClauseParts> {
    let parts = clauses.iter().map(|clause| {
        let (cells, inner) = within(clause);
        ClauseParts {
            tokens: token_range(clause.span, tokens),
            value: token_range(clause.keyword, tokens).end,
            cells,
            inner,
        }
    });
    parts.collect()
}

fn attribute_parts(attributes: &[Attribute], tokens: &[Token]) -> Vec<AttributeParts> {
    attributes
        .iter()
        .map(|attribute| AttributeParts {
            tokens: token_range(attribute.span, tokens),
            marks: attribute.marks.iter().map(|mark| token_range(mark.span, tokens).start).collect(),
        })
        .collect()
}

fn token_range(span: Span, tokens: &[Token]) -> Range<usize> {
    let start = tokens.partition_point(|token| token.start < span.start);
    start..tokens.partition_point(|token| token.start < span.end)
}
