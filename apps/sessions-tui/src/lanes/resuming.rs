//! From a session of the list to the command that takes it up again.

use resume::{Obstacle, Plan, Request};
use store::SessionRow;

use crate::Launch;

/// The command, or what stands in the way, with the way out as it is from the screen.
pub(super) fn plan(launch: &Launch, row: &SessionRow, running: Option<u32>) -> Result<Plan, String> {
    resume::plan(&request(launch, row, running)).map_err(|obstacle| explanation(&obstacle, row))
}

fn request(launch: &Launch, row: &SessionRow, running: Option<u32>) -> Request {
    let environment = &launch.environment;
    let ran_in = row.session.cwd_last.iter().chain(&row.session.cwd_first).map(String::as_str);
    Request {
        id: row.id().to_string(),
        transcript: row.transcript.clone(),
        directories: resume::directories(row.transcript.as_deref(), ran_in),
        claude_config_dir: row.root.as_deref().and_then(|root| environment.root_to_name(root)),
        fork: false,
        flags: launch.settings.claude_flags.iter().map(Into::into).collect(),
        program: environment.resolve_program(&launch.settings.claude_program),
        search_path: environment.get("PATH").map(Into::into),
        running,
    }
}

/// What stands in the way, and the command that gets around it where there is one.
fn explanation(obstacle: &Obstacle, row: &SessionRow) -> String {
    let id = row.id();
    let (problem, options) = match obstacle {
        Obstacle::Running { pid } => (
            format!(
                "This session is open already, in process {pid}. Go on there, or take up a copy of it under a new id."
            ),
            "--fork",
        ),
        Obstacle::DirectoryGone { directory, .. } => (
            format!(
                "The directory of session {id} is gone: {}. Create or restore it, or name another.",
                directory.display()
            ),
            "--directory <directory>",
        ),
        Obstacle::NoDirectory { .. } => {
            (format!("It is not known in which directory session {id} ran."), "--directory <directory>")
        }
        _ => return obstacle.to_string(),
    };
    format!("{problem}\n\nIn a shell:  sessions resume {id} {options}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_obstacle_names_the_command_that_gets_around_it() {
        let row = SessionRow {
            session: transcript::Session { id: "0123456789".into(), ..Default::default() },
            ..Default::default()
        };
        for (obstacle, expect) in [
            (Obstacle::Running { pid: 7 }, Some("sessions resume 0123456789 --fork")),
            (Obstacle::NoDirectory { id: "x".to_owned() }, Some("sessions resume 0123456789 --directory <directory>")),
            (Obstacle::NoClaude { program: "claude".into() }, None),
        ] {
            let text = explanation(&obstacle, &row);
            assert_eq!(text.lines().last().and_then(|line| line.strip_prefix("In a shell:  ")), expect, "{text}");
        }
    }
}
