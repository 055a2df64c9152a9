//! The tree: records that belong together are one node, and every node but the first has a parent.

use rustc_hash::FxHashMap;

use crate::conversation::record::{Content, Preserved, Record};
use crate::conversation::stretches::Stretches;

/// One or more records: all lines of an API message with the results of its tools, or one other record.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: Option<u32>,
    /// Its records, as indices in file order.
    pub(super) members: Vec<u32>,
    /// Whether it shows anything.
    pub(super) shown: bool,
    /// Whether somebody speaks in it.
    pub(super) talk: bool,
}

/// The nodes of a conversation, in the order of their first records.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node>,
    /// The node of each record.
    pub(super) node_of: Vec<u32>,
    /// The node and the record of each uuid.
    by_uuid: FxHashMap<&'a str, (u32, u32)>,
    /// Every node once, parents before children.
    order: Vec<u32>,
}

impl<'a> Tree<'a> {
    pub(super) fn grow(records: &'a [&'a Record], bytes: &Stretches<'_>) -> Self {
        let mut tree =
            Self { nodes: Vec::new(), node_of: Vec::new(), by_uuid: FxHashMap::default(), order: Vec::new() };
        tree.gather(records, bytes);
        tree.link(records);
        for record in records {
            if let Content::Boundary { preserved: Some(preserved), .. } = &record.content {
                tree.relink(record, preserved);
            }
        }
        tree.sort();
        tree
    }

    pub(super) fn find(&self, uuid: &str) -> Option<u32> {
        self.by_uuid.get(uuid).map(|(node, _)| *node)
    }

    /// Makes the nodes. A record that stands in the file already, uuid and all, is left out.
    fn gather(&mut self, records: &'a [&'a Record], bytes: &Stretches<'_>) {
        let calls = calls(records);
        let mut of_message: FxHashMap<&str, u32> = FxHashMap::default();
        let mut results = Vec::new();
        for (at, record) in (0u32..).zip(records) {
            self.node_of.push(0);
            let message = match &record.content {
                Content::Answer(sketch) => sketch.message_id.as_deref(),
                Content::Told { results: found, pieces } if pieces.is_empty() => {
                    if let Some(message) = found.iter().find_map(|call| calls.get(call.as_str())) {
                        results.push((at, *record, *message));
                        continue;
                    }
                    None
                }
                _ => None,
            };
            if !self.is_copy(at, record, records, bytes) {
                let next = u32::try_from(self.nodes.len()).expect("there are no more nodes than records");
                let node = message.map_or(next, |id| *of_message.entry(id).or_insert(next));
                self.put(at, record, node);
            }
        }
        for (at, record, message) in results {
            let node = *of_message.get(message).expect("every message that made a call has a node");
            self.node_of[at as usize] = node;
            if let Some(uuid) = record.uuid.as_deref() {
                self.by_uuid.entry(uuid).or_insert((node, at));
            }
        }
    }

    /// Whether the record stands in the file already; then it shares the node.
    fn is_copy(&mut self, at: u32, record: &Record, records: &[&Record], bytes: &Stretches<'_>) -> bool {
        let known = record.uuid.as_deref().and_then(|uuid| self.by_uuid.get(uuid).copied());
        let copied = known.filter(|(_, earlier)| bytes.say_the_same(records[*earlier as usize].spot, record.spot));
        if let Some((node, _)) = copied {
            self.node_of[at as usize] = node;
        }
        copied.is_some()
    }

    fn put(&mut self, at: u32, record: &'a Record, node: u32) {
        if node as usize == self.nodes.len() {
            self.nodes.push(Node { parent: None, members: Vec::new(), shown: false, talk: false });
        }
        let own = &mut self.nodes[node as usize];
        own.members.push(at);
        own.shown |= record.is_shown();
        own.talk |= record.is_talk();
        self.node_of[at as usize] = node;
        if let Some(uuid) = record.uuid.as_deref() {
            self.by_uuid.entry(uuid).or_insert((node, at));
        }
    }

    /// Gives every node its parent. Where that is not in the file, or where none is named though none was meant to
    /// be missing, the node follows what stands before it.
    fn link(&mut self, records: &[&Record]) {
        let whole = is_whole(records);
        let mut before: Option<u32> = None;
        let mut linked = 0;
        for (record, node) in records.iter().zip(&self.node_of) {
            if *node == linked {
                linked += 1;
                let named = record.parent.as_deref().map(|uuid| self.find(uuid));
                let restart = whole && named.is_none() && record.is_restart();
                let parent = named.flatten().filter(|parent| parent != node);
                self.nodes[*node as usize].parent = if restart { None } else { parent.or(before) };
            }
            if record.is_shown() && *node < linked {
                before = Some(*node);
            }
        }
    }

    /// Hangs a preserved stretch behind its anchor, as the client does when it loads the file.
    fn relink(&mut self, boundary: &Record, preserved: &Preserved) {
        let boundary = boundary.uuid.as_deref().and_then(|uuid| self.find(uuid));
        let ends = [&preserved.head, &preserved.tail, &preserved.anchor].map(|uuid| self.find(uuid));
        let (Some(boundary), [Some(head), Some(tail), Some(anchor)]) = (boundary, ends) else { return };
        let mut at = tail;
        while at != head {
            match self.nodes[at as usize].parent {
                Some(parent) if parent < at && parent != anchor => at = parent,
                _ => return,
            }
        }
        for (node, own) in (0u32..).zip(&mut self.nodes) {
            if own.parent == Some(anchor) && node != head {
                own.parent = Some(tail);
            }
        }
        self.nodes[boundary as usize].parent = self.nodes[head as usize].parent;
        self.nodes[head as usize].parent = Some(anchor);
    }

    /// Orders the nodes, parents first. A node in a circle follows the node before it.
    fn sort(&mut self) {
        let count = self.nodes.len();
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (id, node) in (0u32..).zip(&self.nodes) {
            if let Some(parent) = node.parent {
                children[parent as usize].push(id);
            }
        }
        let mut reached = vec![false; count];
        let roots: Vec<u32> =
            (0u32..).zip(&self.nodes).filter(|(_, node)| node.parent.is_none()).map(|(id, _)| id).collect();
        self.walk(roots, &children, &mut reached);
        for id in 0..count {
            if !reached[id] {
                self.nodes[id].parent =
                    (0..id).rev().find(|before| reached[*before]).and_then(|id| u32::try_from(id).ok());
                self.walk(vec![u32::try_from(id).expect("nodes are counted in u32")], &children, &mut reached);
            }
        }
    }

    fn walk(&mut self, mut next: Vec<u32>, children: &[Vec<u32>], reached: &mut [bool]) {
        while let Some(id) = next.pop() {
            if !std::mem::replace(&mut reached[id as usize], true) {
                self.order.push(id);
                next.extend(&children[id as usize]);
            }
        }
    }

    /// The nodes from this one back to its root.
    pub(super) fn path_to(&self, node: u32) -> Vec<u32> {
        std::iter::successors(Some(node), |node| self.nodes[*node as usize].parent).collect()
    }

    /// For every node, the place on the active chain of itself or its nearest ancestor that has one.
    pub(super) fn anchors(&self, place: &[Option<usize>]) -> Vec<Option<usize>> {
        let mut anchors = place.to_vec();
        for id in &self.order {
            let parent = self.nodes[*id as usize].parent;
            let inherited = parent.and_then(|parent| anchors[parent as usize]);
            let own = &mut anchors[*id as usize];
            *own = own.or(inherited);
        }
        anchors
    }

    /// What is off the active chain, cut into unforked stretches: each goes on to its latest end. What shows nothing
    /// is left out.
    pub(super) fn stretches(&self, place: &[Option<usize>]) -> Vec<Vec<u32>> {
        let heirs = self.heirs();
        let mut stretch_of: FxHashMap<u32, usize> = FxHashMap::default();
        let mut stretches: Vec<Vec<u32>> = Vec::new();
        for id in self.order.iter().filter(|id| place[**id as usize].is_none()) {
            let parent = self.nodes[*id as usize].parent.filter(|parent| heirs[*parent as usize] == Some(*id));
            let stretch = parent.and_then(|parent| stretch_of.get(&parent).copied()).unwrap_or(stretches.len());
            if stretch == stretches.len() {
                stretches.push(Vec::new());
            }
            stretches[stretch].push(*id);
            stretch_of.insert(*id, stretch);
        }
        for stretch in &mut stretches {
            stretch.retain(|id| self.nodes[*id as usize].shown);
        }
        stretches.retain(|stretch| !stretch.is_empty());
        stretches.sort_by_key(|stretch| self.nodes[stretch[0] as usize].members[0]);
        stretches
    }

    /// For every node, the child that leads to the latest record which shows something.
    fn heirs(&self) -> Vec<Option<u32>> {
        let mut latest: Vec<Option<u32>> = vec![None; self.nodes.len()];
        let mut heirs: Vec<Option<(u32, u32)>> = vec![None; self.nodes.len()];
        for id in self.order.iter().rev() {
            let node = &self.nodes[*id as usize];
            let own = node.members.last().copied().filter(|_| node.shown);
            let reach = latest[*id as usize].max(own);
            if let (Some(parent), Some(reach)) = (node.parent, reach) {
                latest[parent as usize] = latest[parent as usize].max(Some(reach));
                heirs[parent as usize] = heirs[parent as usize].max(Some((reach, *id)));
            }
        }
        heirs.into_iter().map(|heir| heir.map(|(_, id)| id)).collect()
    }
}

/// The message that made each tool call.
fn calls<'a>(records: &[&'a Record]) -> FxHashMap<&'a str, &'a str> {
    let mut calls = FxHashMap::default();
    for record in records {
        let message = match &record.content {
            Content::Answer(sketch) => sketch.message_id.as_deref(),
            _ => None,
        };
        calls.extend(message.into_iter().flat_map(|id| record.calls().iter().map(move |call| (call.id.as_str(), id))));
    }
    calls
}

/// Whether answers are linked throughout: only then a prompt without a parent is a new start rather than a gap.
fn is_whole(records: &[&Record]) -> bool {
    records.iter().all(|record| record.parent.is_some() || !matches!(record.content, Content::Answer(_)))
}
