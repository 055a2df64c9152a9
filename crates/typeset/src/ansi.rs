//! Output of programs: its colors are kept, every other control sequence is dropped.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};

use crate::clean::{is_invisible, without_heaps};
use crate::paint::{Color, Paint};
use crate::para::{Kind, Para};

/// Lines of output. A sequence that its line does not end ends with the line, so that nothing can swallow the rest.
pub(crate) fn lines(text: &str) -> Vec<Para> {
    let mut paint = Paint::default();
    let text = text.trim_end_matches(['\n', '\r']);
    text.split('\n').map(|line| one(line, &mut paint)).collect()
}

fn one(line: &str, paint: &mut Paint) -> Para {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut writer = Writer { para: Para::new(Kind::Code), paint: *paint, column: 0 };
    let plain = line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain {
        writer.para.push(line, *paint);
        return writer.para;
    }
    let line = &without_heaps(line.to_owned());
    let mut parser = Parser::<DefaultCharAccumulator>::new();
    for letter in line.chars() {
        // The eight-bit forms of what begins a sequence, so that the parser knows them.
        let seven = match letter {
            '\u{9b}' => Some("\u{1b}["),
            '\u{9d}' => Some("\u{1b}]"),
            '\u{90}' => Some("\u{1b}P"),
            '\u{98}' => Some("\u{1b}X"),
            '\u{9e}' => Some("\u{1b}^"),
            '\u{9f}' => Some("\u{1b}_"),
            '\u{9c}' => Some("\u{1b}\\"),
            _ => None,
        };
        let mut own = [0; 4];
        let bytes = seven.unwrap_or_else(|| letter.encode_utf8(&mut own)).bytes();
        bytes.for_each(|byte| parser.advance(&mut writer, byte));
    }
    *paint = writer.paint;
    writer.para
}

struct Writer {
    para: Para,
    paint: Paint,
    column: usize,
}

impl Perform for Writer {
    fn print(&mut self, letter: char) {
        if !letter.is_control() && !is_invisible(letter) {
            self.para.push(letter.encode_utf8(&mut [0; 4]), self.paint);
            self.column += 1;
        }
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\t' => {
                let spaces = 8 - self.column % 8;
                self.para.push(&" ".repeat(spaces), self.paint);
                self.column += spaces;
            }
            // What is written over is gone, as on a terminal.
            b'\r' => {
                self.para.text.clear();
                self.para.spans.clear();
                self.column = 0;
            }
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _ignore: bool, action: u8) {
        if action == b'm' && intermediates.is_empty() {
            self.graphics(params);
        }
    }
}

impl Writer {
    fn graphics(&mut self, params: &Params) {
        let flat: Vec<u16> = params.iter().flatten().copied().collect();
        let mut codes = flat.into_iter();
        let mut any = false;
        while let Some(code) = codes.next() {
            any = true;
            match code {
                38 => self.paint.color = color(&mut codes),
                48 => self.paint.ground = color(&mut codes),
                other => self.graphic(other),
            }
        }
        if !any {
            self.paint = Paint::default();
        }
    }

    fn graphic(&mut self, code: u16) {
        let indexed = |code: u16| u8::try_from(code).ok().map(Color::Indexed);
        let paint = &mut self.paint;
        match code {
            0 => *paint = Paint::default(),
            1 => paint.bold = true,
            3 => paint.italic = true,
            4 => paint.underlined = true,
            7 => paint.reversed = true,
            9 => paint.struck = true,
            22 => paint.bold = false,
            23 => paint.italic = false,
            24 => paint.underlined = false,
            27 => paint.reversed = false,
            29 => paint.struck = false,
            30..=37 => paint.color = indexed(code - 30),
            39 => paint.color = None,
            40..=47 => paint.ground = indexed(code - 40),
            49 => paint.ground = None,
            90..=97 => paint.color = indexed(code - 90 + 8),
            100..=107 => paint.ground = indexed(code - 100 + 8),
            _ => {}
        }
    }
}

/// What follows 38 or 48.
fn color(codes: &mut impl Iterator<Item = u16>) -> Option<Color> {
    let mut byte = || codes.next().and_then(|code| u8::try_from(code).ok());
    match byte()? {
        5 => Some(Color::Indexed(byte()?)),
        2 => Some(Color::Rgb(byte()?, byte()?, byte()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let shown: Vec<String> = lines(text).into_iter().map(|para| para.text).collect();
        assert_eq!(shown, expect, "{text:?}");
    }

    #[test]
    fn only_colors_survive() {
        check("\u{1b}[31mred\u{1b}[0m plain", &["red plain"]);
        check("\u{1b}]52;c;aGFjaw==\u{7}safe", &["safe"]);
        check("\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\", &["click"]);
        check("\u{1b}[2J\u{1b}[1;1Hhome\u{1b}[?1049h", &["home"]);
        check("\u{9b}31mc1\u{9d}0;title\u{9c}!", &["c1!"]);
        check("a\u{202e}b\u{2066}c\u{200b}", &["abc"]);
        check("\u{1b}]0;never ended\nnext", &["", "next"]);
        check("\u{1b}P1$r0m\u{1b}\\dcs", &["dcs"]);
        check("10%\r50%\rdone", &["done"]);
        check("crlf\r\nend\r\n", &["crlf", "end"]);
        check("a\tb", &["a       b"]);
    }

    #[test]
    fn colors_go_on_in_the_next_line() {
        let paras = lines("\u{1b}[1;38;5;208morange\nstill\u{1b}[m no\u{1b}[48;2;1;2;3m");
        let orange = Paint { bold: true, color: Some(Color::Indexed(208)), ..Paint::default() };
        assert_eq!(paras[0].spans, [(6, orange)]);
        assert_eq!(paras[1].spans, [(5, orange), (8, Paint::default())]);
    }
}
