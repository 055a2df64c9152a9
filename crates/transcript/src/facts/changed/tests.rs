//! Claims about what counts as a changed line.

use serde_json::{Value, json};

use super::*;

fn lines(added: u32, removed: u32) -> ChangedLines {
    ChangedLines { added, removed }
}

fn done(result: &Value) -> Option<ChangedLines> {
    ChangedLines::done(Raw::cut(&result.to_string()).expect("it is whole").0)
}

fn meant(tool: &str, input: &Value) -> Option<ChangedLines> {
    ChangedLines::meant(tool, Raw::cut(&input.to_string()).expect("it is whole").0)
}

#[test]
fn a_patch_counts_its_marked_lines_over_all_hunks() {
    let result = json!({"filePath": "/a", "originalFile": "…", "structuredPatch": [
        {"oldStart": 1, "lines": [" same", "-old", "+new", "+more", "\\ No newline at end of file"]},
        {"oldStart": 9, "lines": ["-gone", " +is a text that stays"]},
    ]});
    assert_eq!(done(&result), Some(lines(2, 2)));
}

#[test]
fn a_file_that_was_not_there_adds_all_its_lines() {
    let created = |original: Value, content: &str| {
        done(&json!({"type": "create", "content": content, "originalFile": original, "structuredPatch": []}))
    };
    assert_eq!(created(Value::Null, "a\nb\n"), Some(lines(2, 0)));
    assert_eq!(created(json!(""), "a\n\nb"), Some(lines(3, 0)));
    assert_eq!(created(Value::Null, ""), Some(lines(0, 0)));
    assert_eq!(done(&json!({"type": "create", "content": "a\r\nb", "structuredPatch": []})), Some(lines(2, 0)));
}

#[test]
fn a_file_that_was_written_as_it_was_has_no_changed_line() {
    let same = json!({"type": "update", "content": "a\n", "originalFile": "a\n", "structuredPatch": []});
    assert_eq!(done(&same), Some(lines(0, 0)));
}

#[test]
fn a_notebook_is_compared_with_itself() {
    let cell = json!({"new_source": "x", "original_file": "{\n \"a\"\n}", "updated_file": "{\n \"b\",\n \"c\"\n}"});
    assert_eq!(done(&cell), Some(lines(2, 1)));
    assert_eq!(done(&json!({"new_source": "x = 1\ny = 2"})), None);
    assert_eq!(meant("NotebookEdit", &json!({"new_source": "x = 1\ny = 2"})), Some(lines(2, 0)));
}

#[test]
fn a_result_that_says_nothing_of_lines_leaves_them_to_the_input() {
    assert_eq!(done(&json!("The file was updated.")), None);
    assert_eq!(done(&json!({"stdout": ""})), None);
    assert_eq!(meant("Edit", &json!({"old_string": "a\nb\nc", "new_string": "a\nx\ny\nc"})), Some(lines(2, 1)));
    assert_eq!(meant("Edit", &json!({"old_string": "a\na", "new_string": "a"})), Some(lines(0, 1)));
    let edits = json!({"edits": [{"old_string": "a", "new_string": "b"}, {"old_string": "", "new_string": "c\nd"}]});
    assert_eq!(meant("MultiEdit", &edits), Some(lines(3, 1)));
    assert_eq!(meant("Write", &json!({"content": "a\nb\n"})), Some(lines(2, 0)));
    assert_eq!(meant("Bash", &json!({"command": "rm a"})), None);
}
