//! Claims about cutting JSON.

use serde_json::Value;

use super::*;

fn check_string(json: &str, expect: Option<&str>) {
    let (raw, used) = Raw::cut(json).expect("the case is JSON");
    assert_eq!(used, json.len(), "{json}");
    assert_eq!(raw.string().as_deref(), expect, "{json}");
}

#[test]
fn strings_are_decoded() {
    check_string(r#""plain""#, Some("plain"));
    check_string(r#""""#, Some(""));
    check_string(r#""a\"b\\""#, Some("a\"b\\"));
    check_string(r#""\\\\\"""#, Some("\\\\\""));
    check_string(r#""tab\tline\n\r\b\f\/""#, Some("tab\tline\n\r\u{8}\u{c}/"));
    check_string(r#""\u00e9\ud83d\ude00\u0000""#, Some("é😀\0"));
    check_string("12", None);
    check_string("{\"a\":\"b\"}", None);
}

#[test]
fn escapes_that_make_no_sense_are_replaced() {
    check_string(r#""a\ud83db""#, Some("a\u{fffd}b"));
    check_string(r#""\ude00\ud83d""#, Some("\u{fffd}\u{fffd}"));
    check_string(r#""\xé""#, Some("\u{fffd}é"));
    check_string(r#""\uzzzz""#, Some("\u{fffd}zzzz"));
}

#[test]
fn a_start_ends_at_a_character() {
    let (raw, _) = Raw::cut(r#""é\néé""#).expect("JSON");
    assert_eq!(raw.string_start(1).as_deref(), Some(""));
    assert_eq!(raw.string_start(3).as_deref(), Some("é"));
    assert_eq!(raw.string_start(4).as_deref(), Some("é\n"));
}

#[test]
fn members_agree_with_a_full_parser() {
    let text =
        r#" {"a":1, "b" : {"x":[1,{"y":"}"}]},"c":"\"}", "d":[ ] ,"e":null,"a":2,"f":-1.5e3}  tail"#.trim_start();
    let mut members = Members::at_start_of(text);
    let mut found = serde_json::Map::new();
    for (key, value) in members.by_ref() {
        let value: Value = serde_json::from_str(value.as_written()).expect("a value");
        found.insert(key.to_owned(), value);
    }
    let end = members.end().expect("the object is whole");
    let expect: Value = serde_json::from_str(&text[..end]).expect("JSON");
    assert_eq!(Value::Object(found), expect);
    assert_eq!(&text[end..], "  tail");
}

#[test]
fn the_only_object_of_a_list_is_read_in_one_go() {
    for (text, sole) in [
        (r#"{"k":[{"a":1}],"b":2}"#, true),
        (r#"{"k":[ {"a":[{"c":"]"}]} ] ,"b":2}"#, true),
        (r#"{"k":[{"a":1},{"a":2}],"b":2}"#, false),
        (r#"{"k":[{"a":1},7],"b":2}"#, false),
        (r#"{"k":[7],"b":2}"#, false),
        (r#"{"k":[],"b":2}"#, false),
        (r#"{"k":[{"a":}],"b":2}"#, false),
        (r#"{"k":{"a":1},"b":2}"#, false),
        (r#"{"k":"[{}]","b":2}"#, false),
    ] {
        let mut members = Members::at_start_of(text);
        assert_eq!(members.key(), Some("k"));
        let mut expect = members.clone();
        let value = expect.value();
        let found = members.sole_object(|inner| inner.by_ref().count());
        assert_eq!(found.is_some(), sole, "{text}");
        match found {
            Some((count, raw)) => assert_eq!((count, Some(raw)), (1, value), "{text}"),
            None => members = expect,
        }
        let rest: Vec<&str> = members.map(|(key, _)| key).collect();
        assert_eq!(rest, ["b"], "after {text}");
    }
}

#[test]
fn what_is_cut_short_is_broken() {
    let whole = r#"{"a":[1,{"b":"c\"d"}],"e":true}"#;
    for cut in 0..whole.len() {
        let mut members = Members::at_start_of(&whole[..cut]);
        members.by_ref().for_each(drop);
        assert_eq!(members.end(), Err(Broken), "{}", &whole[..cut]);
    }
    for text in ["{,}", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1 \"b\":2}", "[]", "{\"a\":1,}"] {
        let mut members = Members::at_start_of(text);
        members.by_ref().for_each(drop);
        assert_eq!(members.end(), Err(Broken), "{text}");
    }
}

#[test]
fn elements_are_cut() {
    let (raw, _) = Raw::cut(r#"[1 , "a,b",[2,3], {"c":[]},null]"#).expect("JSON");
    let found: Vec<&str> = raw.elements().map(Raw::as_written).collect();
    assert_eq!(found, ["1", "\"a,b\"", "[2,3]", "{\"c\":[]}", "null"]);
    assert_eq!(Raw::cut("[]").expect("JSON").0.elements().count(), 0);
    assert_eq!(Raw::cut("7").expect("JSON").0.elements().count(), 0);
}

#[test]
fn numbers_are_lenient() {
    let count = |text| Raw::cut(text).expect("JSON").0.count();
    assert_eq!(count("12"), Some(12));
    assert_eq!(count("12.0"), Some(12));
    assert_eq!(count("1e3"), Some(1000));
    assert_eq!(count("-1"), None);
    assert_eq!(count("null"), None);
    assert_eq!(count("\"12\""), None);
    assert_eq!(count("nan"), None);
    assert_eq!(count("99999999999999999999999"), Some(u64::MAX));
}

#[test]
fn a_string_ends_at_the_first_quote_that_is_not_escaped_whatever_its_length() {
    for length in 0..100 {
        for end in ["", r#"\""#, r"\\", r#"\\\""#, r#"\" \\"#] {
            let string = format!("\"{}{end}\"", "x".repeat(length));
            let (raw, used) = Raw::cut(&format!("{string},\"y\""))
                .map(|(raw, used)| (raw.as_written().to_owned(), used))
                .expect("a string");
            assert_eq!((raw, used), (string.clone(), string.len()));
            let unfinished = &string[..string.len() - 1];
            assert!(Raw::cut(unfinished).is_err(), "{unfinished}");
        }
    }
}
