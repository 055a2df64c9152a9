//! The tags that the client writes into texts: `<name attribute="…">…</name>`.

/// The text in front of the first element of that name, the element, and the text behind it.
pub(super) fn split<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut from = 0;
    loop {
        let start = from + text[from..].find(&open)?;
        let behind = start + open.len();
        if text[behind..].starts_with(['>', ' ', '\n']) {
            let end = behind + text[behind..].find(&close)? + close.len();
            return Some((&text[..start], &text[start..end], &text[end..]));
        }
        from = behind;
    }
}

/// What stands between the tags of the first element of that name.
pub(super) fn between<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, element, _) = split(text, name)?;
    let inner = &element[element.find('>')? + 1..];
    inner.get(..inner.len().checked_sub(name.len() + 3)?)
}

/// The value of an attribute of an element.
pub(super) fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let tag = &element[..element.find('>')?];
    let value = &tag[tag.find(&format!("{name}=\""))? + name.len() + 2..];
    value.split('"').next()
}

/// Takes the contents of all elements of these names out of a text; a tag in the middle of a line is text.
pub(super) fn cut<'a>(text: &'a str, names: &[&str]) -> (Vec<&'a str>, String) {
    let (mut taken, mut left, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find('<') {
        let name = names.iter().find(|name| rest[at + 1..].starts_with(**name));
        let name = name.filter(|_| starts_line(&left, &rest[..at]));
        let found = name.and_then(|name| Some((name, split(&rest[at..], name)?)));
        if let Some((name, ("", element, after))) = found {
            left.push_str(&rest[..at]);
            taken.extend(between(element, name));
            rest = after;
        } else {
            left.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
        }
    }
    left.push_str(rest);
    (taken, left)
}

/// Whether only blanks stand between the last line end (or the start) and this place.
fn starts_line(left: &str, before: &str) -> bool {
    let blank = |text: &str| text.rsplit('\n').next().is_none_or(|line| line.trim().is_empty());
    if before.contains('\n') { blank(before) } else { before.trim().is_empty() && blank(left) }
}

/// Takes the tags of all elements of that name away and leaves what stands between them.
pub(super) fn unwrap(text: &str, name: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, element, after)) = split(rest, name) {
        plain.push_str(before);
        plain.push_str(between(element, name).unwrap_or(element).trim_matches('\n'));
        rest = after;
    }
    plain.push_str(rest);
    plain
}
