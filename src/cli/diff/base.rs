//! How many of real customers a change touches: everybody is decided by both rule sets, each slot as a request of its own.
//!
//! The count needs no proof, it is what both engines say. Each customer whose decision differs is also looked up among
//! the regions that were found, so that the counts of the regions add up, or it is said that they do not.

use std::collections::BTreeMap;

use super::super::interrupt::Interrupt;
use super::super::terminal::Terminal;
use super::super::{CannotRun, customer, settings, tables, worlds};
use super::Arguments;
use super::operand::Operand;
use crate::analysis::diff::{Differences, Region, Shown};
use crate::frame::{Facts, Frame};
use crate::model::{SlotId, Verified};
use crate::runtime::Engine;
use crate::runtime::data::{BadRows, Customers, CustomersFile, Decoder, MissingCells, NextRow, Others, Row};

/// What came of a base.
pub(super) struct Counted {
    /// How many customers were decided for.
    pub(super) customers: u64,
    /// Of each slot.
    pub(super) slots: Vec<SlotCount>,
    /// Rows passed over, of each side.
    pub(super) bad: [BadRows; 2],
}

/// What came of a slot.
#[derive(Default)]
pub(super) struct SlotCount {
    /// Customers whose decision differs.
    pub(super) differ: u64,
    /// Of each region, in order, how many of them stand in it.
    pub(super) regions: Vec<u64>,
    /// How many stand in none.
    pub(super) elsewhere: u64,
    /// What was seen and what is, with how many.
    pub(super) cells: BTreeMap<(Shown, Shown), u64>,
}

impl Counted {
    /// Whether somebody's decision differs whom no region has.
    pub(super) fn is_open(&self) -> bool {
        self.slots.iter().any(|slot| slot.elsewhere > 0)
    }
}

/// One side's customers.
struct Side<'s> {
    rules: &'s Verified,
    engine: Engine,
    known: customer::Known,
    decoders: Vec<Decoder>,
}

impl<'s> Side<'s> {
    fn open(
        arguments: &Arguments,
        operand: &Operand,
        new: &Operand,
        rules: &'s Verified,
        terminal: &Terminal,
    ) -> Result<(Self, Vec<Customers>), CannotRun> {
        let world = &operand.loaded.world;
        let new_world = &new.loaded.world;
        let of_new = new_world.config.as_ref();
        // Both sides read the same people: where nobody names a file, those of the new world.
        let files = customer::Files {
            consent: arguments.consent.as_deref().or_else(|| of_new.and_then(|config| config.consent.as_deref())),
            events: arguments.events.as_deref().or_else(|| of_new.and_then(|config| config.events.as_deref())),
            customers: &arguments.customers,
            delimiter: arguments.delimiter,
        };
        let now = customer::now(arguments.now, new_world.settings())?;
        let known = customer::Known::open(rules, world, now, files, terminal)?;
        let mut tables = Vec::new();
        for file in tables_of(arguments, operand, new, rules)? {
            tables.push(Customers::open(rules, &file)?);
        }
        let decoders = tables.iter().map(Customers::decoder).collect();
        let jit = settings::JIT.choose(None, new_world.settings())?.or(true);
        let engine = if jit { Engine::from_rules(rules.clone()) } else { Engine::reference(rules.clone()) };
        Ok((Self { rules, engine, known, decoders }, tables))
    }

    fn facts(&self, file: usize, row: &Row, others: &Others<'_>) -> Facts {
        let nobody = &self.known.nobody;
        let mut facts = match self.decoders.get(file) {
            Some(decoder) => decoder.customer(row, nobody, &mut MissingCells::default()),
            None => nobody.clone(),
        };
        if let Some(key) = &row.key {
            self.known.tell(key, &mut facts);
        }
        others.tell(&mut facts);
        facts
    }
}

/// The tables as one side reads them: each has its own mapping for a table of the new world, by its name.
fn tables_of(
    arguments: &Arguments,
    operand: &Operand,
    new: &Operand,
    rules: &Verified,
) -> Result<Vec<CustomersFile>, CannotRun> {
    let (world, of_new) = (&operand.loaded.world, &new.loaded.world);
    let tables = world.config.as_ref().map(|config| config.customers.as_slice()).unwrap_or_default();
    let mut found = Vec::new();
    for path in &arguments.customers {
        let own =
            of_new.config.iter().flat_map(|config| &config.customers).find(|table| worlds::same(&table.path, path));
        match own.and_then(|own| tables.iter().find(|table| table.name == own.name)) {
            Some(table) => {
                let file = table.file(rules)?;
                let delimiter = arguments.delimiter.or(file.delimiter);
                found.push(CustomersFile { path: path.clone(), delimiter, ..file });
            }
            None => found.extend(tables::files(world, rules, std::slice::from_ref(path), arguments.delimiter)?),
        }
    }
    Ok(found)
}

