//! The archive from outside: what is kept, whatever happens to files and packs, and how it comes back.

mod backup;
mod copies;
mod damage;
mod full;
mod growth;
mod restoring;
mod scene;
