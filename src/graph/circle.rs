//! Circles in a list of edges: which names lead back to themselves, and by which way.
//!
//! Takes numbered points and edges between them; gives circles of points. Knows nothing of rules, so whoever has a
//! list of edges can ask, also while there is no model yet.
//!
//! Two points lie on a common circle if and only if they lie in the same strongly connected component, found by the two
//! passes of Kosaraju and Sharir (which here need no recursion: a chain may be long). A component can hold a great many
//! circles; a reader wants one to cut. So of each component one shortest circle through its smallest point is given:
//! found breadth first from that point, staying inside the component. Cutting it and asking again finds the next.
//!
//! Worked example: edges `0>1 1>2 2>0 2>1 3>3`. Components: `{0,1,2}` and `{3}`, the latter with an edge to itself.
//! From 0 breadth first: 1, then 2, and 2 has an edge back to 0: the circle `[0, 1, 2]`. The shorter `[1, 2]` does not
//! pass 0 and waits for the next time. The second circle is `[3]`.

use std::collections::{BTreeMap, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

/// One shortest circle for each group of points that lead to each other, in order of their smallest point; each starts
/// with that point, and its last point leads back to the first. Edges to points from `count` on are ignored.
pub fn circles(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let graph = digraph(count, edges);
    let mut found: Vec<Vec<usize>> = kosaraju_scc(&graph)
        .into_iter()
        .filter_map(|component| {
            let mut component: Vec<usize> = component.into_iter().map(|node| node.index()).collect();
            component.sort_unstable();
            shortest_through_first(&component, edges)
        })
        .collect();
    found.sort_unstable();
    found
}

fn digraph(count: usize, edges: &[(usize, usize)]) -> DiGraph<(), ()> {
    let mut graph = DiGraph::with_capacity(count, edges.len());
    let nodes: Vec<_> = (0..count).map(|_| graph.add_node(())).collect();
    for (from, to) in edges {
        if let (Some(from), Some(to)) = (nodes.get(*from), nodes.get(*to)) {
            graph.add_edge(*from, *to, ());
        }
    }
    graph
}

/// The shortest way from the component's first point back to it; none for a point without a way back.
fn shortest_through_first(component: &[usize], edges: &[(usize, usize)]) -> Option<Vec<usize>> {
    let first = *component.first()?;
    let inside = |point: usize| component.binary_search(&point).is_ok();
    let mut onward: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in edges.iter().filter(|(from, to)| inside(*from) && inside(*to)) {
        onward.entry(*from).or_default().push(*to);
    }
    onward.values_mut().for_each(|list| list.sort_unstable());
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(point) = queue.pop_front() {
        for next in onward.get(&point).into_iter().flatten() {
            if *next == first {
                let mut circle = vec![point];
                while let Some(before) = circle.last().and_then(|last| came_from.get(last)) {
                    circle.push(*before);
                }
                circle.reverse();
                return Some(circle);
            }
            if *next != first && !came_from.contains_key(next) {
                came_from.insert(*next, point);
                queue.push_back(*next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn the_example_of_the_module() {
        let edges = [(0, 1), (1, 2), (2, 0), (2, 1), (3, 3)];
        assert_eq!(circles(4, &edges), vec![vec![0, 1, 2], vec![3]]);
        assert_eq!(circles(4, &edges[1..]), vec![vec![1, 2], vec![3]]);
    }

    #[test]
    fn no_circle_in_a_ladder_and_strangers_are_ignored() {
        assert!(circles(5, &[(0, 1), (1, 2), (0, 2), (3, 4), (4, 9), (9, 4)]).is_empty());
        assert!(circles(0, &[]).is_empty());
    }

    #[test]
    fn of_two_ways_back_the_shorter() {
        assert_eq!(circles(6, &[(5, 1), (1, 2), (2, 3), (3, 5), (2, 5), (0, 4)]), vec![vec![1, 2, 5]]);
    }

    #[test]
    fn long_chains_do_not_exhaust_the_stack() {
        let edges: Vec<_> = (0..50_000).map(|at| (at, (at + 1) % 50_000)).collect();
        assert_eq!(circles(50_000, &edges)[0].len(), 50_000);
    }
}
