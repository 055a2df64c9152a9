//! Compressing and back: zstd, on its own or with another content that it mostly repeats.

use std::io;

use zstd::zstd_safe::{CCtx, CParameter, DCtx, compress_bound, get_error_name};

/// Measured on real transcripts: 3 gives 5.8 to 1, 6 gives 6.1 at two thirds of the speed, 9 gives 6.2 at half of it.
const LEVEL: i32 = 6;
/// A segment holds at most so many bytes of content.
pub(crate) const SEGMENT_BYTES: usize = 4 * 1024 * 1024;
/// Of another content, so many bytes are used: a content that repeats it and the tables for both take three times as much.
pub(crate) const PREFIX_BYTES: usize = 8 * 1024 * 1024;

/// Compresses bytes, which may repeat what is in `prefix`.
pub(crate) fn squeeze(bytes: &[u8], prefix: &[u8]) -> io::Result<Vec<u8>> {
    let mut context = CCtx::create();
    context.set_parameter(CParameter::CompressionLevel(LEVEL)).map_err(fault)?;
    context.set_parameter(CParameter::ChecksumFlag(true)).map_err(fault)?;
    if !prefix.is_empty() {
        let window = (bytes.len() + prefix.len()).next_power_of_two().trailing_zeros().clamp(10, 27);
        context.set_parameter(CParameter::WindowLog(window)).map_err(fault)?;
        context.set_parameter(CParameter::EnableLongDistanceMatching(true)).map_err(fault)?;
        context.ref_prefix(prefix).map_err(fault)?;
    }
    let mut squeezed = Vec::with_capacity(compress_bound(bytes.len()));
    context.compress2(&mut squeezed, bytes).map_err(fault)?;
    squeezed.shrink_to_fit();
    Ok(squeezed)
}

/// Takes compressed bytes apart; `bytes` is how many there were.
pub(crate) fn unsqueeze(squeezed: &[u8], bytes: usize, prefix: &[u8]) -> io::Result<Vec<u8>> {
    if bytes > 2 * SEGMENT_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a segment cannot hold so much"));
    }
    let mut decoder = DCtx::create();
    if !prefix.is_empty() {
        decoder.ref_prefix(prefix).map_err(fault)?;
    }
    let mut content = Vec::with_capacity(bytes);
    decoder.decompress(&mut content, squeezed).map_err(fault)?;
    Ok(content)
}

fn fault(code: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, get_error_name(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_another_content_takes_next_to_nothing() {
        let line = |at: u64| format!("{at} {}", at.wrapping_mul(2_654_435_761));
        let lines = (0..4_000).map(line).collect::<Vec<_>>().join("\n");
        let copy = lines.replace("7 ", "8 ");
        let (alone, beside) = (squeeze(copy.as_bytes(), b""), squeeze(copy.as_bytes(), lines.as_bytes()));
        let (alone, beside) = (alone.expect("it is compressed"), beside.expect("it is compressed"));
        assert!(beside.len() * 3 < alone.len(), "{} and {}", beside.len(), alone.len());
        let back = unsqueeze(&beside, copy.len(), lines.as_bytes()).expect("it was compressed so");
        assert!(back == copy.as_bytes());
        assert!(unsqueeze(&beside, copy.len(), b"").is_err());
        assert!(unsqueeze(&alone, copy.len() - 1, b"").is_err(), "more than there was");
    }
}
