//! Codes of the `bundle::` stage.

codes! {}
