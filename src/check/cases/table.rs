//! Tables of cases: each row becomes the clauses that it stands for.

use crate::check::Pass;
use crate::check::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{resolve, types};
use crate::frame::Stamp;
use crate::source::Span;
use crate::syntax::tree::{
    self, CaseClause, Cell, CellKind, Clause, Column, ColumnKind, ConsentFact, ConsentSubject, Expectation, Fact,
    GivenItem, GivenValue, Grant, Literal, LiteralKind, Name, Number, PermissionFact, Row, TimePoint, TimePointKind,
    Used,
};

/// A table whose columns are right.
pub(super) struct Table<'a> {
    columns: &'a [Column],
    rows: Vec<(&'a Clause<CaseClause>, &'a Row)>,
}

/// What a row stands for.
pub(super) struct MadeRow<'a> {
    /// The first is 1.
    number: usize,
    label: Option<&'a str>,
    /// All of it.
    pub(super) span: Span,
    /// The clauses of the personas it names.
    pub(super) personas: Vec<&'a Clause<CaseClause>>,
    /// A clause for each other cell.
    pub(super) clauses: Vec<Clause<CaseClause>>,
}

impl MadeRow<'_> {
    /// `a lapsed runner / row 2: exactly sixty days`
    pub(super) fn name(&self, test: &str) -> String {
        let label = self.label.map_or_else(String::new, |label| format!(": {label}"));
        format!("{test} / row {}{label}", self.number)
    }
}

/// The name that a cell is, if it is nothing else.
pub(super) fn named(cell: &Cell) -> Option<&Name> {
    match &cell.kind {
        CellKind::Value { value: GivenValue::Member(name), as_of: None, grant, .. } if grant.is_empty() => Some(name),
        CellKind::Value { .. } | CellKind::Expects(..) => None,
    }
}

