//! Kleene's three-valued truth: unknown is neither yes nor no.

use serde::{Deserialize, Serialize};

/// The truth of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// Something it reads is missing.
    Unknown,
}

impl Truth {
    /// A permission needs a yes.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// A restriction is lifted only by a no.
    pub fn is_no(self) -> bool {
        self == Self::No
    }

    /// No wins over unknown, unknown over yes.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// Yes wins over unknown, unknown over no.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
    }

    /// Unknown stays unknown.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl From<Option<bool>> for Truth {
    fn from(holds: Option<bool>) -> Self {
        holds.map_or(Self::Unknown, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, No, Unknown, Yes};

    #[test]
    fn kleene_tables() {
        let all = [Yes, No, Unknown];
        let and = [[Yes, No, Unknown], [No, No, No], [Unknown, No, Unknown]];
        let or = [[Yes, Yes, Yes], [Yes, No, Unknown], [Yes, Unknown, Unknown]];
        for (i, a) in all.into_iter().enumerate() {
            for (j, b) in all.into_iter().enumerate() {
                assert_eq!(a.and(b), and[i][j], "{a:?} and {b:?}");
                assert_eq!(a.or(b), or[i][j], "{a:?} or {b:?}");
            }
        }
        assert_eq!(all.map(Truth::negate), [No, Yes, Unknown]);
    }
}
