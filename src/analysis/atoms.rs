//! Sets of atoms: of one attribute, which of its finitely many cases are meant.
//!
//! Takes and gives sets over the same number of atoms. Knows nothing of what an atom stands for.
//!
//! Up to 64 atoms are one machine word, which is nearly every attribute of nearly every rule set; a longer axis (an
//! attribute that rules cut at a hundred amounts) is a shared row of words. Both sides of an operation belong to one
//! dimension, so they have the same form; where they should not, the shorter is read as if zeros followed it.

use std::sync::Arc;

const WORD: usize = u64::BITS as usize;

/// A set of atoms of one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Atoms {
    /// Of a dimension with at most 64 atoms.
    Few(u64),
    /// Of a longer one; atom `n` is bit `n % 64` of word `n / 64`.
    Many(Arc<[u64]>),
}

impl Atoms {
    /// No atom of `width`.
    pub(super) fn none(width: usize) -> Self {
        if width <= WORD { Self::Few(0) } else { Self::Many(std::iter::repeat_n(0, width.div_ceil(WORD)).collect()) }
    }

    /// Every atom of `width`.
    pub(super) fn all(width: usize) -> Self {
        Self::range(width, 0, width)
    }

    /// One atom of `width`.
    pub(super) fn one(width: usize, atom: usize) -> Self {
        Self::range(width, atom, atom + 1)
    }

    /// The atoms from `from` up to but not including `to`.
    pub(super) fn range(width: usize, from: usize, to: usize) -> Self {
        let word = |at: usize| {
            let (low, high) = (at * WORD, (at + 1) * WORD);
            let (from, to) = (from.clamp(low, high) - low, to.min(width).clamp(low, high) - low);
            if from >= to { 0 } else { (u64::MAX >> (WORD - (to - from))) << from }
        };
        if width <= WORD { Self::Few(word(0)) } else { Self::Many((0..width.div_ceil(WORD)).map(word).collect()) }
    }

    /// The atoms of all these stretches of `width`, each up to but not including its end.
    pub(super) fn stretches(width: usize, stretches: impl Iterator<Item = (usize, usize)>) -> Self {
        if width <= WORD {
            return stretches.fold(Self::none(width), |all, (from, to)| all.or(&Self::range(width, from, to)));
        }
        // One row for all of them: a list of many thousand texts is as many stretches.
        let mut words = vec![0_u64; width.div_ceil(WORD)];
        for (from, to) in stretches {
            let to = to.min(width);
            let mut at = from;
            while at < to {
                let end = ((at / WORD + 1) * WORD).min(to);
                if let Some(word) = words.get_mut(at / WORD) {
                    *word |= (u64::MAX >> (WORD - (end - at))) << (at % WORD);
                }
                at = end;
            }
        }
        Self::Many(words.into())
    }

    fn words(&self) -> &[u64] {
        match self {
            Self::Few(word) => std::slice::from_ref(word),
            Self::Many(words) => words,
        }
    }

    fn zip(&self, other: &Self, f: impl Fn(u64, u64) -> u64) -> Self {
        match (self, other) {
            (Self::Few(a), Self::Few(b)) => Self::Few(f(*a, *b)),
            (Self::Few(_) | Self::Many(_), _) => {
                let (a, b) = (self.words(), other.words());
                let word = |of: &[u64], at: usize| of.get(at).copied().unwrap_or(0);
                Self::Many((0..a.len().max(b.len())).map(|at| f(word(a, at), word(b, at))).collect())
            }
        }
    }

    /// In both.
    pub(super) fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// In either.
    pub(super) fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// In this one only.
    pub(super) fn minus(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.words().iter().all(|word| *word == 0)
    }

    /// Whether `atom` is one of them.
    pub(super) fn has(&self, atom: usize) -> bool {
        self.words().get(atom / WORD).is_some_and(|word| word >> (atom % WORD) & 1 == 1)
    }

