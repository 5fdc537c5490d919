//! In which order the trunks of one gutter stand side by side, so that few lines cross.
//!
//! Takes trunks (their height, the lines that leave them to the left and to the right), gives each a lane, counted
//! from the left. Trunks whose heights do not meet share a lane; two that meet never do. Refuses to know boxes.
//!
//! If trunk `a` stands left of trunk `b`, then every line that leaves `a` to the right within the height of `b`
//! crosses `b`, and every line that leaves `b` to the left within the height of `a` crosses `a`: nothing else
//! depends on their order. So the crossings of an order are a sum over pairs, and the order is improved by taking
//! out one trunk at a time and putting it back where the sum is least (sifting).

use super::nets::Side;

/// Above this number of trunks in a gutter the first guess at the order stays.
const SIFTED: usize = 1200;
/// The most often every trunk is taken out and put back.
const ROUNDS: usize = 6;
/// How far apart two trunks in one lane stay.
const APART: i32 = 12;

/// A vertical line with its lines to both sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Trunk {
    left: Vec<i32>,
    right: Vec<i32>,
}

impl Trunk {
    /// Adds a line that leaves at `y` towards the left or the right.
    pub(super) fn leave(&mut self, towards: Side, y: i32) {
        let list = match towards {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        };
        let at = list.partition_point(|v| *v < y);
        list.insert(at, y);
    }

    /// Its upper and lower end.
    fn extent(&self) -> (i32, i32) {
        let ends = |list: &[i32]| Some((*list.first()?, *list.last()?));
        match (ends(&self.left), ends(&self.right)) {
            (Some(a), Some(b)) => (a.0.min(b.0), a.1.max(b.1)),
            (Some(a), None) | (None, Some(a)) => a,
            (None, None) => (0, 0),
        }
    }

    /// How far its lines would like it to the right: the lines it has on that side pull it there.
    fn guess(&self) -> (i32, i32) {
        let mean = |list: &[i32]| {
            let count = i64::try_from(list.len()).unwrap_or(i64::MAX).max(1);
            i32::try_from(list.iter().map(|y| i64::from(*y)).sum::<i64>() / count).unwrap_or(0)
        };
        let (left, right) = (mean(&self.left), mean(&self.right));
        // Leading down: the upper one stands right. Leading up: the upper one stands left.
        if left <= right { (1, -left) } else { (0, left) }
    }
}

/// The lane of each trunk, and how many lanes there are.
pub(super) fn lanes(trunks: &[Trunk]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..trunks.len()).collect();
    order.sort_by_key(|at| (trunks.get(*at).map(Trunk::guess), *at));
    if trunks.len() <= SIFTED {
        sift(trunks, &mut order);
    }
    pack(trunks, &order)
}

/// As far left as the order allows, passing under or over trunks that are elsewhere.
pub(super) fn pack(trunks: &[Trunk], order: &[usize]) -> (Vec<usize>, usize) {
    let mut lanes = vec![0; trunks.len()];
    let mut placed: Vec<(i32, i32, usize)> = Vec::with_capacity(trunks.len());
    let mut count = 0;
    for at in order {
        let Some(trunk) = trunks.get(*at) else { continue };
        let (top, bottom) = trunk.extent();
        let lane = placed
            .iter()
            .filter(|(t, b, _)| top < b + APART && *t < bottom + APART)
            .map(|(_, _, lane)| lane + 1)
            .max()
            .unwrap_or(0);
        placed.push((top, bottom, lane));
        count = count.max(lane + 1);
        if let Some(slot) = lanes.get_mut(*at) {
            *slot = lane;
        }
    }
    (lanes, count)
}

/// How many values lie strictly between two bounds.
fn within(sorted: &[i32], (low, high): (i32, i32)) -> i32 {
    let from = sorted.partition_point(|v| *v <= low);
    let to = sorted.partition_point(|v| *v < high);
    i32::try_from(to.saturating_sub(from)).unwrap_or(i32::MAX)
}

/// Improves the order in place.
fn sift(trunks: &[Trunk], order: &mut Vec<usize>) {
    let count = trunks.len();
    let extents: Vec<(i32, i32)> = trunks.iter().map(Trunk::extent).collect();
    // What it costs more to have the row's trunk left of the column's than right of it.
    let mut cost = vec![0_i32; count * count];
    for (a, (one, &span)) in trunks.iter().zip(&extents).enumerate() {
        for (b, (two, &other)) in trunks.iter().zip(&extents).enumerate().skip(a + 1) {
            if span.1 < other.0 || other.1 < span.0 {
                continue;
            }
            let left = within(&one.right, other) + within(&two.left, span);
            let right = within(&two.right, span) + within(&one.left, other);
            if let Some(cell) = cost.get_mut(a * count + b) {
                *cell = left - right;
            }
            if let Some(cell) = cost.get_mut(b * count + a) {
                *cell = right - left;
            }
        }
    }
    let extra = |a: usize, b: usize| cost.get(a * count + b).copied().unwrap_or(0);
    for _ in 0..ROUNDS {
        let mut moved = false;
        for trunk in 0..count {
            let Some(at) = order.iter().position(|t| *t == trunk) else { continue };
            order.remove(at);
            // The cost of standing before the first, then of passing each to its right.
            let (mut sum, mut best, mut place) = (0, 0, 0);
            let mut here = 0;
            for (index, other) in order.iter().enumerate() {
                sum -= extra(trunk, *other);
                if index + 1 == at {
                    here = sum;
                }
                if sum < best {
                    (best, place) = (sum, index + 1);
                }
            }
            let place = if best < here { place } else { at };
            moved |= place != at;
            order.insert(place, trunk);
        }
        if !moved {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trunk(left: &[i32], right: &[i32]) -> Trunk {
        let mut trunk = Trunk::default();
        left.iter().for_each(|y| trunk.leave(Side::Left, *y));
        right.iter().for_each(|y| trunk.leave(Side::Right, *y));
        trunk
    }

    #[test]
    fn parallel_lines_do_not_cross() {
        // Two lines leading down side by side: the upper one stands right.
        let (lanes, count) = lanes(&[trunk(&[0], &[100]), trunk(&[20], &[120])]);
        assert_eq!((lanes, count), (vec![1, 0], 2));
    }

    #[test]
    fn trunks_that_do_not_meet_share_a_lane() {
        let (lanes, count) = lanes(&[trunk(&[0], &[50]), trunk(&[100], &[150]), trunk(&[160], &[200])]);
        assert_eq!((lanes, count), (vec![0, 1, 0], 2), "10 pixels are too near, 50 are not");
    }

    #[test]
    fn sifting_finds_the_order_without_crossings() {
        // The first joins far ends, the second and third nest inside it on the left side.
        let trunks = [trunk(&[0, 200], &[]), trunk(&[40, 160], &[]), trunk(&[80, 120], &[])];
        let (lanes, _) = lanes(&trunks);
        assert_eq!(lanes, vec![2, 1, 0], "the outermost bracket stands farthest from its ends");
    }
}
