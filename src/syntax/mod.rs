//! Text to tree, and tree to text: the only room that knows pest.
//!
//! Takes the text of one file, gives its [`tree::File`] and every syntax error in it. Knows no names, types or meaning.

pub mod tree;
