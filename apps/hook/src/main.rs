//! The hook that Claude Code calls: leaves an event behind and is gone.
fn main() {}
