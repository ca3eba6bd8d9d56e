//! What can go wrong behind the door.

/// What can go wrong behind the door. None of the texts holds a value of a row.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DbError {
    /// Too many stories wait already, or a lock was not had in time; nothing happened.
    #[error("the database is busy")]
    Busy,
    /// The commit was sent and its outcome is not known.
    #[error("it is not known whether the database kept the change")]
    Unknown,
    /// The database cannot be reached; nothing happened.
    #[error("the database cannot be reached: {0}")]
    Down(String),
    /// There is no house to open, and who opens it may not make one.
    #[error("{0}")]
    NoHouse(&'static str),
    /// The schema lacks migrations, and who opens it may not bring it up to date.
    #[error(
        "it has an older schema, which lacks {lacks} of the {of} migrations of this program: start the house with \
         `jesusnumber serve` of this version, which brings the schema up to date, or give the command with the program \
         that serves the house now"
    )]
    Older {
        /// Migrations that it has not had.
        lacks: usize,
        /// Migrations that this program knows.
        of: usize,
    },
    /// A story met what it read changing under it too often; nothing happened.
    #[error("the story lost against others too often")]
    Conflict,
    /// A constraint of the schema refused the change.
    #[error("the schema refused the change: {0}")]
    Constraint(String),
    /// Anything else the engine said; nothing happened.
    #[error("the database failed: {0}")]
    Engine(String),
    /// A story panicked; it alone was rolled back.
    #[error("a story panicked")]
    Panicked,
    /// What is stored cannot be true, such as a text that does not open under its key.
    #[error("stored data is damaged: {0}")]
    Damaged(&'static str),
}
