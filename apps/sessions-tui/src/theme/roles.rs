//! The one table of roles: theme files, messages and the reference page walk it.

use ratatui::style::{Modifier, Style};

/// How a role is read, which says how well it has to stand out from its ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Text that is read: a contrast of 4.5 or more.
    Text,
    /// Secondary text: a contrast of 3 or more.
    Dim,
    /// A ground that text stands on.
    Ground,
    /// Lines that separate: they may be as faint as one likes.
    Line,
}

/// Something on the screen that has a look of its own.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// Its name in theme files.
    pub name: &'static str,
    /// What is drawn in it.
    pub meaning: &'static str,
    /// How it is read.
    pub reading: Reading,
    /// What tells it apart where there are no colors.
    pub(crate) plain: Modifier,
    pub(crate) set: fn(&mut Theme, Style),
    get: fn(&Theme) -> Style,
}

impl Role {
    /// What it looks like in a theme.
    pub fn style(&self, theme: &Theme) -> Style {
        (self.get)(theme)
    }
}

macro_rules! roles {
    ($($name:ident $reading:ident ($($plain:ident)?) $meaning:literal)+) => {
        /// What everything is drawn with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Theme {
            $(#[doc = $meaning] pub $name: Style,)+
        }

        impl Theme {
            pub(super) const BARE: Self = Self { $($name: Style::new(),)+ };
        }

        /// Every role, in the order of the reference page.
        pub const ROLES: &[Role] = &[$(Role {
            name: stringify!($name),
            meaning: $meaning,
            reading: Reading::$reading,
            plain: Modifier::empty()$(.union(Modifier::$plain))?,
            get: |theme| theme.$name,
            set: |theme, style| theme.$name = style,
        },)+];
    };
}

roles! {
    text Text () "Plain text; its ground is that of the whole screen."
    strong Text (BOLD) "Text that stands out: titles, the name of the screen."
    dim Dim (DIM) "Everything secondary."
    rule Line (DIM) "Rules and separators."
    accent Text (BOLD) "The mark of the cursor, and names of groups."
    selected Ground (REVERSED) "The ground of the selected row."
    raised Ground () "The ground of what lies over a screen: palette, messages, notes."
    matched Text (UNDERLINED) "Letters that match."
    current Text (REVERSED) "The match that one stands on."
    key Text (BOLD) "Keys in footer, help and palette."
    done Text (BOLD) "What went well."
    warning Text (BOLD) "What needs attention."
    error Text (BOLD) "What failed."
    live Text (BOLD) "A session that runs now."
    gone Dim (DIM) "A session whose transcript is gone."
    archived Dim (DIM) "A session that is read from the archive."
    star Text (BOLD) "The star of a session."
    tag Text (ITALIC) "Tags."
    cost Text () "Money."
    you Text (BOLD) "The person who speaks."
    claude Text (BOLD) "Claude, who answers."
    heading Text (BOLD) "Headings in what was said."
    link Text (UNDERLINED) "Links."
    quote Text (ITALIC) "Quotes."
    code Text () "Code without colors of its own."
    code_keyword Text (BOLD) "Keywords in code."
    code_function Text () "Names of functions in code."
    code_type Text () "Names of types in code."
    code_string Text () "Strings in code."
    code_number Text () "Numbers and constants in code."
    code_comment Dim (DIM) "Comments in code."
    thinking Dim (ITALIC) "Thinking."
    tool Text () "Tool calls."
    diff_added Text () "Lines that were added."
    diff_removed Text (DIM) "Lines that were removed."
    diff_word_added Text (UNDERLINED) "Words that were added in a line."
    diff_word_removed Text (CROSSED_OUT) "Words that were removed from a line."
    model_1 Text () "First color of models."
    model_2 Text () "Second color of models."
    model_3 Text () "Third color of models."
    model_4 Text () "Fourth color of models."
    model_5 Text () "Fifth color of models."
    model_6 Text () "Sixth color of models."
    model_7 Text () "Seventh color of models."
    model_8 Text () "Eighth color of models."
    average Text (BOLD) "The line of the average in a chart."
    budget Text (BOLD) "The line of the budget in a chart."
    heat_1 Line () "A day or an hour with little."
    heat_2 Line () "A day or an hour with less than half of the others."
    heat_3 Line () "A day or an hour with more than half of the others."
    heat_4 Line () "A day or an hour with much."
}
