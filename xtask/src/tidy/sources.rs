//! Source files: first lines, names, sizes, and no path of a particular machine.

use std::fs;
use std::path::{Path, PathBuf};

use color_eyre::Result;
use color_eyre::eyre::WrapErr;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::Finding;

const FOLDERS: &[&str] = &["apps", "crates", "xtask"];
const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;

/// Names that say nothing, each with what is wrong about it.
const NAMES: &[(&str, &str)] = &[
    ("mod", "a module lies in `name.rs`, so that tabs and search results tell files apart"),
    ("utils", "a helper without a home means that a concept has no name yet"),
    ("util", "a helper without a home means that a concept has no name yet"),
    ("helpers", "a helper without a home means that a concept has no name yet"),
    ("common", "everything is common to something: name what it is"),
    ("misc", "name what it is"),
    ("manager", "name what it does"),
    ("types", "types live with the concept that they belong to"),
];

/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: &[&str] = &["/work/", "/root/", "/tmp/"];

pub(super) fn findings(root: &Path) -> Result<Vec<Finding>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        rust_files(&root.join(folder), &mut files)?;
    }
    files.sort();
    let mut findings = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).wrap_err_with(|| file.display().to_string())?;
        let name = file.strip_prefix(root).expect("a file of the workspace").display().to_string();
        findings.extend(file_findings(&name, &text));
    }
    Ok(findings)
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).wrap_err_with(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("target") {
            rust_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

fn file_findings(name: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !text.starts_with("//! ") {
        findings.push(Finding::new(name, "does not begin with a `//!` sentence that says what it is for"));
    }
    let lines = text.lines().count();
    if lines > FILE_LINES {
        findings.push(Finding::new(name, format!("has {lines} lines; past {FILE_LINES} there are two concepts in it")));
    }
    for part in name.split('/').map(|part| part.trim_end_matches(".rs")) {
        if let Some((_, reason)) = NAMES.iter().find(|(bad, _)| *bad == part) {
            findings.push(Finding::new(name, format!("is called `{part}`: {reason}")));
        }
    }
    match syn::parse_file(text) {
        Ok(file) => findings.extend(Walk::over(name, &file)),
        Err(error) => findings.push(Finding::new(name, format!("is not Rust: {error}"))),
    }
    findings
}

/// A walk over the syntax of one file.
struct Walk<'a> {
    name: &'a str,
    in_test: bool,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    fn over(name: &'a str, file: &syn::File) -> Vec<Finding> {
        // The lists of this very chore name what they refuse.
        let in_test = name.contains("/tests/") || name == "xtask/src/tidy/sources.rs";
        let mut walk = Self { name, in_test, findings: Vec::new() };
        walk.visit_file(file);
        walk.findings
    }

    fn function(&mut self, signature: &syn::Signature, whole: proc_macro2::Span) {
        let (first, last) = (signature.span().start().line, whole.end().line);
        let lines = last + 1 - first;
        if lines > FUNCTION_LINES {
            let rule = format!("`{}` has {lines} lines; no function is longer than {FUNCTION_LINES}", signature.ident);
            self.findings.push(Finding::new(format!("{}:{first}", self.name), rule));
        }
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let before = self.in_test;
        self.in_test |= module.ident == "tests";
        syn::visit::visit_item_mod(self, module);
        self.in_test = before;
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, function.span());
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig, function.span());
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.function(&function.sig, function.span());
        syn::visit::visit_trait_item_fn(self, function);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        let value = text.value();
        let path = MACHINE_PATHS.iter().find(|path| value.contains(**path));
        if let Some(path) = path.filter(|_| !self.in_test) {
            let place = format!("{}:{}", self.name, text.span().start().line);
            self.findings.push(Finding::new(place, format!("names `{path}…`, which is a path of one machine")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str, expect: &[&str]) {
        let found: Vec<String> = file_findings(name, text).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expect.len(), "{found:#?}");
        for (finding, words) in found.iter().zip(expect) {
            assert!(finding.contains(words), "{finding} does not say {words}");
        }
    }

    #[test]
    fn a_tidy_file_passes() {
        check("crates/a/src/spool.rs", "//! The spool.\n\nfn leave() {}\n", &[]);
    }

    #[test]
    fn the_first_line_says_what_a_file_is_for() {
        check("crates/a/src/spool.rs", "fn leave() {}\n", &["does not begin"]);
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        check("crates/a/src/utils.rs", "//! Helpers.\n", &["is called `utils`"]);
        check("crates/a/src/spool/mod.rs", "//! The spool.\n", &["is called `mod`"]);
        check("crates/common/src/lib.rs", "//! All.\n", &["is called `common`"]);
    }

    #[test]
    fn long_files_and_functions_are_found() {
        let long = format!("//! Long.\nfn long() {{\n{}}}\n", "    step();\n".repeat(FUNCTION_LINES));
        check("a.rs", &long, &["`long` has 72 lines"]);
        check("a.rs", &format!("//! Long.\n{}", "\n".repeat(FILE_LINES)), &["has 501 lines"]);
    }

    #[test]
    fn paths_of_one_machine_are_found_outside_tests() {
        let used = |path: &str| format!("//! A.\nconst A: &str = \"{path}\";\n");
        check("a.rs", &used("/tmp/notes"), &["path of one machine"]);
        check("a.rs", &used("/home/you/notes"), &[]);
        check("a.rs", "//! A.\nmod tests {\n    const A: &str = \"/tmp/a\";\n}\n", &[]);
        check("crates/a/tests/b.rs", &used("/tmp/a"), &[]);
    }
}
