//! Claims about cutting lines and records.

use proptest::prelude::*;

use super::*;
use crate::skim::Raw;
use crate::wire::Record;

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
    check(b"\0\0\r\n{}\n", &["4 {}"], &[(0, ProblemKind::NotJson)], 7);
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

/// Records as the client writes them.
const PROMPT: &str = r#"{"type":"user","message":{"content":"x"},"uuid":"u","sessionId":"s"}"#;
const TITLE: &str = r#"{"type":"ai-title","sessionId":"s","aiTitle":"x"}"#;

#[test]
fn a_torn_record_loses_only_itself() {
    for cut in 1..PROMPT.len() {
        let torn = &PROMPT[..cut];
        let line = format!("{{}}\n{torn}{TITLE}\n{{}}\n");
        let (title, last) = (format!("{} {TITLE}", 3 + cut), format!("{} {{}}", line.len() - 3));
        check(line.as_bytes(), &["0 {}", &title, &last], &[(3, ProblemKind::NotJson)], line.len() as u64);
    }
    let torn = &PROMPT[..30];
    let glued = format!("{{}}{torn}{TITLE}{PROMPT}\n");
    let expect = ["0 {}".to_owned(), format!("32 {TITLE}"), format!("{} {PROMPT}", 32 + TITLE.len())];
    let problems = [(2, ProblemKind::NotJson), (0, ProblemKind::GluedRecords)];
    check(glued.as_bytes(), &expect.each_ref().map(String::as_str), &problems, glued.len() as u64);
    let invalid = [b"{\"a\":\"\xc3", TITLE.as_bytes(), b"\n"].concat();
    let problems = [(0, ProblemKind::InvalidUtf8), (0, ProblemKind::NotJson)];
    check(&invalid, &[&format!("9 {TITLE}")], &problems, invalid.len() as u64);
}

#[test]
fn a_torn_record_does_not_end_with_the_brackets_of_the_next() {
    for torn in [r#"{"toolUseResult":{"stdout":"x"#, r#"{"message":{"content":[{"type":"text","text":"x"#] {
        for said in [r#"}}]}} \"hi\" x"#, r"}}]} , ", r#"}]}, \"a\":\"b"#] {
            let next = PROMPT.replace("\"x\"", &format!("\"{said}\""));
            let line = format!("{torn}{next}\n");
            let expect = format!("{} {next}", torn.len());
            check(line.as_bytes(), &[&expect], &[(0, ProblemKind::NotJson)], line.len() as u64);
        }
    }
}

#[test]
fn nothing_is_taken_from_a_torn_line_before_its_end() {
    let torn = &PROMPT[..30];
    let open = format!("{torn}{TITLE}");
    check(open.as_bytes(), &[], &[(0, ProblemKind::TornLine)], 0);
    let mut found = Vec::new();
    let mut on = |piece: Piece<'_>| match piece {
        Piece::Record(offset, text) => Raw::cut(text).map(|(_, used)| (found.push(offset), used).1),
        Piece::Problem(_) => Ok(0),
    };
    let place = records(b"{}", Place::default(), true, &mut on);
    let place = records(open.as_bytes(), place, true, &mut on);
    assert_eq!(place, Place { offset: 2, records: 1 });
    let place = records(format!("{open}\n").as_bytes(), place, true, &mut on);
    assert_eq!(place, Place { offset: 3 + open.len() as u64, records: 0 });
    assert_eq!(found, [0, 32]);
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

/// What `records` does, the slow way: the end of each line is looked for first, and nobody sees beyond it.
fn line_by_line(
    bytes: &[u8],
    mut place: Place,
    last: bool,
    on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>,
) -> Place {
    for line in lines(bytes, place.offset) {
        let text = String::from_utf8_lossy(line.bytes);
        let usable = line.terminated || last && is_whole(&text);
        if !usable {
            if last && (line.nul_bytes || !text.trim_matches(SPACE).is_empty()) {
                note(on, line.offset, ProblemKind::TornLine);
            }
            break;
        }
        note_bytes(&line, (&text, matches!(text, Cow::Owned(_))), on);
        let count = split(&line, &text, (0, place.records), on);
        place = Place { offset: line.next, records: if line.terminated { 0 } else { count } };
    }
    place
}

