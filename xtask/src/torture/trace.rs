//! What a program did to a folder, as `strace` saw it: the system calls that make, write, name, and write through.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use color_eyre::Result;
use color_eyre::eyre::{bail, eyre};

/// The system calls that can change a file or a name, and those that make it durable.
pub(super) const CALLS: &str = "openat,open,creat,write,pwrite64,writev,pwritev,ftruncate,truncate,fallocate,fsync,fdatasync,\
rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,copy_file_range,sendfile,exit_group";

/// One step that changed something below the folder that is watched, or made it durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A file or folder has a name.
    Make {
        path: PathBuf,
        folder: bool,
    },
    /// A file is cut to a length, bytes.
    Cut {
        path: PathBuf,
        length: usize,
    },
    /// Bytes were written: at an offset, or else at the end.
    Write {
        path: PathBuf,
        offset: Option<usize>,
        bytes: Vec<u8>,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    /// Everything that was done to this file, or to the names in this folder, is on the disk.
    Sync {
        path: PathBuf,
    },
    /// The program that was traced ended by itself.
    End,
}

/// Reads what `strace -f -y -xx` wrote, as far as it concerns these folders.
pub(super) fn read(trace: &str, folders: &[PathBuf]) -> Result<Vec<Step>> {
    let mut begun: BTreeMap<&str, String> = BTreeMap::new();
    let mut steps = Vec::new();
    let program = trace.split(' ').next().unwrap_or_default();
    for line in trace.lines() {
        let Some((process, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(head) = call.strip_suffix("<unfinished ...>") {
            begun.insert(process, head.to_owned());
            continue;
        }
        let whole = match call.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, tail)) => begun.remove(process).unwrap_or_default() + tail,
            None => call.to_owned(),
        };
        if whole.starts_with("exit_group(") {
            // Of those that it started nobody asks.
            steps.extend((process == program).then_some(Step::End));
        } else if let Some(parsed) = Call::parse(&whole) {
            steps.extend(parsed.steps(folders)?);
        }
    }
    Ok(steps)
}

/// A call that succeeded.
#[derive(Debug)]
struct Call<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    result: &'a str,
}

impl<'a> Call<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_once('(')?;
        let (arguments, result) = rest.rsplit_once(" = ")?;
        let arguments = arguments.trim_end().strip_suffix(')')?;
        // Texts are written as `\x..` only, so that a comma can be nothing else.
        (!result.starts_with('-')).then(|| Self { name, arguments: arguments.split(", ").collect(), result })
    }

    fn steps(&self, folders: &[PathBuf]) -> Result<Vec<Step>> {
        let within = |path: &Path| {
            let holds = |folder: &PathBuf| path.starts_with(folder) || folder.starts_with(path);
            path.components().count() > 1 && folders.iter().any(holds)
        };
        let at = |index: usize| self.arguments.get(index).copied().unwrap_or_default();
        let mut steps = Vec::new();
        match self.name {
            "openat" | "open" | "creat" => {
                let flags = self.arguments.iter().find(|word| word.starts_with("O_")).copied().unwrap_or_default();
                let Some(path) = descriptor(self.result).filter(|path| within(path)) else { return Ok(steps) };
                if flags.contains("O_CREAT") {
                    steps.push(Step::Make { path: path.clone(), folder: false });
                }
                if flags.contains("O_TRUNC") {
                    steps.push(Step::Cut { path, length: 0 });
                }
            }
            "write" | "pwrite64" => {
                let Some(path) = descriptor(at(0)).filter(|path| within(path)) else { return Ok(steps) };
                let mut bytes = text(at(1)).ok_or_else(|| eyre!("strace cut a write short: {}", self.name))?;
                bytes.truncate(self.result.trim().parse()?);
                let offset = if self.name == "pwrite64" { Some(at(3).parse()?) } else { None };
                steps.push(Step::Write { path, offset, bytes });
            }
            "ftruncate" => {
                let Some(path) = descriptor(at(0)).filter(|path| within(path)) else { return Ok(steps) };
                steps.push(Step::Cut { path, length: at(1).parse()? });
            }
            "fsync" | "fdatasync" => {
                steps.extend(descriptor(at(0)).filter(|path| within(path)).map(|path| Step::Sync { path }));
            }
            "rename" | "renameat" | "renameat2" => {
                let paths: Vec<PathBuf> = self.paths();
                if let [from, to] = paths.as_slice()
                    && (within(from) || within(to))
                {
                    steps.push(Step::Rename { from: from.clone(), to: to.clone() });
                }
            }
            "unlink" | "unlinkat" | "rmdir" => {
                steps.extend(self.paths().into_iter().filter(|path| within(path)).map(|path| Step::Remove { path }));
            }
            "mkdir" | "mkdirat" => {
                let made = self.paths().into_iter().filter(|path| within(path));
                steps.extend(made.map(|path| Step::Make { path, folder: true }));
            }
            name => {
                let touched = self.arguments.iter().filter_map(|word| descriptor(word)).chain(self.paths());
                if let Some(path) = touched.into_iter().find(|path| within(path)) {
                    bail!("`{name}` on {} is not understood by the simulation of a power loss", path.display());
                }
            }
        }
        Ok(steps)
    }

    /// Paths among the arguments; those that are relative belong to the folder that is named before them.
    fn paths(&self) -> Vec<PathBuf> {
        let mut folder = None;
        let mut paths = Vec::new();
        for word in &self.arguments {
            if let Some(path) = text(word).map(|bytes| PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())) {
                paths.push(folder.take().map_or_else(|| path.clone(), |folder: PathBuf| folder.join(&path)));
            } else {
                folder = descriptor(word);
            }
        }
        paths
    }
}

