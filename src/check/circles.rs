//! Finds a circle among definitions, substitutes or orders.

use super::Pass;
use super::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model::{Condition, Expression, SegmentId, ValueId};

/// A circle in the graph of `count` nodes, beginning with its smallest node, if there is one. Not recursive: a chain
/// of definitions may be as long as the file.
pub(super) fn circle(count: usize, edges: impl Fn(usize) -> Vec<usize>) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; count];
    for start in 0..count {
        if states.get(start) != Some(&State::New) {
            continue;
        }
        let mut path: Vec<(usize, Vec<usize>)> = vec![(start, edges(start))];
        set(&mut states, start, State::Open);
        while let Some((node, left)) = path.last_mut() {
            let node = *node;
            match left.pop() {
                None => {
                    set(&mut states, node, State::Done);
                    path.pop();
                }
                Some(next) => match states.get(next) {
                    Some(State::New) => {
                        set(&mut states, next, State::Open);
                        path.push((next, edges(next)));
                    }
                    Some(State::Open) => {
                        let mut found: Vec<usize> =
                            path.iter().map(|(node, _)| *node).skip_while(|node| *node != next).collect();
                        let smallest = found.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(at, _)| at);
                        found.rotate_left(smallest);
                        return Some(found);
                    }
                    Some(State::Done) | None => {}
                },
            }
        }
    }
    return None;

    fn set(states: &mut [State], at: usize, state: State) {
        if let Some(place) = states.get_mut(at) {
            *place = state;
        }
    }
}

/// The nodes of a graph without circles, each after all those its edges lead to. Not recursive either.
pub(super) fn after_their_targets(count: usize, edges: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let mut seen = vec![false; count];
    let mut order = Vec::with_capacity(count);
    for start in 0..count {
        let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(node) = next.take()
                && let Some(seen) = seen.get_mut(node)
                && !std::mem::replace(seen, true)
            {
                path.push((node, edges(node)));
            }
            let Some((node, left)) = path.last_mut() else { break };
            match left.pop() {
                Some(target) => next = Some(target),
                None => {
                    order.push(*node);
                    path.pop();
                }
            }
        }
    }
    order
}

impl Pass<'_> {
    /// A segment that needs itself, directly or through others or through values.
    pub(super) fn segment_circles(&mut self) {
        let segments = self.rules.segments.len();
        let values = self.rules.values.len();
        // Segments first, then values: both can lead to both.
        let edges = |node: usize| {
            let mut found = Vec::new();
            if node < segments {
                condition_uses(&self.rules[SegmentId::from_index(node)].condition, segments, &mut found);
            } else if let Some(value) = self.rules.values.get(node - segments) {
                expression_uses(&value.expression, segments, &mut found);
            }
            found
        };
        let Some(found) = circle(segments + values, edges) else { return };
        let named = |node: &usize| {
            if *node < segments {
                let segment = &self.rules[SegmentId::from_index(*node)];
                (Kind::Segment, segment.name.clone(), segment.span)
            } else {
                let value = &self.rules[ValueId::from_index(*node - segments)];
                (Kind::Value, value.name.clone(), value.span)
            }
        };
        let circle: Vec<_> = found.iter().map(named).collect();
        let Some((_, first, span)) = circle.first().cloned() else { return };
        let names =
            circle.iter().map(|(_, name, _)| name.as_str()).chain([first.as_str()]).collect::<Vec<_>>().join(" -> ");
        let mut finding = Diagnostic::new(&resolve::CIRCLE, span, format!("definitions go round in a circle: {names}"))
            .primary("needs itself")
            .help("break the circle at one place");
        for (_, name, span) in circle.iter().skip(1) {
            finding = finding.label(*span, format!("through `{name}`"));
        }
        self.report(finding);
        for (kind, name, _) in circle {
            self.poison(kind, &name);
        }
    }
}

pub(super) fn condition_uses(condition: &Condition, segments: usize, found: &mut Vec<usize>) {
    condition.each(&mut |part| {
        if let Condition::Segment(id) = part {
            found.push(id.index());
        }
        for operand in part.operands() {
            expression_uses(operand, segments, found);
        }
    });
}

pub(super) fn expression_uses(expression: &Expression, segments: usize, found: &mut Vec<usize>) {
    match expression {
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now => {}
        Expression::Value(id) => found.push(segments + id.index()),
        Expression::Rescale(inner, _) => expression_uses(inner, segments, found),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            expression_uses(left, segments, found);
            expression_uses(right, segments, found);
        }
        Expression::When(value, condition, _) => {
            expression_uses(value, segments, found);
            condition_uses(condition, segments, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{after_their_targets, circle};

    #[test]
    fn targets_come_first() {
        let edges = [vec![1, 2], vec![2, 3], vec![], vec![2], vec![0]];
        assert_eq!(after_their_targets(5, |node| edges[node].clone()), [2, 3, 1, 0, 4]);
    }

    #[test]
    fn finds_the_circle_and_only_it() {
        let edges = [vec![1], vec![2], vec![3, 4], vec![], vec![1]];
        assert_eq!(circle(5, |node| edges[node].clone()), Some(vec![1, 2, 4]));
        let without = [vec![1, 2], vec![2], vec![]];
        assert_eq!(circle(3, |node| without[node].clone()), None);
        assert_eq!(circle(1, |_| vec![0]), Some(vec![0]));
    }
}
