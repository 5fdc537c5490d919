//! Codes of the `state::` stage.

codes! {}