impl<'a> Pass<'a> {
    /// The table of a test, if it has one and its columns are right.
    pub(super) fn table(&mut self, case: &'a tree::Case) -> Option<Table<'a>> {
        let mut heads = Vec::new();
        let mut rows = Vec::new();
        for clause in &case.clauses {
            match &clause.kind {
                CaseClause::Cases(columns) => heads.push((clause, columns)),
                CaseClause::Row(row) => rows.push((clause, row)),
                CaseClause::As(_)
                | CaseClause::Now(_)
                | CaseClause::Given(_)
                | CaseClause::Consent(_)
                | CaseClause::Permission(_)
                | CaseClause::History(_)
                | CaseClause::Used(_)
                | CaseClause::StoreDown
                | CaseClause::Held(_)
                | CaseClause::Request(_)
                | CaseClause::Expect(_) => {}
            }
        }
        let finding = match (heads.as_slice(), rows.first()) {
            ([], None) => return None,
            ([], Some((row, _))) => {
                Diagnostic::new(&resolve::CLAUSE_MISSING, row.keyword, "a row needs columns, and this test names none")
                    .primary("cells of which columns?")
                    .help("add `cases last_order, expect home_hero` with the columns of the rows")
            }
            ([(head, _)], None) => {
                Diagnostic::new(&resolve::CLAUSE_MISSING, head.keyword, "this table has no row, so nothing is tested")
                    .primary("cannot fail")
                    .help("add `row` with a cell for each column")
            }
            ([(_, columns)], Some(_)) => return self.columns(columns).then_some(Table { columns, rows }),
            ([(first, _), (second, _), ..], _) => {
                Diagnostic::new(&resolve::CLAUSE_TWICE, second.keyword, "`cases` stands twice")
                    .primary("the second table")
                    .label(first.keyword, "the first table")
                    .help("a test has one table: make two tests of it, or one table")
            }
        };
        self.report(finding);
        None
    }

    /// Whether every column is about something there is, and about something of its own.
    fn columns(&mut self, columns: &[Column]) -> bool {
        let mut right = true;
        for (at, column) in columns.iter().enumerate() {
            right &= self.column(column);
            let earlier = columns.iter().take(at).find(|earlier| about(earlier) == about(column));
            if let Some(earlier) = earlier.filter(|_| !matches!(column.kind, ColumnKind::Expect(_))) {
                let message = format!("{} has two columns", told(column));
                let finding = Diagnostic::new(&resolve::CLAUSE_TWICE, column.span, message)
                    .primary("the second column")
                    .label(earlier.span, "the first column")
                    .help("keep one of the two");
                self.report(finding);
                right = false;
            }
        }
        right
    }

    fn column(&mut self, column: &Column) -> bool {
        match &column.kind {
            ColumnKind::Attribute(name) => match self.names.get(Kind::Attribute, &name.text) {
                Some(place) => place.is_some(),
                None => {
                    self.unknown_column(name);
                    false
                }
            },
            ColumnKind::Consent(name) => self.find_purpose(name).is_some(),
            ColumnKind::Permission(name) => self.find_channel(name).is_some(),
            ColumnKind::History { event, of, by } => {
                let found = self.find_event(event);
                let stamp = match of {
                    Some(of) => self.stamp(of),
                    None => Some(Stamp::Unstamped),
                };
                let stamp = match (stamp, by) {
                    (Some(stamp), Some(by)) => self.by_channel(by, event, stamp),
                    (stamp, _) => stamp,
                };
                stamp.is_some() && found.is_some()
            }
            ColumnKind::Used(cap) => self.cap_used(cap).is_some(),
            ColumnKind::Expect(slot) => self.find_slot(slot).is_some(),
            ColumnKind::Now | ColumnKind::As => true,
        }
    }

    fn unknown_column(&mut self, name: &Name) {
        let kinds = [
            (Kind::Slot, "a slot", format!("expect {}", name.text)),
            (Kind::Purpose, "a purpose", format!("consent.{}", name.text)),
            (Kind::Channel, "a channel", format!("permission.{}", name.text)),
            (Kind::Event, "an event", format!("history {}", name.text)),
        ];
        let found = kinds.into_iter().find(|(kind, _, _)| self.names.get(*kind, &name.text).is_some());
        let Some((_, what, written)) = found else { return self.unknown(Kind::Attribute, name) };
        let message = format!("there is no attribute `{}`", name.text);
        let finding = Diagnostic::new(&resolve::UNKNOWN_ATTRIBUTE, name.span, message)
            .primary(format!("{what} of that name is declared"))
            .help(format!("write `{written}`"))
            .suggest(format!("write `{written}`"), name.span, written);
        self.report(finding);
    }

    /// The rows that are right.
    pub(super) fn rows(&mut self, table: &Table<'a>) -> Vec<MadeRow<'a>> {
        let rows = table.rows.iter().enumerate();
        rows.filter_map(|(at, (clause, row))| self.row(table.columns, at + 1, clause, row)).collect()
    }

    fn row(
        &mut self,
        columns: &[Column],
        number: usize,
        clause: &Clause<CaseClause>,
        row: &'a Row,
    ) -> Option<MadeRow<'a>> {
        if row.cells.len() != columns.len() {
            self.report(row_length(columns, clause, row));
            return None;
        }
        let label = row.label.as_ref().map(|label| label.text.as_str());
        let mut made = MadeRow { number, label, span: clause.span, personas: Vec::new(), clauses: Vec::new() };
        let mut right = true;
        for (column, cell) in columns.iter().zip(&row.cells) {
            if let (ColumnKind::As, Some(name)) = (&column.kind, named(cell)) {
                match self.persona(name) {
                    Some(clauses) => made.personas = clauses,
                    None => right = false,
                }
                continue;
            }
            match meant(column, cell) {
                Some(kind) => made.clauses.push(Clause { keyword: cell.span, span: cell.span, kind }),
                None => {
                    self.report(bad_cell(column, cell));
                    right = false;
                }
            }
        }
        right.then_some(made)
    }
}

/// The clause that a cell stands for; none where the cell says what its column does not ask.
fn meant(column: &Column, cell: &Cell) -> Option<CaseClause> {
    match (&column.kind, &cell.kind) {
        (ColumnKind::Attribute(name), CellKind::Value { value, span, as_of, grant }) if grant.is_empty() => {
            let (name, value, as_of) = (name.clone(), value.clone(), as_of.clone());
            Some(CaseClause::Given(vec![GivenItem { name, value, value_span: *span, as_of, span: cell.span }]))
        }
        (
            ColumnKind::Consent(purpose),
            CellKind::Value {
                value: GivenValue::Member(status),
                as_of: None,
                grant: Grant { at, version, confirmed },
                ..
            },
        ) => {
            let subject = ConsentSubject::Purpose(purpose.clone());
            let (status, at, version, confirmed) = (status.clone(), at.clone(), *version, *confirmed);
            Some(CaseClause::Consent(vec![ConsentFact { subject, status, at, version, confirmed, span: cell.span }]))
        }
        (
            ColumnKind::Permission(channel),
            CellKind::Value { value: GivenValue::Member(state), as_of: None, grant, .. },
        ) if grant.is_empty() => {
            let fact = PermissionFact { channel: channel.clone(), state: state.clone(), span: cell.span };
            Some(CaseClause::Permission(vec![fact]))
        }
        (ColumnKind::Now, CellKind::Value { value: GivenValue::Literal(literal), as_of: None, grant, .. })
            if grant.is_empty() =>
        {
            match &literal.kind {
                LiteralKind::Time(kind @ (TimePointKind::Utc(..) | TimePointKind::Civil(..))) => {
                    Some(CaseClause::Now(TimePoint { span: literal.span, kind: kind.clone() }))
                }
                LiteralKind::Time(TimePointKind::Ago(_) | TimePointKind::Now)
                | LiteralKind::YesNo(_)
                | LiteralKind::Number(_)
                | LiteralKind::Percent(_)
                | LiteralKind::Text(_)
                | LiteralKind::Date(_) => None,
            }
        }
        (ColumnKind::History { event, of, by }, CellKind::Value { value, as_of: None, grant, .. })
            if grant.is_empty() =>
        {
            let at = match value {
                GivenValue::Never => Some(Vec::new()),
                GivenValue::Literal(literal) => point(literal).map(|at| vec![at]),
                GivenValue::List(literals) => literals.iter().map(point).collect(),
                GivenValue::Missing | GivenValue::Member(_) | GivenValue::Increments(_) => None,
            };
            let (event, of, by) = (event.clone(), of.clone(), by.clone());
            Some(CaseClause::History(Fact { event, of, by, fields: Vec::new(), at: at? }))
        }
        (
            ColumnKind::Used(cap),
            CellKind::Value { value: GivenValue::Literal(Literal { kind, .. }), as_of: None, grant, .. },
        ) if grant.is_empty() => match kind {
            LiteralKind::Number(Number { mantissa, scale: 0 }) => {
                let count = u32::try_from(*mantissa).ok()?;
                Some(CaseClause::Used(Used { count, of: cap.clone() }))
            }
            LiteralKind::Number(_)
            | LiteralKind::YesNo(_)
            | LiteralKind::Percent(_)
            | LiteralKind::Text(_)
            | LiteralKind::Date(_)
            | LiteralKind::Time(_) => None,
        },
        (ColumnKind::Expect(slot), CellKind::Expects(outcome, reason)) => {
            let (slot, outcome, reason) = (slot.clone(), outcome.clone(), reason.clone());
            Some(CaseClause::Expect(Expectation { slot, outcome, reason, tasks: None, spends_nothing: false }))
        }
        (
            ColumnKind::Attribute(_)
            | ColumnKind::Consent(_)
            | ColumnKind::Permission(_)
            | ColumnKind::Now
            | ColumnKind::As
            | ColumnKind::History { .. }
            | ColumnKind::Used(_)
            | ColumnKind::Expect(_),
            CellKind::Value { .. } | CellKind::Expects(..),
        ) => None,
    }
}

fn point(literal: &Literal) -> Option<TimePoint> {
    match &literal.kind {
        LiteralKind::Time(kind) => Some(TimePoint { span: literal.span, kind: kind.clone() }),
        LiteralKind::YesNo(_)
        | LiteralKind::Number(_)
        | LiteralKind::Percent(_)
        | LiteralKind::Text(_)
        | LiteralKind::Date(_) => None,
    }
}

fn bad_cell(column: &Column, cell: &Cell) -> Diagnostic {
    let (asked, help) = match &column.kind {
        ColumnKind::Attribute(name) => {
            (format!("the value of `{}`", name.text), "write a value as in `given`, or `missing`")
        }
        ColumnKind::Consent(name) => (
            format!("how the consent for `{}` stands", name.text),
            "write a status, such as `granted`, `unknown` or `granted at 90 days ago version 4 confirmed`",
        ),
        ColumnKind::Permission(name) => {
            (format!("what the device permits `{}`", name.text), "write `full`, `provisional`, `denied` or `unknown`")
        }
        ColumnKind::Now => ("when it is".to_owned(), "write an instant, such as 2026-06-15T10:00Z"),
        ColumnKind::As => ("which persona it is".to_owned(), "write the name of a persona"),
        ColumnKind::History { event, .. } => (
            format!("when `{}` happened", event.text),
            "write a time, times in brackets, or `never`: [3 days ago, 2026-06-15T10:00Z]",
        ),
        ColumnKind::Used(cap) => (format!("how much of `{}` is used", cap.text), "write a whole number, such as 2"),
        ColumnKind::Expect(slot) => (
            format!("what `{}` answers", slot.text),
            "write `shows X`, `sends X by C`, `gives nothing` or `passes over R because ..`",
        ),
    };
    Diagnostic::new(&types::BAD_CELL, cell.span, format!("this does not say {asked}"))
        .primary("another kind of cell")
        .label(column.span, "the column")
        .help(help)
}

fn row_length(columns: &[Column], clause: &Clause<CaseClause>, row: &Row) -> Diagnostic {
    let (cells, wanted) = (row.cells.len(), columns.len());
    let message = format!("this row has {}, and the table has {}", many(cells, "cell"), many(wanted, "column"));
    if let (Some(first), Some(last)) = (row.cells.get(wanted), row.cells.last()) {
        let all = columns.first().zip(columns.last()).map_or(clause.span, |(first, last)| first.span.to(last.span));
        return Diagnostic::new(&resolve::ROW_LENGTH, first.span.to(last.span), message)
            .primary("of which column?")
            .label(all, "the columns")
            .help("take a cell away, or name its column behind `cases`");
    }
    let last = row.cells.last().map_or(clause.keyword, |cell| cell.span);
    let without = columns.get(cells..).unwrap_or_default();
    let finding = Diagnostic::new(&resolve::ROW_LENGTH, last, message).primary("the row ends here");
    let finding = without.iter().fold(finding, |finding, column| finding.label(column.span, "no cell for this column"));
    finding.help("write a cell for each column; what is not known is `missing`")
}

fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What tells two columns apart.
fn about(column: &Column) -> (u8, &str, &str, &str) {
    match &column.kind {
        ColumnKind::Attribute(name) => (0, &name.text, "", ""),
        ColumnKind::Consent(name) => (1, &name.text, "", ""),
        ColumnKind::Now => (2, "", "", ""),
        ColumnKind::As => (3, "", "", ""),
        ColumnKind::History { event, of, by } => {
            (4, &event.text, of.as_ref().map_or("", |of| &of.text), by.as_ref().map_or("", |by| &by.text))
        }
        ColumnKind::Expect(name) => (5, &name.text, "", ""),
        ColumnKind::Used(name) => (6, &name.text, "", ""),
        ColumnKind::Permission(name) => (7, &name.text, "", ""),
    }
}

fn told(column: &Column) -> String {
    match &column.kind {
        ColumnKind::Attribute(name) => format!("`{}`", name.text),
        ColumnKind::Consent(name) => format!("`consent.{}`", name.text),
        ColumnKind::Permission(name) => format!("`permission.{}`", name.text),
        ColumnKind::Now => "`now`".to_owned(),
        ColumnKind::As => "`as`".to_owned(),
        ColumnKind::History { event, of, by } => {
            let of = of.as_ref().map(|of| format!(" of {}", of.text)).unwrap_or_default();
            let by = by.as_ref().map(|by| format!(" by {}", by.text)).unwrap_or_default();
            format!("`history {}{of}{by}`", event.text)
        }
        ColumnKind::Used(cap) => format!("`used of {}`", cap.text),
        ColumnKind::Expect(slot) => format!("`expect {}`", slot.text),
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::{Compiled, compile};
    use crate::source::SourceSet;

    const SHOP: &str = r#"
purpose p "P" { basis consent  version 4 or later  valid 24 months  confirmed }
event purchase "Bought" {}
customer {
  id:    text                          key
  tier:  one of [bronze < silver < gold]
  age:   whole from 0 to 130
  seen:  set of text
  at:    time                          fresh 30 days
  heat:  score halving every 72 hours
  on:    date
  used:  yes or no
}
offer card  { class service  tags t }
offer story { class service }
slot home on web { accepts service  fallback story }
slot side on web { accepts service  fallback nothing }
rule give in home { when tier is gold and age is more than 18  show card }
cap week { at most 3 shown or purchase  in any 7 days  per customer  on tag t }
persona anna { now 2026-06-15T10:00Z  given { id: "anna", age: 30 } }
persona bea  { as anna  given { id: "bea" } }
"#;

    fn program(tests: &str) -> Compiled {
        let compiled = compile(SourceSet::single("shop.rules", format!("{SHOP}{tests}")).0);
        let unused = |name: &str| name.starts_with("lint::");
        assert!(compiled.diagnostics.iter().all(|found| unused(found.code.name)), "{:#?}", compiled.diagnostics);
        compiled
    }

    /// Each column of the table, its cells, and the clauses that say the same.
    const COLUMNS: [(&str, [(&str, &str); 3]); 9] = [
        ("as", [("anna", "as anna"), ("bea", "as bea"), ("anna", "as anna")]),
        (
            "now",
            [
                ("2026-06-15T10:00Z", "now 2026-06-15T10:00Z"),
                ("2026-01-01 09:00 in \"Europe/Berlin\"", "now 2026-01-01 09:00 in \"Europe/Berlin\""),
                ("2026-06-15T10:00:01Z", "now 2026-06-15T10:00:01Z"),
            ],
        ),
        (
            "tier",
            [
                ("gold", "given { tier: gold }"),
                ("missing", "given { tier: missing }"),
                ("bronze", "given { tier: bronze }"),
            ],
        ),
        (
            "at",
            [
                ("3 days ago as of 2 days ago", "given { at: 3 days ago as of 2 days ago }"),
                ("never", "given { at: never }"),
                ("2026-01-01T00:00Z", "given { at: 2026-01-01T00:00Z }"),
            ],
        ),
        (
            "seen",
            [
                ("[]", "given { seen: [] }"),
                ("[\"a\", \"b\"]", "given { seen: [\"a\", \"b\"] }"),
                ("missing", "given { seen: missing }"),
            ],
        ),
        (
            "heat",
            [
                ("[40 at 3 days ago, 30 at now]", "given { heat: [40 at 3 days ago, 30 at now] }"),
                ("missing", "given { heat: missing }"),
                ("[1.5 at now]", "given { heat: [1.5 at now] }"),
            ],
        ),
        (
            "consent.p",
            [
                ("granted", "consent p granted"),
                ("granted at 90 days ago version 4 confirmed", "consent p granted at 90 days ago version 4 confirmed"),
                ("withdrawn", "consent p withdrawn"),
            ],
        ),
        (
            "history shown of card",
            [
                ("never", ""),
                ("3 days ago", "history shown of card at 3 days ago"),
                ("[3 days ago, 2026-06-01T00:00Z]", "history shown of card at 3 days ago, 2026-06-01T00:00Z"),
            ],
        ),
        ("used of week", [("0", ""), ("2", "used 2 of week"), ("3", "used 3 of week")]),
    ];

    #[test]
    fn a_row_is_the_test_that_says_the_same_in_clauses() {
        let expects = ["shows card because give", "gives nothing because fallback", "passes over give because capped"];
        let columns: Vec<&str> = COLUMNS.iter().map(|(column, _)| *column).collect();
        let mut table = format!("test \"t\" {{ now 2026-06-15T10:00Z  cases {}, expect home", columns.join(", "));
        let mut written = String::new();
        for (at, expected) in expects.iter().enumerate() {
            let cells: Vec<&str> = COLUMNS.iter().map(|(_, cells)| cells[at].0).collect();
            table += &format!("\nrow {}, {expected}", cells.join(", "));
            let clauses: Vec<&str> = COLUMNS.iter().map(|(_, cells)| cells[at].1).collect();
            written += &format!("test \"{at}\" {{ {} expect home {expected} }}\n", clauses.join(" "));
        }
        let (table, written) = (program(&format!("{table} }}")), program(&written));
        assert_eq!((table.program.tests.len(), written.program.tests.len()), (3, 3));
        for (row, test) in table.program.tests.iter().zip(&written.program.tests) {
            let mut facts = row.facts.clone();
            // That nothing is used is as good as saying nothing.
            facts.used.retain(|(_, count)| *count > 0);
            assert_eq!(facts, test.facts, "{}", row.name);
            let what =
                |case: &crate::frame::Case| case.expectations.iter().map(|one| one.what.clone()).collect::<Vec<_>>();
            assert_eq!(what(row), what(test), "{}", row.name);
        }
    }

    #[test]
    fn a_row_replaces_the_test_and_the_test_its_personas() {
        let of = |test: &str| program(test).program.tests;
        let cases = of(
            "test \"t\" { as anna  given { tier: gold, age: 40 }  expect side gives nothing  cases age, as, expect home  row 50, bea, shows card  row \"label\": missing, anna, shows story }",
        );
        let names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["t / row 1", "t / row 2: label"]);
        let one = of("test \"t\" { as bea  given { tier: gold, age: 50 }  expect home shows card }");
        assert_eq!(cases[0].facts, one[0].facts);
        assert_eq!(cases[1].expectations.len(), 2, "what stands above the table holds for every row");
    }
}
