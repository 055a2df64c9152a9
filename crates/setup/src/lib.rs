//! Wires `sessions` into Claude Code and into the machine's schedule, and takes it out again.
