//! The project-folder rule: how Claude Code names the folder of a working directory.

/// Longer names are cut, in UTF-16 units.
const LIMIT: usize = 200;

/// Folder name under `projects/` for a working directory (an absolute path with symlinks resolved).
///
/// Every UTF-16 unit outside `[A-Za-z0-9]` becomes `-`; past 200 units the name is cut and a hash of the
/// original path is appended.
pub fn slug(path: &str) -> String {
    let units = path.encode_utf16().map(|unit| {
        let letter = u8::try_from(unit).ok().filter(u8::is_ascii_alphanumeric);
        letter.map_or('-', char::from)
    });
    let mut name: String = units.collect();
    if name.len() > LIMIT {
        name.truncate(LIMIT);
        name.push('-');
        name.push_str(&base36(hash(path).unsigned_abs()));
    }
    name
}

/// Whether a folder name can be that of a working directory; long names are compared by their first 200 units.
pub fn slug_matches(folder: &str, path: &str) -> bool {
    let name = slug(path);
    match name.get(..=LIMIT) {
        // runtimes differ in the hash that follows
        Some(start) => folder.starts_with(start),
        None => folder == name,
    }
}

/// The 31-hash over the UTF-16 units of the original path.
fn hash(path: &str) -> i32 {
    path.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).expect("a remainder of 36 is a digit"));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests;
