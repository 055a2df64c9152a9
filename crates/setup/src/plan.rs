//! What will be changed, worked out before anything is.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::found::{Found, WITH_FILES, instructions_file, settings_file};
use crate::machine::command_line;
use crate::page::PAGE;
use crate::receipt::Done;
use crate::schedule::{Schedule, Scheduler};
use crate::{Receipt, SetupError, crontab, page, settings};

/// What a person wants.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The program that Claude Code shall call.
    pub hook_program: PathBuf,
    /// What shall run ticks; none for no schedule.
    pub scheduler: Option<Scheduler>,
    /// The page for Claude; none for no page.
    pub page: Option<&'static str>,
    /// Whether a status line is asked for.
    pub status_line: bool,
    /// A completion script and where it goes.
    pub completions: Option<(PathBuf, String)>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Writes a file, if it still says what it said.
    Write {
        /// The file.
        path: PathBuf,
        /// What it says now; none if it is not there.
        before: Option<String>,
        /// What it will say.
        after: String,
        /// Whether a copy is kept beside it.
        backup: bool,
    },
    /// Deletes a file, if it still says what it said.
    Delete {
        /// The file.
        path: PathBuf,
        /// What it says now.
        before: String,
    },
    /// Replaces the person's crontab.
    Crontab {
        /// What it says now.
        before: String,
        /// What it will say; nothing removes it.
        after: String,
    },
    /// Calls a program.
    Call((&'static str, Vec<String>)),
}

/// Everything that will be changed, in order.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The changes.
    pub steps: Vec<Step>,
    /// What a person should know besides.
    pub notes: Vec<String>,
    /// What will be kept about it.
    pub(crate) receipt: Receipt,
}

impl Plan {
    /// Plans to set up what is wanted. Where it is so already, the plan has no steps.
    pub fn set_up(wish: &Wish, schedule: &Schedule, found: &Found) -> Result<Self, SetupError> {
        let mut plan = Self { receipt: found.receipt.clone(), ..Self::default() };
        plan.put_hooks(wish, found)?;
        plan.put_page(wish, found);
        plan.put_schedule(wish.scheduler, schedule, found);
        if let Some((path, script)) = &wish.completions {
            plan.write(path, found.files.get(path).cloned(), script.clone(), false);
            plan.receipt.completions = Some(path.clone());
        }
        Ok(plan)
    }

    /// Plans to take out everything that was set up; data stays. What all folders of Claude Code share stays as long as
    /// another one is set up.
    pub fn remove(schedule: &Schedule, found: &Found) -> Result<Self, SetupError> {
        let mut plan = Self::default();
        let done = found.receipt.folders.get(&found.config_dir).cloned().unwrap_or_default();
        let is_last = found.receipt.folders.keys().all(|folder| *folder == found.config_dir);
        if is_last {
            plan.take_out_schedules(None, schedule, found);
        }
        let file = settings_file(&found.config_dir);
        if let Some(before) = &found.settings {
            let after = settings::remove(before, &done.trace).map_err(|error| error.in_file(&file))?;
            let is_bare = matches!(after.trim(), "" | "{}");
            plan.leave(&file, before, after, done.made_settings && is_bare, true);
        }
        plan.take_out_page(&done, found);
        plan.receipt.completions = found.receipt.completions.clone().filter(|_| !is_last);
        if let Some(path) = &found.receipt.completions
            && let Some(before) = found.files.get(path).filter(|_| is_last)
        {
            plan.steps.push(Step::Delete { path: path.clone(), before: before.clone() });
        }
        plan.receipt.folders = found.receipt.folders.clone();
        plan.receipt.folders.remove(&found.config_dir);
        Ok(plan)
    }

    /// The changes of texts as a unified diff, and the calls as comments between them.
    pub fn diff(&self) -> String {
        self.steps.iter().map(Step::diff).collect()
    }

    fn put_hooks(&mut self, wish: &Wish, found: &Found) -> Result<(), SetupError> {
        let file = settings_file(&found.config_dir);
        let done = self.receipt.folders.entry(found.config_dir.clone()).or_default();
        let merged = settings::insert(found.settings.as_deref(), &wish.hook_program, wish.status_line, &done.trace)
            .map_err(|error| error.in_file(&file))?;
        done.trace = merged.trace;
        done.made_settings |= found.settings.is_none();
        if merged.foreign_status_line {
            let note = "Your status line is another program's and stays. `sessions-hook statusline` prints ours.";
            self.notes.push(note.to_owned());
        }
        if settings::look(Some(&merged.text))?.disabled {
            let note = "`disableAllHooks` is true in your settings: Claude Code calls no hook until you take it out.";
            self.notes.push(note.to_owned());
        }
        self.write(&file, found.settings.clone(), merged.text, true);
        Ok(())
    }

