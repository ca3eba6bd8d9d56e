//! A CSV file of numbers, read row by row with bounded memory, however large it is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Trim};
use sha2::{Digest, Sha256};

use super::NewNumber;
use crate::money::Usd;
use crate::phone::Nanp;

/// The columns of the file, in this order or another; `carrier` and `cost` may be left out.
const COLUMNS: [&str; 7] = ["number", "carrier", "line_type", "supplier", "contract", "acquired_on", "cost"];
/// Columns that must be there.
const NEEDED: [&str; 5] = ["number", "line_type", "supplier", "contract", "acquired_on"];
/// A row is at most so many bytes. An open quote would otherwise swallow the whole file into memory.
const ROW_MAX: u64 = 64 * 1024;

/// Why a file is not one of numbers: what follows its name in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot be read: {0}")]
pub struct FileFault(String);

/// The hash of a file's bytes, by which a load that broke off is known again.
///
/// # Errors
/// [`FileFault`] if the file cannot be read.
pub fn fingerprint(path: &Path) -> Result<[u8; 32], FileFault> {
    let mut file = open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).map_err(|error| FileFault(error.to_string()))? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// The rows of a file.
pub struct NumberFile {
    reader: csv::Reader<Measured>,
    /// Where each of [`COLUMNS`] stands in a row.
    places: [Option<usize>; 7],
    width: usize,
    record: ByteRecord,
}

/// A row: its line, and the number or what is wrong with it.
pub struct Row {
    /// The line, from 1.
    pub line: u64,
    /// The number, or a sentence.
    pub number: Result<NewNumber, String>,
}

impl NumberFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`FileFault`] if it cannot be read, or has not the columns of a file of numbers.
    pub fn open(path: &Path) -> Result<Self, FileFault> {
        let measured = Measured { file: open(path)?, hash: Sha256::new(), since_row: 0 };
        let mut reader = ReaderBuilder::new()
            .trim(Trim::All)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(64 * 1024)
            .from_reader(measured);
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(|error| FileFault(error.to_string()))?;
        let places = columns(&record)?;
        Ok(Self { reader, places, width: record.len(), record })
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// [`FileFault`] if it cannot be read.
    #[expect(clippy::should_implement_trait, reason = "a fault ends the reading, which an iterator's items do not say")]
    pub fn next(&mut self) -> Result<Option<Row>, FileFault> {
        self.reader.get_mut().since_row = 0;
        let is_row = self.reader.read_byte_record(&mut self.record);
        if !is_row.map_err(|error| FileFault(error.to_string()))? {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        Ok(Some(Row { line, number: self.number() }))
    }

    /// The hash of what was read, which at the end is that of the whole file.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.reader.get_ref().hash.clone().finalize().into()
    }

    fn number(&self) -> Result<NewNumber, String> {
        if self.record.len() != self.width {
            return Err(format!("a row has {} fields, this one has {}", self.width, self.record.len()));
        }
        let new = NewNumber {
            number: Nanp::parse(self.field(0)?).map_err(|error| error.to_string())?,
            carrier: self.field(1)?.to_owned(),
            line_type: self.field(2)?.to_owned(),
            supplier: self.field(3)?.to_owned(),
            contract: self.field(4)?.to_owned(),
            acquired_on: self.field(5)?.to_owned(),
            cost: match self.field(6)? {
                "" => Usd::ZERO,
                cost => Usd::parse(cost).map_err(|error| format!("cost: {error}"))?,
            },
        };
        new.fault().map_or(Ok(new), Err)
    }

    /// A field by its place in [`COLUMNS`]; empty where the file has no such column.
    fn field(&self, column: usize) -> Result<&str, String> {
        let bytes = self.places[column].map_or(&b""[..], |place| &self.record[place]);
        std::str::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8", COLUMNS[column]))
    }
}

fn columns(header: &ByteRecord) -> Result<[Option<usize>; 7], FileFault> {
    let place = |name: &str| header.iter().position(|field| field == name.as_bytes());
    let is_known = |field: &[u8]| COLUMNS.iter().any(|name| name.as_bytes() == field);
    let is_clean = header.iter().all(is_known) && NEEDED.into_iter().all(|name| place(name).is_some());
    let has_doubles = COLUMNS.iter().filter(|name| place(name).is_some()).count() != header.len();
    if !is_clean || has_doubles {
        return Err(FileFault(format!("its first line must be {}", COLUMNS.join(","))));
    }
    Ok(COLUMNS.map(place))
}

fn open(path: &Path) -> Result<File, FileFault> {
    File::open(path).map_err(|error| FileFault(error.to_string()))
}

/// Hashes what is read and stops where a row has no end.
struct Measured {
    file: File,
    hash: Sha256,
    since_row: u64,
}

impl Read for Measured {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Rows come out of a buffer, so the count is of whole buffers since the last row that needed one.
        if self.since_row > ROW_MAX {
            return Err(io::Error::other("a row is longer than 64 KiB; is a quote missing?"));
        }
        let read = self.file.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.since_row += read as u64;
        Ok(read)
    }
}
