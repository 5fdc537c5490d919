//! Codes of the `syntax::` stage.

codes! {}
