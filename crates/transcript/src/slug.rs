//! The project-folder rule: how Claude Code names the folder of a working directory.

/// Folder name under `projects/` for a working directory (an absolute path with symlinks resolved).
///
/// Every UTF-16 unit outside `[A-Za-z0-9]` becomes `-`; past 200 units the name is cut and a hash of the
/// original path is appended.
pub fn slug(path: &str) -> String {
    let _ = path;
    String::new()
}

/// Whether a folder name can be that of a working directory; long names are compared by their first 200 units.
pub fn slug_matches(folder: &str, path: &str) -> bool {
    folder == slug(path)
}
