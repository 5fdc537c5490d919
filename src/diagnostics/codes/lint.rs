//! Codes of the `lint::` stage.

codes! {}
