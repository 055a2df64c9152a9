//! What must hold for every theme that is built in.

use ratatui::style::{Color, Modifier, Style};
use toml::de::DeTable;

use super::color::{SIXTEEN, contrast};
use super::look::{Paint, paint};
use super::*;

fn role(theme: &Theme, name: &str) -> Style {
    let role = ROLES.iter().find(|role| role.name == name).expect("there is such a role");
    role.style(theme)
}

/// Red, green and blue of a color that a theme sets.
fn rgb(color: Color) -> Option<u32> {
    match color {
        Color::Rgb(red, green, blue) => Some(u32::from_be_bytes([0, red, green, blue])),
        named => SIXTEEN.iter().find(|(color, _, _)| *color == named).map(|(_, _, rgb)| *rgb),
    }
}

fn ground(text: &str) -> u32 {
    let table = DeTable::parse(text).expect("a built-in theme is TOML");
    match paint(table.get_ref().get("ground").and_then(|ground| ground.get_ref().as_str()).expect("it names it")) {
        Ok(Some(Paint::Rgb(rgb))) => rgb,
        other => panic!("{other:?} is no ground to measure against"),
    }
}

#[test]
fn built_in_themes_are_without_fault_and_set_every_role() {
    for built_in in BUILT_IN {
        let sheet = Sheet::built_in(built_in.name).expect("it is built in");
        assert_eq!(sheet.problems, Vec::<String>::new(), "{}", built_in.name);
        let table = DeTable::parse(built_in.text).expect("it is TOML");
        let roles = table.get_ref().get("roles").and_then(|roles| roles.get_ref().as_table()).expect("it has roles");
        for role in ROLES {
            assert!(roles.contains_key(role.name), "{} says nothing of {}", built_in.name, role.name);
        }
    }
}

#[test]
fn text_stands_out_from_every_ground_that_it_may_stand_on() {
    for built_in in BUILT_IN {
        let theme = Theme::built_in(built_in.name, Depth::True).expect("it is built in");
        let grounds = [theme.selected.bg, theme.raised.bg].into_iter().flatten().filter_map(rgb);
        let grounds: Vec<u32> = grounds.chain([ground(built_in.text)]).collect();
        assert_eq!(grounds.len(), 3, "{}", built_in.name);
        for role in ROLES {
            let least = match role.reading {
                Reading::Text => 4.5,
                Reading::Dim => 3.0,
                Reading::Ground | Reading::Line => continue,
            };
            let style = role.style(&theme);
            let Some(ink) = style.fg.and_then(rgb) else { continue };
            for under in style.bg.and_then(rgb).map_or_else(|| grounds.clone(), |own| vec![own]) {
                let contrast = contrast(ink, under);
                assert!(contrast >= least, "{} {}: {contrast:.2} on #{under:06x}", built_in.name, role.name);
            }
        }
    }
}

/// Green, yellow and cyan are left out where a light theme uses them for marks: terminals with a light ground darken them.
#[test]
fn text_stands_out_with_sixteen_colors_too() {
    const READ: [&str; 15] = [
        "dim", "accent", "matched", "key", "warning", "error", "gone", "archived", "you", "claude", "heading", "link",
        "quote", "code", "thinking",
    ];
    for built_in in BUILT_IN {
        let theme = Theme::built_in(built_in.name, Depth::Ansi).expect("it is built in");
        let paper = if built_in.mode == Mode::Dark { 0x00_00_00 } else { 0xff_ff_ff };
        for name in READ {
            let ink = role(&theme, name).fg.and_then(rgb).expect("it has a color");
            assert!(contrast(ink, paper) >= 3.0, "{} {name}: {:.2}", built_in.name, contrast(ink, paper));
        }
        for role in ROLES {
            let style = role.style(&theme);
            for color in [style.fg, style.bg].into_iter().flatten() {
                assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{} {}", built_in.name, role.name);
            }
        }
    }
}

#[test]
fn contrast_is_as_the_guidelines_define_it() {
    for (one, other, expect) in
        [(0x00_00_00, 0xff_ff_ff, 21.0), (0x77_77_77, 0xff_ff_ff, 4.48), (0x12_34_56, 0x12_34_56, 1.0)]
    {
        assert!((contrast(one, other) - expect).abs() < 0.01, "{one:06x} on {other:06x}: {}", contrast(one, other));
    }
}

#[test]
fn without_color_only_attributes_are_used() {
    for built_in in BUILT_IN {
        let theme = Theme::built_in(built_in.name, Depth::None).expect("it is built in");
        assert!(ROLES.iter().all(|role| (role.style(&theme).fg, role.style(&theme).bg) == (None, None)));
        for name in ["selected", "current"] {
            assert!(role(&theme, name).add_modifier.contains(Modifier::REVERSED), "{name}");
        }
        for name in ["matched", "link", "diff_word_added", "diff_word_removed", "error", "live", "dim"] {
            assert!(!role(&theme, name).add_modifier.is_empty(), "{name} cannot be told from text");
        }
    }
}

#[test]
fn colors_of_series_differ_in_every_theme_at_every_depth_of_color() {
    let palette = chart::Palette::default();
    let names = ["opus-5-5", "sonnet-5-5", "haiku-5-5", "fable-5-1", "opus-5", "sonnet-5", "fable-5", "haiku-4-5"];
    for (built_in, depth) in BUILT_IN.iter().flat_map(|theme| [(theme, Depth::Ansi), (theme, Depth::True)]) {
        let theme = Theme::built_in(built_in.name, depth).expect("it is built in");
        let colors: Vec<Style> = names.iter().map(|name| theme.slot(palette.slot(name))).collect();
        assert_eq!(colors.len(), chart::SLOTS);
        for (at, color) in colors.iter().enumerate() {
            assert!(!colors[..at].contains(color), "{}: {} at {depth:?}", built_in.name, names[at]);
        }
    }
}

#[test]
fn two_parts_of_a_bar_share_a_cell() {
    let theme = Theme::new(Mode::Dark, Depth::True);
    let slots: Vec<chart::Slot> = ["opus-5", "sonnet-5"].map(|name| chart::Palette::default().slot(name)).to_vec();
    let paint = chart::Paint { tone: chart::Tone::Series(slots[0]), ground: Some(chart::Tone::Series(slots[1])) };
    assert_eq!((theme.paint(paint).fg, theme.paint(paint).bg), (theme.slot(slots[0]).fg, theme.slot(slots[1]).fg));
    let under = chart::Paint { tone: chart::Tone::Dim, ground: Some(chart::Tone::Cursor) };
    assert_eq!((theme.paint(under).fg, theme.paint(under).bg), (theme.dim.fg, theme.selected.bg));
}