/// Stretches of lines that are whole, glued, broken or no records at all, with bytes that went wrong.
fn stretches() -> impl Strategy<Value = Vec<u8>> {
    let records: [&[u8]; 8] = [
        PROMPT.as_bytes(),
        TITLE.as_bytes(),
        b"{\"a\":1}",
        b"{\"a\":[1,{\"b\":\"]}\"}]}",
        b"{\"a\" : \"x\\\\\" , \"b\" : [ ] }",
        b"{\"type\":\"user\",\"message\":{\"content\":\"\\\"\"}}",
        b"{\"message\":{\"id\":\"m\",\"content\":[ {\"type\":\"text\",\"text\":\"y\\\"z\\\\\"} ]},\"type\":\"assistant\"}",
        b"{\"a\":\"0123456789abcdef0123456789abcdef\xc3\xa9123456789abcdef0123456789abcdef0\\\"\"}",
    ];
    let parts = ["{}", "\"a\":", "\"message\":{", "\"content\":[{", "0123456789abcdef", "null", "\u{feff}", "\u{e9}"];
    let single = b"{}[]\",:\\\n\n\r \t\0\xff\xc3\x01a7".chunks(1);
    let scraps: Vec<&[u8]> = single.chain(parts.map(str::as_bytes)).chain(records).collect();
    let scrap = prop::sample::select(scraps);
    let end = prop::sample::select(vec![&b"\n"[..], b"\n", b"\r\n", b" \n", b"\n\n", b""]);
    let line = prop_oneof![
        4 => (prop::sample::select(records.to_vec()), end).prop_map(|(record, end)| [record, end].concat()),
        1 => prop::collection::vec(scrap, 1..6).prop_map(|scraps| scraps.concat()),
        1 => (any::<prop::sample::Index>(), prop::sample::select(records.to_vec())).prop_map(|(cut, record)| {
            [&PROMPT.as_bytes()[..cut.index(PROMPT.len())], record, TITLE.as_bytes(), b"\n"].concat()
        }),
    ];
    let wrong = (any::<prop::sample::Index>(), prop::sample::select(b"{}[]\",:\\\n\r \0\xffa".to_vec()));
    (prop::collection::vec(line, 1..8), prop::collection::vec(wrong, 0..3)).prop_map(|(lines, wrong)| {
        let mut bytes = lines.concat();
        for (at, byte) in wrong {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

type Cut = fn(&[u8], Place, bool, &mut dyn FnMut(Piece<'_>) -> Result<usize, Broken>) -> Place;

/// All that is handed over of a stretch that is fed in two parts, and where reading stops after each.
fn handed_over(bytes: &[u8], (from, cut, last): (Place, usize, bool), records: Cut) -> (Vec<String>, [Place; 2]) {
    let mut told = Vec::new();
    let mut on = |piece: Piece<'_>| match piece {
        Piece::Record(offset, text) => {
            let (record, used) = Record::cut(text)?;
            told.push(format!("{offset} {used} {record:?}"));
            Ok(used)
        }
        Piece::Problem(problem) => {
            told.push(format!("{problem:?}"));
            Ok(0)
        }
    };
    let first = records(&bytes[..cut], from, last, &mut on);
    let used = usize::try_from(first.offset - from.offset).expect("it is small");
    let second = records(&bytes[used..], first, true, &mut on);
    (told, [first, second])
}

proptest! {
    #[test]
    fn lines_are_cut_as_if_their_ends_were_looked_for_first(
        bytes in stretches(),
        offset in 0..2_u64,
        before in 0..3_u32,
        cut in any::<prop::sample::Index>(),
        last in any::<bool>(),
    ) {
        let at = (Place { offset, records: before }, cut.index(bytes.len() + 1), last);
        let fast = handed_over(&bytes, at, |bytes, from, last, mut on| records(bytes, from, last, &mut on));
        let slow = handed_over(&bytes, at, |bytes, from, last, mut on| line_by_line(bytes, from, last, &mut on));
        prop_assert_eq!(fast, slow);
    }
}
