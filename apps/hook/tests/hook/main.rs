//! The hook as Claude Code meets it: a process with a payload on its standard input.

mod events;
mod installed;
mod status_line;
