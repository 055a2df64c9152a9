//! What a session's files tell, packed into its operation: with it the store can be filled as if they had been read.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use transcript::{AgentType, ChangedLines, FileFacts, Request, ToolUse};
use zstd::bulk::{Compressor, Decompressor};

use crate::columns::{parts_of, parts_text};

/// How hard it is packed: beyond this the gain is small.
const LEVEL: i32 = 3;

/// More is not unpacked, bytes: no session tells so much.
const UNPACKED_MAX_BYTES: usize = 256 * 1024 * 1024;

/// What one file tells. What a later version adds is left out by an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FileSaid {
    pub(crate) facts: FileFacts,
    pub(crate) requests: Vec<ToldRequest>,
    pub(crate) tools: Vec<ToldTool>,
    pub(crate) agent_types: Vec<AgentType>,
}

impl FileSaid {
    /// The same without anything that was said or that tools were called with.
    pub(super) fn without_words(mut self) -> Self {
        self.facts = self.facts.without_words();
        self.tools.iter_mut().for_each(|told| told.tool.subject = None);
        self
    }
}

/// A request, with its parts as the store keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToldRequest {
    #[serde(flatten)]
    request: Request,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billed: Option<String>,
}

impl ToldRequest {
    pub(crate) fn of(mut request: Request) -> Self {
        let billed = parts_text(&request.parts);
        request.parts.clear();
        Self { request, billed }
    }

    pub(super) fn into_request(self) -> Request {
        let mut request = self.request;
        request.parts = parts_of(self.billed.as_deref());
        request.settle();
        request
    }
}

/// A tool call, with the lines that it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToldTool {
    #[serde(flatten)]
    tool: ToolUse,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed: Option<ChangedLines>,
}

impl ToldTool {
    pub(crate) fn of(tool: ToolUse) -> Self {
        let changed = tool.lines;
        Self { tool, changed }
    }

    pub(super) fn into_tool(self) -> ToolUse {
        ToolUse { lines: self.changed, ..self.tool }
    }
}

/// Packs what files tell; made once for many, because making it takes longer than packing a session.
pub(crate) struct Packer(Compressor<'static>);

impl Packer {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self(Compressor::new(LEVEL)?))
    }

    /// Packs what the files of a session tell into a text.
    pub(crate) fn pack(&mut self, files: &[FileSaid]) -> io::Result<String> {
        Ok(STANDARD_NO_PAD.encode(self.0.compress(&serde_json::to_vec(files)?)?))
    }
}

/// Unpacks it.
pub(super) struct Unpacker(Option<Decompressor<'static>>);

impl Unpacker {
    pub(super) fn new() -> Self {
        Self(Decompressor::new().ok())
    }

    /// What the files of a session tell; none if the text is damaged.
    pub(super) fn unpack(&mut self, text: &str) -> Option<Vec<FileSaid>> {
        let packed = STANDARD_NO_PAD.decode(text).ok()?;
        let size = zstd::zstd_safe::get_frame_content_size(&packed).ok()??;
        let size = usize::try_from(size).ok().filter(|size| *size <= UNPACKED_MAX_BYTES)?;
        serde_json::from_slice(&self.0.as_mut()?.decompress(&packed, size).ok()?).ok()
    }
}
