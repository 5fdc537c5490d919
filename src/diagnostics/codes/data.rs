//! Codes of the `data::` stage.

codes! {}
