//! Which rule bears on which: order, circles, reach, and the drawings of it.

pub mod draw;
