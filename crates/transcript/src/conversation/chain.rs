//! The tree of parents, resolved to the active chain and what hangs off it.

mod nodes;

use super::intake::Leaf;
use super::record::Record;
use super::stretches::Stretches;
use nodes::{Node, Tree};

/// Records of a node, as indices in file order.
pub(super) type Step = Vec<u32>;

/// The order in which a conversation is read.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// From the first record to the leaf.
    pub(super) active: Vec<Step>,
    /// What was abandoned, each with the index of the step after which it hangs.
    pub(super) branches: Vec<(Option<usize>, Vec<Step>)>,
}

/// Resolves the tree of the records. Every record that shows something is in exactly one step.
pub(super) fn resolve(records: &[&Record], leaf: Option<&Leaf>, bytes: &Stretches<'_>) -> Chain {
    let mut tree = Tree::grow(records, bytes);
    let Some(end) = end(&tree, records, leaf) else { return Chain::default() };
    let mut path = tree.path_to(end);
    path.reverse();
    let mut place: Vec<Option<usize>> = vec![None; tree.nodes.len()];
    for (at, node) in path.iter().enumerate() {
        place[*node as usize] = Some(at);
    }
    let anchors = tree.anchors(&place);
    let mut asides: Vec<Vec<Vec<u32>>> = vec![Vec::new(); path.len() + 1];
    let mut branches = Vec::new();
    for stretch in tree.stretches(&place) {
        let after = stretch.first().and_then(|first| anchors[*first as usize]);
        if stretch.iter().any(|node| tree.nodes[*node as usize].talk) {
            branches.push((after, stretch));
        } else {
            asides[after.map_or(0, |at| at + 1)].push(stretch);
        }
    }
    lay_out(&mut tree.nodes, &path, asides, branches)
}

/// Puts asides (commands and notices without an answer of their own) into the active chain, where they hang.
fn lay_out(
    nodes: &mut [Node],
    path: &[u32],
    asides: Vec<Vec<Vec<u32>>>,
    branches: Vec<(Option<usize>, Vec<u32>)>,
) -> Chain {
    let mut steps =
        |ids: &[u32]| -> Vec<Step> { ids.iter().map(|id| std::mem::take(&mut nodes[*id as usize].members)).collect() };
    let mut active = Vec::with_capacity(path.len());
    let mut last_of = Vec::with_capacity(path.len());
    for (at, stretches) in asides.into_iter().enumerate() {
        active.extend(stretches.iter().flat_map(|stretch| steps(stretch)));
        if let Some(node) = path.get(at) {
            active.append(&mut steps(&[*node]));
            last_of.push(active.len() - 1);
        }
    }
    let branches = branches.into_iter().map(|(after, ids)| (after.map(|at| last_of[at]), steps(&ids))).collect();
    Chain { active, branches }
}

/// The node at which the conversation ends: that of the last record which shows something, unless the client noted
/// another one after it.
fn end(tree: &Tree, records: &[&Record], leaf: Option<&Leaf>) -> Option<u32> {
    let last = records.iter().rposition(|record| record.is_shown())?;
    let node = tree.node_of[last];
    let noted = leaf.filter(|leaf| leaf.after > last).and_then(|leaf| Some((leaf, tree.find(&leaf.uuid)?)));
    match noted {
        Some((leaf, other)) if leaf.explicit || !tree.path_to(node).contains(&other) => Some(other),
        _ => Some(node),
    }
}
