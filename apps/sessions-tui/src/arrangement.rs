//! How the sessions that match are arranged into rows: extent, order, groups.

use std::collections::{HashMap, HashSet};

use pricing::NanoUsd;
use transcript::Tokens;

use crate::extent::{Extent, Here};
use crate::library::{Entry, Library};
use crate::sort::{Key, Sort};

/// What the person chose; remembered while the screen is open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arrangement {
    pub(crate) sort: Sort,
    /// Against the direction that the sort has by itself.
    pub(crate) reversed: bool,
    pub(crate) grouped: bool,
    pub(crate) extent: Extent,
    /// Projects that only their heading is shown of.
    pub(crate) folded: HashSet<String>,
}

/// A row of the list; sessions by their position in the library, groups by theirs among the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    Session(usize),
    Group(usize),
}

/// The sessions of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Group {
    pub(crate) project: String,
    pub(crate) folded: bool,
    /// Positions in the library, in their order.
    pub(crate) sessions: Vec<usize>,
    pub(crate) sum: Sum,
}

/// What several sessions come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sum {
    pub(crate) sessions: usize,
    pub(crate) turns: u64,
    pub(crate) tokens: Tokens,
    pub(crate) cost: NanoUsd,
    /// Requests without a price.
    pub(crate) unknown: u64,
}

impl Sum {
    pub(crate) fn add(&mut self, entry: &Entry) {
        self.sessions += 1;
        self.turns += u64::from(entry.row.session.prompts);
        self.tokens += entry.row.tokens;
        self.cost = NanoUsd(self.cost.0.saturating_add(entry.row.cost.0));
        self.unknown += u64::from(entry.row.unknown_cost_requests);
    }
}

impl<'a> FromIterator<&'a Entry> for Sum {
    fn from_iter<I: IntoIterator<Item = &'a Entry>>(entries: I) -> Self {
        let mut sum = Self::default();
        entries.into_iter().for_each(|entry| sum.add(entry));
        sum
    }
}

/// The rows, and the groups that they name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arranged {
    pub(crate) rows: Vec<Row>,
    pub(crate) groups: Vec<Group>,
    /// Number of sessions, those in folded groups too.
    pub(crate) sessions: usize,
}

/// Arranges the sessions that match (positions in the library, the best first; none: all match).
pub(crate) fn arrange(
    library: &Library,
    matched: Option<&[usize]>,
    arrangement: &Arrangement,
    here: &Here,
) -> Arranged {
    let entries = &library.entries;
    let is_here = |at: &usize| entries.get(*at).is_some_and(|entry| here.holds(arrangement.extent, entry));
    let mut order: Vec<usize> = match matched {
        Some(matched) => matched.iter().copied().filter(is_here).collect(),
        None => (0..entries.len()).filter(|at| !entries[*at].marks.hidden && is_here(at)).collect(),
    };
    let sort = arrangement.sort;
    sort.apply(&mut order, arrangement.reversed, |at| {
        let entry = entries.get(*at)?;
        let given = entry.marks.title.as_deref().filter(|_| sort == Sort::Title);
        given.map_or_else(|| sort.key(&entry.row, entry.running.is_some()), Key::name)
    });
    let sessions = order.len();
    if !arrangement.grouped {
        return Arranged { rows: order.into_iter().map(Row::Session).collect(), groups: Vec::new(), sessions };
    }
    let groups = groups(library, order, arrangement);
    let rows = groups.iter().enumerate().flat_map(|(at, group)| {
        let shown = if group.folded { &[][..] } else { &group.sessions };
        std::iter::once(Row::Group(at)).chain(shown.iter().copied().map(Row::Session))
    });
    Arranged { rows: rows.collect(), sessions, groups }
}

/// The projects in the order of their first sessions; where figures are sorted by, in the order of their sums.
fn groups(library: &Library, order: Vec<usize>, arrangement: &Arrangement) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for at in order {
        let entry = &library.entries[at];
        let place = *places.entry(entry.project.as_str()).or_insert_with(|| {
            groups.push(Group {
                project: entry.project.clone(),
                folded: arrangement.folded.contains(&entry.project),
                ..Group::default()
            });
            groups.len() - 1
        });
        groups[place].sessions.push(at);
        groups[place].sum.add(entry);
    }
    let figure = |group: &Group| match arrangement.sort {
        Sort::Turns => i128::from(group.sum.turns),
        Sort::Tokens => i128::from(group.sum.tokens.total()),
        Sort::Cost => i128::from(group.sum.cost.0),
        _ => 0,
    };
    groups.sort_by_key(|group| if arrangement.reversed { figure(group) } else { -figure(group) });
    groups
}

#[cfg(test)]
mod tests {
    use chrono_tz::UTC;
    use store::SessionRow;
    use transcript::Session;

    use super::*;

    fn library() -> Library {
        let row = |id: &str, project: &str, cost: i64| SessionRow {
            session: Session {
                id: id.into(),
                project: Some(project.to_owned()),
                cwd_last: Some(format!("/src/{project}")),
                first_prompt: Some(id.to_owned()),
                prompts: 2,
                ..Session::default()
            },
            cost: NanoUsd(cost),
            ..SessionRow::default()
        };
        Library::new(vec![row("a", "shop", 5), row("b", "api", 7), row("c", "shop", 4), row("d", "web", 1)], &[], UTC)
    }

    fn check(matched: Option<&[usize]>, arrangement: &Arrangement, expect: &str) {
        let library = library();
        let arranged = arrange(&library, matched, arrangement, &Here::default());
        let shown = |row: &Row| match row {
            Row::Session(at) => library.entries[*at].row.id().to_string(),
            Row::Group(at) => {
                let group = &arranged.groups[*at];
                format!("[{} {}]", group.project, group.sum.cost.0)
            }
        };
        let found: Vec<String> = arranged.rows.iter().map(shown).collect();
        assert_eq!(found.join(" "), expect, "{arrangement:?}");
    }

    #[test]
    fn groups_stand_where_their_first_session_stood_and_carry_sums() {
        let grouped = Arrangement { grouped: true, ..Arrangement::default() };
        check(None, &Arrangement::default(), "a b c d");
        check(None, &grouped, "[shop 9] a c [api 7] b [web 1] d");
        check(Some(&[3, 2]), &grouped, "[web 1] d [shop 4] c");
        let folded = HashSet::from(["shop".to_owned()]);
        check(None, &Arrangement { folded, ..grouped.clone() }, "[shop 9] [api 7] b [web 1] d");
    }

    #[test]
    fn groups_of_figures_are_sorted_by_their_sums() {
        let by_cost = Arrangement { grouped: true, sort: Sort::Cost, ..Arrangement::default() };
        check(None, &by_cost, "[shop 9] a c [api 7] b [web 1] d");
        check(None, &Arrangement { reversed: true, ..by_cost.clone() }, "[web 1] d [api 7] b [shop 9] c a");
        check(None, &Arrangement { grouped: false, ..by_cost }, "b a c d");
    }
}
