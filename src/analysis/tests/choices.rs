//! What must hold narrows a box, and what is still to be chosen is chosen among all that is left.

use super::schemas::Dice;
use super::{report, verdict};
use crate::analysis::atoms::Atoms;
use crate::analysis::formula::{Dim, Formula, Formulas};
use crate::analysis::region::{Region, Status};

/// Whoever's set is garbled is neither of the segment nor of its negation, and not awaited. That the search once said nobody
/// came through: it chose among the open parts of a choice of which a later part held already.
#[test]
fn a_choice_that_is_made_already_is_not_made_again() {
    let (model, report) = report(
        "customer { id: text key  n: whole from 0 to 4 }
         moment { seen: set of text }
         segment g = ((n is at most n) and (n is at least n)) and ((n * n is 6) or (seen has any of [\"u\", \"v\"]))
         offer a { class service }  offer c { class service }
         slot s on web { accepts service  fallback nothing }
         rule in_g in s { when g  priority 3  show c  if unknown show c }
         rule not_g in s { when not (g)  priority 3  show c }
         rule no_n in s { when n is not known  priority 2  show c }
         rule rest in s { when seen is not known  priority 1  show a }
         rule none in s { when seen is known  priority 1  show a }",
    );
    let found = ["in_g", "not_g", "no_n", "rest", "none"].map(|rule| verdict(&model, &report, rule));
    assert_eq!(found, ["reachable", "reachable", "reachable", "reachable", "covered by in_g, not_g, no_n"]);
}

const WIDTHS: [usize; 4] = [2, 3, 4, 3];

fn formula(dice: &mut Dice, formulas: &mut Formulas, depth: usize) -> Formula {
    if depth == 0 || dice.one_in(4) {
        let dim = dice.below(WIDTHS.len());
        return formulas.literal(Dim(dim as u32), atoms(dice, WIDTHS[dim]));
    }
    let parts: Vec<_> = (0..2 + dice.below(3)).map(|_| formula(dice, formulas, depth - 1)).collect();
    if dice.one_in(2) { formulas.all(parts) } else { formulas.any(parts) }
}

/// Some of so many, at least one.
fn atoms(dice: &mut Dice, width: usize) -> Atoms {
    let one = Atoms::one(width, dice.below(width));
    (0..width).filter(|_| dice.one_in(3)).fold(one, |all, atom| all.or(&Atoms::one(width, atom)))
}

fn points(region: &Region) -> Vec<Vec<usize>> {
    (0..WIDTHS.len()).fold(vec![Vec::new()], |points, dim| {
        let atoms: Vec<usize> = region.domain(Dim(dim as u32)).into_iter().flat_map(Atoms::iter).collect();
        let with = |point: &Vec<usize>, atom: &usize| [point.as_slice(), &[*atom]].concat();
        points.iter().flat_map(|point| atoms.iter().map(move |atom| with(point, atom))).collect()
    })
}

/// Requiring loses no point of which the formula is true; and where nothing more follows it says of the formula what
/// is known of it, so that whoever calls it open has a choice left.
#[test]
fn what_is_required_is_what_is_known() {
    let mut open = 0;
    for seed in 0..20_000 {
        let mut dice = Dice::new(seed);
        let mut formulas = Formulas::new(WIDTHS.to_vec());
        let formula = formula(&mut dice, &mut formulas, 3);
        let mut region = Region::new(WIDTHS.iter().map(|width| atoms(&mut dice, *width)).collect());
        let before: Vec<_> = points(&region).into_iter().filter(|point| formulas.holds(formula, point)).collect();
        let status = loop {
            let moment = region.moment();
            let status = region.require(&formulas, formula);
            if status.is_err() || region.moment() == moment {
                break status;
            }
        };
        let Ok(status) = status else {
            assert!(before.is_empty(), "seed {seed}: {before:?} are lost");
            continue;
        };
        let after: Vec<_> = points(&region).into_iter().filter(|point| formulas.holds(formula, point)).collect();
        assert_eq!(after, before, "seed {seed}");
        assert_eq!(status, region.status(&formulas, formula), "seed {seed}");
        open += usize::from(status == Status::Open);
    }
    assert!(open > 500, "hardly any is open: {open}");
}
