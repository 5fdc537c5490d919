//! The typed syntax tree: what a `.rules` file says, word by word, before anything is looked up.
//!
//! Made by the parser, read by the checker and the formatter. Every node carries the span it was read from. A clause
//! that could not be read is not in the tree; its item is marked [`Item::damaged`], so that the checker does not
//! complain about what the parser has already reported. The tree knows no types and resolves no names: `country is DE`
//! and `priority is high` look alike here.

mod case;
mod clause;
mod expr;
mod literal;
mod table;
mod window;

pub use case::{
    Case, CaseClause, ConsentFact, ConsentSubject, Expectation, Fact, GivenItem, GivenValue, Held, Increment, Outcome,
    PermissionFact, Reason, Request, Used,
};
pub use clause::{
    Active, ActiveEnd, ActivePoint, Attribute, Basis, BlockClause, Calendar, CalendarUnit, CapClause, CapCount,
    CapTarget, CapUnit, CapZone, ChannelClause, ClassClause, DefaultsClause, Fallback, FallbackTarget, GapClause, Mark,
    Member, OfferClause, PauseClause, PurposeClause, RuleClause, SlotClause, Substitute, SubstituteCause, Then, Type,
    TypeKind, WithField,
};
pub use expr::{AddSign, AgeTest, Comparison, Direction, Expr, ExprKind, Occurrence, Over, SetTest, Test};
pub use literal::{ClockTime, DateValue, Duration, Literal, LiteralKind, Number, TimePoint, TimePointKind, Unit};
pub use table::{Cell, CellKind, Column, ColumnKind, Grant, Row};
pub use window::{EveryZone, OpenDays, Opening, Outside, TimeOfDay, WindowClause, ZoneChain};

use crate::diagnostics::Allowance;
use crate::source::Span;

/// One file, its items in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The declarations, broken ones included.
    pub items: Vec<Item>,
    /// The comments that allow findings.
    pub allowances: Vec<Allowance>,
}

/// One declaration: `offer brand_story { class service }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The word that opens it: `offer`.
    pub keyword: Span,
    /// All of it, from the keyword to the closing brace (or the end of the expression).
    pub span: Span,
    /// What it declares.
    pub kind: ItemKind,
    /// Whether its head or one of its clauses had a syntax error and was left out.
    pub damaged: bool,
}

/// The declarations of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `use "customer.rules"`: the path, as seen from the file that says it.
    Use(Text),
    /// `defaults { zone "Europe/Berlin" }`
    Defaults(Block<DefaultsClause>),
    /// `purpose profiling "Score me" { basis consent }`
    Purpose(Named<PurposeClause>),
    /// `class service "Helps" { obeys blocks, windows, caps }`
    Class(Named<ClassClause>),
    /// `channel push { needs push_offers  allowed when permission.push is full }`
    Channel(Named<ChannelClause>),
    /// `customer { id: text key }`
    Customer(Vec<Attribute>),
    /// `moment { page: text }`
    Moment(Vec<Attribute>),
    /// `event purchase "Something was bought" { amount: decimal(2) }`
    Event(Event),
    /// `segment lapsed "Silent for two months" = last_order is more than 60 days old`
    Segment(Definition),
    /// `value worth "What they spend" = price * quantity`
    Value(Definition),
    /// `offer running_tips { class marketing  with title: "Five easy routes" }`
    Offer(Named<OfferClause>),
    /// `slot home_hero on web "The big banner" { accepts marketing }`
    Slot(Slot),
    /// `rule comeback in home_hero { when lapsed  show running_comeback }`
    Rule(Rule),
    /// `cap promo_pressure { at most 5 shown  in any 7 days  per customer  on tag promo }`
    Cap(Named<CapClause>),
    /// `pause tired { for 10 days  after 3 shown in any 7 days without clicked  per customer  on tag promo }`
    Pause(Named<PauseClause>),
    /// `gap air { at least 8 hours apart  per customer  on tag promo }`
    Gap(Named<GapClause>),
    /// `block alarm { for 24 hours after fraud_alert  on class marketing }`
    Block(Named<BlockClause>),
    /// `window daytime { zone "Europe/Berlin"  open 09:00 until 21:00  on class marketing  outside drop }`
    Window(Named<WindowClause>),
    /// `persona anna { now 2026-02-01T08:00Z  given { age: 34 } }`
    Persona(Persona),
    /// `test "the hero shows the sale" { as anna  expect home_hero shows sale }`
    Test(Case),
    /// A declaration of which the head could not be read, or that is not built yet (`layer onboarding { .. }`). It has
    /// been reported; the name, where one could be read, tells the checker not to call it unknown.
    Broken(Broken),
}

