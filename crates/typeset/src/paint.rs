//! What a piece of text is, for whoever draws it.

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Role {
    /// Plain text.
    #[default]
    Text,
    /// Everything secondary.
    Dim,
    /// Rules, quotation bars.
    Rule,
    /// The name of the person.
    Person,
    /// The name of the model.
    Model,
    /// A heading.
    Heading,
    /// The text of a link.
    Link,
    /// Code in a line of text.
    Code,
    /// A quotation.
    Quote,
    /// Thinking.
    Thinking,
    /// The name of a tool.
    Tool,
    /// What went well.
    Good,
    /// What needs attention.
    Warning,
    /// What failed.
    Bad,
    /// A line that a change added.
    Added,
    /// A line that a change took away.
    Removed,
    /// The words of a line that a change added.
    AddedWord,
    /// The words of a line that a change took away.
    RemovedWord,
    /// A keyword of a language.
    Keyword,
    /// The name of a function.
    Function,
    /// The name of a type.
    Type,
    /// A string in code.
    Literal,
    /// A number or constant in code.
    Number,
    /// A comment in code.
    Comment,
}

/// What lies behind a whole row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fill {
    /// What the person said.
    Prompt,
    /// Code.
    Code,
    /// A line that a change added.
    Added,
    /// A line that a change took away.
    Removed,
}

/// A color that the output of a program chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Color {
    /// One of the table of 256; the first sixteen have names.
    Indexed(u8),
    /// Any.
    Rgb(u8, u8, u8),
}

/// How a piece of text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is one attribute of a terminal cell")]
pub struct Paint {
    /// What it is.
    pub role: Role,
    /// Color that the output of a program chose.
    pub color: Option<Color>,
    /// Ground that the output of a program chose.
    pub ground: Option<Color>,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underlined: bool,
    /// Struck through.
    pub struck: bool,
    /// Color and ground exchanged.
    pub reversed: bool,
}

impl Paint {
    /// Paint of a role, without anything else.
    pub const fn of(role: Role) -> Self {
        Self {
            role,
            color: None,
            ground: None,
            bold: false,
            italic: false,
            underlined: false,
            struck: false,
            reversed: false,
        }
    }

    /// The same, bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

impl From<Role> for Paint {
    fn from(role: Role) -> Self {
        Self::of(role)
    }
}