/// The path of a descriptor, as in `3<\x2f\x74…>`; that of a file without a name has none.
fn descriptor(word: &str) -> Option<PathBuf> {
    let (_, path) = word.split_once('<')?;
    let bytes = unescape(path.trim_end().strip_suffix('>')?)?;
    let path = String::from_utf8(bytes).ok()?;
    path.starts_with('/').then(|| PathBuf::from(path))
}

/// The bytes of a quoted text; none if it is no text or was cut short.
fn text(word: &str) -> Option<Vec<u8>> {
    unescape(word.strip_prefix('"')?.strip_suffix('"')?)
}

fn unescape(escaped: &str) -> Option<Vec<u8>> {
    let mut pairs = escaped.split("\\x");
    if pairs.next() != Some("") {
        return None;
    }
    pairs.map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        text.bytes().fold(String::new(), |hex, byte| hex + &format!("\\x{byte:02x}"))
    }

    #[test]
    fn calls_become_steps_in_the_order_in_which_they_ended() {
        let (folder, file, name) = (hex("/d"), hex("/d/a"), hex("/d/b"));
        let trace = format!(
            "7 openat(AT_FDCWD<{folder}>, \"{file}\", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3<{file}>\n\
             7 write(3<{file}>, \"\\x68\\x69\", 2 <unfinished ...>\n\
             8 fsync(4<{folder}>) = 0\n\
             7 <... write resumed>) = 2\n\
             7 write(1<{out}>, \"\\x68\", 1) = 1\n\
             7 rename(\"{file}\", \"{name}\") = 0\n\
             7 unlink(\"{name}\") = -1 ENOENT (No such file)\n\
             7 exit_group(0) = ?\n",
            out = hex("/elsewhere"),
        );
        let path = PathBuf::from;
        let steps = read(&trace, &[PathBuf::from("/d")]).expect("it is a trace");
        let expected = [
            Step::Make { path: path("/d/a"), folder: false },
            Step::Sync { path: path("/d") },
            Step::Write { path: path("/d/a"), offset: None, bytes: b"hi".to_vec() },
            Step::Rename { from: path("/d/a"), to: path("/d/b") },
            Step::End,
        ];
        assert_eq!(steps, expected);
    }
}
