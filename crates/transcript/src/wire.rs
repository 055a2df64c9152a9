//! Records as Claude Code writes them, borrowed from the line.
