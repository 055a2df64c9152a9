//! The scan as its callers see it.

#[path = "scan/adopting.rs"]
mod adopting;
#[path = "scan/agreement.rs"]
mod agreement;
#[path = "scan/audit.rs"]
mod audit;
#[path = "scan/changed.rs"]
mod changed;
#[path = "scan/counted.rs"]
mod counted;
#[path = "scan/cube.rs"]
mod cube;
#[path = "scan/damage.rs"]
mod damage;
#[path = "scan/files.rs"]
mod files;
#[path = "scan/first.rs"]
mod first;
#[path = "scan/history.rs"]
mod history;
#[path = "scan/journal.rs"]
mod journal;
#[path = "scan/kept.rs"]
mod kept;
#[path = "scan/migrate.rs"]
mod migrate;
#[path = "scan/oracle.rs"]
mod oracle;
#[path = "scan/order.rs"]
mod order;
#[path = "scan/projects.rs"]
mod projects;
#[path = "scan/questions.rs"]
mod questions;
#[path = "scan/rebuild.rs"]
mod rebuild;
#[path = "scan/rules.rs"]
mod rules;
#[path = "scan/tangle.rs"]
mod tangle;
#[path = "scan/trouble.rs"]
mod trouble;
#[path = "scan/usage.rs"]
mod usage;
