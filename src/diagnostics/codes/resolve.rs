//! Codes of the `resolve::` stage.

codes! {}
