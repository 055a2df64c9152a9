//! Names in an object of a JSON text and where they stand, so that one can be changed and nothing else.

use std::ops::Range;

/// The names of the members of an object that stands at the top of a JSON text under a name, with their places, quotes
/// included. Nothing where the text is no JSON, or has no such object.
pub(crate) fn members(text: &str, name: &str) -> Vec<(String, Range<usize>)> {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut depth = 0_u32;
    let mut within = false;
    let mut last: Option<(String, Range<usize>)> = None;
    let mut at = 0;
    // the text is JSON: outside of strings every sign has one meaning
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(text, at);
                let written = text.get(at..end).unwrap_or_default();
                last = serde_json::from_str(written).ok().map(|string| (string, at..end));
                at = end;
                continue;
            }
            b':' => {
                if within && depth == 2 {
                    found.extend(last.take());
                } else if depth == 1 {
                    within = last.take().is_some_and(|(key, _)| key == name) && opens_an_object(text, at + 1);
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                within &= depth > 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn opens_an_object(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.trim_start().starts_with('{'))
}

fn end_of_string(text: &str, start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::members;

    fn check(text: &str, expect: &[&str]) {
        let found = members(text, "projects");
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, expect, "{text}");
        for (name, place) in &found {
            assert_eq!(serde_json::from_str::<String>(&text[place.clone()]).ok().as_ref(), Some(name));
        }
    }

    #[test]
    fn the_names_of_one_object_are_found_and_no_others() {
        check(
            r#"{"a":{"projects":{"/no":1}},"projects":{"/a":{"x":{"y":1}},"/b \"q\"":["/c",{"z":1}],"/d":"p:{"},"e":{"/f":1}}"#,
            &["/a", "/b \"q\"", "/d"],
        );
        check(r#"{"projects":["/a"],"x":1}"#, &[]);
        check(r#"{"projects":{}, "x":{"/a":1}}"#, &[]);
        check(r#"{"projects" : { "/é\n" : {} } }"#, &["/é\n"]);
        check("{broken", &[]);
        check("[]", &[]);
    }
}
