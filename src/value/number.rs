//! Exact decimals: a mantissa at a fixed scale, never a binary float.

use std::cmp::Ordering;

use thiserror::Error;

/// The most decimal places a number may have.
pub const MAX_SCALE: u8 = 9;

/// A number without a declared range lies between minus and plus this, in value.
pub const DEFAULT_LIMIT: i64 = 1_000_000_000;

/// Ten to the power of `places`; `places` is at most 38.
pub fn pow10(places: u8) -> i128 {
    10_i128.pow(u32::from(places.min(38)))
}

/// Moves a mantissa from one scale to another; rounding, where places are lost, is half to even.
/// The result may leave `i64`: whoever narrows it has checked the range.
pub fn rescale(mantissa: i128, from: u8, to: u8) -> i128 {
    match from.cmp(&to) {
        Ordering::Equal => mantissa,
        Ordering::Less => mantissa.saturating_mul(pow10(to - from)),
        Ordering::Greater => divide_half_even(mantissa, pow10(from - to)),
    }
}

/// `numerator / denominator`, rounded half to even; the denominator is not zero.
pub(crate) fn divide_half_even(numerator: i128, denominator: i128) -> i128 {
    let quotient = numerator.div_euclid(denominator);
    let twice = numerator.rem_euclid(denominator).saturating_mul(2);
    // `div_euclid` rounds so that the remainder is not negative: for a negative divisor that is upwards.
    let away = if denominator > 0 { 1 } else { -1 };
    match twice.cmp(&denominator.abs()) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + away,
        Ordering::Equal => quotient + if quotient % 2 == 0 { 0 } else { away },
    }
}

/// Why a text is no number of the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Not digits with at most one point.
    #[error("not a number")]
    NotANumber,
    /// It would have to be rounded.
    #[error("more decimal places than the attribute has")]
    TooManyPlaces,
    /// It does not fit.
    #[error("too large")]
    TooLarge,
}

/// A number as it was written: 12.50 is mantissa 1250 at scale 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// All digits.
    pub mantissa: i64,
    /// Places after the point.
    pub scale: u8,
}

impl Decimal {
    /// Reads `-12.50`; no exponent, no thousands separator, no blank. Trailing zeros after the point are kept.
    ///
    /// # Errors
    /// Not a number, more than [`MAX_SCALE`] significant places, or too many digits.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, places) = digits.split_once('.').map_or((digits, ""), |(whole, places)| (whole, places));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(places) || digits.ends_with('.') {
            return Err(NumberError::NotANumber);
        }
        let places = if places.len() > usize::from(MAX_SCALE) { places.trim_end_matches('0') } else { places };
        if places.len() > usize::from(MAX_SCALE) {
            return Err(NumberError::TooManyPlaces);
        }
        let mut mantissa: i64 = 0;
        for byte in whole.bytes().chain(places.bytes()) {
            let digit = i64::from(byte - b'0');
            mantissa =
                mantissa.checked_mul(10).and_then(|shifted| shifted.checked_add(digit)).ok_or(NumberError::TooLarge)?;
        }
        let mantissa = if text.starts_with('-') { -mantissa } else { mantissa };
        Ok(Self { mantissa, scale: places.len() as u8 })
    }

    /// The mantissa at `scale`, exactly.
    ///
    /// # Errors
    /// It would have to be rounded, or it does not fit.
    pub fn at_scale(self, scale: u8) -> Result<i64, NumberError> {
        let moved = rescale(i128::from(self.mantissa), self.scale, scale);
        if rescale(moved, scale, self.scale) != i128::from(self.mantissa) {
            return Err(NumberError::TooManyPlaces);
        }
        i64::try_from(moved).map_err(|_| NumberError::TooLarge)
    }
}

/// The number as people write it: mantissa 1250 at scale 2 is `12.50`.
pub fn show_number(mantissa: i64, scale: u8) -> String {
    if scale == 0 {
        return mantissa.to_string();
    }
    let digits = format!("{:0width$}", mantissa.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, places) = digits.split_at(digits.len() - usize::from(scale));
    format!("{}{whole}.{places}", if mantissa < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_shows() {
        for (text, mantissa, scale) in [("0", 0, 0), ("-12.50", -1250, 2), ("18.8", 188, 1), ("0.05", 5, 2)] {
            assert_eq!(Decimal::parse(text), Ok(Decimal { mantissa, scale }));
            assert_eq!(show_number(mantissa, scale), text);
        }
        for text in ["", "-", ".5", "5.", "1e3", "1,000", " 1", "0x1", "1.2.3", "--1"] {
            assert_eq!(Decimal::parse(text), Err(NumberError::NotANumber), "{text}");
        }
        assert_eq!(Decimal::parse("9223372036854775808"), Err(NumberError::TooLarge));
        assert_eq!(Decimal::parse("0.1234567891"), Err(NumberError::TooManyPlaces));
        assert_eq!(Decimal::parse("0.1200000000000"), Ok(Decimal { mantissa: 12, scale: 2 }));
    }

    #[test]
    fn scale_changes_are_exact_or_refused() {
        assert_eq!(Decimal { mantissa: 188, scale: 1 }.at_scale(2), Ok(1880));
        assert_eq!(Decimal { mantissa: 1880, scale: 2 }.at_scale(1), Ok(188));
        assert_eq!(Decimal { mantissa: 1885, scale: 2 }.at_scale(1), Err(NumberError::TooManyPlaces));
        assert_eq!(Decimal { mantissa: i64::MAX, scale: 0 }.at_scale(1), Err(NumberError::TooLarge));
    }

    #[test]
    fn division_rounds_half_to_even() {
        for (numerator, denominator, expected) in [
            (5, 2, 2),
            (7, 2, 4),
            (-5, 2, -2),
            (-7, 2, -4),
            (5, -2, -2),
            (7, -2, -4),
            (-5, -2, 2),
            (-7, -2, 4),
            (1, 3, 0),
            (2, 3, 1),
            (-1, 3, 0),
            (-2, 3, -1),
            (6, 3, 2),
            (-6, 3, -2),
            (1, -3, 0),
            (2, -3, -1),
        ] {
            assert_eq!(divide_half_even(numerator, denominator), expected, "{numerator} / {denominator}");
        }
    }
}
