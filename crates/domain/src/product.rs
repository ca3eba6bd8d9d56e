//! What is sold: a number for one code, for a day, or for thirty.

use serde::{Deserialize, Serialize};

use crate::clock::{DAY_MS, MINUTE_MS, midnight_from};

/// A way of selling a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// One code within 20 minutes; paid when it arrives.
    ShortTerm,
    /// A number of one's own for 24 hours to the second.
    Rental1Day,
    /// A number of one's own for 30 days, rounded up to the next midnight UTC.
    Rental30Day,
}

impl Product {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::ShortTerm, Self::Rental1Day, Self::Rental30Day];

    /// Its word in the database and in operator commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ShortTerm => "short_term",
            Self::Rental1Day => "rental_1day",
            Self::Rental30Day => "rental_30day",
        }
    }

    /// The product of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.word() == word)
    }

    /// What an id of it begins with.
    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::ShortTerm => "ORD-",
            Self::Rental1Day => "RNT-1D-",
            Self::Rental30Day => "RNT-",
        }
    }

    /// When a sale made at `start_ms` ends.
    #[must_use]
    pub fn end_ms(self, start_ms: i64) -> i64 {
        match self {
            Self::ShortTerm => start_ms.saturating_add(20 * MINUTE_MS),
            Self::Rental1Day => start_ms.saturating_add(DAY_MS),
            Self::Rental30Day => midnight_from(start_ms.saturating_add(30 * DAY_MS)),
        }
    }

    /// How long the number rests after it (N4).
    #[must_use]
    pub fn pause_ms(self) -> i64 {
        match self {
            Self::ShortTerm => 15 * MINUTE_MS,
            Self::Rental1Day | Self::Rental30Day => DAY_MS,
        }
    }
}

impl From<Product> for crate::db::Val {
    fn from(product: Product) -> Self {
        Self::from(product.word())
    }
}

impl crate::db::Row {
    /// A product that is kept as its word.
    ///
    /// # Errors
    /// [`crate::db::DbError::Damaged`] for any other word.
    pub(crate) fn product(&self, column: usize) -> Result<Product, crate::db::DbError> {
        crate::db::word(Product::from_word(self.text(column)), "a product")
    }
}
