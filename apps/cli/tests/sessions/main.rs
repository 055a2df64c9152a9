//! The commands as a person and a script meet them: the real program in a home of its own.

mod auditing;
mod charting;
mod empty_home;
mod grammar;
mod history;
mod listing;
mod prices;
mod recording;
mod resuming;
mod sandbox;
mod screen;
mod searching;
mod settings;
mod showing;
mod terminal;
mod usage;
mod walk;
