//! A file that is opened: from the disk, or from the archive where the disk has it no more.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// A file that is opened.
#[derive(Debug)]
pub enum Opened {
    /// On the disk.
    File(File),
    /// Taken from the archive.
    Memory(Cursor<Vec<u8>>),
}

impl Opened {
    /// Bytes of it.
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => file.metadata().map(|metadata| metadata.len()),
            Self::Memory(bytes) => Ok(bytes.get_ref().len() as u64),
        }
    }

    /// The file on the disk, if it is one.
    pub fn file(&self) -> Option<&File> {
        match self {
            Self::File(file) => Some(file),
            Self::Memory(_) => None,
        }
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Opened {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(position),
            Self::Memory(bytes) => bytes.seek(position),
        }
    }
}