/// Decides for everybody on both sides.
pub(super) fn count(
    arguments: &Arguments,
    [old, new]: [&Operand; 2],
    rules: [&Verified; 2],
    found: &Differences<'_>,
    terminal: &Terminal,
) -> Result<Counted, CannotRun> {
    let interrupt = Interrupt::watch();
    let (old_side, old_tables) = Side::open(arguments, old, new, rules[0], terminal)?;
    let (new_side, new_tables) = Side::open(arguments, new, new, rules[1], terminal)?;
    let sides = [old_side, new_side];
    let others = [&sides[0], &sides[1]].map(|side| Others::new(side.rules, &side.known.events, side.known.nobody.now));
    let slots: Vec<[Option<SlotId>; 2]> =
        found.slots.iter().map(|slot| rules.map(|rules| rules.slot_named(&slot.slot))).collect();
    let mut counted = Counted {
        customers: 0,
        slots: found
            .slots
            .iter()
            .map(|slot| SlotCount { regions: vec![0; slot.regions.len()], ..SlotCount::default() })
            .collect(),
        bad: [BadRows::default(), BadRows::default()],
    };
    for (file, mut tables) in old_tables.into_iter().zip(new_tables).enumerate() {
        while let Some((old_row, new_row)) = next(&mut tables, &mut counted.bad)? {
            interrupt.check()?;
            let [old, new] = &sides;
            let facts = [old.facts(file, &old_row, &others[0]), new.facts(file, &new_row, &others[1])];
            one(&sides, &slots, &facts, found, &mut counted);
        }
    }
    Ok(counted)
}

/// The next row that both sides can read; rows that one cannot are noted and passed over.
fn next((old, new): &mut (Customers, Customers), bad: &mut [BadRows; 2]) -> Result<Option<(Row, Row)>, CannotRun> {
    loop {
        match (old.next_row()?, new.next_row()?) {
            (Some(NextRow::Row(one)), Some(NextRow::Row(other))) => return Ok(Some((one, other))),
            (None, _) | (_, None) => return Ok(None),
            (one, other) => {
                for (row, bad) in [one, other].into_iter().zip(bad.iter_mut()) {
                    if let Some(NextRow::Bad(row)) = row {
                        bad.add(row);
                    }
                }
            }
        }
    }
}

fn one(
    [old, new]: &[Side<'_>; 2],
    slots: &[[Option<SlotId>; 2]],
    [of_old, of_new]: &[Facts; 2],
    found: &Differences<'_>,
    counted: &mut Counted,
) {
    counted.customers += 1;
    let frames = (old.engine.gather(of_old), new.engine.gather(of_new));
    let shown = |side: &Side<'_>, frame: &Frame, slot: Option<SlotId>| {
        slot.map_or_else(Shown::nothing, |slot| Shown::of(side.rules, &side.engine.decide(frame, slot)))
    };
    let mut standing = None;
    for (at, ([before, now], count)) in slots.iter().zip(&mut counted.slots).enumerate() {
        let (before, now) = (shown(old, &frames.0, *before), shown(new, &frames.1, *now));
        if before == now {
            continue;
        }
        count.differ += 1;
        let standing = standing.get_or_insert_with(|| found.stand(of_old, of_new));
        let rest = |(before, now): (&Shown, &Shown)| {
            let regions = found.slots.get(at).map(|slot| slot.regions.as_slice()).unwrap_or_default();
            let is_rest = |region: &Region| region.is_rest && (&region.old.shown, &region.new.shown) == (before, now);
            regions.iter().position(is_rest)
        };
        let region = standing.get(at).copied().flatten().or_else(|| rest((&before, &now)));
        *count.cells.entry((before, now)).or_default() += 1;
        match region.and_then(|region| count.regions.get_mut(region)) {
            Some(region) => *region += 1,
            None => count.elsewhere += 1,
        }
    }
}
