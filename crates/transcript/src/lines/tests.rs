//! Claims about cutting lines and records.

use super::*;
use crate::skim::Raw;

/// Reads a stretch and tells what it was made of: records as written, problems with their offsets.
fn read(bytes: &[u8], last: bool) -> (Vec<String>, Vec<(u64, ProblemKind)>, u64) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let end = records(bytes, Place::default(), last, &mut |piece| match piece {
        Piece::Record(offset, text) => {
            let (raw, used) = Raw::cut(text)?;
            found.push(format!("{offset} {}", raw.as_written()));
            Ok(used)
        }
        Piece::Problem(problem) => {
            problems.push((problem.offset, problem.kind));
            Ok(0)
        }
    });
    (found, problems, end.offset)
}

fn check(bytes: &[u8], records: &[&str], problems: &[(u64, ProblemKind)], read_to: u64) {
    let (found, odd, end) = read(bytes, true);
    let shown = String::from_utf8_lossy(bytes);
    assert_eq!(found, records, "{shown:?}");
    assert_eq!(odd, problems, "{shown:?}");
    assert_eq!(end, read_to, "{shown:?}");
}

#[test]
fn lines_are_records() {
    check(b"{\"a\":1}\n{\"b\":2}\n", &["0 {\"a\":1}", "8 {\"b\":2}"], &[], 16);
    check(b"", &[], &[], 0);
    check(b"\n\n  \n{}\n", &["5 {}"], &[], 8);
}

#[test]
fn the_ends_of_other_systems_are_no_problem() {
    check(b"\xef\xbb\xbf{\"a\":1}\r\n{\"b\":2}\r\n", &["0 {\"a\":1}", "12 {\"b\":2}"], &[], 21);
}

#[test]
fn leading_nul_bytes_are_left_out_and_noted() {
    check(b"{}\n\0\0\0{\"a\":1}\n", &["0 {}", "3 {\"a\":1}"], &[(3, ProblemKind::NulBytes)], 14);
}

#[test]
fn glued_records_are_all_read() {
    check(
        b"{\"a\":1}{\"b\":2} {}\n{}\n",
        &["0 {\"a\":1}", "7 {\"b\":2}", "15 {}", "18 {}"],
        &[(0, ProblemKind::GluedRecords)],
        21,
    );
    check(b"{\"a\":1}x\n", &["0 {\"a\":1}"], &[(7, ProblemKind::NotJson)], 9);
}

#[test]
fn a_final_line_without_newline_counts_if_it_is_whole() {
    check(b"{}\n{\"a\":1}", &["0 {}", "3 {\"a\":1}"], &[], 10);
    check(b"{}\n{\"a\":1}{\"b\":", &["0 {}"], &[(3, ProblemKind::TornLine)], 3);
    check(b"{}\n{\"a\":\"x", &["0 {}"], &[(3, ProblemKind::TornLine)], 3);
    check(b"{}\n// note", &["0 {}"], &[(3, ProblemKind::TornLine)], 3);
    check(b"{}\n42", &["0 {}"], &[(3, ProblemKind::TornLine)], 3);
    check(b"{}\n\0\0", &["0 {}"], &[(3, ProblemKind::TornLine)], 3);
    check(b"{}\n  ", &["0 {}"], &[], 3);
    let (found, problems, end) = read(b"{}\n{\"a\":1}", false);
    assert_eq!((found.len(), problems.len(), end), (1, 0, 3), "more may follow");
}

#[test]
fn what_is_no_record_loses_only_itself() {
    check(b"// comment\n{}\n", &["11 {}"], &[(0, ProblemKind::NotJson)], 14);
    check(b"42\n\"x\"\n[1]\nnull\n{}\n", &["16 {}"], &[0, 3, 7, 11].map(|at| (at, ProblemKind::NotAnObject)), 19);
    check(b"{\"a\":\"torn\n{}\n", &["11 {}"], &[(0, ProblemKind::NotJson)], 14);
    check(b"\xff\xfe garbage\n{}\n", &["11 {}"], &[(0, ProblemKind::InvalidUtf8), (0, ProblemKind::NotJson)], 14);
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_and_noted() {
    check(b"{\"a\":\"\xff\"}\n", &["0 {\"a\":\"\u{fffd}\"}"], &[(0, ProblemKind::InvalidUtf8)], 10);
}

#[test]
fn a_line_of_many_megabytes_is_one_record() {
    let line = format!("{{\"a\":\"{}\"}}\n{{}}\n", "x\\\"".repeat(3_000_000));
    let (found, problems, end) = read(line.as_bytes(), true);
    assert_eq!((found.len(), problems.len(), end), (2, 0, line.len() as u64));
}

#[test]
fn reading_goes_on_inside_a_line() {
    let mut kinds = Vec::new();
    let mut on = |piece: Piece<'_>| match piece {
        Piece::Record(_, text) => Raw::cut(text).map(|(_, used)| used),
        Piece::Problem(problem) => {
            kinds.push(problem.kind);
            Ok(0)
        }
    };
    let place = records(b"{}", Place::default(), true, &mut on);
    assert_eq!(place, Place { offset: 2, records: 1 });
    let place = records(b"{}", place, true, &mut on);
    let place = records(b"{}\n{}\n", place, true, &mut on);
    assert_eq!(place, Place { offset: 10, records: 0 });
    assert_eq!(kinds, [ProblemKind::GluedRecords], "noted once");
}
