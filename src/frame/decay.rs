//! The decayed sum of a score, in integers only, so that every machine finds the same number (R44).
//!
//! Takes increments (mantissas at six places) with their instants, a half-life and now; gives the mantissa of their sum
//! at six places. Refuses to know where increments come from.
//!
//! # The algorithm
//!
//! An increment `m` of age `a` counts `m * 2^-(a/h)` at half-life `h`, both in microseconds.
//!
//! 1. `k = a div h` whole half-lives and the rest `r = a mod h`.
//! 2. `f = floor(r * 2^64 / h)`: the fraction of a half-life as 64 binary digits, most significant first.
//! 3. `p = 2^64`; for `i` from 1 to 64: where digit `i` of `f` is set, `p = floor(p * ROOT[i] / 2^64)`, where `ROOT[i]` is
//!    the 2^i-th root of one half in units of 2^-64, at most one unit too small. The roots are square roots of each
//!    other: `ROOT[1] = isqrt(2^127)`, `ROOT[i+1] = isqrt(ROOT[i] * 2^64)`.
//! 4. The increment counts `floor(|m| * p / 2^k)` in units of 2^-64 of a millionth, with the sign of `m`; nothing from
//!    `k = 128` on.
//! 5. All increments are added up exactly, and the sum is rounded to whole millionths once, half to even.
//!
//! `p` is at most 2^-56 (relative) below the true power, so a sum of increments up to a thousand million is right to two
//! hundredths of a millionth before rounding. At whole half-lives `p` is exactly one: 40 points three half-lives ago are
//! exactly 5, however often they are computed.
//!
//! Worked example: 40 points 36 hours ago at a half-life of 72 hours. `k = 0`, `f = 2^63` (the first digit alone),
//! `p = ROOT[1] = 13043817825332782212`, and `40 000 000 * p / 2^64` rounds to 28 284 271 millionths: 28.284271.

use crate::value::{Instant, Period, SCORE, Unit};

/// The 2^i-th root of one half in units of 2^-64, for i from 1.
const ROOTS: [u64; 64] = {
    let mut roots = [0; 64];
    let mut at = 0;
    let mut square = 1_u128 << 127;
    while at < 64 {
        roots[at] = square.isqrt() as u64;
        square = (roots[at] as u128) << 64;
        at += 1;
    }
    roots
};

/// The length of a half-life in microseconds; a month counts thirty days, since decay has no calendar.
fn length(half_life: Period) -> u64 {
    let unit = half_life.unit.microseconds().or(Unit::Day.microseconds().map(|day| 30 * day));
    unit.map_or(1, i64::unsigned_abs).saturating_mul(u64::from(half_life.count)).max(1)
}

/// `2^-(age/length)` less its whole half-lives, in units of 2^-64, and the number of those.
fn power(age: u64, length: u64) -> (u128, u64) {
    let fraction = (u128::from(age % length) << 64) / u128::from(length);
    let mut power = 1_u128 << 64;
    for (at, root) in ROOTS.iter().enumerate() {
        if fraction >> (63 - at) & 1 == 1 {
            power = (power * u128::from(*root)) >> 64;
        }
    }
    (power, age / length)
}

/// The decayed sum at `now`. An increment stamped after `now` counts as of now up to `horizon` (now and the skew) and is
/// set aside beyond it. `None` if the sum leaves the range of a score.
pub(super) fn decayed_sum(
    increments: &[(i64, Instant)],
    half_life: Period,
    now: Instant,
    horizon: Instant,
) -> Option<i64> {
    decayed_sums(increments.iter().map(|(mantissa, at)| (*mantissa, *at, half_life)), now, horizon)
}

/// The decayed sum of increments that each have a half-life of their own, rounded once.
pub(super) fn decayed_sums(
    increments: impl IntoIterator<Item = (i64, Instant, Period)>,
    now: Instant,
    horizon: Instant,
) -> Option<i64> {
    // Signs apart: whether a sum overflows must not depend on the order of its parts.
    let (mut added, mut taken) = (0_u128, 0_u128);
    for (mantissa, at, half_life) in increments.into_iter().filter(|(_, at, _)| *at <= horizon) {
        let length = length(half_life);
        let age = now.0.saturating_sub(at.0).max(0).unsigned_abs();
        let (power, halvings) = power(age, length);
        let full = u128::from(mantissa.unsigned_abs()).checked_mul(power)?;
        let part = u32::try_from(halvings).ok().and_then(|halvings| full.checked_shr(halvings)).unwrap_or(0);
        let side = if mantissa < 0 { &mut taken } else { &mut added };
        *side = side.checked_add(part)?;
    }
    let sum = round_half_even(added.abs_diff(taken))?;
    let sum = if added < taken { -sum } else { sum };
    (SCORE.min..=SCORE.max).contains(&sum).then_some(sum)
}

