//! Pressure, held against every small programme tried out.

mod cases;
mod exhaustive;
