//! Engines: the same claims for every one, through real folders, repositories and servers.

mod conformance;
mod folder;
mod git;
mod ill_said;
mod postgres;
mod proxy;
