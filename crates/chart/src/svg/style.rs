//! Colors and letters of SVGs: those of the themes `light` and `dark`.

/// The parts that have a color, with that on light and on dark pages.
const COLORS: [(&str, &str, &str); 21] = [
    ("paper", "#fafafa", "#14171c"),
    ("ink", "#1f2328", "#d7dce5"),
    ("dim", "#5f6774", "#8b93a1"),
    ("rule", "#c9ced6", "#3d4450"),
    ("s1", "#1f5fbf", "#7ab8ff"),
    ("s2", "#9c4a00", "#f2a65a"),
    ("s3", "#1f7335", "#7dd38c"),
    ("s4", "#8438a8", "#d59be8"),
    ("s5", "#0b6a72", "#5fd0d0"),
    ("s6", "#b3244a", "#f08a9b"),
    ("s7", "#6f5a00", "#e6d36a"),
    ("s8", "#5f6774", "#b0b8c4"),
    ("other", "#c9ced6", "#3d4450"),
    ("average", "#1a1e25", "#d7dce5"),
    ("budget", "#b42318", "#ff7b72"),
    ("h0", "#e6e8ec", "#222730"),
    ("h1", "#c5dbf5", "#1e3a5c"),
    ("h2", "#7fb2ea", "#2b62a3"),
    ("h3", "#2f74c0", "#4a94e0"),
    ("h4", "#0b3d7d", "#9fd0ff"),
    ("share", "#2f74c0", "#4a94e0"),
];

const RULES: &str = "
text{font:12px system-ui,sans-serif;fill:var(--ink)}
.title{font-size:20px;font-weight:600}
.heading{font-size:15px;font-weight:600}
.value{font-size:11px;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
text.dim{fill:var(--dim)}
text.average{fill:var(--average)}
text.budget{fill:var(--budget)}
rect{shape-rendering:crispEdges}
line{stroke:var(--rule);stroke-width:1}
line.average{stroke:var(--average);stroke-dasharray:4 3}
line.budget{stroke:var(--budget);stroke-width:1.5}
.part{stroke:var(--paper);stroke-width:.5}
.before{fill:none;stroke:var(--dim);stroke-dasharray:2 2}
.expected{fill:var(--dim);fill-opacity:.25;stroke:var(--dim);stroke-dasharray:2 2}
";

/// The style sheet.
pub(super) fn sheet() -> String {
    let set = |which: fn(&(&str, &str, &str)) -> String| COLORS.iter().map(which).collect::<String>();
    let light = set(|(name, light, _)| format!("--{name}:{light};"));
    let dark = set(|(name, _, dark)| format!("--{name}:{dark};"));
    let fills = set(|(name, _, _)| format!("rect.{name}{{fill:var(--{name})}}\n"));
    format!("\n:root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}{RULES}{fills}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: &str = include_str!("../../../../assets/themes/light.toml");
    const DARK: &str = include_str!("../../../../assets/themes/dark.toml");

    /// The color of a role in a theme file.
    fn in_theme<'t>(theme: &'t str, role: &str) -> &'t str {
        let line = theme.lines().find(|line| line.starts_with(&format!("{role} = "))).expect("the role is set");
        line.split(['"', ' ']).find(|word| word.starts_with('#')).expect("it has a color")
    }

    #[test]
    fn colors_are_those_of_the_themes() {
        let role = |name: &str| match name.split_at(1) {
            ("s", number) if number.parse::<u8>().is_ok() => Some(format!("model_{number}")),
            ("h", "0") => None,
            ("h", number) => Some(format!("heat_{number}")),
            _ if ["dim", "rule", "average", "budget"].contains(&name) => Some(name.to_owned()),
            _ => None,
        };
        let roles: Vec<_> = COLORS.iter().filter_map(|(name, light, dark)| Some((role(name)?, light, dark))).collect();
        assert_eq!(roles.len(), 16);
        for (role, light, dark) in roles {
            assert_eq!((in_theme(LIGHT, &role), in_theme(DARK, &role)), (*light, *dark), "{role}");
        }
    }
}