fn round_half_even(units: u128) -> Option<i64> {
    let whole = units >> 64;
    let rest = units & u128::from(u64::MAX);
    let half = 1_u128 << 63;
    let up = rest > half || (rest == half && whole & 1 == 1);
    i64::try_from(whole + u128::from(up)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_700_000_000_000_000);
    const HOUR: i64 = 3_600_000_000;

    fn hours(count: u32) -> Period {
        Period { count, unit: Unit::Hour }
    }

    fn sum(half_life: u32, parts: &[(i64, i64)]) -> Option<i64> {
        let parts: Vec<_> = parts.iter().map(|(mantissa, age)| (*mantissa, Instant(NOW.0 - age))).collect();
        decayed_sum(&parts, hours(half_life), NOW, Instant(NOW.0 + 120_000_000))
    }

    #[test]
    fn the_roots_are_those_published() {
        assert_eq!(ROOTS[0], 13_043_817_825_332_782_212, "2^64 / sqrt 2");
        assert_eq!(ROOTS[1], 15511800964685064948, "2^64 / fourth root of 2");
        assert_eq!(ROOTS[63], 18446744073709551614, "the last root is one less two units");
    }

    /// Vectors computed with sixty digits: mantissas and ages in microseconds at a half-life in hours, and the sum.
    #[test]
    fn vectors() {
        for (half_life, parts, expected) in [
            (72, vec![(40_000_000, 0)], 40_000_000),
            (72, vec![(40_000_000, 36 * HOUR)], 28_284_271),
            (72, vec![(40_000_000, 72 * HOUR)], 20_000_000),
            (72, vec![(40_000_000, 24 * HOUR)], 31_748_021),
            (72, vec![(40_000_000, 0), (30_000_000, 72 * HOUR)], 55_000_000),
            (72, vec![(40_000_000, 72 * HOUR), (30_000_000, 72 * HOUR), (10_000_000, 0)], 45_000_000),
            (72, vec![(-40_000_000, 36 * HOUR)], -28_284_271),
            (1, vec![(1_000_000_000_000_000, 1)], 999_999_999_807_459),
            (1, vec![(1_000_000_000_000_000, HOUR / 2)], 707_106_781_186_548),
            (24, vec![(123_456_789, 12_345_678_901)], 111_815_204),
            (72, vec![], 0),
        ] {
            assert_eq!(sum(half_life, &parts), Some(expected), "{parts:?} at {half_life} hours");
        }
    }

    /// The vectors of DESIGN.md, which anybody may check an implementation of theirs against.
    #[test]
    fn published_vectors() {
        let design = include_str!("../../DESIGN.md");
        let amount = |text: &str| crate::value::Decimal::parse(text).unwrap().at_scale(6).unwrap();
        let mut seen = 0;
        for line in design
            .lines()
            .filter(|line| line.starts_with("| ") && (line.contains(" hours | ") || line.contains(" hour | ")))
        {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let half_life = cells[0].split(' ').next().unwrap().parse().unwrap();
            let part = |part: &str| {
                let (of, age) = part.split_once(" at ").unwrap();
                (amount(of), age.trim_end_matches(" s").parse::<i64>().unwrap() * 1_000_000)
            };
            let parts: Vec<_> = cells[1].split(", ").map(part).collect();
            assert_eq!(sum(half_life, &parts), Some(amount(cells[2])), "{line}");
            seen += 1;
        }
        assert_eq!(seen, 9);
    }

    #[test]
    fn whole_half_lives_are_exact_and_ties_go_to_even() {
        for halvings in 0..40 {
            let age = i64::from(halvings) * 72 * HOUR;
            assert_eq!(sum(72, &[(1 << 40, age)]), Some(1 << (40 - halvings)));
        }
        assert_eq!(sum(1, &[(1, HOUR)]), Some(0), "half a millionth, to even");
        assert_eq!(sum(1, &[(3, HOUR)]), Some(2), "one and a half, to even");
        assert_eq!(sum(1, &[(1, HOUR), (2, HOUR)]), Some(2), "rounded once, over the whole sum");
        assert_eq!(sum(1, &[(i64::MAX, 200 * HOUR)]), Some(0), "long gone");
    }

    #[test]
    fn the_future_counts_as_now_up_to_the_skew_and_not_beyond() {
        let ahead = |micros| decayed_sum(&[(5, Instant(NOW.0 + micros))], hours(1), NOW, Instant(NOW.0 + 120_000_000));
        assert_eq!((ahead(120_000_000), ahead(120_000_001)), (Some(5), Some(0)));
    }

    #[test]
    fn a_sum_out_of_range_is_none_in_any_order() {
        assert_eq!(sum(1, &[(SCORE.max, 0), (1, 0)]), None);
        assert_eq!(sum(1, &[(SCORE.max, 0), (1, 0), (-1, 0)]), Some(SCORE.max));
        assert_eq!(sum(1, &[(-1, 0), (1, 0), (SCORE.max, 0)]), Some(SCORE.max));
    }
}