    fn put_page(&mut self, wish: &Wish, found: &Found) {
        let done = found.receipt.folders.get(&found.config_dir).cloned().unwrap_or_default();
        let Some(text) = wish.page else { return self.take_out_page(&done, found) };
        let path = found.config_dir.join(PAGE);
        if found.page.as_deref().is_some_and(|page| !page::is_ours(page)) {
            let note = format!(
                "{} is not ours and stays, so Claude gets no page. Move it away, then set up again.",
                path.display()
            );
            return self.notes.push(note);
        }
        self.write(&path, found.page.clone(), text.to_owned(), false);
        if found.instructions.is_none()
            && let Some(done) = self.receipt.folders.get_mut(&found.config_dir)
        {
            done.made_instructions = true;
        }
        let before = found.instructions.as_deref().unwrap_or_default();
        self.write(&instructions_file(&found.config_dir), found.instructions.clone(), page::import(before), true);
    }

    fn take_out_page(&mut self, done: &Done, found: &Found) {
        if let Some(before) = &found.instructions {
            let after = page::forget(before);
            let is_bare = after.is_empty();
            self.leave(&instructions_file(&found.config_dir), before, after, done.made_instructions && is_bare, true);
        }
        if let Some(before) = found.page.as_ref().filter(|page| page::is_ours(page)) {
            self.steps.push(Step::Delete { path: found.config_dir.join(PAGE), before: before.clone() });
        }
    }

    fn put_schedule(&mut self, wanted: Option<Scheduler>, schedule: &Schedule, found: &Found) {
        self.take_out_schedules(wanted, schedule, found);
        let Some(wanted) = wanted else { return };
        if wanted == Scheduler::Cron {
            let before = found.crontab.clone().unwrap_or_default();
            let after = crontab::insert(&before, &schedule.program, &schedule.variables);
            if after != before {
                self.steps.push(Step::Crontab { before, after });
            }
            return;
        }
        let count = self.steps.len();
        for (path, text) in schedule.files(wanted) {
            self.write(&path, found.files.get(&path).cloned(), text, false);
        }
        if self.steps.len() > count || found.runs != Some(true) {
            self.steps.extend(schedule.start(wanted).into_iter().map(Step::Call));
        }
    }

    /// Takes out every schedule but one.
    fn take_out_schedules(&mut self, but: Option<Scheduler>, schedule: &Schedule, found: &Found) {
        let crontab = found.crontab.clone().filter(|crontab| crontab::has(crontab) && but != Some(Scheduler::Cron));
        if let Some(before) = crontab {
            self.steps.push(Step::Crontab { after: crontab::remove(&before), before });
        }
        for scheduler in WITH_FILES.into_iter().filter(|scheduler| but != Some(*scheduler)) {
            let files = schedule.files(scheduler);
            let there: Vec<&PathBuf> =
                files.iter().map(|(path, _)| path).filter(|path| found.files.contains_key(*path)).collect();
            if there.is_empty() {
                continue;
            }
            self.steps.extend(schedule.stop(scheduler).into_iter().map(Step::Call));
            let delete = |path: &PathBuf| Step::Delete { path: path.clone(), before: found.files[path].clone() };
            self.steps.extend(there.into_iter().map(delete));
            self.steps.extend(Schedule::forget(scheduler).into_iter().map(Step::Call));
        }
    }

    fn write(&mut self, path: &Path, before: Option<String>, after: String, backup: bool) {
        if before.as_ref() != Some(&after) {
            let backup = backup && before.is_some();
            self.steps.push(Step::Write { path: path.to_owned(), before, after, backup });
        }
    }

    /// Writes what is left of a file, or deletes it where it was not there before.
    fn leave(&mut self, path: &Path, before: &str, after: String, delete: bool, backup: bool) {
        if delete {
            self.steps.push(Step::Delete { path: path.to_owned(), before: before.to_owned() });
        } else {
            self.write(path, Some(before.to_owned()), after, backup);
        }
    }
}

impl Step {
    /// The change as a unified diff, or the command.
    pub fn diff(&self) -> String {
        match self {
            Self::Write { path, before, after, .. } => {
                let old = before.as_ref().map_or_else(|| "/dev/null".to_owned(), |_| path.display().to_string());
                unified(&old, &path.display().to_string(), before.as_deref().unwrap_or_default(), after)
            }
            Self::Delete { path, before } => unified(&path.display().to_string(), "/dev/null", before, ""),
            Self::Crontab { before, after } => unified("crontab", "crontab", before, after),
            Self::Call(call) => format!("$ {}\n", command_line(call)),
        }
    }
}

fn unified(old: &str, new: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(2).header(old, new).to_string()
}
