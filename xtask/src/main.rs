//! Maintenance: checks, generated files, benchmarks.
fn main() {}
