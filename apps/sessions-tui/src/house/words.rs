//! What is said before something is done, and the facts of a session.

use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use housekeeping::{Deletion, Relinking};

use super::Weights;
use crate::cells;
use crate::figures;
use crate::library::Entry;

/// Files that stay and are named at most.
const STAYING: usize = 3;
/// Lines about what is changed at most.
const NAMED: usize = 6;

/// Bytes, as people read them.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut amount = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while amount >= 999.5 && unit + 1 < UNITS.len() {
        (amount, unit) = (amount / 1_000.0, unit + 1);
    }
    if amount < 9.95 { format!("{amount:.1} {}", UNITS[unit]) } else { format!("{amount:.0} {}", UNITS[unit]) }
}

/// What is deleted, exactly, and what answer does it.
pub(crate) fn deletion(deletions: &[Deletion], title: &str) -> String {
    let mut lines = match deletions {
        [_] => vec![format!("“{title}”")],
        many => vec![figures::counted(many.len() as u64, "session")],
    };
    let kinds = deletions.iter().flat_map(Deletion::by_kind);
    let mut sums: Vec<(housekeeping::PartKind, u64, u64)> = Vec::new();
    for (kind, count, bytes) in kinds {
        match sums.iter_mut().find(|(other, ..)| *other == kind) {
            Some((_, all, sum)) => (*all, *sum) = (*all + count, *sum + bytes),
            None => sums.push((kind, count, bytes)),
        }
    }
    sums.sort_by_key(|(kind, ..)| *kind);
    lines.extend(
        sums.iter()
            .map(|(kind, count, bytes)| format!("· {}, {}", figures::counted(*count, kind.name()), size(*bytes))),
    );
    let packed: u64 = deletions.iter().map(Deletion::bytes_packed).sum();
    lines.extend((packed > 0).then(|| format!("· in the archive, {}", size(packed))));
    let stays = deletions.iter().flat_map(|deletion| &deletion.elsewhere).take(STAYING);
    lines.extend(stays.map(|path| format!("· {} stays: it lies elsewhere", cells::clean(&path.to_string_lossy()))));
    if sums.is_empty() && packed == 0 {
        lines.push("· nothing of it is on this disk; it is only listed no more".to_owned());
    }
    lines.push("What was counted stays. u brings it back for 24 hours.".to_owned());
    lines.push(match deletions.len() {
        1 => "Type y to delete it.".to_owned(),
        many => format!("Type {many} to delete all of them."),
    });
    lines.join("\n")
}

/// What is changed because a directory moved.
pub(crate) fn relinking(plan: &Relinking, home: Option<&Path>) -> String {
    let short = |path: &Path| shorten(path, home);
    let mut lines = vec![format!("{} → {}", short(&plan.from), short(&plan.to))];
    let mut folders: Vec<(&Path, u64)> = Vec::new();
    for folder in plan.moves.iter().filter_map(|one| one.from.parent()) {
        match folders.iter_mut().find(|(other, _)| *other == folder) {
            Some((_, count)) => *count += 1,
            None => folders.push((folder, 1)),
        }
    }
    let moves = folders
        .into_iter()
        .map(|(folder, count)| format!("· move {} from {}", figures::counted(count, "item"), short(folder)));
    let documents = plan
        .documents
        .iter()
        .map(|one| format!("· change {} in {}", figures::counted(one.places, "place"), short(&one.path)));
    let stays = plan.in_the_way.iter().map(|path| format!("· {} stays: something lies there", short(path)));
    let all: Vec<String> = documents.chain(stays).chain(moves).collect();
    lines.extend(all.iter().take(NAMED).cloned());
    lines.extend((all.len() > NAMED).then(|| format!("· … and {} more", all.len() - NAMED)));
    if all.is_empty() {
        lines.push("· Claude Code knows nothing of it; it is only remembered".to_owned());
    }
    lines.push("Type y to do it.".to_owned());
    lines.join("\n")
}

/// What it means that a project is left out, and how to take it back; each line within 80 columns.
pub(crate) fn exclusion(directory: &str, home: Option<&Path>) -> String {
    let directory = shorten(Path::new(directory), home);
    format!(
        "The project of {}\nIts sessions are recorded and listed no more; nothing is deleted.\nTake it back with x in the choice “excluded” (Tab), or in a shell:\nsessions exclude --remove DIR\nType y to exclude it.",
        cells::cut(&directory, 50)
    )
}

/// A path with `~` for the home directory.
fn shorten(path: &Path, home: Option<&Path>) -> String {
    let text = match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) => format!("~/{}", below.display()),
        None => path.display().to_string(),
    };
    cells::clean(&text)
}

/// What is known of what a session takes, line by line.
pub(crate) fn facts(
    entry: &Entry,
    weights: &Weights,
    (now, zone, home): (DateTime<Utc>, Tz, Option<&Path>),
) -> Vec<(&'static str, String)> {
    let row = &entry.row;
    let mut facts = vec![("id", cells::clean(row.id().as_str()))];
    facts.extend(row.session.cwd_first.as_deref().map(|cwd| ("ran in", shorten(Path::new(cwd), home))));
    let on_disk = weights.on_disk(entry);
    facts.push(match &row.transcript {
        Some(path) => ("on disk", format!("{}  {}", size(on_disk), shorten(path, home))),
        None if on_disk > 0 => ("on disk", format!("{} beside a transcript that is gone", size(on_disk))),
        None => ("on disk", "nothing".to_owned()),
    });
    let packed = weights.packed(entry);
    facts.push(("archive", if packed > 0 { size(packed) } else { "nothing".to_owned() }));
    facts.extend(
        entry.latest.map(|at| ("last used", format!("{} ({} ago)", figures::date(at, zone), figures::ago(at, now)))),
    );
    let end = entry.marks.deleted_at.filter(|_| row.transcript.is_some());
    facts.extend(end.map(|end| {
        let days = (end - now).num_days().max(0);
        ("kept until", format!("{} ({})", figures::date(end, zone), figures::counted(days.unsigned_abs(), "day")))
    }));
    facts
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_two_or_three_digits() {
        for (bytes, expect) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (9_940, "9.9 kB"),
            (9_960, "10 kB"),
            (999_600, "1.0 MB"),
            (12_345_678, "12 MB"),
            (5_000_000_000, "5.0 GB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(size(bytes), expect);
        }
    }
}
