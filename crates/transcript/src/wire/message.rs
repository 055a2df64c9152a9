//! The API message inside a record, and its blocks.

use std::borrow::Cow;

use super::text;
use crate::skim::{Members, Raw};

/// The API message inside a record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Message<'a> {
    id: Option<Raw<'a>>,
    model: Option<Raw<'a>>,
    stop_reason: Option<Raw<'a>>,
    /// `content`: a string, or a list of blocks.
    pub(crate) content: Option<Raw<'a>>,
    /// `usage`.
    pub(crate) usage: Option<Raw<'a>>,
    /// `pausedResponses`.
    pub(crate) paused: Option<Raw<'a>>,
    /// The only block of `content`, where that is a list of one block: most are.
    sole_block: Option<Block<'a>>,
}

impl<'a> Message<'a> {
    /// Takes in the members of the object that the message is.
    pub(super) fn fill(&mut self, members: &mut Members<'a>) {
        while let Some(key) = members.key() {
            if key == "content" {
                let block = self.sole_block.insert(Block::default());
                let content = members.sole_object(|members| block.fill(members)).map(|((), content)| content);
                if content.is_none() {
                    self.sole_block = None;
                }
                self.content = content.or_else(|| members.value());
                continue;
            }
            let value = members.value();
            let slot = match key {
                "id" => &mut self.id,
                "model" => &mut self.model,
                "stop_reason" => &mut self.stop_reason,
                "usage" => &mut self.usage,
                "pausedResponses" => &mut self.paused,
                _ => continue,
            };
            *slot = value;
        }
    }

    /// The blocks of its content, if that is a list.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let listed = self.content.filter(|_| self.sole_block.is_none());
        self.sole_block.into_iter().chain(listed.into_iter().flat_map(Block::all))
    }

    /// `id`.
    pub(crate) fn id(&self) -> Option<Cow<'a, str>> {
        text(self.id)
    }

    /// `model`.
    pub(crate) fn model(&self) -> Option<Cow<'a, str>> {
        text(self.model)
    }

    /// `stop_reason`.
    pub(crate) fn stop_reason(&self) -> Option<Cow<'a, str>> {
        text(self.stop_reason)
    }
}

/// A block of a message's content.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Block<'a> {
    kind: Option<Raw<'a>>,
    id: Option<Raw<'a>>,
    name: Option<Raw<'a>>,
    tool_use_id: Option<Raw<'a>>,
    is_error: Option<Raw<'a>>,
    /// `text`.
    pub(crate) text: Option<Raw<'a>>,
    /// `thinking`.
    pub(crate) thinking: Option<Raw<'a>>,
    /// `input` of a tool call.
    pub(crate) input: Option<Raw<'a>>,
    /// `content` of a result.
    pub(crate) content: Option<Raw<'a>>,
}

impl<'a> Block<'a> {
    /// The blocks of a content, if it is a list.
    pub(crate) fn all(content: Raw<'a>) -> impl Iterator<Item = Self> + use<'a> {
        let mut elements = content.elements();
        std::iter::from_fn(move || elements.next_object(Self::take))
    }

    /// The block that a value is, if it is an object.
    pub(crate) fn of(raw: Raw<'a>) -> Self {
        Self::take(&mut raw.members())
    }

    /// The block that an object is, from its members.
    pub(crate) fn take(members: &mut Members<'a>) -> Self {
        let mut block = Self::default();
        block.fill(members);
        block
    }

    fn fill(&mut self, members: &mut Members<'a>) {
        for (key, value) in members {
            let slot = match key {
                "type" => &mut self.kind,
                "id" => &mut self.id,
                "name" => &mut self.name,
                "tool_use_id" => &mut self.tool_use_id,
                "is_error" => &mut self.is_error,
                "text" => &mut self.text,
                "thinking" => &mut self.thinking,
                "input" => &mut self.input,
                "content" => &mut self.content,
                _ => continue,
            };
            *slot = Some(value);
        }
    }

    /// `type`; empty when there is none.
    pub(crate) fn kind(&self) -> Cow<'a, str> {
        self.kind.and_then(Raw::string).unwrap_or_default()
    }

    /// Whether it is of this type.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind.is_some_and(|raw| raw.is(kind))
    }

    /// `id`.
    pub(crate) fn id(&self) -> Option<Cow<'a, str>> {
        text(self.id)
    }

    /// `name`.
    pub(crate) fn name(&self) -> Option<Cow<'a, str>> {
        text(self.name)
    }

    /// `tool_use_id`.
    pub(crate) fn tool_use_id(&self) -> Option<Cow<'a, str>> {
        text(self.tool_use_id)
    }

    /// `is_error`.
    pub(crate) fn is_error(&self) -> bool {
        self.is_error.is_some_and(Raw::is_true)
    }
}
