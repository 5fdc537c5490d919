//! Codes of the `types::` stage.

codes! {}