/// The clauses between the braces of a declaration, in the order written.
pub type Block<C> = Vec<Clause<C>>;

/// One clause: `priority 80`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause<C> {
    /// The word or words that open it: `priority`, `review by`, `if no consent`.
    pub keyword: Span,
    /// All of it, keyword included.
    pub span: Span,
    /// What it says.
    pub kind: C,
}

/// A name an author made up or refers to: `home_hero`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The letters as written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A quoted text: `"Ready for spring?"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What stands between the quotes, with `\"` and `\\` undone.
    pub text: String,
    /// Where, quotes included.
    pub span: Span,
}

/// A declaration with a name, perhaps a label, and clauses: `purpose p "Label" { basis consent }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<C> {
    /// `p`
    pub name: Name,
    /// `"Label"`
    pub label: Option<Text>,
    /// `basis consent`
    pub clauses: Block<C>,
}

/// `event purchase "Something was bought" { amount: decimal(2) }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `purchase`
    pub name: Name,
    /// `"Something was bought"`
    pub label: Option<Text>,
    /// `needs personalisation`: before the fields.
    pub needs: Vec<Clause<Vec<Name>>>,
    /// `amount: decimal(2)`
    pub fields: Vec<Attribute>,
}

/// A segment or a value: a name for an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// `lapsed`
    pub name: Name,
    /// `"Silent for two months"`
    pub label: Option<Text>,
    /// What stands behind `=`; none where it could not be read (the item is then damaged).
    pub body: Option<Expr>,
}

/// `slot home_hero on web "The big banner" { accepts marketing  fallback brand_story }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// `home_hero`
    pub name: Name,
    /// `on web`, `by push, email`
    pub way: SlotWay,
    /// `"The big banner"`
    pub label: Option<Text>,
    /// The clauses.
    pub clauses: Block<SlotClause>,
}

/// Where a slot shows, or how it sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotWay {
    /// `on web`
    On(Name),
    /// `by push, email`: at least one.
    By(Vec<Name>),
}

/// `rule comeback in home_hero "Label" { when lapsed  show running_comeback }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `comeback`
    pub name: Name,
    /// `home_hero`
    pub slot: Name,
    /// `"Label"`
    pub label: Option<Text>,
    /// The clauses.
    pub clauses: Block<RuleClause>,
}

/// `persona anna "Has everything" { given { age: 34 } }`: facts that tests take over with `as anna`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    /// `anna`
    pub name: Name,
    /// `"Has everything"`
    pub label: Option<Text>,
    /// The facts; never an expectation (the parser refuses `expect` here).
    pub clauses: Block<CaseClause>,
}

/// What is left of a declaration that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The word it began with: `rule`, `layer`; empty where the text belongs to no declaration.
    pub word: String,
    /// Its name, where one stood in its place.
    pub name: Option<Name>,
}

impl Item {
    /// What it is called: its name, or the sentence of a test.
    pub fn title(&self) -> Option<&str> {
        if let ItemKind::Test(test) = &self.kind {
            return Some(&test.label.text);
        }
        self.name().map(|name| name.text.as_str())
    }

    /// The declared name, where the declaration has one.
    pub fn name(&self) -> Option<&Name> {
        match &self.kind {
            ItemKind::Purpose(item) => Some(&item.name),
            ItemKind::Class(item) => Some(&item.name),
            ItemKind::Channel(item) => Some(&item.name),
            ItemKind::Event(item) => Some(&item.name),
            ItemKind::Segment(item) | ItemKind::Value(item) => Some(&item.name),
            ItemKind::Offer(item) => Some(&item.name),
            ItemKind::Slot(item) => Some(&item.name),
            ItemKind::Rule(item) => Some(&item.name),
            ItemKind::Cap(item) => Some(&item.name),
            ItemKind::Pause(item) => Some(&item.name),
            ItemKind::Gap(item) => Some(&item.name),
            ItemKind::Block(item) => Some(&item.name),
            ItemKind::Window(item) => Some(&item.name),
            ItemKind::Persona(item) => Some(&item.name),
            ItemKind::Broken(item) => item.name.as_ref(),
            ItemKind::Use(_)
            | ItemKind::Defaults(_)
            | ItemKind::Customer(_)
            | ItemKind::Moment(_)
            | ItemKind::Test(_) => None,
        }
    }
}
