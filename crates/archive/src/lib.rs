//! Transcripts kept, compressed, for longer than Claude Code keeps them.
