//! The commands as a person and a script meet them: the real program in a home of its own.

mod archiving;
mod auditing;
mod charting;
mod disposing;
mod empty_home;
mod entries;
mod grammar;
mod history;
mod keeping;
mod listing;
mod machines;
mod marking;
mod prices;
mod projects;
mod recording;
mod resuming;
mod sandbox;
mod screen;
mod searching;
mod setting_up;
mod settings;
mod showing;
mod syncing;
mod terminal;
mod usage;
mod walk;
