//! Encrypted remotes: who gets in, who does not, and what becomes of one whose lock is lost or changed.

mod device;
mod entering;
mod keys;
mod place;
mod renaming;
