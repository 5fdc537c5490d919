//! Which thing of a rule set bears on which: references, circles, who outranks whom, what is never used, and the
//! drawing of it. The only room that knows petgraph.
//!
//! Takes the model; gives questions answered over edges. Refuses to know what a condition means: whether two rules can
//! meet, or one hides another, is for `analysis`.

mod circle;
pub mod draw;
pub mod page;
mod picture;
mod ranking;
mod references;
mod round;
mod thing;
mod unused;

#[cfg(test)]
mod tests;

pub use circle::circles as circles_of_edges;
pub use picture::picture;
pub use ranking::{Ranking, Standing};
pub use references::RuleGraph;
pub use round::{Circle, Round, circles};
pub use thing::{Link, Thing};
pub use unused::unused;