    /// Whether some atom is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Few(a), Self::Few(b)) => a & b != 0,
            (Self::Few(_) | Self::Many(_), _) => self.words().iter().zip(other.words()).any(|(a, b)| a & b != 0),
        }
    }

    /// Whether one of them is at least `from` and below `to`.
    pub(super) fn meets_range(&self, from: usize, to: usize) -> bool {
        let words = self.words().iter().enumerate().take(to.div_ceil(WORD)).skip(from / WORD);
        words.into_iter().any(|(at, word)| {
            let (low, high) = (at * WORD, (at + 1) * WORD);
            let (from, to) = (from.clamp(low, high) - low, to.clamp(low, high) - low);
            from < to && word & ((u64::MAX >> (WORD - (to - from))) << from) != 0
        })
    }

    /// Whether every atom of this one is in the other.
    pub(super) fn within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Few(a), Self::Few(b)) => a & !b == 0,
            (Self::Few(_) | Self::Many(_), _) => {
                let beyond = |at: usize| other.words().get(at).copied().unwrap_or(0);
                self.words().iter().enumerate().all(|(at, word)| word & !beyond(at) == 0)
            }
        }
    }

    /// The lowest atom.
    pub(super) fn first(&self) -> Option<usize> {
        let (at, word) = self.words().iter().enumerate().find(|(_, word)| **word != 0)?;
        Some(at * WORD + word.trailing_zeros() as usize)
    }

    /// The atoms from the lowest up.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let bits = |word: u64| {
            std::iter::successors(Some(word).filter(|rest| *rest != 0), |rest| {
                Some(rest & (rest - 1)).filter(|rest| *rest != 0)
            })
            .map(|rest| rest.trailing_zeros() as usize)
        };
        self.words().iter().enumerate().flat_map(move |(at, word)| bits(*word).map(move |bit| at * WORD + bit))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.words().iter().map(|word| word.count_ones() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Atoms;

    #[test]
    fn stretches_are_their_ranges_together() {
        for width in [1, 63, 64, 65, 128, 200] {
            for stretches in [
                vec![],
                vec![(0, 1)],
                vec![(3, 70), (60, 61)],
                vec![(190, 300), (0, 64), (64, 65)],
                vec![(5, 5), (9, 2)],
            ] {
                let ranges = stretches.iter().map(|(from, to)| Atoms::range(width, *from, *to));
                let whole = ranges.fold(Atoms::none(width), |all, one| all.or(&one));
                assert_eq!(Atoms::stretches(width, stretches.iter().copied()), whole, "{width} {stretches:?}");
            }
        }
    }

    #[test]
    fn short_and_long_sets_obey_the_same_laws() {
        for width in [1, 5, 63, 64, 65, 128, 200] {
            let all = Atoms::all(width);
            assert_eq!((all.count(), all.first()), (width, Some(0)));
            for (from, to) in [(0, 1), (0, width), (width / 3, width / 2), (width - 1, width), (width / 2, width + 9)] {
                let set = Atoms::range(width, from, to);
                let listed: Vec<usize> = (from..to.min(width)).collect();
                assert_eq!(set.iter().collect::<Vec<_>>(), listed, "{width}: {from}..{to}");
                assert!((0..width).all(|atom| set.has(atom) == listed.contains(&atom)));
                for (low, high) in [(0, 1), (0, width), (from, to), (to, width + 70), (width / 4, width / 3), (9, 3)] {
                    let in_range = listed.iter().any(|atom| (low..high).contains(atom));
                    assert_eq!(set.meets_range(low, high), in_range, "{width}: {from}..{to} in {low}..{high}");
                }
                let rest = all.minus(&set);
                assert_eq!(rest.count(), width - listed.len());
                assert!(!set.meets(&rest) && set.and(&rest).is_empty() && set.or(&rest) == all);
                assert!(set.within(&all) && rest.within(&all));
                assert_eq!(all.within(&set), rest.is_empty());
                assert_eq!(set.is_empty(), listed.is_empty());
            }
            assert!(Atoms::none(width).is_empty() && !Atoms::none(width).has(0));
            assert_eq!(Atoms::one(width, width - 1).first(), Some(width - 1));
        }
    }
}
